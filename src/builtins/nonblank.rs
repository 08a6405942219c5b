//! `nonblank`: a text with something in it.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static NONBLANK: Builtin = Builtin {
    name: "nonblank",
    summary: "Gives a text as it is, or empty if there is nothing in it but blanks.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"nonblank(" Анна")"#, gives: r#"" Анна""# },
        Example { call: r#"nonblank("  \n")"#, gives: "empty" },
    ],
    call: Call::Pure(|args| {
        Ok(match args::text(args, 0)?.trim() {
            "" => Value::Empty,
            _ => args::any(args, 0)?.clone(),
        })
    }),
};
