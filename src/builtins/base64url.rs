//! `base64url`: bytes as text in the URL alphabet.

use ::base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Builtin, Call, Example, OnEmpty, Param, args, base64::encoded};
use crate::value::{Fault, Kinds, Value};

pub static BASE64URL: Builtin = Builtin {
    name: "base64url",
    summary: "Writes a text (its UTF-8) or bytes in base64 with `-` and `_`, without `=` at the end, as tokens and links have it.",
    params: &[Param { name: "value", kinds: Kinds::TEXT.or(Kinds::BYTES), optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: true,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"base64url("я?")"#, gives: r#""0Y8_""# },
        Example { call: r#"base64url("a")"#, gives: r#""YQ""# },
    ],
    call: Call::Pure(|args| written(args::bytes(args, 0)?, "base64url")),
};

pub(super) fn written(bytes: &[u8], function: &str) -> Result<Value, Fault> {
    encoded(&URL_SAFE_NO_PAD, bytes, function)
}
