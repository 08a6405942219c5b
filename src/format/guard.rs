//! What formatting must not change: the words, the comments, and what the text means. Looked at after each formatting, since
//! a formatter that loses a word once is never trusted again.

use crate::source::Source;
use crate::syntax::{self, ast::File};

use super::marks;
use super::tokens::{self, Kind, Token};

/// What would be different, in words; `None` if nothing is.
pub(super) fn difference(before: &File, old: &[Token<'_>], formatted: &str) -> Option<String> {
    let parsed = syntax::parse(&Source::new("formatted", formatted));
    if let Some(error) = parsed.diagnostics.iter().find(|finding| finding.is_error()) {
        return Some(format!("the formatted text could not be read: {}", error.message));
    }
    let new = tokens::lex(formatted, &marks::of_file(&parsed.file));
    changed("comment", comments(old), comments(&new))
        .or_else(|| changed("word", words(old), words(&new)))
        .or_else(|| (shape(before) != shape(&parsed.file)).then(|| "it would mean something else".to_owned()))
}

fn comments<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = &'t str> {
    tokens.iter().filter(|token| token.kind == Kind::Comment).map(|token| token.text)
}

/// Commas go and come with the line ends; a text of several lines moves with its indent, and `shape` looks into it.
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

/// The tree without its places.
pub(super) fn shape(file: &File) -> String {
    let tree = format!("{:?}", file.items);
    let mut out = String::with_capacity(tree.len() / 2);
    let mut pieces = tree.split("Span { start: ");
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push_str(piece.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}
