//! `number`: a number as people write it.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Number, Value};

pub static NUMBER: Builtin = Builtin {
    name: "number",
    summary: "Reads a number, digit for digit, with blanks between groups of three digits and a comma or a dot before the fraction; gives empty for what is none.",
    params: &[Param { name: "value", kinds: Kinds::TEXT.or(Kinds::NUMBER), optional: false }],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"number("1 990,50")"#, gives: "1990.50" },
        Example { call: r#"number(" -7 ")"#, gives: "-7" },
        Example { call: r#"number("1,990.50")"#, gives: "empty" },
        Example { call: r#"number("many")"#, gives: "empty" },
        Example { call: "number(7)", gives: "7" },
    ],
    call: Call::Pure(number),
};

fn number(args: &[Value]) -> Result<Value, Fault> {
    if let Value::Number(number) = args::any(args, 0)? {
        return Ok(Value::Number(number.clone()));
    }
    let digits = read(args::text(args, 0)?);
    Ok(digits.map_or(Value::Empty, |digits| Value::Number(Number::from_json_digits(digits))))
}

/// The JSON digits of a number that a person wrote. `1,990.50` is none: the comma is a fraction to some readers and a group
/// to others, and nobody guesses.
fn read(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match unsigned.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let whole = ungrouped(whole)?;
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        significant => significant,
    };
    match fraction {
        None => Some(format!("{sign}{whole}")),
        Some(fraction) if is_digits(fraction) => Some(format!("{sign}{whole}.{fraction}")),
        Some(_) => None,
    }
}

/// `1 990` without its blanks: those of one to three digits, then of exactly three.
fn ungrouped(whole: &str) -> Option<String> {
    let mut groups = whole.split([' ', '\u{a0}', '\u{202f}', '\u{2009}']);
    let first = groups.next().filter(|first| is_digits(first))?;
    let mut digits = first.to_owned();
    for group in groups {
        if first.len() > 3 || group.len() != 3 || !is_digits(group) {
            return None;
        }
        digits += group;
    }
    Some(digits)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write_and_nothing_else() {
        for (text, digits) in [
            ("1\u{a0}990\u{a0}000.00", "1990000.00"),
            ("1\u{202f}990", "1990"),
            ("+0,5", "0.5"),
            ("\u{2212}12", "-12"),
            ("007", "7"),
            ("0", "0"),
            ("12345678901234567890123456789012345678901", "12345678901234567890123456789012345678901"),
        ] {
            assert_eq!(read(text).as_deref(), Some(digits), "{text}");
        }
        for text in
            ["", " ", "-", ",5", "5,", "1  990", "12 34", "1990 000", "1e5", "1 990 ₽", "0x10", "1.2.3", "٣"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
