//! `text`: a value as text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Kinds, Value};

pub static TEXT: Builtin = Builtin {
    name: "text",
    summary: "Renders a value as an insertion into a text does: a number digit for digit, a list or an object as compact JSON.",
    params: &[Param {
        name: "value",
        kinds: Kinds::BOOL
            .or(Kinds::NUMBER)
            .or(Kinds::TEXT)
            .or(Kinds::LIST)
            .or(Kinds::OBJECT)
            .or(Kinds::TIME),
        optional: false,
    }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: true,
    gives_outside_data: false,
    examples: &[
        Example { call: "text(1.10)", gives: r#""1.10""# },
        Example { call: "text(true)", gives: r#""true""# },
        Example { call: "text([1, 2])", gives: r#""[1,2]""# },
    ],
    call: Call::Pure(|args| match args::any(args, 0)? {
        Value::Text(text) => Ok(Value::Text(text.clone())),
        other => {
            let text = value::render(other)?;
            args::fits(text.len(), "text")?;
            Ok(Value::text(text))
        }
    }),
};
