//! `+ - * / %` and the unary minus: numbers by decimal arithmetic of 28 digits, durations in milliseconds, times.

use rust_decimal::Decimal;

use super::compare::Side;
use super::{Fault, Number, Time, Value};

/// `left + right`: numbers, durations, a duration and a time.
///
/// # Errors
/// Other kinds, and sums out of range.
pub fn add<'a>(left: impl Into<Side<'a>>, right: impl Into<Side<'a>>) -> Result<Value, Fault> {
    let (left, right) = (left.into(), right.into());
    match (left.value, right.value) {
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_add(*b).map(Value::Duration).ok_or_else(|| too_large("sum"))
        }
        (Value::Time(time), Value::Duration(millis)) | (Value::Duration(millis), Value::Time(time)) => {
            moved(time, Some(*millis))
        }
        (Value::Text(_), Value::Text(_)) => Err(joined_by_plus(left)),
        _ => numbers(left, right, "added", "sum", Decimal::checked_add),
    }
}

/// `left - right`: numbers, durations, a time and a duration; two times give a duration.
///
/// # Errors
/// Other kinds, and differences out of range.
pub fn subtract<'a>(left: impl Into<Side<'a>>, right: impl Into<Side<'a>>) -> Result<Value, Fault> {
    let (left, right) = (left.into(), right.into());
    match (left.value, right.value) {
        (Value::Duration(a), Value::Duration(b)) => {
            a.checked_sub(*b).map(Value::Duration).ok_or_else(|| too_large("difference"))
        }
        (Value::Time(time), Value::Duration(millis)) => moved(time, millis.checked_neg()),
        (Value::Time(a), Value::Time(b)) => {
            let micros = a.micros.checked_sub(b.micros).ok_or_else(|| too_large("difference"))?;
            Ok(Value::Duration(micros.div_euclid(1000)))
        }
        _ => numbers(left, right, "subtracted", "difference", Decimal::checked_sub),
    }
}

/// `left * right`, of numbers.
///
/// # Errors
/// Other kinds, and products out of range.
pub fn multiply<'a>(left: impl Into<Side<'a>>, right: impl Into<Side<'a>>) -> Result<Value, Fault> {
    numbers(left.into(), right.into(), "multiplied", "product", Decimal::checked_mul)
}

/// `left / right`, of numbers, to 28 digits.
///
/// # Errors
/// Other kinds, a quotient out of range, and a division by zero.
pub fn divide<'a>(left: impl Into<Side<'a>>, right: impl Into<Side<'a>>) -> Result<Value, Fault> {
    let (left, right) = (left.into(), right.into());
    refuse_zero(right)?;
    numbers(left, right, "divided", "quotient", Decimal::checked_div)
}

/// `left % right`, of numbers: what division leaves, with the sign of `left`.
///
/// # Errors
/// As for `divide`.
pub fn remainder<'a>(left: impl Into<Side<'a>>, right: impl Into<Side<'a>>) -> Result<Value, Fault> {
    let (left, right) = (left.into(), right.into());
    refuse_zero(right)?;
    numbers(left, right, "divided", "remainder", Decimal::checked_rem)
}

/// `-value`, of a number or a duration.
///
/// # Errors
/// Other kinds.
pub fn negate<'a>(value: impl Into<Side<'a>>) -> Result<Value, Fault> {
    let side = value.into();
    match side.value {
        Value::Number(number) => {
            let digits = number.as_str();
            let negated = match digits.strip_prefix('-') {
                Some(rest) => rest.to_owned(),
                None => format!("-{digits}"),
            };
            Ok(Value::Number(Number::from_json_digits(negated)))
        }
        Value::Duration(millis) => {
            millis.checked_neg().map(Value::Duration).ok_or_else(|| too_large("duration"))
        }
        _ => Err(Fault::outside(format!("{}, where `-` wants a number", side.is()))),
    }
}

fn numbers(
    left: Side<'_>,
    right: Side<'_>,
    verb: &str,
    result: &str,
    calculate: fn(Decimal, Decimal) -> Option<Decimal>,
) -> Result<Value, Fault> {
    let (a, b) = (decimal(left, verb)?, decimal(right, verb)?);
    let decimal = calculate(a, b).ok_or_else(|| too_large(result))?;
    Ok(Value::Number(Number::from_decimal(decimal)))
}

