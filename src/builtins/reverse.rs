//! `reverse`: a list from its end.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static REVERSE: Builtin = Builtin {
    name: "reverse",
    summary: "Gives the items of a list in the opposite order.",
    params: &[Param { name: "list", kinds: Kinds::LIST, optional: false }],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example { call: "reverse([1, 2, 3])", gives: "[3, 2, 1]" }],
    call: Call::Pure(|args| Ok(Value::list(args::list(args, 0)?.iter().rev().cloned().collect()))),
};
