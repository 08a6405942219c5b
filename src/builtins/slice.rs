//! `slice`: a part of a text by places.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static SLICE: Builtin = Builtin {
    name: "slice",
    summary: "Gives the characters of a text from place `from`, counted from 0, up to but not with place `to`; a negative place counts from the end.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "from", kinds: Kinds::NUMBER, optional: false },
        Param { name: "to", kinds: Kinds::NUMBER, optional: true },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"slice("заявка", 0, 3)"#, gives: r#""зая""# },
        Example { call: r#"slice("+79090000001", -4)"#, gives: r#""0001""# },
        Example { call: r#"slice("abc", 1, -1)"#, gives: r#""b""# },
        Example { call: r#"slice("abc", 2, 100)"#, gives: r#""c""# },
    ],
    call: Call::Pure(slice),
};

fn slice(args: &[Value]) -> Result<Value, Fault> {
    let text = args::text(args, 0)?;
    let from = args::whole(args, 1, "slice", "from")?.unwrap_or(0);
    let to = args::whole(args, 2, "slice", "to")?.unwrap_or(i64::MAX);
    // Counting is for negative places only: most texts are cut from their start.
    let count = if from < 0 || to < 0 { text.chars().count() as i64 } else { 0 };
    let place = |at: i64| if at < 0 { count.saturating_add(at).max(0) } else { at };
    let (from, to) = (place(from), place(to));
    let taken = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
    let skipped = usize::try_from(from).unwrap_or(usize::MAX);
    Ok(Value::text(text.chars().skip(skipped).take(taken).collect::<String>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn places_out_of_range_are_cut_and_crossed_ones_give_nothing() {
        let cut = |from: i64, to: i64| {
            let args =
                [Value::text("абв"), Value::Number(Number::from(from)), Value::Number(Number::from(to))];
            slice(&args).unwrap().as_text().unwrap().to_owned()
        };
        assert_eq!(cut(-9, 2), "аб");
        assert_eq!(cut(2, 1), "");
        assert_eq!(cut(9, 10), "");
        assert_eq!(cut(0, -9), "");
        assert_eq!(cut(i64::MIN, i64::MAX), "абв");
        let half = [Value::text("абв"), Value::Number(Number::from_json_digits("0.5"))];
        assert!(slice(&half).unwrap_err().message.contains("whole number, and 0.5 was given"));
    }
}
