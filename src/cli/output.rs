//! The only place that prints. A reader that went away (`wj … | head`) is no error.

use std::borrow::Cow;
use std::io::Write;

/// The result, on stdout, as it is.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// A line about the run, on stderr.
pub fn print_error(line: &str) {
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// Outside text made harmless for a terminal: control characters and what turns the direction of writing are shown as
/// escapes.
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_harmful(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(shown).collect())
}

fn is_harmful(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\t')
}
