//! A number as it came, digit for digit. Compared by value at any size and without ever writing out an
//! exponent: `1e999999999` costs what its eleven characters cost.

use std::cmp::Ordering;
use std::sync::Arc;

use rust_decimal::Decimal;

/// The text of a JSON number (RFC 8259, 6). Kept as it came; compared by value.
#[derive(Clone, Debug)]
pub struct Number(Arc<str>);

impl Number {
    /// `digits` must be a JSON number; readers check before they call.
    pub fn from_json_digits(digits: impl Into<Arc<str>>) -> Number {
        Number(digits.into())
    }

    /// The shortest digits of the decimal: trailing zeros behind the point are dropped.
    pub fn from_decimal(decimal: Decimal) -> Number {
        Number(decimal.normalize().to_string().into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The exact value as a decimal of at most 28 digits behind the point (96 bits in all); `None` if it does
    /// not fit without being rounded.
    pub fn to_decimal(&self) -> Option<Decimal> {
        let parts = self.parts();
        if parts.is_zero() {
            return Some(Decimal::ZERO);
        }
        let mut mantissa: i128 = 0;
        for digit in parts.digits() {
            mantissa = mantissa.checked_mul(10)?.checked_add(i128::from(digit))?;
        }
        // The power of ten of the last significant digit.
        let mut scale = -(parts.magnitude() + 1 - parts.digits().count() as i128);
        while scale < 0 {
            mantissa = mantissa.checked_mul(10)?;
            scale += 1;
        }
        if parts.negative {
            mantissa = -mantissa;
        }
        Decimal::try_from_i128_with_scale(mantissa, u32::try_from(scale).ok()?).ok()
    }

    /// `Some` for a whole number that fits, however it is written (`2`, `2.0`, `2e0`).
    pub fn as_i64(&self) -> Option<i64> {
        let decimal = self.to_decimal()?;
        if decimal.is_integer() { decimal.try_into().ok() } else { None }
    }

    /// `Some` for a whole number from 0 that fits, however it is written.
    pub fn as_u64(&self) -> Option<u64> {
        let decimal = self.to_decimal()?;
        if decimal.is_integer() { decimal.try_into().ok() } else { None }
    }

    /// Whether its value is whole, at any size.
    pub fn is_integer(&self) -> bool {
        let parts = self.parts();
        parts.is_zero() || parts.magnitude() + 1 >= parts.digits().count() as i128
    }

    pub fn is_zero(&self) -> bool {
        self.parts().is_zero()
    }

    fn parts(&self) -> Parts<'_> {
        let text: &str = &self.0;
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        Parts { negative, whole, fraction, exponent: exponent_of(exponent) }
    }
}

impl From<i64> for Number {
    fn from(number: i64) -> Number {
        Number(number.to_string().into())
    }
}

impl From<u64> for Number {
    fn from(number: u64) -> Number {
        Number(number.to_string().into())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0 == other.0 || self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        let (left, right) = (self.parts(), other.parts());
        let sign = |parts: &Parts<'_>| match (parts.is_zero(), parts.negative) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => -1,
        };
        match sign(&left).cmp(&sign(&right)) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
        if left.is_zero() {
            return Ordering::Equal;
        }
        let size = left.magnitude().cmp(&right.magnitude()).then_with(|| left.digits().cmp(right.digits()));
        if sign(&left) < 0 { size.reverse() } else { size }
    }
}

/// A number taken apart: the sign, the digits on both sides of the point, the exponent.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i128,
}

impl Parts<'_> {
    fn is_zero(&self) -> bool {
        self.whole.bytes().chain(self.fraction.bytes()).all(|digit| digit == b'0')
    }

    /// The significant digits, without zeros before and behind.
    fn digits(&self) -> impl Iterator<Item = u8> + use<'_> {
        let zeros_behind = match self.fraction.trim_end_matches('0') {
            "" => self.fraction.len() + self.whole.len() - self.whole.trim_end_matches('0').len(),
            fraction => self.fraction.len() - fraction.len(),
        };
        let all = (self.whole.len() + self.fraction.len()).saturating_sub(zeros_behind);
        let digits = self.whole.bytes().chain(self.fraction.bytes()).take(all);
        digits.skip_while(|digit| *digit == b'0').map(|digit| digit - b'0')
    }

    /// The power of ten of the first significant digit.
    fn magnitude(&self) -> i128 {
        let zeros_before =
            self.whole.bytes().chain(self.fraction.bytes()).take_while(|digit| *digit == b'0').count();
        self.exponent + self.whole.len() as i128 - 1 - zeros_before as i128
    }
}

/// Exponents beyond 10^36 are all taken for 10^36: no number that differs only there can be told apart, which
/// no sender has ever needed.
fn exponent_of(text: &str) -> i128 {
    const MOST: i128 = 10_i128.pow(36);
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let size = digits.iter().fold(0, |sum: i128, digit| (sum * 10 + i128::from(digit - b'0')).min(MOST));
    if negative { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(digits: &str) -> Number {
        Number::from_json_digits(digits)
    }

    #[test]
    fn numbers_are_equal_by_value_however_they_are_written() {
        for (left, right) in [
            ("1.10", "1.1"),
            ("1", "1.0"),
            ("1", "10e-1"),
            ("100", "1E2"),
            ("-0", "0"),
            ("0e999999999", "0"),
            ("0.001e3", "1"),
            ("1e400", "10E399"),
            ("9007199254740993", "9007199254740993.0"),
        ] {
            assert_eq!(number(left), number(right), "{left} {right}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_value_at_any_size() {
        let rising = [
            "-1e999999999",
            "-9007199254740993",
            "-9007199254740992",
            "-1.5",
            "-1",
            "-1e-999999999",
            "0",
            "1e-999999999",
            "0.1",
            "1",
            "1.5",
            "9",
            "10",
            "9007199254740992",
            "9007199254740993",
            "9007199254740993.5",
            "1e400",
            "1e999999999",
            "1e99999999999999999999",
        ];
        for (at, low) in rising.iter().enumerate() {
            for high in rising.iter().skip(at + 1) {
                assert_eq!(number(low).cmp(&number(high)), Ordering::Less, "{low} {high}");
                assert_eq!(number(high).cmp(&number(low)), Ordering::Greater, "{high} {low}");
            }
        }
    }

    #[test]
    fn a_decimal_is_exact_or_none() {
        for (digits, decimal) in [
            ("1.10", Some("1.1")),
            ("-2.5e3", Some("-2500")),
            ("0", Some("0")),
            ("-0.0", Some("0")),
            ("0e999999999", Some("0")),
            ("1e28", Some("10000000000000000000000000000")),
            ("1e29", None),
            ("1e-28", Some("0.0000000000000000000000000001")),
            ("1e-29", None),
            ("0.12345678901234567890123456789", None),
            ("1e999999999", None),
            ("1e-999999999", None),
        ] {
            let got = number(digits).to_decimal().map(|decimal| decimal.normalize().to_string());
            assert_eq!(got.as_deref(), decimal, "{digits}");
        }
    }

    #[test]
    fn whole_numbers_are_known_in_each_writing() {
        assert_eq!(number("2.0").as_u64(), Some(2));
        assert_eq!(number("2e3").as_i64(), Some(2000));
        assert_eq!(number("2.5").as_i64(), None);
        assert_eq!(number("-1").as_u64(), None);
        assert_eq!(number("18446744073709551615").as_u64(), Some(u64::MAX));
        assert!(number("1e999999999").is_integer());
        assert!(!number("1e-999999999").is_integer());
        assert!(number("1.50e1").is_integer());
    }
}
