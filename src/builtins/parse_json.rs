//! `parse_json`: JSON inside a text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Kinds, Value};

pub static PARSE_JSON: Builtin = Builtin {
    name: "parse_json",
    summary: "Opens the JSON in a text, to be reached into by `extract`; gives empty for what is no JSON.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::ANY,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: true,
    examples: &[
        Example { call: r#"parse_json('[1.10, "a"]')"#, gives: r#"[1.10, "a"]"# },
        Example { call: r#"parse_json('{"a": true}')"#, gives: "{ a: true }" },
        Example { call: r#"parse_json("no JSON")"#, gives: "empty" },
        Example { call: r#"parse_json("null")"#, gives: "empty" },
    ],
    call: Call::Pure(|args| {
        let read = value::from_json(args::text(args, 0)?.as_bytes());
        Ok(read.map_or(Value::Empty, |value| value.reached()))
    }),
};
