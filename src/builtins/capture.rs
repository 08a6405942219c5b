//! `capture`: what a pattern finds in a text.

use super::{Builtin, Call, Example, OnEmpty, Param, args, matches::compiled};
use crate::value::{Fault, Kinds, Value};

pub static CAPTURE: Builtin = Builtin {
    name: "capture",
    summary: "Gives what the first group of a regular expression finds in a text, or the whole find if the pattern has no group; empty if nothing fits.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "pattern", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: true,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r"capture('order A-1234 paid', 'A-(\d+)')", gives: r#""1234""# },
        Example { call: r"capture('order A-1234', '\d+')", gives: r#""1234""# },
        Example { call: r"capture('no order', '\d+')", gives: "empty" },
    ],
    call: Call::Pure(capture),
};

fn capture(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?;
    let regex = compiled(args::text(args, 1)?, "capture")?;
    let Some(found) = regex.captures(text) else { return Ok(Value::Empty) };
    let group = if found.len() > 1 { found.get(1) } else { found.get(0) };
    Ok(group.map_or(Value::Empty, |group| Value::text(group.as_str())))
}
