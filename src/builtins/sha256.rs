//! `sha256`: a fingerprint by SHA-256.

use sha2::{Digest, Sha256};

use super::{Builtin, Call, Example, OnEmpty, Param, args, digest};
use crate::value::Kinds;

pub static SHA256: Builtin = Builtin {
    name: "sha256",
    summary: r#"Gives the SHA-256 of a text (its UTF-8) or of bytes, in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`."#,
    params: &[
        Param { name: "value", kinds: Kinds::TEXT.or(Kinds::BYTES), optional: false },
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
            call: r#"sha256("a")"#,
            gives: r#""ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb""#,
        },
        Example {
            call: r#"sha256("a", "base64")"#,
            gives: r#""ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=""#,
        },
    ],
    call: Call::Pure(|args| digest::written(&Sha256::digest(args::bytes(args, 0)?), args, 1, "sha256")),
};
