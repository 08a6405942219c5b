//! `ends_with`: how a text ends.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static ENDS_WITH: Builtin = Builtin {
    name: "ends_with",
    summary: "Says whether a text ends with `part`.",
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
        Example { call: r#"ends_with("lead.json", ".json")"#, gives: "true" },
        Example { call: r#"ends_with("lead.json", ".xml")"#, gives: "false" },
    ],
    call: Call::Pure(|args| Ok(Value::Bool(args::text(args, 0)?.ends_with(args::text(args, 1)?)))),
};
