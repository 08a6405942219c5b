//! `starts_with`: how a text begins.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static STARTS_WITH: Builtin = Builtin {
    name: "starts_with",
    summary: "Says whether a text begins with `part`.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "part", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::BOOL,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"starts_with("+7909", "+7")"#, gives: "true" },
        Example { call: r#"starts_with("Анна", "анна")"#, gives: "false" },
    ],
    call: Call::Pure(|args| Ok(Value::Bool(args::text(args, 0)?.starts_with(args::text(args, 1)?)))),
};
