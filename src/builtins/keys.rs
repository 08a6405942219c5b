//! `keys`: the names in an object.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Kinds, Value};

pub static KEYS: Builtin = Builtin {
    name: "keys",
    summary: "Gives the list of the names of an object, in their order.",
    params: &[Param { name: "object", kinds: Kinds::OBJECT, optional: false }],
    variadic: false,
    returns: Kinds::LIST,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example { call: "keys({ b: 1, a: 2 })", gives: r#"["b", "a"]"# }],
    call: Call::Pure(|args| {
        Ok(Value::list(args::object(args, 0)?.iter().map(|(name, _)| Value::Text(name.clone())).collect()))
    }),
};
