//! `hex_decode`: bytes from digits.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static HEX_DECODE: Builtin = Builtin {
    name: "hex_decode",
    summary: "Reads hexadecimal of either case; gives the bytes, or empty for what is none. `utf8` makes a text of them.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::BYTES,
    may_be_empty: true,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"utf8(hex_decode("D18f"))"#, gives: r#""я""# },
        Example { call: r#"hex_decode("abc")"#, gives: "empty" },
    ],
    call: Call::Pure(hex_decode),
};

fn hex_decode(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?.trim();
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let read = digits.filter(|digits| digits.len().is_multiple_of(2)).map(|digits| {
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | *digit as u8))
            .collect()
    });
    Ok(read.map_or(Value::Empty, |bytes: Vec<u8>| Value::Bytes(bytes.into())))
}
