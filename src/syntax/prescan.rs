//! One pass over a file before pest sees it. It cuts the file where items begin, so that nothing reaches from
//! one into the next, notes comments and braces, and finds what is nested too deep for a recursive parser.

use crate::source::Span;

use super::long_text;
use super::repair::code_length;
use super::unseen::{self, Place, Unseen};
use super::words::{ITEM_WORDS, first_word, is_near_item};

/// Brackets, and texts inside texts, that may stand inside one another.
pub(super) const MAX_DEPTH: usize = 64;

/// Texts of several lines, each in an insertion of the one before. Where one of the insertions does not come to its end, each
/// text is read once more for each around it.
pub(super) const MAX_LINES_DEPTH: usize = 4;

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
    /// Letters that nobody sees, in order.
    pub unseen: Vec<Unseen>,
    /// Comments of other languages over several lines.
    pub remarks: Vec<Span>,
    /// Texts in `"` that end some lines below.
    pub long_texts: Vec<Span>,
}

/// How comments over several lines begin and end elsewhere.
const REMARKS: [(&str, &str); 2] = [("/*", "*/"), ("<!--", "-->")];

/// What begins a text elsewhere; the grammar reads one up to the quote that ends it.
const FOREIGN_QUOTES: [char; 8] = ['«', '“', '”', '„', '‘', '’', '‚', '`'];

#[derive(Clone, Copy, Debug)]
pub(super) struct Brace {
    pub at: usize,
    pub opens: bool,
}

pub(super) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner {
        text,
        scan: Scan::default(),
        open: Vec::new(),
        braces_open: 0,
        insert_end: 0,
        text_start: None,
        texts_reread: 0,
        in_quotes: Nesting::default(),
        remark_ends: [None; REMARKS.len()],
    };
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
    /// The last text on this line that stands in no other.
    text_start: Option<TextStart>,
    texts_reread: usize,
    /// What is open in `'…'` and in comments of the insertions that no line has ended yet.
    in_quotes: Nesting,
    /// Where the next end of each kind of remark stands, as far as it was looked for: behind the text if there is none.
    remark_ends: [Option<usize>; REMARKS.len()],
}

/// How often a line may be gone back on.
const MOST_REREAD: usize = 8;

/// What was known where a text began that stands in no other.
struct TextStart {
    at: usize,
    braces: usize,
    comments: usize,
    braces_open: usize,
}

/// How deep a stretch goes in which nothing tells code from text.
#[derive(Clone, Copy, Default)]
struct Nesting {
    brackets: usize,
    lines: usize,
}

