//! `hmac_sha512`: a signature by HMAC with SHA-512.

use hmac::Hmac;
use sha2::Sha512;

use super::{Builtin, Call, Example, OnEmpty, Param, digest};
use crate::value::{Fault, Kinds, Value};

pub static HMAC_SHA512: Builtin = Builtin {
    name: "hmac_sha512",
    summary: r#"Signs a text (its UTF-8) or bytes with `key` by HMAC-SHA-512; the signature is in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`. The key may be a secret, and the signature is made where the request is written."#,
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
            call: r#"hmac_sha512("a", "key")"#,
            gives: r#""1d51a72107e0cc8efc886683ad30ea10134600bfb147d0d5faf3e95648f3d05459ba8fb541904fd1c5963730e3c2a5cd3a30ee431e225295f345fc5662487a48""#,
        },
        Example {
            call: r#"hmac_sha512("a", "key", "base64")"#,
            gives: r#""HVGnIQfgzI78iGaDrTDqEBNGAL+xR9DV+vPpVkjz0FRZuo+1QZBP0cWWNzDjwqXNOjDuQx4iUpXzRfxWYkh6SA==""#,
        },
    ],
    call: Call::Pure(hmac_sha512),
};

fn hmac_sha512(args: &[Value]) -> Result<Value, Fault> {
    digest::signature::<Hmac<Sha512>>(args, "hmac_sha512")
}
