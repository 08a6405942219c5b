//! Characters of other charsets than UTF-8, by the labels of the Encoding Standard.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use super::errors;
use crate::value::Fault;

/// A charset that texts can be read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Charset {
    pub const UTF8: Charset = Charset(UTF_8);

    /// By a label as `windows-1251`, `cp1251` or `koi8-r`; letter case is ignored.
    pub fn find(label: &str) -> Option<Charset> {
        // The standard takes ASCII for windows-1252; what is truly ASCII is UTF-8 as well.
        if matches!(&*label.trim().to_ascii_lowercase(), "ascii" | "us-ascii") {
            return Some(Charset::UTF8);
        }
        Encoding::for_label_no_replacement(label.as_bytes()).map(Charset)
    }

    /// The name that the standard writes.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The text, without a byte order mark of this charset.
    ///
    /// # Errors
    /// Bytes that are none in this charset; `what` names them.
    pub fn read<'a>(self, bytes: &'a [u8], what: &str) -> Result<Cow<'a, str>, Fault> {
        let bytes = match Encoding::for_bom(bytes) {
            Some((encoding, length)) if encoding == self.0 => bytes.get(length..).unwrap_or_default(),
            _ => bytes,
        };
        if self == Charset::UTF8 {
            return match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => Err(errors::no_utf8(what, error.valid_up_to())),
            };
        }
        let text = self.0.decode_without_bom_handling_and_without_replacement(bytes);
        text.ok_or_else(|| errors::other_characters(what, self.name()))
    }
}
