//! `base64`: bytes as text. Alone knows the crate of this name, with `base64url` and `base64_decode`.

use ::base64::Engine;
use ::base64::engine::GeneralPurpose;
use ::base64::engine::general_purpose::STANDARD;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static BASE64: Builtin = Builtin {
    name: "base64",
    summary: "Writes a text (its UTF-8) or bytes in base64.",
    params: &[Param { name: "value", kinds: Kinds::TEXT.or(Kinds::BYTES), optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: true,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"base64("user:pass")"#, gives: r#""dXNlcjpwYXNz""# },
        Example { call: r#"base64("я?")"#, gives: r#""0Y8/""# },
    ],
    call: Call::Pure(|args| encoded(&STANDARD, args::bytes(args, 0)?, "base64")),
};

pub(super) fn encoded(engine: &GeneralPurpose, bytes: &[u8], function: &str) -> Result<Value, Fault> {
    args::fits(bytes.len().div_ceil(3).saturating_mul(4), function)?;
    Ok(Value::text(engine.encode(bytes)))
}

pub(super) fn standard(bytes: &[u8], function: &str) -> Result<Value, Fault> {
    encoded(&STANDARD, bytes, function)
}
