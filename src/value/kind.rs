//! Kinds of values, one by one and as sets: what the checker knows of an expression.

use super::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Bool,
    Number,
    Text,
    Bytes,
    List,
    Object,
    Time,
    Duration,
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Bool,
        Kind::Number,
        Kind::Text,
        Kind::Bytes,
        Kind::List,
        Kind::Object,
        Kind::Time,
        Kind::Duration,
    ];

    /// As people say it: `a text`, `true or false`.
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Bool => "true or false",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::Bytes => "bytes",
            Kind::List => "a list",
            Kind::Object => "an object",
            Kind::Time => "a time",
            Kind::Duration => "a duration",
        }
    }
}

impl Value {
    /// `None` for what is empty. A sealed text is a text.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Value::Empty | Value::Null => return None,
            Value::Bool(_) => Kind::Bool,
            Value::Number(_) => Kind::Number,
            Value::Text(_) | Value::Sealed(_) => Kind::Text,
            Value::Bytes(_) | Value::File(_) => Kind::Bytes,
            Value::List(_) => Kind::List,
            Value::Object(_) => Kind::Object,
            Value::Time(_) => Kind::Time,
            Value::Duration(_) => Kind::Duration,
        })
    }
}

/// A set of kinds. Emptiness is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    pub const NONE: Kinds = Kinds(0);
    pub const ANY: Kinds = Kinds(0xff);
    pub const BOOL: Kinds = Kinds::of(Kind::Bool);
    pub const NUMBER: Kinds = Kinds::of(Kind::Number);
    pub const TEXT: Kinds = Kinds::of(Kind::Text);
    pub const BYTES: Kinds = Kinds::of(Kind::Bytes);
    pub const LIST: Kinds = Kinds::of(Kind::List);
    pub const OBJECT: Kinds = Kinds::of(Kind::Object);
    pub const TIME: Kinds = Kinds::of(Kind::Time);
    pub const DURATION: Kinds = Kinds::of(Kind::Duration);

    pub const fn of(kind: Kind) -> Kinds {
        Kinds(1 << kind as u16)
    }

    pub const fn or(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 & other.0)
    }

    pub const fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// `Some` if exactly one kind is left.
    pub fn only(self) -> Option<Kind> {
        let mut kinds = Kind::ALL.into_iter().filter(|kind| self.has(*kind));
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) => Some(kind),
            _ => None,
        }
    }

    /// `a text or a number`; `any value` for all of them.
    pub fn nouns(self) -> String {
        if self == Kinds::ANY {
            return "any value".to_owned();
        }
        let nouns: Vec<&str> = Kind::ALL.into_iter().filter(|kind| self.has(*kind)).map(Kind::noun).collect();
        match nouns.split_last() {
            None => "nothing".to_owned(),
            Some((last, [])) => (*last).to_owned(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        }
    }
}
