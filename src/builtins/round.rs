//! `round`: fewer digits.

use rust_decimal::RoundingStrategy::MidpointAwayFromZero;

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Number, Value};

pub static ROUND: Builtin = Builtin {
    name: "round",
    summary: "Rounds a number to whole, or to `digits` digits behind the point; a half goes away from zero.",
    params: &[
        Param { name: "number", kinds: Kinds::NUMBER, optional: false },
        Param { name: "digits", kinds: Kinds::NUMBER, optional: true },
    ],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "round(2.5)", gives: "3" },
        Example { call: "round(-2.5)", gives: "-3" },
        Example { call: "round(2.345, 2)", gives: "2.35" },
        Example { call: "round(7, 2)", gives: "7" },
    ],
    call: Call::Pure(round),
};

fn round(args: &[Value]) -> Result<Value, Fault> {
    let Value::Number(number) = args::any(args, 0)? else {
        return Err(Fault::own("`round` was given no number"));
    };
    let digits = args::whole(args, 1, "round", "digits")?.unwrap_or(0);
    let digits = u32::try_from(digits)
        .ok()
        .filter(|digits| *digits <= 28)
        .ok_or_else(|| Fault::outside(format!("`digits` of `round` is {digits}, and can be 0 to 28")))?;
    // What has no digits behind the point stays as it came, at any length.
    if number.as_str().bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Ok(Value::Number(number.clone()));
    }
    let decimal = number.to_decimal().ok_or_else(|| {
        Fault::outside(format!(
            "{} has more digits than the 28 that wj calculates with",
            Value::Number(number.clone()).shown()
        ))
    })?;
    let rounded = decimal.round_dp_with_strategy(digits, MidpointAwayFromZero);
    Ok(Value::Number(Number::from_decimal(rounded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero_and_long_whole_numbers_stay() {
        let rounded = |digits: &str, places: i64| {
            let args = [Value::Number(Number::from_json_digits(digits)), Value::from(places)];
            match round(&args) {
                Ok(Value::Number(number)) => number.as_str().to_owned(),
                other => format!("{other:?}"),
            }
        };
        assert_eq!(rounded("0.5", 0), "1");
        assert_eq!(rounded("-0.005", 2), "-0.01");
        assert_eq!(rounded("1.005", 2), "1.01");
        assert_eq!(rounded("1990.4999", 0), "1990");
        assert_eq!(rounded("9".repeat(60).as_str(), 0), "9".repeat(60));
        assert!(rounded("0.1", 29).contains("can be 0 to 28"));
    }
}
