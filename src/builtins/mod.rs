//! The pure functions of the language, one file each. A function is a constant with every field filled in, and
//! its line in `ALL`; arity and kind checks, hover, completion, the reference page and the example test come from it.

use crate::value::{Fault, Kinds, Time, Value};

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
    /// Takes secrets (its result is then a secret too); elsewhere a secret argument is a check error.
    pub takes_secrets: bool,
    /// Its result is data from outside, to be reached into by `extract` (`parse_json`).
    pub gives_outside_data: bool,
    pub examples: &'static [Example],
    pub call: fn(&Context<'_>, &[Value]) -> Result<Value, Fault>,
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
pub static ALL: &[&Builtin] = &[];

pub fn find(name: &str) -> Option<&'static Builtin> {
    ALL.binary_search_by(|builtin| builtin.name.cmp(name)).ok().and_then(|at| ALL.get(at).copied())
}
