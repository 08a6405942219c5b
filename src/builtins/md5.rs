//! `md5`: a fingerprint by MD5.

use md5::{Digest, Md5};

use super::{Builtin, Call, Example, OnEmpty, Param, args, digest};
use crate::value::Kinds;

pub static MD5: Builtin = Builtin {
    name: "md5",
    summary: r#"Gives the MD5 of a text (its UTF-8) or of bytes, in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`. For services that want it; it protects nothing any more."#,
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
        Example { call: r#"md5("a")"#, gives: r#""0cc175b9c0f1b6a831c399e269772661""# },
        Example { call: r#"md5("a", "base64")"#, gives: r#""DMF1ucDxtqgxw5niaXcmYQ==""# },
    ],
    call: Call::Pure(|args| digest::written(&Md5::digest(args::bytes(args, 0)?), args, 1, "md5")),
};
