//! `base64_decode`: bytes from base64.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD_NO_PAD;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static BASE64_DECODE: Builtin = Builtin {
    name: "base64_decode",
    summary: "Reads base64 of either alphabet, with or without `=` at the end, blanks and line ends left out; gives the bytes, or empty for what is none. `utf8` makes a text of them.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::BYTES,
    may_be_empty: true,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"utf8(base64_decode("dXNlcjpwYXNz"))"#, gives: r#""user:pass""# },
        Example { call: r#"hex(base64_decode("0Y8_"))"#, gives: r#""d18f3f""# },
        Example { call: r#"base64_decode("not base64")"#, gives: "empty" },
    ],
    call: Call::Pure(base64_decode),
};

fn base64_decode(args: &[Value]) -> Result<Value, Fault> {
    let plain: String = args::text(args, 0)?
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let read = STANDARD_NO_PAD.decode(plain.trim_end_matches('='));
    Ok(read.map_or(Value::Empty, |bytes| Value::Bytes(bytes.into())))
}
