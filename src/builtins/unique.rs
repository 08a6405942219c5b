//! `unique`: each value of a list once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Number, Value};

pub static UNIQUE: Builtin = Builtin {
    name: "unique",
    summary: "Keeps the first of the items of a list that are equal; numbers are compared by value.",
    params: &[Param { name: "list", kinds: Kinds::LIST, optional: false }],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"unique(["b", "a", "b"])"#, gives: r#"["b", "a"]"# },
        Example { call: r#"unique([1, 1.0, "1"])"#, gives: r#"[1, "1"]"# },
    ],
    call: Call::Pure(unique),
};

fn unique(args: &[Value]) -> Result<Value, Fault> {
    let mut seen = BTreeSet::new();
    let kept = args::list(args, 0)?.iter().filter(|item| seen.insert(key(item))).cloned().collect();
    Ok(Value::list(kept))
}

/// A value in a form that has an order, so that a long list costs no comparison of all with all. Two values are equal iff
/// their keys are.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Empty,
    Bool(bool),
    Number(&'a Number),
    Text(&'a str),
    Bytes(&'a [u8]),
    List(Vec<Key<'a>>),
    Object(BTreeMap<&'a str, Key<'a>>),
    Time(i64),
    Duration(i64),
}

fn key(value: &Value) -> Key<'_> {
    match value {
        // The checker keeps secrets out of here.
        Value::Empty | Value::Null | Value::Sealed(_) => Key::Empty,
        Value::Bool(value) => Key::Bool(*value),
        Value::Number(number) => Key::Number(number),
        Value::Text(text) => Key::Text(text),
        Value::Bytes(bytes) => Key::Bytes(bytes),
        Value::File(file) => Key::Bytes(&file.bytes),
        Value::List(items) => Key::List(items.iter().map(key).collect()),
        Value::Object(object) => {
            Key::Object(object.iter().map(|(name, value)| (&**name, key(value))).collect())
        }
        Value::Time(time) => Key::Time(time.micros),
        Value::Duration(millis) => Key::Duration(*millis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::from_json;

    #[test]
    fn equal_values_are_kept_once_at_any_depth() {
        let list = from_json(
            br#"[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1e0}, [1, 2], [2, 1], [1, 2.00], null, false, ""]"#,
        );
        let kept = unique(&[list.unwrap()]).unwrap();
        let expected = from_json(br#"[{"a": 1, "b": [2]}, [1, 2], [2, 1], null, false, ""]"#).unwrap();
        assert_eq!(kept, expected);
    }
}
