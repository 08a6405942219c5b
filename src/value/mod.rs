//! What scripts compute with: values and their kinds, and the fault of a run that meets a value it cannot
//! take. Pure: no IO, no clock.

mod arithmetic;
mod calendar;
mod compare;
mod convert;
mod duration;
mod file;
mod id;
mod json;
mod kind;
mod number;
mod object;
mod sealed;
mod text;
mod time;

use std::sync::Arc;

pub use bytes::Bytes;

pub use arithmetic::{add, divide, multiply, negate, remainder, subtract};
pub use calendar::{Civil, Schedule, is_zone, zones};
pub use compare::{Side, contains, equal, order};
pub use duration::duration as duration_text;
pub use file::File;
pub use id::Id;
pub use json::{DecodeError, MOST_LEVELS, Scan, from_json, to_json, to_json_into, write_string};
pub use kind::{Kind, Kinds};
pub use number::Number;
pub use object::Object;
pub use sealed::{Sealed, Unsealed, concat, holds_secret, opened};
pub use text::render;
pub use time::Time;

/// A value of a running script. Cloning is cheap: what is large is shared.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Nothing there. Left out where it would be sent.
    #[default]
    Empty,
    /// JSON's `null` inside a list or an object. Reaching it gives `Empty`.
    Null,
    Bool(bool),
    Number(Number),
    Text(Arc<str>),
    Bytes(Bytes),
    /// Bytes with a name, from a multipart body.
    File(Arc<File>),
    List(Arc<Vec<Value>>),
    Object(Arc<Object>),
    Time(Time),
    /// Milliseconds; negative where an earlier time was subtracted from.
    Duration(i64),
    /// A text that holds a secret: known by its recipe, rendered only when a request is written.
    Sealed(Arc<Sealed>),
}

impl Value {
    pub fn text(text: impl Into<Arc<str>>) -> Value {
        Value::Text(text.into())
    }

    pub fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    pub fn object(object: Object) -> Value {
        Value::Object(Arc::new(object))
    }

    /// `Null` counts as empty wherever a script reaches it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Value::Empty | Value::Null)
    }

    /// The value as a script sees it when it reaches it: `null` is `empty`.
    pub fn reached(&self) -> Value {
        match self {
            Value::Null => Value::Empty,
            other => other.clone(),
        }
    }

    /// The bytes of what is bytes, a file's among them.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Value::Bytes(bytes) => Some(bytes),
            Value::File(file) => Some(&file.bytes),
            _ => None,
        }
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Trouble of one run with one value. Never shown to the caller; kept in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub cause: Cause,
    /// What is wrong, naming the value; no final dot.
    pub message: String,
}

/// Whose the trouble is: it decides the status before the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A value from outside does not fit: 422.
    Outside,
    /// A limit or a defect of wj itself: 500.
    Own,
    /// The body cannot be decoded as what it says it is: 400.
    Undecodable,
}

impl Fault {
    pub fn outside(message: impl Into<String>) -> Fault {
        Fault { cause: Cause::Outside, message: message.into() }
    }

    pub fn own(message: impl Into<String>) -> Fault {
        Fault { cause: Cause::Own, message: message.into() }
    }
}
