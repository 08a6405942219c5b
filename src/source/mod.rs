//! Text and places in it: a source file, byte spans, and the line index that turns a byte offset into
//! a line and a column. Knows only the standard library.

use std::sync::Arc;

/// A half-open range of bytes in one source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: clamp(start), end: clamp(end) }
    }

    /// An empty span, for what is missing at a place.
    pub fn at(offset: usize) -> Span {
        Span::new(offset, offset)
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same span in a text that begins `by` bytes further into the file.
    pub fn shifted(self, by: usize) -> Span {
        Span::new(self.start as usize + by, self.end as usize + by)
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// A file is refused above 1 MiB long before an offset could leave `u32`.
fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// One file of the language: the name that people see, and its text.
#[derive(Debug)]
pub struct Source {
    /// The path as it is shown: relative to where `wj` was called, with `/`.
    pub name: String,
    pub text: Arc<str>,
    lines: LineIndex,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Source {
        let text = text.into();
        let lines = LineIndex::new(&text);
        Source { name: name.into(), text, lines }
    }

    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The lines, each with its end: `\n`, `\r\n` or a lone `\r`.
    pub fn lines(&self) -> impl Iterator<Item = Span> {
        let starts = &self.lines.starts;
        let ends = starts.iter().skip(1).copied().chain([clamp(self.text.len())]);
        starts.iter().zip(ends).map(|(start, end)| Span { start: *start, end })
    }

    /// Line and column of a byte offset, both from 1, the column in code points.
    pub fn position(&self, offset: u32) -> Position {
        let (line, start, offset) = self.lines.find(&self.text, offset);
        let column = self.lines.code_points(&self.text, offset) - self.lines.code_points(&self.text, start);
        Position { line: line as u32 + 1, column: column + 1 - self.lines.mark(&self.text, start, offset) }
    }

    /// Line and column of a byte offset, both from 1, the column in UTF-16 units.
    pub fn position_utf16(&self, offset: u32) -> Position {
        let (line, start, offset) = self.lines.find(&self.text, offset);
        let before = self.text.get(start..offset).unwrap_or("");
        let column: usize = before.chars().map(char::len_utf16).sum();
        Position {
            line: line as u32 + 1,
            column: column as u32 + 1 - self.lines.mark(&self.text, start, offset),
        }
    }

    /// The byte offset of a line and a column, both from 1, the column in UTF-16 units. What lies behind the end of a line is its
    /// end, and what lies inside a character its beginning.
    pub fn offset_utf16(&self, position: Position) -> u32 {
        let line = (position.line as usize).saturating_sub(1);
        let Some(start) = self.lines.starts.get(line).map(|start| *start as usize) else {
            return clamp(self.text.len());
        };
        let end = self.lines.starts.get(line + 1).map_or(self.text.len(), |end| *end as usize);
        let text = self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        let mut left = position.column.saturating_sub(1) + self.lines.mark(&self.text, start, end);
        let mut offset = start;
        for letter in text.chars() {
            let units = letter.len_utf16() as u32;
            if left < units {
                break;
            }
            left -= units;
            offset += letter.len_utf8();
        }
        clamp(offset)
    }
}

/// A place as people and editors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// Where each line begins. `\n`, `\r\n` and a lone `\r` end a line.
#[derive(Debug)]
struct LineIndex {
    starts: Vec<u32>,
    /// Code points before each block of `BLOCK` bytes: a column far into a long line costs no more than one near.
    blocks: Vec<u32>,
}

const BLOCK: usize = 1024;

impl LineIndex {
    fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(clamp(at + 1));
            }
        }
        let mut blocks = Vec::with_capacity(bytes.len() / BLOCK + 1);
        let mut before = 0;
        for block in bytes.chunks(BLOCK) {
            blocks.push(before);
            before += count(block);
        }
        blocks.push(before);
        LineIndex { starts, blocks }
    }

    /// The line of an offset, from 0, where it begins, and the offset, moved back to where a character begins.
    fn find(&self, text: &str, offset: u32) -> (usize, usize, usize) {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1);
        (line, self.starts.get(line).map_or(0, |start| *start as usize), offset)
    }

    /// Code points before an offset.
    fn code_points(&self, text: &str, offset: usize) -> u32 {
        let block = offset / BLOCK;
        let rest = text.as_bytes().get(block * BLOCK..offset).unwrap_or(&[]);
        self.blocks.get(block).copied().unwrap_or(0) + count(rest)
    }

    /// A byte order mark takes no column: 1 if one stands between the two.
    fn mark(&self, text: &str, start: usize, offset: usize) -> u32 {
        u32::from(text.get(start..offset).is_some_and(|before| before.starts_with('\u{feff}')))
    }
}

/// Code points that begin in some bytes of UTF-8.
fn count(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_and_utf16_units() {
        let source = Source::new("a.wj", "имя 😀 x\r\nb\rc");
        let at = |needle: &str| source.text.find(needle).map(|o| o as u32).unwrap_or(0);
        assert_eq!(source.position(at("x")), Position { line: 1, column: 7 });
        assert_eq!(source.position_utf16(at("x")), Position { line: 1, column: 8 });
        assert_eq!(source.position(at("b")), Position { line: 2, column: 1 });
        assert_eq!(source.position(at("c")), Position { line: 3, column: 1 });
    }

    #[test]
    fn places_in_utf16_lead_back_to_their_offsets() {
        let source = Source::new("a.wj", "имя 😀 x\r\nb\rc\n");
        for (offset, _) in source.text.char_indices().filter(|(_, letter)| *letter != '\n') {
            assert_eq!(source.offset_utf16(source.position_utf16(offset as u32)), offset as u32);
        }
        // In the middle of the emoji, behind the end of a line, and behind the last line.
        assert_eq!(
            source.offset_utf16(Position { line: 1, column: 6 }),
            source.text.find('😀').unwrap() as u32
        );
        assert_eq!(
            source.offset_utf16(Position { line: 2, column: 99 }),
            source.text.find("\rc").unwrap() as u32
        );
        assert_eq!(source.offset_utf16(Position { line: 9, column: 1 }), source.text.len() as u32);
    }

    #[test]
    fn columns_far_into_a_long_line_are_right() {
        let source = Source::new("a.wj", format!("x\n{}", "я".repeat(5000)));
        for at in [0, 511, 512, 1023, 1024, 4999] {
            assert_eq!(source.position(2 + 2 * at), Position { line: 2, column: at + 1 });
        }
        assert_eq!(source.position(2 + 2 * 5000).column, 5001);
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let source = Source::new("a.wj", "\u{feff}x");
        assert_eq!(source.position(3), Position { line: 1, column: 1 });
    }
}
