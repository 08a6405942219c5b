//! `phone`: a telephone number in its international form. Alone knows phonenumber, which has the rules of libphonenumber.

use phonenumber::{Mode, country};

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static PHONE: Builtin = Builtin {
    name: "phone",
    summary: "Gives a telephone number as E.164, `+79090000001`; a number without a country code is one of `country`, two letters as `RU`. Gives empty for what is no number that may exist there.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT.or(Kinds::NUMBER), optional: false },
        Param { name: "country", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"phone("8 (909) 000-00-01", "RU")"#, gives: r#""+79090000001""# },
        Example { call: r#"phone("+7 909 000 00 01", "RU")"#, gives: r#""+79090000001""# },
        Example { call: r#"phone("030 901820", "DE")"#, gives: r#""+4930901820""# },
        Example { call: r#"phone("+49 30 901820", "RU")"#, gives: r#""+4930901820""# },
        Example { call: r#"phone("12345", "RU")"#, gives: "empty" },
        Example { call: r#"phone("call me", "RU")"#, gives: "empty" },
    ],
    call: Call::Pure(phone),
};

fn phone(args: &[Value]) -> Result<Value, Fault> {
    let text = match args::any(args, 0)? {
        Value::Number(number) => number.as_str(),
        _ => args::text(args, 0)?,
    };
    let country = args::text(args, 1)?;
    let country = country_of(country).ok_or_else(|| {
        Fault::outside(format!("`country` of `phone` is {country:?}, and is two letters like `RU`"))
    })?;
    Ok(read(text, country).map_or(Value::Empty, Value::text))
}

/// Longer than any number that people write, in bytes.
const LONGEST: usize = 64;

/// Whether it is a country whose numbers are known.
pub(super) fn is_country(text: &str) -> bool {
    country_of(text).is_some()
}

fn country_of(text: &str) -> Option<country::Id> {
    text.parse().ok()
}

fn read(text: &str, country: country::Id) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let number = phonenumber::parse(Some(country), text).ok()?;
    number.is_valid().then(|| number.format().mode(Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_people_write_is_read() {
        for (text, number) in [
            ("8 909 000 00 01", "+79090000001"),
            ("89090000001", "+79090000001"),
            ("79090000001", "+79090000001"),
            ("+7(909)000-00-01", "+79090000001"),
            ("9090000001", "+79090000001"),
            ("8 (495) 123-45-67", "+74951234567"),
            ("+375 29 123-45-67", "+375291234567"),
            ("+1 650-253-0000", "+16502530000"),
            ("\u{a0}8\u{a0}909\u{a0}000\u{a0}00\u{a0}01", "+79090000001"),
        ] {
            assert_eq!(read(text, country::Id::RU).as_deref(), Some(number), "{text}");
        }
        for text in ["", "909", "+7", "8 909 000 00 0", "8 909 000 00 011", "8 009 000 00 01", "a@b.example"]
        {
            assert_eq!(read(text, country::Id::RU), None, "{text}");
        }
        assert!(
            is_country("RU") && is_country("KZ") && !is_country("ru") && !is_country("XX") && !is_country("")
        );
    }

    proptest! {
        #[test]
        fn nothing_breaks_it(text in "[-+0-9 ().;=/a-z\u{a0}\u{660}-\u{669}ext]{0,40}|\\PC{0,40}") {
            if let Some(number) = read(&text, country::Id::RU) {
                prop_assert!(number.starts_with('+') && number.bytes().skip(1).all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}
