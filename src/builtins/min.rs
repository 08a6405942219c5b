//! `min`: the least of a list.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Fault, Kinds, Value};

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
    let mut items = args::list(args, 0)?.iter().filter(|item| !item.is_empty());
    let Some(first) = items.next() else { return Ok(Value::Empty) };
    // A list of one is as sound as a longer one.
    value::order(first, first)?;
    let found = items.try_fold(first, |found, item| {
        Ok::<_, Fault>(if value::order(item, found)?.is_lt() { item } else { found })
    })?;
    Ok(found.clone())
}
