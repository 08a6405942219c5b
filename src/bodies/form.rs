//! `application/x-www-form-urlencoded`, by the URL standard, in any charset.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode;

use super::{Charset, MOST_VALUES, errors};
use crate::value::{Fault, Value};

/// Names and texts in the order in which they stand.
///
/// # Errors
/// What is no text in this charset; more than 200,000 of them.
pub fn pairs(body: &[u8], charset: Charset) -> Result<Vec<(Arc<str>, Value)>, Fault> {
    let body = body.trim_ascii_end();
    let mut pairs = Vec::new();
    for piece in body.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty()) {
        if pairs.len() >= MOST_VALUES {
            return Err(errors::too_many_values());
        }
        let at = memchr::memchr(b'=', piece).unwrap_or(piece.len());
        let (name, text) = (piece.get(..at).unwrap_or_default(), piece.get(at + 1..).unwrap_or_default());
        let name = decoded(name, charset, "a name in the form")?;
        let text = decoded(text, charset, &format!("`{}` in the form", name.escape_debug()))?;
        pairs.push((name, Value::Text(text)));
    }
    Ok(pairs)
}

fn decoded(bytes: &[u8], charset: Charset, what: &str) -> Result<Arc<str>, Fault> {
    let bytes: Cow<'_, [u8]> = if memchr::memchr(b'+', bytes).is_some() {
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<_>>().into()
    } else {
        bytes.into()
    };
    let plain: Cow<'_, [u8]> = percent_decode(&bytes).into();
    charset.read(&plain, what).map(|text| Arc::from(&*text))
}
