//! All codes of the language, whichever room reports them.

use super::{allow, errors};
use crate::diagnostic::{self, Code};
use crate::{lint, resolve, syntax};

/// Every code, by id.
pub fn all() -> Vec<&'static Code> {
    let rooms = [syntax::CODES, resolve::CODES, errors::CODES, allow::CODES];
    let lints = lint::ALL.iter().map(|rule| rule.code);
    let mut codes: Vec<&'static Code> = rooms.into_iter().flatten().copied().chain(lints).collect();
    codes.sort_by_key(|code| code.id);
    codes
}

/// The code of an id (`WJ0301`) or a name (`unused-field`), in any case.
pub fn explain(code: &str) -> Option<&'static Code> {
    all()
        .into_iter()
        .find(|known| known.id.eq_ignore_ascii_case(code) || known.name.eq_ignore_ascii_case(code))
        .or_else(|| by_number(code))
}

/// `0301` for `WJ0301`.
fn by_number(code: &str) -> Option<&'static Code> {
    let number = code.len() <= 4 && !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    let id = format!("WJ{code:0>4}");
    all().into_iter().find(|known| number && known.id == id)
}

/// The one name that has all words of a mistyped one, in whatever form, if no other has as many of them: `mixed-letters` for
/// `mixed-alphabets`.
fn near_by_words(name: &str) -> Option<&'static Code> {
    let words = |name: &str| -> Vec<String> {
        let parts = name.split(['-', '_', ' ']).filter(|word| word.len() > 2);
        parts.map(|word| word.to_lowercase().trim_end_matches('s').to_owned()).collect()
    };
    let wanted = words(name);
    let shared = |code: &Code| words(code.name).iter().filter(|word| wanted.contains(word)).count();
    let codes = all();
    let most = codes.iter().map(|code| shared(code)).max().filter(|most| *most > 0)?;
    let mut best = codes.into_iter().filter(|code| shared(code) == most);
    let first = best.next()?;
    best.next().is_none().then_some(first)
}

/// The name or id that a mistyped one most likely means.
pub fn near(code: &str) -> Option<&'static Code> {
    let codes = all();
    let known = codes.iter().flat_map(|code| [code.name, code.id]);
    diagnostic::near(&code.to_lowercase(), known).and_then(explain).or_else(|| near_by_words(code))
}
