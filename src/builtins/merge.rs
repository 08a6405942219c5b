//! `merge`: objects put together.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Object, Value};

pub static MERGE: Builtin = Builtin {
    name: "merge",
    summary: "Puts the members of objects into one; where a name stands in several, the last one that is not empty counts.",
    params: &[Param { name: "object", kinds: Kinds::OBJECT, optional: false }],
    variadic: true,
    returns: Kinds::OBJECT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::IsPassed,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "merge({ a: 1, b: 2 }, { b: 3, c: 4 })", gives: "{ a: 1, b: 3, c: 4 }" },
        Example { call: "merge({ a: 1 }, { a: empty }, empty)", gives: "{ a: 1 }" },
    ],
    call: Call::Pure(merge),
};

fn merge(args: &[Value]) -> Result<Value, Fault> {
    let mut merged = Object::new();
    for at in (0..args.len()).filter(|at| !args.get(*at).is_none_or(Value::is_empty)) {
        for (name, value) in args::object(args, at)?.iter() {
            if !value.is_empty() || merged.get(name).is_none() {
                merged.set(name.clone(), value.clone());
            }
        }
    }
    Ok(Value::object(merged))
}
