//! `contains`: whether one text stands in another.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static CONTAINS: Builtin = Builtin {
    name: "contains",
    summary: "Says whether `part` stands anywhere in a text; for lists there is `in`.",
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
        Example { call: r#"contains("target_fb", "fb")"#, gives: "true" },
        Example { call: r#"contains("target_fb", "FB")"#, gives: "false" },
    ],
    call: Call::Pure(|args| Ok(Value::Bool(args::text(args, 0)?.contains(args::text(args, 1)?)))),
};
