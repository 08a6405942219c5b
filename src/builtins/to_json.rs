//! `to_json`: a value as JSON text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Kinds, Value};

pub static TO_JSON: Builtin = Builtin {
    name: "to_json",
    summary: "Writes a value as compact JSON; empty members are left out, and bytes and durations have no JSON form.",
    params: &[Param {
        name: "value",
        kinds: Kinds::BOOL
            .or(Kinds::NUMBER)
            .or(Kinds::TEXT)
            .or(Kinds::LIST)
            .or(Kinds::OBJECT)
            .or(Kinds::TIME),
        optional: false,
    }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "to_json({ a: [1.10, empty], b: empty })", gives: r#"'{"a":[1.10,null]}'"# },
        Example { call: r#"to_json("a")"#, gives: r#"'"a"'"# },
    ],
    call: Call::Pure(|args| {
        let json = value::to_json(args::any(args, 0)?)?;
        args::fits(json.len(), "to_json")?;
        Ok(Value::text(json))
    }),
};
