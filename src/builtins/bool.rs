//! `bool`: yes or no, as forms send it.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static BOOL: Builtin = Builtin {
    name: "bool",
    summary: "Reads true or false: `true`, `yes`, `on`, `1`, `да` and `false`, `no`, `off`, `0`, `нет`, in any case; gives empty for all else.",
    params: &[Param { name: "value", kinds: Kinds::BOOL.or(Kinds::TEXT).or(Kinds::NUMBER), optional: false }],
    variadic: false,
    returns: Kinds::BOOL,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"bool("on")"#, gives: "true" },
        Example { call: r#"bool("Нет")"#, gives: "false" },
        Example { call: "bool(1)", gives: "true" },
        Example { call: r#"bool("maybe")"#, gives: "empty" },
    ],
    call: Call::Pure(bool),
};

fn bool(args: &[Value]) -> Result<Value, Fault> {
    let word = match args::any(args, 0)? {
        Value::Bool(value) => return Ok(Value::Bool(*value)),
        Value::Number(number) => number.as_str().to_owned(),
        _ => args::text(args, 0)?.trim().to_lowercase(),
    };
    Ok(match &*word {
        "true" | "yes" | "on" | "1" | "да" => Value::Bool(true),
        "false" | "no" | "off" | "0" | "нет" => Value::Bool(false),
        _ => Value::Empty,
    })
}
