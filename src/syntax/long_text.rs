//! A text in `"` that goes on over several lines, as people write messages. It is one mistake, with the text that was meant
//! between `"""`.

use super::prescan::begins_item;
use super::words::{CONNECTOR_WORDS, ENTRY_WORDS, STEP_WORDS, TEST_WORDS, first_word};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::errors;

/// Lines that a text goes on over.
const MOST_LINES: usize = 40;

/// Bytes of them.
const MOST_BYTES: usize = 4_000;

/// Behind the quote that ends a text whose first line ends at an offset; `None` where code seems to follow.
pub(super) fn end(text: &str, line_end: usize) -> Option<usize> {
    let below = text.get(line_end..)?;
    let below = below.get(..below.floor_char_boundary(MOST_BYTES)).unwrap_or(below);
    let mut at = line_end;
    for line in below.split_inclusive(['\n', '\r']).take(MOST_LINES) {
        if let Some(quote) = line.find('"') {
            let rest = line.get(quote + 1..)?.trim();
            let ends = rest.is_empty() || rest.starts_with(['}', ')', ',', ']', '#']);
            let is_text = !is_code(line.get(..quote)?) && !line.get(quote..)?.starts_with("\"\"\"");
            return (ends && is_text).then_some(at + quote + 1);
        }
        if is_code(line) {
            return None;
        }
        at += line.len();
    }
    None
}

/// Whether a line, or what stands on it before a quote, seems to be code.
fn is_code(line: &str) -> bool {
    let code = line.trim();
    let word = first_word(code);
    let behind = code.get(word.len()..).unwrap_or("").trim_start();
    let known =
        [&STEP_WORDS[..], &ENTRY_WORDS, &TEST_WORDS, &CONNECTOR_WORDS].iter().any(|all| all.contains(&word));
    let braces = code.matches('{').count() != code.matches('}').count();
    known && !behind.starts_with([':', ',', '.'])
        || !word.is_empty() && behind.starts_with('=')
        || behind.starts_with('.') && behind.contains('{')
        || braces
        || code.starts_with('#')
        || begins_item(line)
}

/// What is said of it: `text` is the part of the file that begins at `start`. It is always said, since the text is then read as
/// if it stood on one line.
pub(super) fn told(text: &str, start: usize, at: Span) -> Diagnostic {
    let (from, end) = (at.start as usize - start, at.end as usize - start);
    let inner = text.get(from + 1..end - 1).unwrap_or("");
    let first = inner.lines().next().unwrap_or("");
    let shown = Span { start: at.start, end: at.start + 1 + first.trim_end().len() as u32 };
    errors::text_over_lines(shown).safe_fix(
        "write it between `\"\"\"`",
        at,
        between_quotes(text, from, inner),
    )
}

/// The text as it was meant, a level further in than the line on which it begins.
fn between_quotes(text: &str, from: usize, inner: &str) -> String {
    let before = text.get(..from).unwrap_or("");
    let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
    let indent = format!("{}  ", line.get(..blanks).unwrap_or(""));
    let written: Vec<&str> = inner.lines().map(str::trim).collect();
    let begins = usize::from(written.first().is_some_and(|line| line.is_empty()));
    let ends = written.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let lines = written.get(begins..ends).unwrap_or(&[]).iter();
    let lines = lines.map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{indent}{line}\n") });
    format!("\"\"\"\n{}{indent}\"\"\"", lines.collect::<String>())
}
