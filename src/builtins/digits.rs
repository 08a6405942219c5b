//! `digits`: only the digits of a text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static DIGITS: Builtin = Builtin {
    name: "digits",
    summary: "Keeps the digits 0 to 9 of a text and drops all else.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"digits("+7 (909) 000-00-01")"#, gives: r#""79090000001""# },
        Example { call: r#"digits("none")"#, gives: r#""""# },
    ],
    call: Call::Pure(|args| {
        let digits: String = args::text(args, 0)?.chars().filter(char::is_ascii_digit).collect();
        Ok(Value::text(digits))
    }),
};
