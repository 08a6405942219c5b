//! `abs`: a number without its sign.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Kinds, Value};

pub static ABS: Builtin = Builtin {
    name: "abs",
    summary: "Gives a number, or a duration, without its sign.",
    params: &[Param { name: "number", kinds: Kinds::NUMBER.or(Kinds::DURATION), optional: false }],
    variadic: false,
    returns: Kinds::NUMBER.or(Kinds::DURATION),
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "abs(-2.50)", gives: "2.50" },
        Example { call: "abs(7)", gives: "7" },
        Example { call: "abs(-5s)", gives: "5s" },
    ],
    call: Call::Pure(|args| match args::any(args, 0)? {
        Value::Number(number) if number.as_str().starts_with('-') => {
            value::negate(&Value::Number(number.clone()))
        }
        Value::Duration(millis) if *millis < 0 => value::negate(&Value::Duration(*millis)),
        other => Ok(other.clone()),
    }),
};
