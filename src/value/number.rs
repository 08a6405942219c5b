//! A number as it came, digit for digit.

use std::sync::Arc;

/// The text of a JSON number (RFC 8259, 6). Kept as it came; compared by value.
#[derive(Clone, Debug)]
pub struct Number(Arc<str>);

impl Number {
    /// `digits` must be a JSON number; readers check before they call.
    pub fn from_json_digits(digits: impl Into<Arc<str>>) -> Number {
        Number(digits.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Number {
        Number(number.to_string().into())
    }
}
