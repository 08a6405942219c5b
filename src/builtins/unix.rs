//! `unix`: a time as seconds.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static UNIX: Builtin = Builtin {
    name: "unix",
    summary: "Gives the whole seconds of a time since 1 January 1970 UTC.",
    params: &[Param { name: "time", kinds: Kinds::TIME, optional: false }],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"unix(time("2026-11-24T17:00:00Z"))"#, gives: "1795539600" },
        Example { call: r#"unix(time("1969-12-31T23:59:59.5Z"))"#, gives: "-1" },
    ],
    call: Call::Pure(|args| Ok(Value::from(args::time(args, 0)?.micros.div_euclid(1_000_000)))),
};
