//! The part of a file around the places of a finding, made fit for a terminal: control characters are shown, and of a very
//! long line only what stands near. Offsets into the file are turned into offsets of the excerpt.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::printable::{printable, shown};
use crate::source::{Source, Span};

/// Letters of a line shown on both sides of a place, where the line is longer than `LONG_LINE`.
const NEAR: usize = 60;
/// In bytes.
const LONG_LINE: usize = 300;

#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// Offset in the file and in `text` wherever the distance between the two changes, by the first.
    shifts: Vec<(usize, usize)>,
    /// Lines of the file before the first one here.
    lines_before: usize,
    /// Columns are counted in the file: for each place its offset here, and its column from 0.
    columns: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The lines of `spans`, with one line of context on each side.
    pub fn new(source: &Source, spans: &[Span]) -> Excerpt {
        let text = &*source.text;
        let clip = |offset: u32| floor_boundary(text, offset as usize);
        let first = spans.iter().map(|span| clip(span.start)).min().unwrap_or(0);
        let last = spans.iter().map(|span| clip(span.end)).max().unwrap_or(0).max(first);
        let start = line_start(text, line_start(text, first).saturating_sub(1));
        let end = line_end(text, (line_end(text, last) + 1).min(text.len()));
        let lines_before = source.position(Span::at(start).start).line as usize - 1;
        let mut excerpt = Excerpt {
            name: printable(&source.name).into_owned(),
            text: String::new(),
            shifts: Vec::new(),
            lines_before,
            columns: Vec::new(),
        };
        let mut places: Vec<usize> =
            spans.iter().flat_map(|span| [clip(span.start), clip(span.end)]).collect();
        places.sort_unstable();
        let mut offset = start;
        for line in text.get(start..end).unwrap_or_default().split_inclusive('\n') {
            excerpt.push_line(line, offset, &places);
            offset += line.len();
        }
        excerpt.mark(end);
        for place in places {
            let column = source.position(Span::at(place).start).column as usize - 1;
            excerpt.columns.push((excerpt.offset(place), column));
        }
        excerpt
    }

    /// A place of the file as a place of this excerpt.
    pub fn place(&self, source: &Source, span: Span) -> SourceSpan {
        let start = self.offset(floor_boundary(&source.text, span.start as usize));
        let end = self.offset(floor_boundary(&source.text, span.end as usize));
        (start, end.saturating_sub(start)).into()
    }

    fn push_line(&mut self, line: &str, offset: usize, places: &[usize]) {
        let body = line.trim_end_matches(['\n', '\r']);
        let long = body.len() > LONG_LINE;
        let from = places.partition_point(|place| *place < offset);
        let here = places.get(from..).unwrap_or_default();
        let here: Vec<usize> =
            here.iter().copied().take_while(|place| *place <= offset + body.len()).collect();
        let mut cut = false;
        let mut next = 0;
        for (at, letter) in line.char_indices() {
            let at = offset + at;
            // Both lists are in order, so the nearest places are the one behind and the one before.
            while here.get(next).is_some_and(|place| *place < at) {
                next += 1;
            }
            let behind = here.get(next).is_some_and(|place| place - at <= NEAR * 2);
            let before = next
                .checked_sub(1)
                .and_then(|last| here.get(last))
                .is_some_and(|place| at - place <= NEAR * 2);
            let at_start = here.is_empty() && at - offset <= NEAR * 2;
            if long && letter != '\n' && !behind && !before && !at_start {
                if !cut {
                    self.mark(at);
                    self.text.push('…');
                }
                cut = true;
                continue;
            }
            // A byte order mark takes no place, and a `\r` before `\n` is part of the line's end.
            let hidden = letter == '\u{feff}' && at == 0 || letter == '\r' && line.ends_with("\r\n");
            let show = if letter == '\r' { '\n' } else { shown(letter) };
            if cut || hidden || show.len_utf8() != letter.len_utf8() {
                self.mark(at);
                if !hidden {
                    self.text.push(show);
                }
                self.mark(at + letter.len_utf8());
            } else {
                if self.shifts.is_empty() {
                    self.mark(at);
                }
                self.text.push(show);
            }
            cut = false;
        }
    }

    fn mark(&mut self, offset: usize) {
        self.shifts.push((offset, self.text.len()));
    }

    fn offset(&self, offset: usize) -> usize {
        let at = self.shifts.partition_point(|(file, _)| *file <= offset);
        let shift = at.checked_sub(1).and_then(|last| self.shifts.get(last));
        let moved = shift.map_or(0, |(file, here)| here + (offset - file));
        floor_boundary(&self.text, moved)
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.text.as_str().read_span(span, before, after)?;
        let place = self.columns.iter().find(|(offset, _)| *offset == span.offset() && before == 0);
        let column = place.map_or(inner.column(), |(_, column)| *column);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line() + self.lines_before,
            column,
            inner.line_count(),
        )))
    }
}

fn line_start(text: &str, offset: usize) -> usize {
    text.get(..floor_boundary(text, offset)).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}

fn line_end(text: &str, offset: usize) -> usize {
    let offset = floor_boundary(text, offset);
    text.get(offset..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| offset + at)
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_at(text: &str, needle: &str) -> (String, String, usize, usize) {
        let source = Source::new("a.wj", text);
        let at = text.find(needle).unwrap();
        let span = Span::new(at, at + needle.len());
        let excerpt = Excerpt::new(&source, &[span]);
        let place = excerpt.place(&source, span);
        let under = excerpt.text[place.offset()..place.offset() + place.len()].to_owned();
        let contents = excerpt.read_span(&place, 0, 0).unwrap();
        (excerpt.text.clone(), under, contents.line() + 1, contents.column() + 1)
    }

    #[test]
    fn a_place_keeps_its_text_its_line_and_its_column() {
        let (text, under, line, column) = shown_at("one\ntwo\nимя 😀 here\nfour\nfive", "here");
        assert_eq!((text.as_str(), under.as_str(), line, column), ("two\nимя 😀 here\nfour", "here", 3, 7));
    }

    #[test]
    fn control_characters_before_a_place_do_not_move_it() {
        let (text, under, line, column) = shown_at("\u{feff}a\x1b[31m\r\nb\x07 here\r\n", "here");
        assert_eq!((text.as_str(), under.as_str(), line, column), ("a␛[31m\nb␇ here\n", "here", 2, 4));
    }

    #[test]
    fn of_a_long_line_only_what_is_near_is_shown() {
        let long = format!("{}here{}", "я".repeat(10_000), "x".repeat(10_000));
        let (text, under, line, column) = shown_at(&long, "here");
        assert_eq!((under.as_str(), line, column), ("here", 1, 10_001));
        assert!(text.len() < 600, "{}", text.len());
        assert!(text.starts_with('…') && text.ends_with('…'));
    }
}
