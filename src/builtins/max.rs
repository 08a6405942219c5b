//! `max`: the greatest of a list.

use std::cmp::Ordering;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Fault, Kinds, Value};

pub static MAX: Builtin = Builtin {
    name: "max",
    summary: "Gives the greatest item of a list of numbers, texts, times or durations; empty items are left out, and of a list without others it gives empty.",
    params: &[Param { name: "list", kinds: Kinds::LIST, optional: false }],
    variadic: false,
    returns: Kinds::NUMBER.or(Kinds::TEXT).or(Kinds::TIME).or(Kinds::DURATION),
    may_be_empty: true,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "max([3, 1.5, 2])", gives: "3" },
        Example { call: r#"max([now(), time("1970-01-01T00:00:00Z")]) == now()"#, gives: "true" },
        Example { call: "max([])", gives: "empty" },
    ],
    call: Call::Pure(max),
};

fn max(args: &[Value]) -> Result<Value, Fault> {
    foremost(args, Ordering::is_gt)
}

/// The item of a list that no other one beats, the first of equal ones; `empty` items are left out.
pub(super) fn foremost(args: &[Value], beats: fn(Ordering) -> bool) -> Result<Value, Fault> {
    let mut items = args::list(args, 0)?.iter().filter(|item| !item.is_empty());
    let Some(first) = items.next() else { return Ok(Value::Empty) };
    // A list of one is as sound as a longer one.
    value::order(first, first)?;
    let found = items.try_fold(first, |found, item| {
        Ok::<_, Fault>(if beats(value::order(item, found)?) { item } else { found })
    })?;
    Ok(found.clone())
}
