//! `map`: one thing of each item.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static MAP: Builtin = Builtin {
    name: "map",
    summary: "Gives the list of what a path finds in each item of a list; an item without it gives `empty`, so that places stay. The path is a literal text.",
    params: &[
        Param { name: "list", kinds: Kinds::LIST, optional: false },
        Param { name: "path", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: true,
    examples: &[
        Example { call: r#"map([{ mail: "a" }, { name: "b" }], "$.mail")"#, gives: r#"["a", empty]"# },
        Example { call: r#"map([{ tags: [1, 2] }], "$.tags[*]")"#, gives: "[[1, 2]]" },
        Example { call: r#"map([[1, 2], [3]], "[1]")"#, gives: "[2, empty]" },
    ],
    call: Call::Pure(map),
};

fn map(args: &[Value]) -> Result<Value, Fault> {
    let path = args::path(args, 1, "map")?;
    let found = args::list(args, 0)?.iter().map(|item| args::at(&path, item));
    Ok(Value::list(found.collect()))
}
