//! `hmac_sha256`: a signature by HMAC with SHA-256.

use hmac::Hmac;
use sha2::Sha256;

use super::{Builtin, Call, Example, OnEmpty, Param, digest};
use crate::value::{Fault, Kinds, Value};

pub static HMAC_SHA256: Builtin = Builtin {
    name: "hmac_sha256",
    summary: r#"Signs a text (its UTF-8) or bytes with `key` by HMAC-SHA-256; the signature is in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`. The key may be a secret, and the signature is made where the request is written."#,
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
        Example {
            call: r#"hmac_sha256("a", "key")"#,
            gives: r#""780c3db4ce3de5b9e55816fba98f590631d96c075271b26976238d5f4444219b""#,
        },
        Example {
            call: r#"hmac_sha256("a", "key", "base64")"#,
            gives: r#""eAw9tM495bnlWBb7qY9ZBjHZbAdScbJpdiONX0REIZs=""#,
        },
        Example {
            call: r#"hmac_sha256("a", "key", "base64url")"#,
            gives: r#""eAw9tM495bnlWBb7qY9ZBjHZbAdScbJpdiONX0REIZs""#,
        },
    ],
    call: Call::Pure(hmac_sha256),
};

fn hmac_sha256(args: &[Value]) -> Result<Value, Fault> {
    digest::signature::<Hmac<Sha256>>(args, "hmac_sha256")
}
