//! `min`: the least of a list.

use std::cmp::Ordering;

use super::{Builtin, Call, Example, OnEmpty, Param, max};
use crate::value::{Fault, Kinds, Value};

pub static MIN: Builtin = Builtin {
    name: "min",
    summary: "Gives the least item of a list of numbers, texts, times or durations; empty items are left out, and of a list without others it gives empty.",
    params: &[Param { name: "list", kinds: Kinds::LIST, optional: false }],
    variadic: false,
    returns: Kinds::NUMBER.or(Kinds::TEXT).or(Kinds::TIME).or(Kinds::DURATION),
    may_be_empty: true,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "min([3, 1.5, 2])", gives: "1.5" },
        Example { call: r#"min(["б", "а"])"#, gives: r#""а""# },
        Example { call: "min([])", gives: "empty" },
    ],
    call: Call::Pure(min),
};

fn min(args: &[Value]) -> Result<Value, Fault> {
    max::foremost(args, Ordering::is_lt)
}
