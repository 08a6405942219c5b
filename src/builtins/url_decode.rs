//! `url_decode`: a percent-encoded text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static URL_DECODE: Builtin = Builtin {
    name: "url_decode",
    summary: "Reads a percent-encoded text, `+` as a blank; gives empty for bytes that are no UTF-8.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: true,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"url_decode("a%20b+%D1%8F")"#, gives: r#""a b я""# },
        Example { call: r#"url_decode("100%")"#, gives: r#""100%""# },
        Example { call: r#"url_decode("%FF")"#, gives: "empty" },
    ],
    call: Call::Pure(url_decode),
};

fn url_decode(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?.as_bytes();
    let half = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let escaped = if *byte == b'%' { half(at + 1).zip(half(at + 2)) } else { None };
        match escaped {
            Some((high, low)) => {
                decoded.push((high << 4 | low) as u8);
                at += 3;
            }
            None => {
                decoded.push(if *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    Ok(String::from_utf8(decoded).map_or(Value::Empty, Value::text))
}
