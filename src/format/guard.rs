//! What formatting must not change: the words, the comments, and what the text means. Looked at after each formatting, since
//! a formatter that loses a word once is never trusted again.

use crate::source::Source;
use crate::syntax::{self, Parsed};

use super::marks;
use super::tokens::{self, Kind, Token};

/// What would be different, in words; `None` if nothing is. Reads only the items that look otherwise than in `source`.
pub(super) fn difference(
    source: &Source,
    read: &Parsed,
    tokens: &[Token<'_>],
    formatted: &str,
) -> Option<String> {
    if *source.text == *formatted {
        return None;
    }
    let parsed = syntax::parse_after(&Source::new("formatted", formatted), source, read.clone());
    if let Some(error) = parsed.diagnostics.iter().find(|finding| finding.is_error()) {
        return Some(format!("the formatted text could not be read: {}", error.message));
    }
    let new = tokens::lex(formatted, &marks::of_file(&parsed.file));
    changed("comment", comments(tokens), comments(&new))
        .or_else(|| changed("word", words(tokens), words(&new)))
        .or_else(|| {
            let is_same = syntax::is_same(&read.file, &parsed.file);
            (!is_same).then(|| "it would mean something else".to_owned())
        })
}

fn comments<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = &'t str> {
    tokens.iter().filter(|token| token.kind == Kind::Comment).map(|token| token.text)
}

/// Commas go and come with the line ends; a text of several lines moves with its indent, and the tree holds it.
fn words<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = &'t str> {
    let words = tokens.iter().filter(|token| token.kind != Kind::Comment && !token.is(","));
    words.map(|token| if token.text.contains(['\n', '\r']) { "\"\"\"" } else { token.text })
}

fn changed<'a>(
    what: &str,
    mut old: impl Iterator<Item = &'a str>,
    mut new: impl Iterator<Item = &'a str>,
) -> Option<String> {
    loop {
        match (old.next(), new.next()) {
            (None, None) => return None,
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => return Some(format!("the {what} `{old}` would become `{new}`")),
            (Some(old), None) => return Some(format!("the {what} `{old}` would be lost")),
            (None, Some(new)) => return Some(format!("a {what} `{new}` would be added")),
        }
    }
}
