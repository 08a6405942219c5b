//! `last`: the end of a list.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static LAST: Builtin = Builtin {
    name: "last",
    summary: "Gives the last item of a list, empty if there is none; with `count`, the list of at most so many last items, in their order.",
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
        Example { call: "last([7, 8])", gives: "8" },
        Example { call: "last([])", gives: "empty" },
        Example { call: "last([7, 8, 9], 2)", gives: "[8, 9]" },
    ],
    call: Call::Pure(last),
};

fn last(args: &[Value]) -> Result<Value, Fault> {
    let list = args::list(args, 0)?;
    let Some(count) = args::whole(args, 1, "last", "count")? else {
        return Ok(list.last().map_or(Value::Empty, Value::reached));
    };
    let count = usize::try_from(count)
        .map_err(|_| Fault::outside(format!("`count` of `last` is {count}, and cannot be below 0")))?;
    Ok(Value::list(list.iter().skip(list.len().saturating_sub(count)).cloned().collect()))
}
