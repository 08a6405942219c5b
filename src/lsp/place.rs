//! Places and files, as the protocol names them: lines and columns from 0, columns in UTF-16 units, files as URIs.

use std::path::PathBuf;

use lsp_types::{Position, Range, Uri};

use crate::source::{self, Source, Span};

pub(super) fn position(source: &Source, offset: u32) -> Position {
    let place = source.position_utf16(offset);
    Position::new(place.line.saturating_sub(1), place.column.saturating_sub(1))
}

pub(super) fn range(source: &Source, span: Span) -> Range {
    Range::new(position(source, span.start), position(source, span.end))
}

/// The byte offset of a place; one behind the end of its line, or of the text, is that end.
pub(super) fn offset(source: &Source, position: Position) -> u32 {
    let line = position.line.saturating_add(1);
    source.offset_utf16(source::Position { line, column: position.character.saturating_add(1) })
}

pub(super) fn span(source: &Source, range: Range) -> Span {
    let (start, end) = (offset(source, range.start), offset(source, range.end));
    Span { start: start.min(end), end: end.max(start) }
}

/// The path of a file; `None` for a text that is not saved.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    url::Url::parse(uri.as_str()).ok().filter(|url| url.scheme() == "file")?.to_file_path().ok()
}

/// The URI of a file by its absolute path.
pub(super) fn uri(path: &str) -> Option<Uri> {
    let url = url::Url::from_file_path(path).ok();
    url.map_or_else(|| path.to_owned(), String::from).parse().ok()
}
