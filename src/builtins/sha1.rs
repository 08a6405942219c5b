//! `sha1`: a fingerprint by SHA-1.

use sha1::{Digest, Sha1};

use super::{Builtin, Call, Example, OnEmpty, Param, args, digest};
use crate::value::Kinds;

pub static SHA1: Builtin = Builtin {
    name: "sha1",
    summary: r#"Gives the SHA-1 of a text (its UTF-8) or of bytes, in lower-case hexadecimal, or as `encoding` says: `"hex"`, `"base64"`, `"base64url"`. For services that want it; it protects nothing any more."#,
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
        Example { call: r#"sha1("a")"#, gives: r#""86f7e437faa5a7fce15d1ddcb9eaeaea377667b8""# },
        Example { call: r#"sha1("a", "base64")"#, gives: r#""hvfkN/qlp/zhXR3cuerq6jd2Z7g=""# },
    ],
    call: Call::Pure(|args| digest::written(&Sha1::digest(args::bytes(args, 0)?), args, 1, "sha1")),
};
