//! Formatting of a file, or of some of its lines: what `wj fmt` writes, as changes of single places, so that nothing else moves.

use lsp_types::TextEdit;
use similar::{DiffTag, TextDiff};

use super::place;
use super::workspace::View;
use crate::source::{Source, Span};

/// `None` for a text that cannot be formatted: one with mistakes of syntax, which its findings tell.
pub(super) fn formatting(view: &View<'_>) -> Option<Vec<TextEdit>> {
    let formatted = formatted(view)?;
    Some(difference(view.source(), &formatted))
}

/// The changes that lie in these lines.
pub(super) fn of_part(view: &View<'_>, part: lsp_types::Range) -> Option<Vec<TextEdit>> {
    let formatted = formatted(view)?;
    let mut edits = difference(view.source(), &formatted);
    edits.retain(|edit| edit.range.start.line <= part.end.line && part.start.line <= edit.range.end.line);
    Some(edits)
}

fn formatted(view: &View<'_>) -> Option<String> {
    view.file.formatted().and_then(Result::ok)
}

/// Changes of whole lines that make one text of another.
pub(super) fn difference(source: &Source, new: &str) -> Vec<TextEdit> {
    if *source.text == *new {
        return Vec::new();
    }
    let diff = TextDiff::from_lines(&*source.text, new);
    let mut starts = vec![0];
    let mut at = 0;
    for line in diff.iter_old_slices() {
        at += line.len();
        starts.push(at);
    }
    let place = |line: usize| starts.get(line).copied().unwrap_or(source.text.len());
    let new_lines: Vec<&str> = diff.iter_new_slices().collect();
    let changes = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    changes
        .map(|op| {
            let old = op.old_range();
            let text: String = new_lines.get(op.new_range()).unwrap_or_default().concat();
            let span = Span::new(place(old.start), place(old.end));
            TextEdit::new(place::range(source, span), text)
        })
        .collect()
}
