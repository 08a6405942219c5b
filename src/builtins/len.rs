//! `len`: how many.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Number, Value};

pub static LEN: Builtin = Builtin {
    name: "len",
    summary: "Counts the characters of a text, the items of a list, the members of an object or the bytes of bytes.",
    params: &[Param {
        name: "value",
        kinds: Kinds::TEXT.or(Kinds::LIST).or(Kinds::OBJECT).or(Kinds::BYTES),
        optional: false,
    }],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"len("имя")"#, gives: "3" },
        Example { call: "len([1, 2])", gives: "2" },
        Example { call: "len({ a: 1 })", gives: "1" },
    ],
    call: Call::Pure(len),
};

fn len(args: &[Value]) -> Result<Value, Fault> {
    let count = match args::any(args, 0)? {
        Value::List(items) => items.len(),
        Value::Object(object) => object.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::File(file) => file.bytes.len(),
        _ => args::text(args, 0)?.chars().count(),
    };
    Ok(Value::Number(Number::from(count as i64)))
}
