//! `first_of`: the first value that is there.

use super::{Builtin, Call, Example, OnEmpty, Param};
use crate::value::Kinds;

pub static FIRST_OF: Builtin = Builtin {
    name: "first_of",
    summary: "Gives the first of its values that is not empty; it is empty only if all are.",
    params: &[Param { name: "value", kinds: Kinds::ANY, optional: false }],
    variadic: true,
    returns: Kinds::ANY,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesFirst,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"first_of(empty, "b", "c")"#, gives: r#""b""# },
        Example { call: r#"first_of(nonblank(" "), "guest")"#, gives: r#""guest""# },
        Example { call: "first_of(empty, empty)", gives: "empty" },
    ],
    call: Call::Pure(|args| Ok(args.iter().find(|value| !value.is_empty()).cloned().unwrap_or_default())),
};
