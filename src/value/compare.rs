//! `==`, `<` and `in`. A text that meets a number is a fault, never a quiet false: forms send texts, JSON sends
//! numbers, and the script is one.

use std::cmp::Ordering;

use super::{Fault, Value};

/// One operand: the value, and what the script calls it, where it has a name.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    pub value: &'a Value,
    pub name: Option<&'a str>,
}

impl<'a> Side<'a> {
    pub fn named(value: &'a Value, name: &'a str) -> Side<'a> {
        Side { value, name: Some(name) }
    }

    /// `` `price` is the text "100" ``, or the value alone if it has no name.
    pub(super) fn is(self) -> String {
        match self.name {
            Some(name) => format!("`{name}` is {}", self.value.shown()),
            None => self.value.shown(),
        }
    }
}

impl<'a> From<&'a Value> for Side<'a> {
    fn from(value: &'a Value) -> Side<'a> {
        Side { value, name: None }
    }
}

/// `left == right`: numbers by value, texts exactly, lists and objects member by member. `empty` equals `empty`
/// alone; other kinds that differ are unequal.
///
/// # Errors
/// A text compared with a number, at any depth; a secret.
pub fn equal<'a>(left: impl Into<Side<'a>>, right: impl Into<Side<'a>>) -> Result<bool, Fault> {
    let (left, right) = (left.into(), right.into());
    Ok(match (left.value, right.value) {
        (Value::Sealed(_), _) | (_, Value::Sealed(_)) => return Err(secret()),
        (Value::Text(_), Value::Number(_)) => return Err(text_with_number(left, right)),
        (Value::Number(_), Value::Text(_)) => return Err(text_with_number(right, left)),
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !equal(a, b)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Object(a), Value::Object(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (name, a) in a.iter() {
                let Some(b) = b.get(name) else { return Ok(false) };
                if !equal(a, b)? {
                    return Ok(false);
                }
            }
            true
        }
        (left, right) => left == right,
    })
}

/// `left < right` and its kin: numbers by value, texts by code point, times, durations.
///
/// # Errors
/// Anything else: `empty`, kinds that differ, kinds without an order.
pub fn order<'a>(left: impl Into<Side<'a>>, right: impl Into<Side<'a>>) -> Result<Ordering, Fault> {
    let (left, right) = (left.into(), right.into());
    Ok(match (left.value, right.value) {
        (Value::Number(a), Value::Number(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.micros.cmp(&b.micros),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (Value::Text(_), Value::Number(_)) => return Err(text_with_number(left, right)),
        (Value::Number(_), Value::Text(_)) => return Err(text_with_number(right, left)),
        (Value::Sealed(_), _) | (_, Value::Sealed(_)) => return Err(secret()),
        _ => return Err(no_order(left, right)),
    })
}

/// `item in list`. `empty in list` is false.
///
/// # Errors
/// What is no list; a text in a list with numbers before it is found, or a number in one with texts.
pub fn contains<'a>(list: impl Into<Side<'a>>, item: impl Into<Side<'a>>) -> Result<bool, Fault> {
    let (list, item) = (list.into(), item.into());
    let Value::List(items) = list.value else { return Err(no_list(list)) };
    if item.value.is_empty() {
        return Ok(false);
    }
    for other in items.iter() {
        if equal(item, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Equality without faults: a text and a number are unequal. It is what a path's filter means (RFC 9535,
/// 2.3.5.2.2) and what tests want; `==` of the language is `equal`.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Empty | Value::Null, Value::Empty | Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Bytes(_) | Value::File(_), Value::Bytes(_) | Value::File(_)) => {
                self.as_bytes() == other.as_bytes()
            }
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(name, value)| b.get(name) == Some(value))
            }
            (Value::Time(a), Value::Time(b)) => a.micros == b.micros,
            (Value::Duration(a), Value::Duration(b)) => a == b,
            _ => false,
        }
    }
}

fn text_with_number(text: Side<'_>, number: Side<'_>) -> Fault {
    // The side that has a name came from somewhere, and can be read otherwise; the other is written in the script.
    if text.name.is_none() && number.name.is_some() {
        let (number, text) = (number.is(), text.value.shown());
        return Fault::outside(format!("{number}, compared with {text}: read it with `as text`"));
    }
    let number_is = match number.name {
        Some(name) => format!("`{name}`, {}", number.value.shown()),
        None => number.value.shown(),
    };
    Fault::outside(format!("{}, compared with {number_is}: read it with `as number`", text.is()))
}

