//! `flatten`: lists inside of a list.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static FLATTEN: Builtin = Builtin {
    name: "flatten",
    summary: "Puts the items of lists that stand in a list into one list, one level deep; other items stay.",
    params: &[Param { name: "list", kinds: Kinds::LIST, optional: false }],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example { call: "flatten([[1, 2], 3, [[4]]])", gives: "[1, 2, 3, [4]]" }],
    call: Call::Pure(flatten),
};

fn flatten(args: &[Value]) -> Result<Value, Fault> {
    let list = args::list(args, 0)?;
    let count = list.iter().fold(0_usize, |count, item| {
        count.saturating_add(if let Value::List(items) = item { items.len() } else { 1 })
    });
    args::fits_items(count, "flatten")?;
    let mut flat = Vec::with_capacity(count);
    for item in list {
        match item {
            Value::List(items) => flat.extend(items.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Ok(Value::list(flat))
}
