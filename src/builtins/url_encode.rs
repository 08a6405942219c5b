//! `url_encode`: a text inside of a URL.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static URL_ENCODE: Builtin = Builtin {
    name: "url_encode",
    summary: "Percent-encodes a text, all but letters, digits and `-._~`. What actions put into paths, queries and forms is encoded already.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: true,
    gives_outside_data: false,
    examples: &[Example { call: r#"url_encode("a b/я")"#, gives: r#""a%20b%2F%D1%8F""# }],
    call: Call::Pure(url_encode),
};

fn url_encode(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.extend(super::hex::digits(byte).map(|digit| digit.to_ascii_uppercase()));
        }
    }
    args::fits(encoded.len(), "url_encode")?;
    Ok(Value::text(encoded))
}