fn no_order(left: Side<'_>, right: Side<'_>) -> Fault {
    let empty = [left, right].into_iter().find(|side| side.value.is_empty());
    Fault::outside(match empty {
        Some(Side { name: Some(name), .. }) => {
            format!("`{name}` is empty, and nothing is less or greater than `empty`")
        }
        Some(_) => "nothing is less or greater than `empty`".to_owned(),
        None => format!("{}, and has no order with {}", left.is(), right.value.shown()),
    })
}

fn no_list(side: Side<'_>) -> Fault {
    let help = match side.value {
        Value::Text(_) => ": `contains(text, part)` looks into a text",
        _ => "",
    };
    Fault::outside(format!("{}, where `in` wants a list{help}", side.is()))
}

fn secret() -> Fault {
    Fault::own("a secret is compared, and secrets never decide what a run does")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::{Number, from_json};

    fn json(text: &str) -> Value {
        from_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_text_compared_with_a_number_is_a_fault_in_the_words_of_the_language() {
        let (text, number) = (json("\"100\""), json("100"));
        let words = "`price` is the text \"100\", compared with the number 100: read it with `as number`";
        assert_eq!(equal(Side::named(&text, "price"), &number).unwrap_err().message, words);
        assert_eq!(equal(&number, Side::named(&text, "price")).unwrap_err().message, words);
        assert_eq!(order(Side::named(&text, "price"), &number).unwrap_err().message, words);
        assert_eq!(contains(&json("[100]"), Side::named(&text, "price")).unwrap_err().message, words);
        assert!(equal(&json("[[1]]"), &json("[[\"1\"]]")).is_err());
        assert_eq!(
            equal(&text, Side::named(&number, "sum")).unwrap_err().message,
            "`sum` is the number 100, compared with the text \"100\": read it with `as text`"
        );
    }

    #[test]
    fn equality_is_by_value_member_by_member() {
        for (left, right, same) in [
            ("1.10", "1.1", true),
            ("[1, {\"a\": 2, \"b\": null}]", "[1.0, {\"b\": null, \"a\": 2e0}]", true),
            ("{\"a\": 1}", "{\"a\": 1, \"b\": 1}", false),
            ("null", "null", true),
            ("null", "\"\"", false),
            ("0", "false", false),
            ("\"a\"", "[\"a\"]", false),
            ("[]", "{}", false),
        ] {
            assert_eq!(equal(&json(left), &json(right)), Ok(same), "{left} {right}");
            assert_eq!(equal(&json(right), &json(left)), Ok(same), "{right} {left}");
        }
    }

    #[test]
    fn only_what_has_an_order_is_ordered() {
        assert_eq!(order(&json("2"), &json("10")), Ok(Ordering::Less));
        assert_eq!(order(&json("\"2\""), &json("\"10\"")), Ok(Ordering::Greater));
        assert_eq!(order(&Value::Duration(1), &Value::Duration(2)), Ok(Ordering::Less));
        let empty = order(Side::named(&Value::Empty, "price"), &json("1")).unwrap_err();
        assert_eq!(empty.message, "`price` is empty, and nothing is less or greater than `empty`");
        let flag = order(Side::named(&json("true"), "flag"), &json("1")).unwrap_err();
        assert_eq!(flag.message, "`flag` is true, and has no order with the number 1");
    }

    #[test]
    fn in_looks_for_an_item_of_a_list() {
        assert_eq!(contains(&json("[1, 2.0]"), &json("2")), Ok(true));
        assert_eq!(contains(&json("[1]"), &json("2")), Ok(false));
        assert_eq!(contains(&json("[null]"), &Value::Empty), Ok(false));
        let text = contains(Side::named(&json("\"abc\""), "name"), &json("\"a\"")).unwrap_err();
        assert!(text.message.starts_with("`name` is the text \"abc\", where `in` wants a list"));
    }

    /// Numbers near to each other, in many writings.
    fn number() -> impl Strategy<Value = String> {
        "-?(0|[1-9][0-9]{0,2})(\\.[0-9]{1,3})?([eE][+-]?[0-3])?"
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn numbers_have_one_order_and_equality_follows_it(a in number(), b in number(), c in number()) {
            let by_doubles = a.parse::<f64>().unwrap().partial_cmp(&b.parse::<f64>().unwrap());
            let [a, b, c] = [a, b, c].map(Number::from_json_digits);
            prop_assert_eq!(a.partial_cmp(&b), by_doubles);
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
            prop_assert!(a == a.clone());
            if a <= b && b <= c {
                prop_assert!(a <= c);
            }
            let decimals = (a.to_decimal().unwrap(), b.to_decimal().unwrap());
            prop_assert_eq!(a.cmp(&b), decimals.0.cmp(&decimals.1));
        }
    }
}
