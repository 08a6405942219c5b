//! Braces, brackets, depth and size.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::MAX_BYTES;
use crate::syntax::codes;
use crate::syntax::prescan::{MAX_DEPTH, MAX_LINES_DEPTH};

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

/// `studio.note(` over lines that a `}` ends.
pub fn round_opener(opener: Span, closer: Span) -> Diagnostic {
    Diagnostic::new(&codes::MISSING_BRACE, opener, "a block begins with `{`, not with `(`")
        .also(closer, "this `}` closes the block")
        .safe_fix("write `{`", opener, " {")
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
    Diagnostic::new(&codes::NESTED_TOO_DEEP, at, "this is nested deeper than can be read")
        .help(format!("Brackets may stand {MAX_DEPTH} levels deep, texts of several lines {MAX_LINES_DEPTH}. Give the inner parts names with `let`, or split the pipeline. What holds this was not read any further."))
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

/// `extract body ( … )`.
pub fn block_in_brackets(open: Span, opener: char, close: Span, closer: char) -> Diagnostic {
    let edits = vec![Edit { span: open, text: "{".into() }, Edit { span: close, text: "}".into() }];
    let mut found =
        Diagnostic::new(&codes::MISSING_BRACE, open, format!("a block begins with `{{`, not with `{opener}`"))
            .also(close, format!("this `{closer}` ends it"))
            .help("The lines of a block stand between `{` and `}`. Round brackets group a calculation, square ones make a list.");
    found.fixes.push(Fix::safe("write `{` and `}`", edits));
    found
}

/// `when a == b:` and `when a == b then`. `gap` reaches from the head to behind the sign; `end` is where the block ends, if nothing ends
/// it there; `closing` is what is to be written for its end.
pub fn block_behind_sign(
    at: Span,
    sign: &str,
    gap: Span,
    end: Option<Span>,
    closing: Option<(Span, String)>,
) -> Diagnostic {
    let mut found =
        Diagnostic::new(&codes::MISSING_BRACE, at, format!("a block begins with `{{`, not with `{sign}`"))
            .help("The lines of a block stand between the `{` at the end of its first line and a `}`. How far in they stand has no meaning.");
    if let Some(end) = end {
        found = found.also(end, "its `}` belongs behind this line");
    }
    let mut edits = vec![Edit { span: gap, text: " {".into() }];
    edits.extend(closing.map(|(span, text)| Edit { span, text }));
    found.fixes.push(Fix::new("write `{` and `}`", edits));
    found
}

/// `when a == b: {`.
pub fn sign_before_brace(at: Span, sign: &str, gap: Span) -> Diagnostic {
    Diagnostic::new(&codes::LEFT_OVER, at, format!("no `{sign}` stands before the `{{` of a block")).safe_fix(
        format!("delete the `{sign}`"),
        gap,
        "",
    )
}

/// `end` where a `}` is meant; `opened` is where a `{` is missing too.
pub fn block_with_end(at: Span, word: &str, opened: Option<Span>, edits: Vec<(Span, &str)>) -> Diagnostic {
    let mut found =
        Diagnostic::new(&codes::FOREIGN_WORD, at, format!("a block ends with `}}`, not with `{word}`"));
    if let Some(opened) = opened {
        found = found
            .also(opened, "and begins with a `{` here")
            .help("The lines of a block stand between the `{` at the end of its first line and a `}`.");
    }
    let closing = Edit { span: at, text: "}".into() };
    let mut edits: Vec<Edit> =
        edits.into_iter().map(|(span, text)| Edit { span, text: text.into() }).collect();
    edits.push(closing);
    found.fixes.push(Fix::safe(if opened.is_some() { "write `{` and `}`" } else { "write `}`" }, edits));
    found
}