impl Nesting {
    /// What is open behind the stretch that begins at an offset, or what is one too many.
    fn behind(mut self, start: usize, text: &[u8]) -> Result<Nesting, usize> {
        let mut rest = text;
        for at in start.. {
            let Some((byte, behind)) = rest.split_first() else { break };
            match byte {
                b'{' | b'[' | b'(' => self.brackets += 1,
                b'}' | b']' | b')' => self.brackets = self.brackets.saturating_sub(1),
                b'"' if behind.starts_with(b"\"\"") => self.lines += 1,
                _ => {}
            }
            if self.brackets > MAX_DEPTH || self.lines > 2 * MAX_LINES_DEPTH {
                return Err(at);
            }
            rest = behind;
        }
        Ok(self)
    }
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
        at = self.line_start(at);
        loop {
            at = match bytes.get(at) {
                Some(b'\n' | b'\r') if let Some(behind) = self.text_over_lines(at) => behind,
                None | Some(b'\n' | b'\r') if let Some(behind) = self.back_to_text(at) => behind,
                None => break,
                Some(b'\n' | b'\r') => self.next_line(at),
                Some(byte) if self.in_text() => self.step_in_text(at, *byte),
                Some(byte) => self.step_in_code(at, *byte),
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

    fn next_line(&mut self, at: usize) -> usize {
        self.end_of_line(at);
        self.texts_reread = 0;
        if !self.open.contains(&Open::Lines) {
            self.in_quotes.brackets = 0;
        }
        self.line_start(at + 1)
    }

    /// At the end of a line on which a text with a `{` in it has not come to its end: the brace began no insertion, as in
    /// `"50 { %"`. Goes back to where the text ends if its braces are none; a few times a line, since each costs the line.
    fn back_to_text(&mut self, line_end: usize) -> Option<usize> {
        let start = self.text_start.take().filter(|_| self.texts_reread < MOST_REREAD)?;
        let first = self.open.iter().position(|open| *open == Open::Text)?;
        if !self.open.get(first + 1..).is_some_and(|above| above.contains(&Open::Insert)) {
            return None;
        }
        let mut at = start.at + 1;
        let behind = loop {
            match self.text.as_bytes().get(at).filter(|_| at < line_end)? {
                b'\\' => at += 1,
                b'"' => break at + 1,
                _ => {}
            }
            at += 1;
        };
        // The grammar tries each brace of such a line all the same, wherever it takes the next text to begin, and reads to the
        // end for each that nothing closes.
        let line = self.text.as_bytes().get(start.at + 1..line_end).unwrap_or(&[]);
        let too_deep = Nesting::default().behind(start.at + 1, line).err();
        self.texts_reread += 1;
        self.open.truncate(first);
        if let Some(part) = self.scan.parts.last_mut() {
            part.braces.truncate(start.braces);
            part.unseen.retain(|letter| letter.at < start.at);
            part.too_deep = part.too_deep.filter(|deep| *deep < start.at).or(too_deep);
        }
        self.scan.comments.truncate(start.comments);
        self.braces_open = start.braces_open;
        Some(behind)
    }

    /// At the end of a line on which a text has not come to its end: where it ends, if it goes on over lines that are no code.
    fn text_over_lines(&mut self, line_end: usize) -> Option<usize> {
        let start = self.text_start.as_ref()?.at;
        let first = self.open.iter().position(|open| *open == Open::Text)?;
        if self.open.len() != first + 1 {
            return None;
        }
        let behind = long_text::end(self.text, line_end)?;
        self.open.truncate(first);
        self.text_start = None;
        let inner = self.text.as_bytes().get(start + 1..behind).unwrap_or(&[]);
        if let Err(at) = Nesting::default().behind(start + 1, inner) {
            self.too_deep(at);
        }
        if let Some(part) = self.scan.parts.last_mut() {
            part.long_texts.push(Span::new(start, behind));
        }
        Some(behind)
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
            0xe2 => {
                self.written(at, at + 1);
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
                self.written(at, end);
                // In `` `#` "{… `` the grammar takes the sign for a letter between quotes.
                if self.open.contains(&Open::Insert) || self.has_foreign_quote(at) {
                    self.count_brackets(at, end);
                }
                return end;
            }
            b'/' | b'<' if let Some(end) = self.remark_end(at) => {
                if let Some(part) = self.scan.parts.last_mut() {
                    part.remarks.push(Span::new(at, end));
                }
                self.written(at, end);
                return end;
            }
            b'"' if self.text.get(at..at + 3) == Some("\"\"\"") => {
                self.push(Open::Lines, at);
                if self.open.iter().filter(|open| **open == Open::Lines).count() > MAX_LINES_DEPTH {
                    self.too_deep(at);
                }
                return at + 3;
            }
            b'"' => {
                if !self.open.contains(&Open::Text) {
                    let braces = self.scan.parts.last().map_or(0, |part| part.braces.len());
                    let (comments, braces_open) = (self.scan.comments.len(), self.braces_open);
                    self.text_start = Some(TextStart { at, braces, comments, braces_open });
                }
                self.push(Open::Text, at);
            }
            b'\'' => {
                let end = self.line_end(at);
                let rest = self.text.get(at + 1..end).unwrap_or("");
                let quote = rest.find('\'');
                let behind = quote.map_or(end, |quote| at + 1 + quote + 1);
                self.written(at, behind);
                // `member's "{…`: the grammar takes a quote that nothing closes for a letter.
                if quote.is_none() || self.open.contains(&Open::Insert) {
                    self.count_brackets(at, behind);
                }
                return behind;
            }
            b'{' => {
                self.brace(at, true);
                self.push(Open::Bracket, at);
                self.braces_open += 1;
            }
            // No value has a `\` in it: the `{` above was none of an insertion, and the text goes on (`"{\"ok\": 1}"`).
            b'\\' if self.open.last() == Some(&Open::Insert) => {
                self.open.pop();
                return self.step_in_text(at, byte);
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
            128.. if let Some(letter) = unseen::letter_at(self.text, at) => {
                let is_word =
                    |letter: Option<char>| letter.is_some_and(|one| one == '_' || one.is_alphanumeric());
                let behind = at + letter.len_utf8();
                let before = self.text.get(..at).and_then(|text| text.chars().next_back());
                let next = self.text.get(behind..).and_then(|text| text.chars().next());
                let parts = is_word(before) && is_word(next);
                self.unseen(at, letter, if parts { Place::Word } else { Place::Between });
                return at + letter.len_utf8();
            }
            _ => {}
        }
        at + 1
    }

    /// Where a comment of another language that begins here ends, if it takes several lines and no code follows on the last.
    fn remark_end(&mut self, at: usize) -> Option<usize> {
        let rest = self.text.get(at..)?;
        let kind = REMARKS.iter().position(|(opener, _)| rest.starts_with(opener))?;
        if self.open.iter().any(|open| matches!(open, Open::Text | Open::Lines)) {
            return None;
        }
        let (opener, closer) = REMARKS.get(kind)?;
        let from = at + opener.len();
        let known = self.remark_ends.get_mut(kind)?;
        let closer_at = match *known {
            Some(end) if end >= from => end,
            _ => {
                let found = memchr::memmem::find(self.text.as_bytes().get(from..)?, closer.as_bytes());
                *known.insert(found.map_or(usize::MAX, |found| from + found))
            }
        };
        let inner = self.text.get(from..closer_at)?;
        let end = closer_at + closer.len();
        let behind = self.text.get(end..self.line_end(end))?;
        (inner.contains(['\n', '\r']) && behind.trim().is_empty()).then_some(end)
    }

    fn unseen(&mut self, at: usize, letter: char, place: Place) {
        if let Some(part) = self.scan.parts.last_mut() {
            part.unseen.push(Unseen { at, letter, place });
        }
    }

    /// A text and a comment may hold any letter, but none that makes them read as what they are not.
    fn written(&mut self, start: usize, end: usize) {
        let bytes = self.text.as_bytes().get(start..end).unwrap_or(&[]);
        // All letters that turn a line begin with this byte.
        for at in memchr::memchr_iter(0xe2, bytes) {
            if let Some(letter) =
                unseen::letter_at(self.text, start + at).filter(|letter| unseen::turns(*letter))
            {
                self.unseen(start + at, letter, Place::Writing);
            }
        }
    }

    /// `'…'` and a comment in an insertion: where that does not come to its end, each brace in them is tried as one.
    fn count_brackets(&mut self, start: usize, end: usize) {
        match self.in_quotes.behind(start, self.text.as_bytes().get(start..end).unwrap_or(&[])) {
            Ok(nesting) => self.in_quotes = nesting,
            Err(at) => self.too_deep(at),
        }
    }

    /// Whether a quote of another language stands on the line before an offset.
    fn has_foreign_quote(&self, at: usize) -> bool {
        let front = self.text.get(..at).unwrap_or("");
        let line = front.rsplit(['\n', '\r']).next().unwrap_or("");
        line.contains(FOREIGN_QUOTES)
    }

    fn too_deep(&mut self, at: usize) {
        if let Some(part) = self.scan.parts.last_mut() {
            part.too_deep.get_or_insert(at);
        }
    }

    fn push(&mut self, open: Open, at: usize) {
        // The list is cut at the limit: the part is not parsed, and only its end is still looked for.
        if self.open.len() < MAX_DEPTH {
            self.open.push(open);
        } else {
            self.too_deep(at);
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

    /// A text ends with its line, closed or not; braces at the end of the line are then no part of it.
    fn end_of_line(&mut self, at: usize) {
        let Some(text) = self.open.iter().position(|open| *open == Open::Text) else { return };
        self.open.truncate(text);
        let line = self.text.get(..at).unwrap_or("").trim_end_matches([' ', '\t']);
        if line.ends_with('{') && line.len() != self.insert_end {
            self.step_in_code(line.len() - 1, b'{');
            return;
        }
        let mut closers = Vec::new();
        let mut rest = line;
        while rest.ends_with('}') && rest.len() != self.insert_end {
            closers.push(rest.len() - 1);
            rest = rest.get(..rest.len() - 1).unwrap_or("").trim_end_matches([' ', '\t']);
        }
        while let Some(last) = closers.pop() {
            self.step_in_code(last, b'}');
        }
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or(&[]);
        memchr::memchr2(b'\n', b'\r', rest).map_or(self.text.len(), |length| at + length)
    }

    /// Gives where what is seen of the line begins.
    fn line_start(&mut self, at: usize) -> usize {
        let mut at = at;
        while self.text.as_bytes().get(at).is_some_and(|byte| *byte > 127)
            && !self.in_text()
            && let Some(letter) = unseen::letter_at(self.text, at)
        {
            self.unseen(at, letter, Place::Between);
            at += letter.len_utf8();
        }
        if !self.text.as_bytes().get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte > 127) {
            return at;
        }
        let line = self.text.get(at..self.line_end(at)).unwrap_or("");
        let outside = self.braces_open == 0;
        if !begins_item(line) && !(outside && (is_near_item(line) || is_item_word(line))) {
            return at;
        }
        let open_lines = self.open.contains(&Open::Lines);
        if let Some(part) = self.scan.parts.last_mut() {
            part.end = at;
            part.open_lines = open_lines;
        }
        self.scan.parts.push(Part { start: at, ..Part::default() });
        self.open.clear();
        self.in_quotes = Nesting::default();
        self.braces_open = 0;
        at
    }
}

/// Whether a line that stands in no block begins with the word of an item, and gives it no value.
fn is_item_word(line: &str) -> bool {
    let word = first_word(line);
    let behind = line.get(word.len()..).unwrap_or("").trim_start();
    ITEM_WORDS.contains(&word) && word != "const" && !behind.starts_with('=')
}

/// Whether a line begins an item whatever stands above it. Two words decide, since `test = $.test` is a field.
pub(super) fn begins_item(line: &str) -> bool {
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
    // `test big order {`, `pipeline my leads {`.
    let opens = || line.get(..code_length(line)).unwrap_or("").trim_end().ends_with('{');
    if *word != "const" && rest.starts_with([' ', '\t']) && !behind.starts_with(['=', ':']) && opens() {
        return true;
    }
    match *word {
        "test" => name.is_empty() && (quote(behind) || behind.starts_with('{')),
        "const" => !name.is_empty() && after.starts_with(['=', ':']) && !after.starts_with("=="),
        _ => {
            quote(behind)
                || behind.starts_with('{')
                || !name.is_empty()
                    && (after.is_empty() || quote(after) || after.starts_with(['{', ':', '#', '(']))
        }
    }
}
