//! `join`: a list into a text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Fault, Kinds, Value};

pub static JOIN: Builtin = Builtin {
    name: "join",
    summary: "Renders the items of a list into one text with `by` between them; empty items are left out.",
    params: &[
        Param { name: "list", kinds: Kinds::LIST, optional: false },
        Param { name: "by", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"join(["a", 1, empty, true], ", ")"#, gives: r#""a, 1, true""# },
        Example { call: r#"join([], ", ")"#, gives: r#""""# },
    ],
    call: Call::Pure(join),
};

fn join(args: &[Value]) -> Result<Value, Fault> {
    let (list, by) = (args::list(args, 0)?, args::text(args, 1)?);
    let mut joined = String::new();
    for (at, item) in list.iter().filter(|item| !item.is_empty()).enumerate() {
        if at > 0 {
            joined.push_str(by);
        }
        joined.push_str(&value::render(item)?);
        args::fits(joined.len(), "join")?;
    }
    Ok(Value::text(joined))
}
