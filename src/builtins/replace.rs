//! `replace`: each place of one text inside another.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static REPLACE: Builtin = Builtin {
    name: "replace",
    summary: "Puts `by` in each place where `part` stands in a text; both are taken letter by letter, not as patterns.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "part", kinds: Kinds::TEXT, optional: false },
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
        Example { call: r#"replace("8-909-000", "-", "")"#, gives: r#""8909000""# },
        Example { call: r#"replace("a.b", ".", ", ")"#, gives: r#""a, b""# },
    ],
    call: Call::Pure(replace),
};

fn replace(args: &[Value]) -> Result<Value, Fault> {
    let (text, part, by) = (args::text(args, 0)?, args::text(args, 1)?, args::text(args, 2)?);
    if part.is_empty() {
        return Err(Fault::outside("`part` of `replace` is the text \"\", which stands everywhere"));
    }
    let times = text.matches(part).count();
    args::fits(text.len().saturating_add(times.saturating_mul(by.len())), "replace")?;
    Ok(Value::text(text.replace(part, by)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_look_for_and_a_flood_are_faults() {
        let call = |text: &str, part: &str, by: &str| {
            replace(&[Value::text(text), Value::text(part), Value::text(by)]).map_err(|fault| fault.message)
        };
        assert!(call("abc", "", "x").unwrap_err().contains("stands everywhere"));
        let long = "a".repeat(1 << 20);
        assert!(call(&long, "a", &long).unwrap_err().contains("are the most"));
    }
}
