//! `upper`: capital letters.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static UPPER: Builtin = Builtin {
    name: "upper",
    summary: "Gives a text in capital letters, of any script.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example { call: r#"upper("rub, ё")"#, gives: r#""RUB, Ё""# }],
    call: Call::Pure(|args| Ok(Value::text(args::text(args, 0)?.to_uppercase()))),
};
