//! `hmac_sha1`: a signature by HMAC with SHA-1.

use hmac::Hmac;
use sha1::Sha1;

use super::{Builtin, Call, Example, OnEmpty, Param, digest};
use crate::value::{Fault, Kinds, Value};

pub static HMAC_SHA1: Builtin = Builtin {
    name: "hmac_sha1",
    summary: r#"Signs a text (its UTF-8) or bytes with `key` by HMAC-SHA-1; the signature is in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`. The key may be a secret, and the signature is made where the request is written."#,
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
        Example { call: r#"hmac_sha1("a", "key")"#, gives: r#""0db21f05052f323e714ef9bf1f7b000ffe97e8a0""# },
        Example { call: r#"hmac_sha1("a", "key", "base64")"#, gives: r#""DbIfBQUvMj5xTvm/H3sAD/6X6KA=""# },
    ],
    call: Call::Pure(hmac_sha1),
};

fn hmac_sha1(args: &[Value]) -> Result<Value, Fault> {
    digest::signature::<Hmac<Sha1>>(args, "hmac_sha1")
}
