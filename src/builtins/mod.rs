//! The pure functions of the language, one file each. A function is a constant with every field filled in, and
//! its line in `ALL`; arity and kind checks, hover, completion, the reference page and the example test come from it.

mod abs;
mod args;
mod base64;
mod base64_decode;
mod base64url;
mod bool;
mod capture;
mod ceil;
mod concat;
mod contains;
mod digest;
mod digits;
mod duration;
mod email;
mod ends_with;
mod first;
mod first_of;
mod fixed;
mod flatten;
mod floor;
mod format;
mod from_unix;
mod hex;
mod hex_decode;
mod hmac_md5;
mod hmac_sha1;
mod hmac_sha256;
mod hmac_sha512;
mod html_escape;
mod in_zone;
mod join;
mod keys;
mod last;
mod len;
mod lines;
mod literals;
mod lower;
mod map;
mod matches;
mod max;
mod md5;
mod merge;
mod min;
mod next;
mod nonblank;
mod now;
mod number;
mod parse_json;
mod parse_query;
mod phone;
mod replace;
mod replace_pattern;
mod reverse;
mod round;
mod seconds;
mod sha1;
mod sha256;
mod sha512;
mod slice;
mod sort;
mod split;
mod starts_with;
mod sum;
mod text;
mod time;
mod to_json;
mod trim;
mod truncate;
mod unique;
mod unix;
mod upper;
mod url_decode;
mod url_encode;
mod utf8;
mod uuid;
mod values;
mod weekday;

use crate::value::{Fault, Kinds, Time, Value};

pub use email::is_email;
pub use format::pattern_meant;
pub use literals::{argument_error, argument_meant};

/// A function of the language.
#[derive(Debug)]
pub struct Builtin {
    pub name: &'static str,
    /// One sentence, for hover and the reference page.
    pub summary: &'static str,
    pub params: &'static [Param],
    /// Further arguments of the last parameter's kind may follow.
    pub variadic: bool,
    pub returns: Kinds,
    /// The result may be empty although no argument was: a reader (`number`, `email`, …) or a `first`.
    pub may_be_empty: bool,
    /// May stand behind `as` in `extract`.
    pub reader: bool,
    pub empty: OnEmpty,
    /// Takes secrets (its result is then a secret too); elsewhere a secret argument is a check error. Such a function is
    /// `Pure`, called only where the request is written, and what it gives is masked by value as the secret is, or does
    /// not tell it.
    pub takes_secrets: bool,
    /// Its result is data from outside, to be reached into by `extract` (`parse_json`).
    pub gives_outside_data: bool,
    pub examples: &'static [Example],
    pub call: Call,
}

#[derive(Debug)]
pub struct Param {
    pub name: &'static str,
    pub kinds: Kinds,
    pub optional: bool,
}

/// What an empty argument gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnEmpty {
    /// `empty`, without a call.
    GivesEmpty,
    /// The function is called, and says what it does with it.
    IsPassed,
    /// The function is called, and gives the first argument that is not empty.
    GivesFirst,
}

