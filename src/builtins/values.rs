//! `values`: the values in an object.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static VALUES: Builtin = Builtin {
    name: "values",
    summary: "Gives the list of the values of an object, in their order.",
    params: &[Param { name: "object", kinds: Kinds::OBJECT, optional: false }],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example { call: "values({ b: 1, a: 2 })", gives: "[1, 2]" }],
    call: Call::Pure(|args| {
        Ok(Value::list(args::object(args, 0)?.iter().map(|(_, value)| value.clone()).collect()))
    }),
};
