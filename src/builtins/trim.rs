//! `trim`: blanks off both ends.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static TRIM: Builtin = Builtin {
    name: "trim",
    summary: "Takes blanks and line ends off both ends of a text.",
    params: &[Param { name: "text", kinds: Kinds::TEXT, optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: true,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"trim("  Анна \n")"#, gives: r#""Анна""# },
        Example { call: r#"trim("   ")"#, gives: r#""""# },
    ],
    call: Call::Pure(|args| Ok(Value::text(args::text(args, 0)?.trim()))),
};
