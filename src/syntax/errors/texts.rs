//! Texts: quotes, escapes and braces.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::codes;

/// `span` reaches from the quote to where the text was taken to end.
pub fn open_text(span: Span, quote: char) -> Diagnostic {
    let end = Span { start: span.end, end: span.end };
    if span.end <= span.start + 1 {
        return Diagnostic::new(&codes::UNCLOSED_TEXT, span, format!("nothing stands behind this `{quote}`"))
            .help("A text stands between two quotes. Perhaps the first one is lost.");
    }
    let at = Span { start: span.start, end: span.start + 1 };
    Diagnostic::new(&codes::UNCLOSED_TEXT, span, "this text has no end")
        .also(at, "it begins here")
        .help(format!("A text ends with `{quote}`, on the line on which it begins."))
        .fix(format!("close it with `{quote}`"), end, quote.to_string())
}

pub fn open_lines(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNCLOSED_TEXT, at, "this text of several lines has no end")
        .help("It ends with `\"\"\"`, most often on a line of its own.")
}

pub fn text_over_lines(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNCLOSED_TEXT, at, "a text in `\"` ends on the line on which it begins")
        .help("Write a text of several lines between `\"\"\"` and `\"\"\"`, or `\\n` for the end of a line.")
}

pub fn lines_where_one_is_wanted(at: Span, inner: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::WRONG_QUOTES, at, "a text of one line is wanted here");
    if inner.contains(['\n', '\r', '"']) {
        diagnostic
    } else {
        diagnostic.fix("write it in `\"`", at, format!("\"{inner}\""))
    }
}

pub fn wrong_quotes(at: Span, written: &str, inner: &str) -> Diagnostic {
    let quote = written.chars().next().unwrap_or('"');
    let diagnostic =
        Diagnostic::new(&codes::WRONG_QUOTES, at, format!("a text stands in `\"`, not in `{quote}`"))
            .help("Word processors and messengers turn straight quotes into such ones.");
    if inner.contains(['"', '\\', '{']) {
        return diagnostic;
    }
    diagnostic.fix("write straight quotes", at, format!("\"{inner}\""))
}

pub fn unknown_escape(at: Span, written: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&codes::UNKNOWN_ESCAPE, at, format!("`{written}` means nothing in a text"))
        .help("`\\\"`, `\\\\`, `\\n`, `\\t`, `\\r`, `\\{` and `\\u{41}` do. For a regular expression write `'…'`, in which `\\` is itself.");
    diagnostic.fix("write the `\\` itself", at, format!("\\{written}"))
}

/// `text` is the whole of the text, quotes included.
pub fn brace_in_text(at: Span, text: Span) -> Diagnostic {
    let brace = Span { start: at.start, end: at.start + 1 };
    Diagnostic::new(&codes::BRACE_IN_TEXT, at, "this `{` begins nothing that can be inserted")
        .also(text, "in this text")
        .help("`{name}` inserts a value. For the brace itself write `\\{`; for JSON write an object, `json { name: value }`, not a text.")
        .fix("write `\\{`", brace, "\\{")
}

pub fn number_in_braces(at: Span, digits: &str) -> Diagnostic {
    let brace = Span { start: at.start, end: at.start + 1 };
    let mut diagnostic = Diagnostic::new(
        &codes::NUMBER_IN_BRACES,
        at,
        format!("`{{{digits}}}` inserts the number {digits} itself"),
    )
    .help("A regular expression stands in `'…'`, in which braces are themselves: `'^\\d{4}$'`.");
    diagnostic
        .fixes
        .push(Fix { title: "write `\\{`".into(), edits: vec![Edit { span: brace, text: "\\{".into() }] });
    diagnostic
}

pub fn json_in_text(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::JSON_IN_TEXT, at, "this seems to be JSON in quotes")
        .help("Write an object without quotes around it: `json { name: \"Anna\", tags: [1, 2] }`. In a text each `\"` would need a `\\`, and each `{` too.")
}
