//! `hmac_md5`: a signature by HMAC with MD5.

use hmac::Hmac;
use md5::Md5;

use super::{Builtin, Call, Example, OnEmpty, Param, digest};
use crate::value::{Fault, Kinds, Value};

pub static HMAC_MD5: Builtin = Builtin {
    name: "hmac_md5",
    summary: r#"Signs a text (its UTF-8) or bytes with `key` by HMAC-MD5; the signature is in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`. The key may be a secret, and the signature is made where the request is written."#,
    params: &[
        Param { name: "value", kinds: Kinds::TEXT.or(Kinds::BYTES), optional: false },
        Param { name: "key", kinds: Kinds::TEXT.or(Kinds::BYTES), optional: false },
        Param { name: "encoding", kinds: Kinds::TEXT, optional: true },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: true,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"hmac_md5("a", "key")"#, gives: r#""80ea44ccea14cc2263889567cfacccd7""# },
        Example { call: r#"hmac_md5("a", "key", "base64")"#, gives: r#""gOpEzOoUzCJjiJVnz6zM1w==""# },
    ],
    call: Call::Pure(hmac_md5),
};

fn hmac_md5(args: &[Value]) -> Result<Value, Fault> {
    digest::signature::<Hmac<Md5>>(args, "hmac_md5")
}
