//! `lower`: small letters.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static LOWER: Builtin = Builtin {
    name: "lower",
    summary: "Gives a text in small letters, of any script.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example {
        call: r#"lower("Анна@Пример.РФ")"#, gives: r#""анна@пример.рф""#
    }],
    call: Call::Pure(|args| Ok(Value::text(args::text(args, 0)?.to_lowercase()))),
};
