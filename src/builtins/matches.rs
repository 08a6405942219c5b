//! `matches`: whether a pattern fits somewhere in a text. Patterns are those of the `regex` crate: linear in the text,
//! without look-around and back references.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use regex::{Regex, RegexBuilder};

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static MATCHES: Builtin = Builtin {
    name: "matches",
    summary: "Says whether a regular expression fits anywhere in a text; `^` and `$` tie it to the ends.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT, optional: false },
        Param { name: "pattern", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::BOOL,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r"matches('A-1234', '^[A-Z]-\d{4}$')", gives: "true" },
        Example { call: r"matches('A-12345', '^[A-Z]-\d{4}$')", gives: "false" },
        Example { call: r"matches('Заявка', '(?i)заявка')", gives: "true" },
    ],
    call: Call::Pure(matches),
};

/// Why a text is no pattern, for the checker; `None` for a good one.
pub fn pattern_error(pattern: &str) -> Option<String> {
    compile(pattern).err()
}

/// Compiled, in bytes.
const LARGEST: usize = 1 << 20;

/// Patterns nearly always stand in the script, so a server has a handful of them.
const KEPT: usize = 256;

/// Patterns that were compiled before. A pattern made of outside values could fill it, so it is emptied when it is full.
static COMPILED: LazyLock<RwLock<HashMap<Box<str>, Regex>>> = LazyLock::new(RwLock::default);

fn matches(args: &[Value]) -> Result<Value, Fault> {
    Ok(Value::Bool(compiled(args::text(args, 1)?, "matches")?.is_match(args::text(args, 0)?)))
}

/// The pattern, compiled now or before.
///
/// # Errors
/// What is no pattern.
pub(super) fn compiled(pattern: &str, function: &str) -> Result<Regex, Fault> {
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(pattern).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let regex = compile(pattern)
        .map_err(|why| Fault::outside(format!("`pattern` of `{function}` is no pattern: {why}")))?;
    let mut compiled = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    if compiled.len() >= KEPT {
        compiled.clear();
    }
    compiled.insert(pattern.into(), regex.clone());
    Ok(regex)
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(LARGEST).dfa_size_limit(LARGEST).nest_limit(100).build().map_err(
        |error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The last line of the crate's message says what is wrong; those before it draw the place.
            error => match error.to_string().lines().last().and_then(|line| line.strip_prefix("error: ")) {
                Some(line) => line.to_owned(),
                None => "it cannot be read".to_owned(),
            },
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pattern_says_why() {
        assert_eq!(pattern_error("(a"), Some("unclosed group".to_owned()));
        assert_eq!(pattern_error(r"(?:\w{100}){100}"), Some("it is too large".to_owned()));
        assert_eq!(pattern_error(r"^\d+$"), None);
        let fault = matches(&[Value::text("a"), Value::text("[")]).unwrap_err();
        assert!(fault.message.starts_with("`pattern` of `matches` is no pattern: "), "{}", fault.message);
    }

    #[test]
    fn many_patterns_do_not_pile_up() {
        for number in 0..2 * KEPT {
            matches(&[Value::text("a"), Value::text(format!("a{{{}}}", number % 900))]).unwrap();
        }
        assert!(COMPILED.read().unwrap().len() <= KEPT);
    }
}
