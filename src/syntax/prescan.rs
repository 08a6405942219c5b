//! One pass over a file before pest sees it. It cuts the file where items begin, so that nothing reaches from
//! one into the next, notes comments and braces, and finds what is nested too deep for a recursive parser.

use crate::source::Span;

use super::words::{ITEM_WORDS, is_near_item};

/// Brackets, and texts inside texts, that may stand inside one another.
pub(super) const MAX_DEPTH: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Scan {
    pub parts: Vec<Part>,
    pub comments: Vec<Span>,
}

/// From where one item begins to where the next does; the first part may be blank.
#[derive(Debug, Default)]
pub(super) struct Part {
    pub start: usize,
    pub end: usize,
    /// The bracket that is one too many.
    pub too_deep: Option<usize>,
    /// Curly braces outside texts and comments, in order.
    pub braces: Vec<Brace>,
    /// A text of several lines that does not end.
    pub open_lines: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Brace {
    pub at: usize,
    pub opens: bool,
}

pub(super) fn scan(text: &str) -> Scan {
    let mut scanner =
        Scanner { text, scan: Scan::default(), open: Vec::new(), braces_open: 0, insert_end: 0 };
    scanner.run();
    scanner.scan
}

struct Scanner<'a> {
    text: &'a str,
    scan: Scan,
    open: Vec<Open>,
    /// Code braces that are open, however deep; `open` stops growing at the limit.
    braces_open: usize,
    /// Behind the last `}` that ended an insertion.
    insert_end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Bracket,
    /// `"…"`.
    Text,
    /// `"""…"""`.
    Lines,
    /// `{…}` inside a text.
    Insert,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        self.scan.parts.push(Part::default());
        let mut at = if self.text.starts_with('\u{feff}') { 3 } else { 0 };
        self.line_start(at);
        while let Some(byte) = bytes.get(at) {
            at = match byte {
                b'\n' | b'\r' => {
                    self.end_of_line(at);
                    self.line_start(at + 1);
                    at + 1
                }
                _ if self.in_text() => self.step_in_text(at, *byte),
                _ => self.step_in_code(at, *byte),
            };
        }
        let end = bytes.len();
        self.end_of_line(end);
        let open_lines = self.open.contains(&Open::Lines);
        if let Some(part) = self.scan.parts.last_mut() {
            part.end = end;
            part.open_lines = open_lines;
        }
    }

    fn in_text(&self) -> bool {
        matches!(self.open.last(), Some(Open::Text | Open::Lines))
    }

    fn step_in_text(&mut self, at: usize, byte: u8) -> usize {
        let lines = self.open.last() == Some(&Open::Lines);
        match byte {
            b'\\' => match self.text.as_bytes().get(at + 1) {
                None | Some(b'\n' | b'\r') => at + 1,
                Some(_) => at + 2,
            },
            b'{' => {
                self.push(Open::Insert, at);
                at + 1
            }
            b'"' if lines && self.text.get(at..at + 3) == Some("\"\"\"") => {
                self.open.pop();
                at + 3
            }
            b'"' if !lines => {
                self.open.pop();
                at + 1
            }
            _ => at + 1,
        }
    }

    fn step_in_code(&mut self, at: usize, byte: u8) -> usize {
        match byte {
            b'#' => {
                let end = self.line_end(at);
                self.scan.comments.push(Span::new(at, end));
                return end;
            }
            b'"' if self.text.get(at..at + 3) == Some("\"\"\"") => {
                self.push(Open::Lines, at);
                return at + 3;
            }
            b'"' => self.push(Open::Text, at),
            b'\'' => {
                let end = self.line_end(at);
                let rest = self.text.get(at + 1..end).unwrap_or("");
                return rest.find('\'').map_or(end, |quote| at + 1 + quote + 1);
            }
            b'{' => {
                self.brace(at, true);
                self.push(Open::Bracket, at);
                self.braces_open += 1;
            }
            b'[' | b'(' => self.push(Open::Bracket, at),
            b'}' if self.open.last() == Some(&Open::Insert) => {
                self.open.pop();
                self.insert_end = at + 1;
            }
            b'}' => {
                self.brace(at, false);
                self.open.pop();
                self.braces_open = self.braces_open.saturating_sub(1);
            }
            b']' | b')' if self.open.last() == Some(&Open::Bracket) => {
                self.open.pop();
            }
            _ => {}
        }
        at + 1
    }

    fn push(&mut self, open: Open, at: usize) {
        // The list is cut at the limit: the part is not parsed, and only its end is still looked for.
        if self.open.len() < MAX_DEPTH {
            self.open.push(open);
        } else if let Some(part) = self.scan.parts.last_mut() {
            part.too_deep.get_or_insert(at);
        }
    }

    fn brace(&mut self, at: usize, opens: bool) {
        let inside_text = self.open.contains(&Open::Insert);
        if let Some(part) = self.scan.parts.last_mut()
            && !inside_text
        {
            part.braces.push(Brace { at, opens });
        }
    }

    /// A text ends with its line, closed or not; a brace at the end of the line is then no part of it.
    fn end_of_line(&mut self, at: usize) {
        let Some(text) = self.open.iter().position(|open| *open == Open::Text) else { return };
        self.open.truncate(text);
        let line = self.text.get(..at).unwrap_or("").trim_end_matches([' ', '\t']);
        if line.ends_with(['{', '}']) && line.len() != self.insert_end {
            let last = line.len() - 1;
            self.step_in_code(last, if line.ends_with('{') { b'{' } else { b'}' });
        }
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        memchr::memchr2(b'\n', b'\r', rest).map_or(self.text.len(), |length| at + length)
    }

    fn line_start(&mut self, at: usize) {
        if !self.text.as_bytes().get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte > 127) {
            return;
        }
        let line = self.text.get(at..self.line_end(at)).unwrap_or("");
        if !begins_item(line) && (self.braces_open > 0 || !is_near_item(line)) {
            return;
        }
        let open_lines = self.open.contains(&Open::Lines);
        if let Some(part) = self.scan.parts.last_mut() {
            part.end = at;
            part.open_lines = open_lines;
        }
        self.scan.parts.push(Part { start: at, ..Part::default() });
        self.open.clear();
        self.braces_open = 0;
    }
}

/// Whether a line begins an item whatever stands above it. Two words decide, since `test = $.test` is a field.
fn begins_item(line: &str) -> bool {
    let Some(word) = ITEM_WORDS.iter().find(|word| line.starts_with(**word)) else { return false };
    let rest = line.get(word.len()..).unwrap_or("");
    let behind = rest.trim_start();
    if rest.starts_with(|c: char| c == '_' || c.is_alphanumeric()) {
        return false;
    }
    let name: &str =
        behind.split(|c: char| c != '_' && c != '-' && !c.is_alphanumeric()).next().unwrap_or("");
    let after = behind.get(name.len()..).unwrap_or("").trim_start();
    let quote = |s: &str| s.starts_with(['"', '“', '”', '„', '«', '\'']);
    match *word {
        "test" => name.is_empty() && (quote(behind) || behind.starts_with('{')),
        "const" => !name.is_empty() && after.starts_with(['=', ':']) && !after.starts_with("=="),
        _ => {
            quote(behind)
                || behind.starts_with('{')
                || !name.is_empty()
                    && (after.is_empty() || quote(after) || after.starts_with(['{', ':', '#']))
        }
    }
}