/// The function itself. Its arguments have been checked against `params`.
#[derive(Clone, Copy, Debug)]
pub enum Call {
    Pure(fn(&[Value]) -> Result<Value, Fault>),
    /// Wants to know of the run that it is called in.
    InRun(fn(&Context<'_>, &[Value]) -> Result<Value, Fault>),
}

/// An expression and the literal that it gives; both are run by the tests.
#[derive(Debug)]
pub struct Example {
    pub call: &'static str,
    pub gives: &'static str,
}

/// What a function may know besides its arguments. Pure: the same in every attempt of an operation.
pub struct Context<'a> {
    /// The time of receipt.
    pub now: &'a Time,
    /// A fresh UUID for this call: made from operation, step, round and the count of calls.
    pub uuid: &'a dyn Fn() -> String,
}

/// Every function, by name.
pub static ALL: &[&Builtin] = &[
    &abs::ABS,
    &base64::BASE64,
    &base64_decode::BASE64_DECODE,
    &base64url::BASE64URL,
    &bool::BOOL,
    &capture::CAPTURE,
    &ceil::CEIL,
    &concat::CONCAT,
    &contains::CONTAINS,
    &digits::DIGITS,
    &duration::DURATION,
    &email::EMAIL,
    &ends_with::ENDS_WITH,
    &first::FIRST,
    &first_of::FIRST_OF,
    &fixed::FIXED,
    &flatten::FLATTEN,
    &floor::FLOOR,
    &format::FORMAT,
    &from_unix::FROM_UNIX,
    &hex::HEX,
    &hex_decode::HEX_DECODE,
    &hmac_md5::HMAC_MD5,
    &hmac_sha1::HMAC_SHA1,
    &hmac_sha256::HMAC_SHA256,
    &hmac_sha512::HMAC_SHA512,
    &html_escape::HTML_ESCAPE,
    &in_zone::IN_ZONE,
    &join::JOIN,
    &keys::KEYS,
    &last::LAST,
    &len::LEN,
    &lines::LINES,
    &lower::LOWER,
    &map::MAP,
    &matches::MATCHES,
    &max::MAX,
    &md5::MD5,
    &merge::MERGE,
    &min::MIN,
    &next::NEXT,
    &nonblank::NONBLANK,
    &now::NOW,
    &number::NUMBER,
    &parse_json::PARSE_JSON,
    &parse_query::PARSE_QUERY,
    &phone::PHONE,
    &replace::REPLACE,
    &replace_pattern::REPLACE_PATTERN,
    &reverse::REVERSE,
    &round::ROUND,
    &seconds::SECONDS,
    &sha1::SHA1,
    &sha256::SHA256,
    &sha512::SHA512,
    &slice::SLICE,
    &sort::SORT,
    &split::SPLIT,
    &starts_with::STARTS_WITH,
    &sum::SUM,
    &text::TEXT,
    &time::TIME,
    &to_json::TO_JSON,
    &trim::TRIM,
    &truncate::TRUNCATE,
    &unique::UNIQUE,
    &unix::UNIX,
    &upper::UPPER,
    &url_decode::URL_DECODE,
    &url_encode::URL_ENCODE,
    &utf8::UTF8,
    &uuid::UUID,
    &values::VALUES,
    &weekday::WEEKDAY,
];

pub fn find(name: &str) -> Option<&'static Builtin> {
    ALL.binary_search_by(|builtin| builtin.name.cmp(name)).ok().and_then(|at| ALL.get(at).copied())
}

impl Builtin {
    /// Calls it on arguments that fit its parameters.
    ///
    /// # Errors
    /// Values that it cannot take, though their kinds fit.
    pub fn call(&self, context: &Context<'_>, args: &[Value]) -> Result<Value, Fault> {
        match self.call {
            Call::Pure(call) => call(args),
            Call::InRun(call) => call(context, args),
        }
    }

    /// The parameter that the argument at `at` is for.
    pub fn param(&self, at: usize) -> Option<&'static Param> {
        match self.params.get(at) {
            None if self.variadic => self.params.last(),
            param => param,
        }
    }
}

#[cfg(test)]
mod promises;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_sorted_and_every_function_is_described() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for builtin in ALL {
            assert!(
                find(builtin.name).is_some_and(|found| std::ptr::eq(found, *builtin)),
                "{}",
                builtin.name
            );
            assert!(builtin.summary.ends_with('.') && !builtin.examples.is_empty(), "{}", builtin.name);
            let optional = builtin.params.iter().map(|param| param.optional);
            assert!(
                optional.is_sorted(),
                "`{}` has a required parameter behind an optional one",
                builtin.name
            );
            assert!(!builtin.params.iter().any(|param| param.kinds.is_none()), "{}", builtin.name);
            assert!(!builtin.returns.is_none(), "{}", builtin.name);
        }
    }

    #[test]
    fn a_reader_takes_a_value_first_and_may_read_nothing() {
        for builtin in ALL.iter().filter(|builtin| builtin.reader) {
            assert!(builtin.param(0).is_some_and(|param| !param.optional), "{}", builtin.name);
        }
    }

    #[test]
    fn what_takes_secrets_knows_nothing_of_the_run() {
        for builtin in ALL.iter().filter(|builtin| builtin.takes_secrets) {
            assert!(matches!(builtin.call, Call::Pure(_)), "{}", builtin.name);
        }
    }
}
