//! `truncate`: a text that is not too long.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static TRUNCATE: Builtin = Builtin {
    name: "truncate",
    summary: "Cuts a text to at most `length` characters; where something is cut, the last one is `…`.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "length", kinds: Kinds::NUMBER, optional: false },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"truncate("заявка с сайта", 8)"#, gives: r#""заявка …""# },
        Example { call: r#"truncate("заявка", 8)"#, gives: r#""заявка""# },
    ],
    call: Call::Pure(truncate),
};

fn truncate(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?;
    let length = args::count(args, 1, "truncate", "length")?.unwrap_or(0);
    if text.chars().nth(length).is_none() {
        return Ok(Value::text(text));
    }
    let kept: String = text.chars().take(length.saturating_sub(1)).collect();
    Ok(Value::text(if length == 0 { kept } else { kept + "…" }))
}
