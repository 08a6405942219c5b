//! Braces, brackets, depth and size.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::MAX_BYTES;
use crate::syntax::codes;
use crate::syntax::prescan::MAX_DEPTH;

/// `closer` is where the `}` belongs, at the beginning of a line; `indent` is that of the statement that it closes.
pub fn missing_closer(opener: Span, closer: Span, indent: &str) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_BRACE, opener, "this `{` has no `}`")
        .label("opened here")
        .also(closer, "a `}` was expected before this line")
        .help("Each block ends with a `}` of its own, at the indent of the line that opened it.")
        .fix("put the `}` in", closer, format!("{indent}}}\n"))
}

pub fn missing_closer_at_end(opener: Span, end: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_BRACE, opener, "this `{` has no `}`")
        .label("opened here")
        .also(end, "and not closed up to here")
        .help("Each block ends with a `}` of its own, at the indent of the line that opened it.")
        .fix("close it at the end", end, "\n}")
}

pub fn missing_opener(head: Span, end: Span, closer: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_BRACE, head, "the `{` at the end of this line is missing")
        .also(closer, "this `}` closes the block")
        .help("The lines of a block stand between the `{` at the end of its first line and a `}`.")
        .fix("put the `{` in", end, " {")
}

/// The head ends where the block's `{` was expected.
pub fn missing_open(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_BRACE, at, "a `{` is missing at the end of this line")
        .help("The lines of a block stand between the `{` at the end of its first line and a `}`.")
        .fix("put the `{` in", at, " {")
}

pub fn missing_close(opener: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_BRACE, opener, "this `{` has no `}`").label("opened here")
}

pub fn extra_closer(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::STRAY_BRACE, at, "this `}` closes nothing")
        .help("Every block that is open here has a `}` of its own further down. Delete this one.")
        .fix("delete the `}`", at, "")
}

/// `head` is empty and stands where the head ends; `gap` is what stands between, if that is nothing but blanks.
pub fn brace_on_its_own_line(head: Span, brace: Span, gap: Option<Span>) -> Diagnostic {
    let edits = match gap {
        Some(gap) => vec![Edit { span: gap.to(brace), text: " {".into() }],
        None => vec![Edit { span: head, text: " {".into() }, Edit { span: brace, text: String::new() }],
    };
    let mut diagnostic = Diagnostic::new(
        &codes::BRACE_ON_OWN_LINE,
        brace,
        "this `{` stands on a line of its own",
    )
    .also(head, "it belongs here")
    .help("A line ends its statement, so the `{` of a block stands at the end of the block's first line.");
    diagnostic.fixes.push(Fix::safe("move the `{` up", edits));
    diagnostic
}

pub fn block_without_head(brace: Span) -> Diagnostic {
    Diagnostic::new(&codes::UNREADABLE_LINE, brace, "this block has no first line that says what it is")
        .help("A block follows `when …`, `for …`, `extract …`, an action and so on, on the same line.")
}

/// `end` is where it most likely ends.
pub fn unclosed_bracket(at: Span, bracket: char, end: Option<Span>) -> Diagnostic {
    let closer = if bracket == '(' { ')' } else { ']' };
    let found = Diagnostic::new(&codes::UNCLOSED_BRACKET, at, format!("this `{bracket}` has no `{closer}`"))
        .label("opened here")
        .help("Close it on this line. Between the two, lines may break freely.");
    match end {
        Some(end) => found.fix(format!("close it with `{closer}`"), end, closer.to_string()),
        None => found,
    }
}

pub fn needless_bracket(at: Span, bracket: char) -> Diagnostic {
    Diagnostic::new(&codes::UNCLOSED_BRACKET, at, format!("this `{bracket}` closes nothing"))
}

pub fn too_deep(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::NESTED_TOO_DEEP, at, format!("this is nested more than {MAX_DEPTH} levels deep"))
        .help("Give the inner parts names with `let`, or split the pipeline. What holds this was not read any further.")
}

pub fn too_long(at: Span) -> Diagnostic {
    Diagnostic::new(&codes::NESTED_TOO_DEEP, at, "this expression has more parts than can be read")
        .help("Give some of it a name with `let`.")
}

pub fn file_too_large(bytes: usize) -> Diagnostic {
    Diagnostic::new(
        &codes::FILE_TOO_LARGE,
        Span::at(0),
        format!("this file has {bytes} bytes, and {MAX_BYTES} are the most that are read"),
    )
    .help("Split it: pipelines of one folder know each other's connectors and stand in files of any number.")
}
