//! Whole lines that are understood, but written otherwise here: in the words or with the signs of another language, of a
//! template, or of a first guess. Each is one message, with the line as it is written in wj. They are asked for a line that
//! fits no rule, and for one behind which something is left over, so a line that is well costs nothing.

use crate::diagnostic::{Code, Diagnostic, Edit, Fix};
use crate::source::Span;

use super::blocks::Within;
use super::errors;
use super::words::first_word;

pub(super) mod called;
mod calls;
mod expected;
mod givens;
mod heads;
pub(super) mod items;
mod sent;
mod steps;
mod trials;
mod values;
pub(super) mod yaml;

/// A line up to its end or its comment.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    at: Span,
}

pub(super) fn of(text: &str, at: Span, within: Within) -> Option<Diagnostic> {
    let line = Line { text, at };
    let word = first_word(text);
    match within {
        Within::Test => trials::of(line, word),
        Within::Connector | Within::ConnectorAction => calls::of_connector(line, word),
        Within::Action | Within::Respond => {
            let found = calls::of_entry(line, word).or_else(|| prefixed_text(line));
            found.or_else(|| called::address(line)).or_else(|| values::parameter(line))
        }
        Within::Fields => steps::field(line),
        Within::Match if word == "case" => steps::case(line),
        Within::OnFailure if word == "notify" => heads::notify(line),
        Within::Pipeline | Within::Branch => {
            let found = colon(line, word).or_else(|| heads::of(line, word));
            found.or_else(|| steps::of(line, word)).or_else(|| called::address(line))
        }
        _ => None,
    }
}

/// `respond: 200`, `extract: body { … }`.
fn colon(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    let known = super::words::STEP_WORDS.contains(&word) && !matches!(word, "else" | "let");
    let equals =
        ["cors", "keep", "keep_failed", "wait", "respond", "abort", "stop", "verify", "on", "dedupe"];
    if line.rest().1.starts_with('=') && !equals.contains(&word) {
        return None;
    }
    known.then(|| signed(line, word, word)).flatten()
}

/// `wait = 5m`, `give up after: 1d`: words that take no sign; `right` is how they are written.
fn signed(line: Line<'_>, words: &str, right: &str) -> Option<Diagnostic> {
    let behind = line.text.strip_prefix(words)?;
    let at = line.text.len() - behind.trim_start().len();
    let sign = behind.trim_start().get(..1).filter(|sign| matches!(*sign, ":" | "="))?;
    let value = line.text.get(at + 1..)?.trim_start();
    if value.is_empty() || value.starts_with(['=', '>']) {
        return None;
    }
    let message = format!("`{right}` takes what it says without a `{sign}`");
    let title = match words == right {
        true => format!("delete the `{sign}`"),
        false => format!("write `{right}`"),
    };
    let end = line.text.len() - value.len();
    let edit = if words == right { (words.len(), end, " ") } else { (0, end, &*format!("{right} ")) };
    let found = line.with_edits(&super::codes::COLON_FOR_EQUALS, (at, at + 1), &message, &title, &[edit]);
    let form = super::words::form(first_word(right));
    Some(found.help(if form.is_empty() { format!("Write `{right} {value}`.") } else { form.to_owned() }))
}

/// Whether a line that can be read means something else than it says.
pub(super) fn reads_otherwise(text: &str) -> bool {
    match first_word(text) {
        "expect" => expected::reads_otherwise(text),
        "let" => called::reads_otherwise(text) || values::reads_otherwise(text),
        "when" => values::reads_otherwise(text),
        word => calls::reads_otherwise(word, text),
    }
}

/// Whether the fields of a line are given something that may be no path.
pub(super) fn may_be_computed(text: &str) -> bool {
    steps::may_be_computed(text)
}

/// A route, a site or another text in quotes and nothing more.
fn is_text(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.is_empty() && !inner.contains(['"', '\\']))
}

/// Whether a text is one word of letters, digits and `_`, and no number.
fn is_name(text: &str) -> bool {
    !text.is_empty() && first_word(text) == text && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// `f"…{name}…"`: a letter before the quote of a text.
fn prefixed_text(line: Line<'_>) -> Option<Diagnostic> {
    let at = ["f", "r", "b", "u", "$", "@"]
        .iter()
        .find_map(|sign| line.find(&format!(" {sign}\"")).map(|at| at + 1))?;
    Some(line.with_edits(
        &super::codes::FOREIGN_OPERATOR,
        (at, at + 1),
        "no sign stands before the quotes of a text",
        "delete it",
        &[(at, at + 1, "")],
    ))
    .map(|found| found.help("`{name}` inserts a value into every text in `\"`."))
}

impl<'a> Line<'a> {
    /// What stands behind the first word, without blanks, and where.
    fn rest(self) -> (usize, &'a str) {
        let behind = self.text.get(first_word(self.text).len()..).unwrap_or("");
        let rest = behind.trim_start();
        (self.text.len() - rest.len(), rest)
    }

    fn part(self, start: usize, end: usize) -> Span {
        let clip = |at: usize| (self.at.start + at as u32).min(self.at.end);
        Span { start: clip(start), end: clip(end) }
    }

    /// A finding at a part of the line, with what is written there instead.
    fn otherwise(
        self,
        code: &'static Code,
        (start, end): (usize, usize),
        message: &str,
        right: &str,
    ) -> Diagnostic {
        errors::otherwise(code, self.part(start, end), message, right)
    }

    /// A finding without a change.
    fn told(self, code: &'static Code, (start, end): (usize, usize), message: &str) -> Diagnostic {
        Diagnostic::new(code, self.part(start, end), message)
    }

    /// A finding with what is most likely meant, which is not put there without asking.
    fn perhaps(self, code: &'static Code, place: (usize, usize), message: &str, right: &str) -> Diagnostic {
        let mut found = self.otherwise(code, place, message, right);
        found.fixes.iter_mut().for_each(|fix| fix.safe = false);
        found
    }

    /// The same, where the changes stand elsewhere.
    fn with_edits(
        self,
        code: &'static Code,
        (start, end): (usize, usize),
        message: &str,
        title: &str,
        edits: &[(usize, usize, &str)],
    ) -> Diagnostic {
        let edits = edits
            .iter()
            .map(|(start, end, text)| Edit { span: self.part(*start, *end), text: (*text).into() });
        let mut found = Diagnostic::new(code, self.part(start, end), message);
        found.fixes.push(Fix::safe(title, edits.collect()));
        found
    }

    /// Where a sign stands outside of texts.
    fn find(self, sign: &str) -> Option<usize> {
        super::slips::outside_texts(self.text, sign)
    }
}
