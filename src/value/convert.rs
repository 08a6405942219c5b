//! What Rust has, as values.

use super::{Number, Value};

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Number(value.into())
    }
}

impl From<f64> for Value {
    /// The shortest digits that read back as the same number; what is not finite has no JSON form and is empty.
    fn from(value: f64) -> Value {
        if value.is_finite() {
            Value::Number(Number::from_json_digits(value.to_string()))
        } else {
            Value::Empty
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::text(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::text(value)
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Value {
        Value::list(value)
    }
}
