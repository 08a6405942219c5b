//! `utf8`: bytes as a text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static UTF8: Builtin = Builtin {
    name: "utf8",
    summary: "Reads bytes as a text in UTF-8, without a byte order mark; gives empty for bytes that are none.",
    params: &[Param { name: "bytes", kinds: Kinds::BYTES.or(Kinds::TEXT), optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"utf8(hex_decode("d18f"))"#, gives: r#""я""# },
        Example { call: r#"utf8(hex_decode("ff"))"#, gives: "empty" },
    ],
    call: Call::Pure(utf8),
};

fn utf8(args: &[Value]) -> Result<Value, Fault> {
    let text = std::str::from_utf8(args::bytes(args, 0)?).ok();
    Ok(text.map_or(Value::Empty, |text| Value::text(text.strip_prefix('\u{feff}').unwrap_or(text))))
}
