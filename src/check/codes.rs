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
}

/// The name or id that a mistyped one most likely means.
pub fn near(code: &str) -> Option<&'static Code> {
    let codes = all();
    let known = codes.iter().flat_map(|code| [code.name, code.id]);
    diagnostic::near(&code.to_lowercase(), known).and_then(explain)
}
