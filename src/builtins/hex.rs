//! `hex`: bytes as digits.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static HEX: Builtin = Builtin {
    name: "hex",
    summary: "Writes a text (its UTF-8) or bytes in lower-case hexadecimal.",
    params: &[Param { name: "value", kinds: Kinds::TEXT.or(Kinds::BYTES), optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: true,
    gives_outside_data: false,
    examples: &[Example { call: r#"hex("я")"#, gives: r#""d18f""# }],
    call: Call::Pure(hex),
};

fn hex(args: &[Value]) -> Result<Value, Fault> {
    let bytes = args::bytes(args, 0)?;
    args::fits(bytes.len().saturating_mul(2), "hex")?;
    Ok(Value::text(written(bytes)))
}

pub(super) fn written(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte)).collect()
}

/// The two digits of a byte.
pub(super) fn digits(byte: u8) -> [char; 2] {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or('0');
    [digit(byte >> 4), digit(byte & 15)]
}
