//! The pure functions of the language, one file each. A function is a constant with every field filled in, and
//! its line in `ALL`; arity and kind checks, hover, completion, the reference page and the example test come from it.

mod args;
mod contains;
mod digits;
mod email;
mod first;
mod join;
mod last;
mod len;
mod lower;
mod matches;
mod nonblank;
mod now;
mod number;
mod parse_json;
mod replace;
mod round;
mod slice;
mod split;
mod text;
mod to_json;
mod trim;
mod unique;
mod upper;
mod uuid;

use crate::value::{Fault, Kinds, Time, Value};

pub use email::is_email;
pub use matches::pattern_error;

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
    /// `Pure`, and leaves a mask readable: what it gives for `«secret NAME»` is what history shows.
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
    &contains::CONTAINS,
    &digits::DIGITS,
    &email::EMAIL,
    &first::FIRST,
    &join::JOIN,
    &last::LAST,
    &len::LEN,
    &lower::LOWER,
    &matches::MATCHES,
    &nonblank::NONBLANK,
    &now::NOW,
    &number::NUMBER,
    &parse_json::PARSE_JSON,
    &replace::REPLACE,
    &round::ROUND,
    &slice::SLICE,
    &split::SPLIT,
    &text::TEXT,
    &to_json::TO_JSON,
    &trim::TRIM,
    &unique::UNIQUE,
    &upper::UPPER,
    &uuid::UUID,
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
