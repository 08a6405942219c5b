//! `phone`: a telephone number in its international form. Alone knows phonenumber, which has the rules of libphonenumber.

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber, country};

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
        Example { call: r#"phone("8 (812) 123-45-67 доб. 12", "RU")"#, gives: r#""+78121234567""# },
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

/// A country that puts no prefix before the numbers of calls within it.
///
/// The crate takes the prefix of the country that it is given off any number that begins like it, so that +7 812 … loses its 8
/// (phonenumber 0.3.10, where libphonenumber compares first). Given this one, it takes nothing off.
const WITHOUT_PREFIX: country::Id = country::Id::ES;

fn read(text: &str, country: country::Id) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let number = without_extension(text);
    if number.contains(['+', '\u{ff0b}']) {
        let number = number.replace('\u{ff0b}', "+");
        // `+49 (0)30 …`: the zero is for those who call from within.
        return valid(&number).or_else(|| valid(&number.replace("(0)", "")));
    }
    from_within(number, country).or_else(|| {
        // Prefixes that are more than digits to be taken off, carriers, letters on keys.
        let number = phonenumber::parse(Some(country), text).ok()?;
        number.is_valid().then(|| e164(&number))
    })
}

/// A number without a `+`: with the prefix of calls within its country, without it, or with a country code all the same.
fn from_within(text: &str, country: country::Id) -> Option<String> {
    let digits = digits(text)?;
    let rules = DATABASE.by_id(country.as_ref())?;
    let code = rules.country_code();
    let prefix = rules.national_prefix().unwrap_or("");
    let bare = digits.strip_prefix(prefix).filter(|_| !prefix.is_empty());
    bare.and_then(|bare| valid(&format!("+{code}{bare}")))
        .or_else(|| valid(&format!("+{code}{digits}")))
        .or_else(|| digits.starts_with(&code.to_string()).then(|| valid(&format!("+{digits}")))?)
        .or_else(|| valid(&format!("+{}", digits.strip_prefix("00")?)))
}

/// A number with its country code, if it may exist.
fn valid(international: &str) -> Option<String> {
    let number = phonenumber::parse(Some(WITHOUT_PREFIX), international).ok()?;
    number.is_valid().then(|| e164(&number))
}

fn e164(number: &PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

/// The digits of a number, if it is nothing but digits and what people part them with. Words may stand before it.
fn digits(text: &str) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut digits = String::new();
    for c in text.get(start..)?.chars() {
        match c {
            c if c.is_ascii_digit() => digits.push(c),
            '-' | '.' | '(' | ')' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            c if c.is_whitespace() => {}
            _ => return None,
        }
    }
    Some(digits)
}

/// The number before `доб. 12`, `ext. 12`, `x12`, `#12` or `,12`.
fn without_extension(text: &str) -> &str {
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else { return text };
    let ends = ["доб", "вн", "ext", "x", "#", ";", ","].iter().filter_map(|mark| {
        let at = start + text.get(start..)?.find(mark)?;
        let rest = text.get(at + mark.len()..)?;
        let count = rest.chars().filter(char::is_ascii_digit).count();
        (1..=7).contains(&count).then_some(at)
    });
    ends.min().and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use phonenumber::Type;
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
            // Prefix and area begin alike.
            ("8 (812) 123-45-67", "+78121234567"),
            ("+7 812 123-45-67", "+78121234567"),
            ("8121234567", "+78121234567"),
            ("78121234567", "+78121234567"),
            ("8 800 555-35-35", "+78005553535"),
            ("+7 (843) 123–45–67", "+78431234567"),
            ("+49 89 123456789", "+4989123456789"),
            ("+49 (0)30 901820", "+4930901820"),
            ("0049 30 901820", "+4930901820"),
            ("810 49 30 901820", "+4930901820"),
            ("8 (495) 123-45-67 доб. 12", "+74951234567"),
            ("+7 (812) 123-45-67, доб.12", "+78121234567"),
            ("8 812 123-45-67 ext. 12", "+78121234567"),
            ("+7 495 123-45-67 x12", "+74951234567"),
            ("8 495 1234567,12", "+74951234567"),
            ("tel:+7-909-000-00-01;ext=5", "+79090000001"),
            ("тел. 8 909 000 00 01", "+79090000001"),
            ("тел.: +7 909 000 00 01", "+79090000001"),
            ("＋7 909 000 00 01", "+79090000001"),
            ("+77011234567", "+77011234567"),
            ("\u{a0}8\u{a0}909\u{a0}000\u{a0}00\u{a0}01", "+79090000001"),
        ] {
            assert_eq!(read(text, country::Id::RU).as_deref(), Some(number), "{text}");
        }
        for text in ["", "909", "+7", "8 909 000 00 0", "8 909 000 00 011", "8 009 000 00 01", "a@b.example"]
        {
            assert_eq!(read(text, country::Id::RU), None, "{text}");
        }
        for (country, text, number) in [
            (country::Id::KZ, "8 701 123 45 67", "+77011234567"),
            (country::Id::BY, "8 029 123-45-67", "+375291234567"),
            (country::Id::BY, "029 123-45-67", "+375291234567"),
            (country::Id::UA, "067 123 45 67", "+380671234567"),
            (country::Id::UZ, "90 123 45 67", "+998901234567"),
            (country::Id::AM, "091 123456", "+37491123456"),
            (country::Id::GE, "0555 12 34 56", "+995555123456"),
            (country::Id::DE, "089 1234567", "+49891234567"),
            (country::Id::GB, "020 7946 0958", "+442079460958"),
            (country::Id::IT, "06 6982 1234", "+390669821234"),
            (country::Id::US, "1 650-253-0000", "+16502530000"),
            (country::Id::US, "650-253-0000", "+16502530000"),
            (country::Id::US, "1-800-FLOWERS", "+18003569377"),
            (country::Id::ES, "612 34 56 78", "+34612345678"),
            (country::Id::MX, "55 1234 5678", "+525512345678"),
            (country::Id::AR, "011 15-2345-6789", "+5491123456789"),
        ] {
            assert_eq!(read(text, country).as_deref(), Some(number), "{country:?} {text}");
        }
        assert!(
            is_country("RU") && is_country("KZ") && !is_country("ru") && !is_country("XX") && !is_country("")
        );
    }

    #[test]
    fn example_numbers_are_read_from_within_and_from_abroad() {
        let mut wrong = Vec::new();
        // Those of all countries are, which takes half a minute to see.
        for id in ["RU", "KZ", "BY", "UA", "UZ", "KG", "AM", "AZ", "GE", "DE", "GB", "ID", "IL", "TR", "US"] {
            let own = id.parse().unwrap();
            let rules = DATABASE.by_id(id).unwrap();
            for kind in [Type::FixedLine, Type::Mobile, Type::TollFree] {
                let Some(example) = rules.descriptors().get(kind).and_then(|numbers| numbers.example())
                else {
                    continue;
                };
                let whole = format!("+{}{example}", rules.country_code());
                let prefixed = format!("{}{example}", rules.national_prefix().unwrap_or(""));
                for (text, country) in [(&whole, country::Id::RU), (&whole, own), (&prefixed, own)] {
                    let found = read(text, country);
                    if found.as_ref() != Some(&whole) {
                        wrong.push(format!("{text} in {country:?} is {whole}, and {found:?} came"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
