//! `sha512`: a fingerprint by SHA-512.

use sha2::{Digest, Sha512};

use super::{Builtin, Call, Example, OnEmpty, Param, args, digest};
use crate::value::Kinds;

pub static SHA512: Builtin = Builtin {
    name: "sha512",
    summary: r#"Gives the SHA-512 of a text (its UTF-8) or of bytes, in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`."#,
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
            call: r#"sha512("a")"#,
            gives: r#""1f40fc92da241694750979ee6cf582f2d5d7d28e18335de05abc54d0560e0f5302860c652bf08d560252aa5e74210546f369fbbbce8c12cfc7957b2652fe9a75""#,
        },
        Example {
            call: r#"sha512("a", "base64")"#,
            gives: r#""H0D8ktokFpR1CXnubPWC8tXX0o4YM13gWrxU0FYOD1MChgxlK/CNVgJSql50IQVG82n7u86MEs/HlXsmUv6adQ==""#,
        },
    ],
    call: Call::Pure(|args| digest::written(&Sha512::digest(args::bytes(args, 0)?), args, 1, "sha512")),
};
