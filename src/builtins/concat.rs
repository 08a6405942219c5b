//! `concat`: lists one after the other.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static CONCAT: Builtin = Builtin {
    name: "concat",
    summary: "Puts lists together into one; an empty one adds nothing.",
    params: &[Param { name: "list", kinds: Kinds::LIST, optional: false }],
    variadic: true,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::IsPassed,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "concat([1], [2, 3], [])", gives: "[1, 2, 3]" },
        Example { call: "concat([1], empty)", gives: "[1]" },
    ],
    call: Call::Pure(concat),
};

fn concat(args: &[Value]) -> Result<Value, Fault> {
    let lists: Vec<&[Value]> = (0..args.len())
        .filter(|at| !args.get(*at).is_none_or(Value::is_empty))
        .map(|at| args::list(args, at))
        .collect::<Result<_, _>>()?;
    args::fits_items(lists.iter().map(|list| list.len()).sum(), "concat")?;
    Ok(Value::list(lists.concat()))
}
