//! `ceil`: up to a whole number.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Number, Value};

pub static CEIL: Builtin = Builtin {
    name: "ceil",
    summary: "Gives the least whole number that is not below a number.",
    params: &[Param { name: "number", kinds: Kinds::NUMBER, optional: false }],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example { call: "ceil(2.1)", gives: "3" }, Example { call: "ceil(-2.9)", gives: "-2" }],
    call: Call::Pure(|args| match args::any(args, 0)? {
        // What has no digits behind the point stays as it came, at any length.
        Value::Number(number) if number.is_integer() => Ok(Value::Number(number.clone())),
        _ => Ok(Value::Number(Number::from_decimal(args::decimal(args, 0)?.ceil()))),
    }),
};
