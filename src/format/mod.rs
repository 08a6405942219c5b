//! Tree and comments to text: the one style of scripts. The words of a script are never changed, only what stands between
//! them, so the text is laid out from its tokens (`tokens`), which the tree says how to read (`marks`); `nest` finds blocks
//! and brackets, `layout` gives each its lines, `page` sets comments; `subjects` says what a comment is about. Pure.

mod guard;
mod layout;
mod literal;
mod marks;
mod nest;
mod page;
mod subjects;
mod tokens;

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::source::Source;
use crate::syntax::{self, Parsed};

pub use literal::{is_name, member, quoted};
pub use subjects::Subjects;

/// Columns that a line may have; what cannot be broken may have more, and comments are not counted.
pub const WIDTH: usize = 100;

/// Blanks a level.
const INDENT: usize = 2;

/// Why a text is left as it is.
#[derive(Debug)]
pub enum Refusal {
    /// It has mistakes of syntax; all findings of reading it, errors among them.
    Broken(Vec<Diagnostic>),
    /// Formatting would have changed what stands there, not only how: in words.
    Unsafe(String),
}

/// The text in the one style. Formatting what this gives changes nothing.
///
/// # Errors
/// A text with mistakes of syntax, and one of which a word, a comment or the meaning would not stay the same.
pub fn format(source: &Source) -> Result<String, Refusal> {
    format_read(source, &syntax::parse(source))
}

/// The same of a text that was read already.
///
/// # Errors
/// As `format`.
pub fn format_read(source: &Source, read: &Parsed) -> Result<String, Refusal> {
    if read.diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Refusal::Broken(read.diagnostics.clone()));
    }
    let marks = marks::of_file(&read.file);
    let text = tokens::requoted(&source.text, &marks);
    let tokens = tokens::lex(&text, &marks);
    let formatted = layout::lay_out(&nest::lines(&tokens));
    match guard::difference(source, read, &tokens, &formatted) {
        None => Ok(formatted),
        Some(difference) => Err(Refusal::Unsafe(difference)),
    }
}
