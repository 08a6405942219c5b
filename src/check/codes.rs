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

/// The one name that has most words of a mistyped one, in whatever form: `mixed-letters` for `mixed-alphabets`. The first word
/// says most.
fn near_by_words(name: &str, among: impl Fn(&Code) -> bool) -> Option<&'static Code> {
    let words = |name: &str| -> Vec<String> {
        let parts = name.split(['-', '_', ' ']).filter(|word| word.len() > 2);
        parts.map(|word| word.to_lowercase().trim_end_matches('s').to_owned()).collect()
    };
    let wanted = words(name);
    let shared = |code: &Code| {
        let own = words(code.name);
        let count = own.iter().filter(|word| wanted.contains(word)).count();
        2 * count + usize::from(own.first() == wanted.first())
    };
    let codes: Vec<&'static Code> = all().into_iter().filter(|code| among(code)).collect();
    let most = codes.iter().map(|code| shared(code)).max().filter(|most| *most > 0)?;
    let mut best = codes.into_iter().filter(|code| shared(code) == most);
    let first = best.next()?;
    best.next().is_none().then_some(first)
}

/// The code whose name or id a mistyped one most likely means.
pub fn near(code: &str) -> Option<&'static Code> {
    near_among(code, |_| true)
}

/// The same, of some codes only.
pub(super) fn near_among(code: &str, among: impl Fn(&Code) -> bool) -> Option<&'static Code> {
    let codes: Vec<&'static Code> = all().into_iter().filter(|code| among(code)).collect();
    let known = codes.iter().flat_map(|code| [code.name, code.id]);
    diagnostic::near(&code.to_lowercase(), known).and_then(explain).or_else(|| near_by_words(code, among))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_its_number_and_a_name_by_its_words() {
        let found = |code: &str| explain(code).map(|code| code.id);
        assert_eq!(found("0301"), Some("WJ0301"));
        assert_eq!(found("301"), Some("WJ0301"));
        assert_eq!(found("wj0301"), Some("WJ0301"));
        assert_eq!((found(""), found("00301"), found("9999"), found("+301")), (None, None, None, None));
        let near = |code: &str| near(code).map(|code| code.name);
        assert_eq!(near("mixed-letters"), Some("mixed-alphabets"));
        assert_eq!(near("unused-feild"), Some("unused-field"));
        assert_eq!((near("unused-things"), near("zebra")), (None, None));
    }
}
