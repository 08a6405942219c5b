//! `first`: the beginning of a list.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static FIRST: Builtin = Builtin {
    name: "first",
    summary: "Gives the first item of a list, empty if there is none; with `count`, the list of at most so many first items.",
    params: &[
        Param { name: "list", kinds: Kinds::LIST, optional: false },
        Param { name: "count", kinds: Kinds::NUMBER, optional: true },
    ],
    variadic: false,
    returns: Kinds::ANY,
    may_be_empty: true,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "first([7, 8])", gives: "7" },
        Example { call: "first([])", gives: "empty" },
        Example { call: "first([7, 8, 9], 2)", gives: "[7, 8]" },
        Example { call: "first([7], 2)", gives: "[7]" },
    ],
    call: Call::Pure(first),
};

fn first(args: &[Value]) -> Result<Value, Fault> {
    let list = args::list(args, 0)?;
    let Some(count) = args::whole(args, 1, "first", "count")? else {
        return Ok(list.first().map_or(Value::Empty, Value::reached));
    };
    let count = usize::try_from(count)
        .map_err(|_| Fault::outside(format!("`count` of `first` is {count}, and cannot be below 0")))?;
    Ok(Value::list(list.iter().take(count).cloned().collect()))
}