fn decimal(side: Side<'_>, verb: &str) -> Result<Decimal, Fault> {
    match side.value {
        Value::Number(number) => number.to_decimal().ok_or_else(|| {
            Fault::outside(format!(
                "{}, which has more digits than the 28 that wj calculates with",
                side.is()
            ))
        }),
        Value::Text(_) => {
            Err(Fault::outside(format!("{}, and texts are not {verb}: read it with `as number`", side.is())))
        }
        _ => Err(Fault::outside(format!("{}, and cannot be {verb}", side.is()))),
    }
}

fn moved(time: &Time, millis: Option<i64>) -> Result<Value, Fault> {
    let micros =
        millis.and_then(|millis| millis.checked_mul(1000)).and_then(|by| time.micros.checked_add(by));
    let moved = micros.map(|micros| Time { micros, zone: time.zone.clone() });
    moved.filter(Time::is_in_calendar).map(Value::Time).ok_or_else(|| too_large("time"))
}

fn refuse_zero(divisor: Side<'_>) -> Result<(), Fault> {
    match divisor.value {
        Value::Number(number) if number.is_zero() => Err(Fault::outside(match divisor.name {
            Some(name) => format!("`{name}` is 0, and nothing can be divided by zero"),
            None => "nothing can be divided by zero".to_owned(),
        })),
        _ => Ok(()),
    }
}

fn joined_by_plus(left: Side<'_>) -> Fault {
    Fault::outside(format!("{}, and texts are not added: join them as \"{{a}}{{b}}\"", left.is()))
}

fn too_large(what: &str) -> Fault {
    Fault::outside(format!("the {what} is out of the range that wj calculates in"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::from_json;

    fn json(text: &str) -> Value {
        from_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_are_calculated_in_decimals() {
        type Operation = fn(&Value, &Value) -> Result<Value, Fault>;
        let cases: [(Operation, &str, &str, &str); 9] = [
            (|a, b| add(a, b), "0.1", "0.2", "0.3"),
            (|a, b| add(a, b), "1.10", "1", "2.1"),
            (|a, b| subtract(a, b), "1e2", "0.5", "99.5"),
            (|a, b| multiply(a, b), "1.5", "-2", "-3"),
            (|a, b| divide(a, b), "1", "3", "0.3333333333333333333333333333"),
            (|a, b| divide(a, b), "10", "4", "2.5"),
            (|a, b| remainder(a, b), "7", "3", "1"),
            (|a, b| remainder(a, b), "-7", "3", "-1"),
            (|a, b| add(a, b), "9007199254740993", "1", "9007199254740994"),
        ];
        for (operation, a, b, result) in cases {
            let Ok(Value::Number(number)) = operation(&json(a), &json(b)) else { panic!("{a} {b}") };
            assert_eq!(number.as_str(), result, "{a} {b}");
        }
    }

    #[test]
    fn what_cannot_be_calculated_is_a_fault() {
        let zero = divide(&json("1"), Side::named(&json("0.0"), "parts")).unwrap_err();
        assert_eq!(zero.message, "`parts` is 0, and nothing can be divided by zero");
        assert!(remainder(&json("1"), &json("0e5")).is_err());
        assert!(multiply(&json("1e20"), &json("1e20")).is_err());
        assert!(add(&json("1e999999999"), &json("1")).is_err());
        assert!(add(&Value::Empty, &json("1")).is_err());
        let text = add(Side::named(&json("\"5\""), "price"), &json("1")).unwrap_err();
        assert_eq!(
            text.message,
            "`price` is the text \"5\", and texts are not added: read it with `as number`"
        );
        let joined = add(&json("\"a\""), &json("\"b\"")).unwrap_err();
        assert_eq!(joined.message, "the text \"a\", and texts are not added: join them as \"{a}{b}\"");
    }

    #[test]
    fn durations_move_times() {
        let time = Value::Time(Time::parse("2026-11-24T10:00:00Z").unwrap());
        let hour = Value::Duration(3_600_000);
        let later = add(&time, &hour).unwrap();
        assert_eq!(later, Value::Time(Time::parse("2026-11-24T11:00:00Z").unwrap()));
        assert_eq!(subtract(&later, &time), Ok(hour.clone()));
        assert_eq!(subtract(&later, &hour), Ok(time.clone()));
        assert_eq!(add(&hour, &hour), Ok(Value::Duration(7_200_000)));
        assert_eq!(negate(&hour), Ok(Value::Duration(-3_600_000)));
        assert!(add(&time, &Value::Duration(i64::MAX)).is_err());
        assert!(add(&time, &time).is_err());
        assert_eq!(negate(&json("-1.10")), Ok(json("1.10")));
    }
}
