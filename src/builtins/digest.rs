//! How fingerprints and signatures are written.

use super::{args, base64, base64url, hex};
use crate::value::{Fault, Value};

/// Why a text is no encoding; `None` for one that is.
pub(super) fn encoding_error(encoding: &str) -> Option<String> {
    let is_known = matches!(encoding, "hex" | "base64" | "base64url");
    (!is_known).then(|| format!("{encoding:?} is none of \"hex\", \"base64\", \"base64url\""))
}

/// The bytes as text, by the encoding that the argument at `at` names; hexadecimal without one.
pub(super) fn written(bytes: &[u8], args: &[Value], at: usize, function: &str) -> Result<Value, Fault> {
    if args.get(at).is_none() {
        return Ok(Value::text(hex::written(bytes)));
    }
    match args::text(args, at)? {
        "hex" => Ok(Value::text(hex::written(bytes))),
        "base64" => base64::standard(bytes, function),
        "base64url" => base64url::written(bytes, function),
        other => Err(Fault::outside(format!(
            "`encoding` of `{function}` is {other:?}, and can be \"hex\", \"base64\" or \"base64url\""
        ))),
    }
}
