//! `replace_pattern`: another text for what a pattern finds.

use super::{Builtin, Call, Example, OnEmpty, Param, args, matches::compiled};
use crate::value::{Fault, Kinds, Value};

pub static REPLACE_PATTERN: Builtin = Builtin {
    name: "replace_pattern",
    summary: "Puts `by` in the place of all that a regular expression finds in a text; `by` is taken as it stands.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "pattern", kinds: Kinds::TEXT, optional: false },
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
        Example { call: "replace_pattern('a  b   c', ' +', ' ')", gives: r#""a b c""# },
        Example { call: r"replace_pattern('card 4111 1111', '\d', '*')", gives: r#""card **** ****""# },
    ],
    call: Call::Pure(replace_pattern),
};

fn replace_pattern(args: &[Value]) -> Result<Value, Fault> {
    let (text, by) = (args::text(args, 0)?, args::text(args, 2)?);
    let regex = compiled(args::text(args, 1)?, "replace_pattern")?;
    let mut replaced = String::with_capacity(text.len());
    let mut behind = 0;
    for found in regex.find_iter(text) {
        replaced.push_str(text.get(behind..found.start()).unwrap_or_default());
        replaced.push_str(by);
        args::fits(replaced.len(), "replace_pattern")?;
        behind = found.end();
    }
    replaced.push_str(text.get(behind..).unwrap_or_default());
    args::fits(replaced.len(), "replace_pattern")?;
    Ok(Value::text(replaced))
}
