//! Blocks as other languages bound them: `( … )`, a `:` and lines further in, `then … end`. They are read as if their braces
//! stood there, so that each is one message and what it holds is as good as ever.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::errors;
use super::prescan::{Brace, Part};
use super::repair::{Change, code_length};
use super::slips;
use super::wordings;
use super::words::{STEP_WORDS, first_word};

/// What bounds a block elsewhere, put right.
#[derive(Default)]
pub(super) struct Bounds {
    pub changes: Vec<Change>,
    /// As in `Part`, with those that are written otherwise.
    pub braces: Vec<Brace>,
    pub blame: Vec<Diagnostic>,
}

/// `None` if all blocks of a part are bounded by braces, or by nothing that is known.
pub(super) fn found(text: &str, part: &Part) -> Option<Bounds> {
    let mut lines = lines(text);
    hide_remarks(&mut lines, text, part);
    if !lines.iter().any(|line| line.may_bound(text)) {
        return None;
    }
    let opens = part.braces.iter().filter(|brace| brace.opens).count();
    let spare = (part.braces.len() - opens).saturating_sub(opens);
    let bounds = Bounds { braces: part.braces.clone(), ..Bounds::default() };
    let mut reader = Reader { text, base: part.start, lines, bounds, spare, taken: Vec::new() };
    reader.run();
    let mut bounds = reader.bounds;
    bounds.braces.sort_by_key(|brace| brace.at);
    (!bounds.blame.is_empty()).then_some(bounds)
}

/// What stands in comments of other languages bounds nothing.
fn hide_remarks(lines: &mut [Line], text: &str, part: &Part) {
    let mut rest = lines.iter_mut().peekable();
    for remark in &part.remarks {
        let (start, end) = (remark.start as usize - part.start, remark.end as usize - part.start);
        while let Some(line) = rest.next_if(|line| line.start < end) {
            line.hidden |= line.start > start;
            if line.start <= start && start < line.end {
                line.end = line.start + text.get(line.start..start).unwrap_or("").trim_end().len();
            }
        }
    }
}

/// Words whose blocks hold steps, or fields, or what an action sends.
const HEADS: [&str; 18] = [
    "pipeline",
    "connector",
    "test",
    "extract",
    "returns",
    "when",
    "if",
    "elif",
    "elsif",
    "for",
    "foreach",
    "match",
    "respond",
    "else",
    "on_fail",
    "on_failure",
    "action",
    "verify",
];

const OBJECTS: [&str; 4] = ["json", "form", "query", "multipart"];

const ENDS: [&str; 8] = ["end", "endif", "end if", "endfor", "end for", "fi", "done", "END"];

struct Reader<'a> {
    text: &'a str,
    base: usize,
    lines: Vec<Line>,
    bounds: Bounds,
    /// Closing braces that no opening one stands for.
    spare: usize,
    /// Lines that close a block already.
    taken: Vec<usize>,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut depth = 0i32;
        for at in 0..self.lines.len() {
            let Some(line) = self.lines.get(at).copied() else { return };
            if depth <= 0 && !line.hidden && !line.is_blank() {
                depth = 0;
                let told = self.bounds.blame.len();
                self.bracketed(at, line).or_else(|| self.signed(at, line)).or_else(|| self.ended(at, line));
                if self.bounds.blame.len() > told && line.code(self.text).ends_with(['(', '[']) {
                    continue;
                }
            }
            if !line.hidden && !self.taken.contains(&at) {
                depth += line.brackets(self.text);
            }
        }
    }

    /// `extract body (`, up to a `)` at the same indent.
    fn bracketed(&mut self, at: usize, line: Line) -> Option<()> {
        let code = line.code(self.text);
        let opener = code.chars().next_back().filter(|sign| matches!(sign, '(' | '['))?;
        let closer = if opener == '(' { ')' } else { ']' };
        let before = code.get(..code.len() - 1)?;
        // `bizon.add_subscriber(`, over its parameters.
        let head = match before.strip_suffix([' ', '\t']) {
            Some(before) => before.trim_end(),
            None if opener == '(' && is_call(before) && !before.starts_with("let ") => before,
            None => return None,
        };
        let head = head.strip_prefix(closer).unwrap_or(head).trim_start();
        let word = first_word(head);
        let object = OBJECTS.contains(&word) && head == word;
        let condition = matches!(word, "when" | "if" | "elif" | "elsif" | "for" | "foreach" | "match");
        // `verify github [`, over secrets of which each is enough.
        if word == "verify" {
            return None;
        }
        if !is_head(head) && !object
            || slips::ends_in_operator(head)
            || condition && (opener == '[' || head == word)
            || object && opener == '['
        {
            return None;
        }
        let below = self.next_written(at)?;
        let first = self.lines.get(below)?.code(self.text);
        let named = first.trim_start_matches(['"', '\'']);
        if object && !named.get(first_word(named).len()..)?.trim_start_matches(['"', '\'']).starts_with(':') {
            return None;
        }
        let (end, _) = self.body(at, line.indent)?;
        let end = self.next_written(end)?;
        let last = *self.lines.get(end)?;
        let behind = last.code(self.text).strip_prefix(closer)?.trim_start();
        if last.indent != line.indent || !behind.is_empty() && first_word(behind) != "else" {
            return None;
        }
        self.taken.push(end);
        let (open, close) = (line.end - 1, last.start + last.indent);
        self.put(Change::Replace(open, "{"), open, true);
        self.put(Change::Replace(close, "}"), close, false);
        let (open, close) = (self.span(open, open + 1), self.span(close, close + 1));
        self.bounds.blame.push(errors::block_in_brackets(open, opener, close, closer));
        Some(())
    }

    /// `when a == b:` and `when a == b then`, over lines that stand further in.
    fn signed(&mut self, at: usize, line: Line) -> Option<()> {
        let code = line.code(self.text);
        let braced = code.strip_suffix('{').map(str::trim_end);
        let head = braced.unwrap_or(code);
        let (sign, head) = [":", " then", " do"]
            .into_iter()
            .find_map(|sign| Some((sign.trim_start(), head.strip_suffix(sign)?.trim_end())))?;
        let bare = head.strip_prefix('}').unwrap_or(head).trim_start();
        let word = first_word(bare);
        let conditional = matches!(word, "when" | "if" | "elif" | "elsif" | "else" | "for" | "foreach");
        let item = matches!(word, "pipeline" | "connector" | "test");
        let alone = matches!(word, "else" | "on_fail" | "on_failure");
        if !is_head(bare) || bare == word && !alone || sign != ":" && !conditional {
            return None;
        }
        let start = line.start + line.indent + head.len();
        let end = start + code.get(head.len()..)?.find(sign)? + sign.len();
        let place = self.span(end - sign.len(), end);
        if braced.is_some() {
            // The head of an item takes a `:` by itself.
            if item || word == "else" && sign == ":" {
                return None;
            }
            for at in end - sign.len()..end {
                self.bounds.changes.push(Change::Blank(at));
            }
            self.bounds.blame.push(errors::sign_before_brace(place, sign, self.span(start, end)));
            return Some(());
        }
        let first = self.lines.get(self.next_written(at)?)?.code(self.text);
        let (last, below) = self.body(at, line.indent)?;
        if first.starts_with('{') || word == "if" && !is_step(first) {
            return None;
        }
        // A call as in YAML is told of as a whole.
        let as_in_yaml = wordings::yaml::answers(bare) && wordings::yaml::is_row(first)
            || wordings::yaml::begins(bare) && first.starts_with("url:");
        if as_in_yaml {
            return None;
        }
        self.bounds.changes.push(Change::Replace(start, " "));
        for at in start + 1..end {
            self.bounds.changes.push(Change::Blank(at));
        }
        self.put(Change::Insert(end, " {"), end, true);
        let closer = self.closer_below(below, line);
        if closer.is_none() {
            let end = self.lines.get(last)?.end;
            self.put(Change::Insert(end, "\n}"), end, false);
        }
        let indent = self.text.get(line.start..line.start + line.indent)?;
        let (written, closing) = match closer {
            Some(Closer::Brace) => (None, None),
            Some(Closer::End(end)) => (None, Some((end, "}".to_owned()))),
            None => {
                let end = self.lines.get(last)?.end;
                (Some(self.span(end, end)), Some((self.span(end, end), format!("\n{indent}}}"))))
            }
        };
        self.bounds.blame.push(errors::block_behind_sign(
            place,
            sign,
            self.span(start, end),
            written,
            closing,
        ));
        Some(())
    }

    /// What closes the block of a head that has no brace, if anything does: a line at its indent.
    fn closer_below(&mut self, below: Option<usize>, head: Line) -> Option<Closer> {
        let at = below?;
        let line = *self.lines.get(at)?;
        let code = line.code(self.text);
        if line.indent != head.indent {
            return None;
        }
        if code.starts_with('}') && self.spare > 0 {
            self.spare -= 1;
            return Some(Closer::Brace);
        }
        ENDS.contains(&code).then(|| {
            self.close_at(at, line);
            Closer::End(self.span(line.start + line.indent, line.end))
        })
    }

    /// `end` in a line of its own.
    fn ended(&mut self, at: usize, line: Line) -> Option<()> {
        if !ENDS.contains(&line.code(self.text)) || self.taken.contains(&at) {
            return None;
        }
        let place = self.span(line.start + line.indent, line.end);
        let mut edits = Vec::new();
        let mut above = at;
        // Up to the head that it ends, over the `else` of the same.
        let head = loop {
            above = (0..above).rev().find(|at| {
                self.lines.get(*at).is_some_and(|line_above| {
                    !line_above.hidden && !line_above.is_blank() && line_above.indent <= line.indent
                })
            })?;
            let head = *self.lines.get(above)?;
            let code = head.code(self.text);
            let bare = code.trim_start_matches(['}', ' ']).trim_end_matches(['{', ' ']);
            if head.indent != line.indent || !is_head(bare) {
                return None;
            }
            if code.ends_with('{') || code.contains('{') && !code.ends_with('}') {
                break None;
            }
            if first_word(code) != "else" {
                break Some(head);
            }
            let (start, end) = (head.start + head.indent, head.end);
            self.put(Change::Insert(start, "} "), start, false);
            self.put(Change::Insert(end, " {"), end, true);
            edits.push((self.span(start, start), "} "));
            edits.push((self.span(end, end), " {"));
        };
        let opened = head.map(|head| {
            self.put(Change::Insert(head.end, " {"), head.end, true);
            self.span(head.end, head.end)
        });
        edits.extend(opened.map(|at| (at, " {")));
        self.close_at(at, line);
        let word = line.code(self.text);
        self.bounds.blame.push(errors::block_with_end(place, word, opened, edits));
        Some(())
    }

    /// Makes a `}` of the word in a line.
    fn close_at(&mut self, at: usize, line: Line) {
        self.taken.push(at);
        let start = line.start + line.indent;
        self.put(Change::Replace(start, "}"), start, false);
        for at in start + 1..line.end {
            self.bounds.changes.push(Change::Blank(at));
        }
    }

    fn put(&mut self, change: Change, at: usize, opens: bool) {
        self.bounds.changes.push(change);
        self.bounds.braces.push(Brace { at: self.base + at, opens });
    }

    /// The last line of those further in than a head, and the one below them.
    fn body(&self, head: usize, indent: usize) -> Option<(usize, Option<usize>)> {
        let mut last = None;
        let mut at = head;
        while let Some(next) = self.next_written(at) {
            let line = self.lines.get(next)?;
            if line.indent <= indent && !line.hidden {
                return last.map(|last| (last, Some(next)));
            }
            last = Some(next);
            at = next;
        }
        last.map(|last| (last, None))
    }

    fn next_written(&self, at: usize) -> Option<usize> {
        (at + 1..self.lines.len()).find(|at| self.lines.get(*at).is_some_and(|line| !line.is_blank()))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(start, end).shifted(self.base)
    }
}

enum Closer {
    Brace,
    End(Span),
}

#[derive(Clone, Copy)]
struct Line {
    /// In the part.
    start: usize,
    indent: usize,
    /// Of its code: without blanks and comment at the end.
    end: usize,
    /// In a text of several lines.
    hidden: bool,
}

impl Line {
    fn code<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start + self.indent..self.end).unwrap_or("")
    }

    fn is_blank(&self) -> bool {
        self.start + self.indent >= self.end
    }

    fn may_bound(&self, text: &str) -> bool {
        let code = self.code(text);
        let sign = code.strip_suffix('{').map_or(code, str::trim_end);
        code.ends_with(['(', '['])
            || sign.ends_with(':')
            || sign.ends_with(" then")
            || sign.ends_with(" do")
            || ENDS.contains(&code)
    }

    /// How many more round and square brackets it opens than it closes.
    fn brackets(&self, text: &str) -> i32 {
        let (mut quote, mut more) = (None, 0);
        for character in self.code(text).chars() {
            match (quote, character) {
                (Some(open), _) if open == character => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(character),
                (None, '(' | '[') => more += 1,
                (None, ')' | ']') => more -= 1,
                _ => {}
            }
        }
        more
    }
}

fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut start, mut hidden) = (0, false);
    for whole in text.split_inclusive(['\n', '\r']) {
        let line = whole.trim_end_matches(['\n', '\r']);
        let code = if hidden { line.trim_end().len() } else { code_length(line) };
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        lines.push(Line { start, indent, end: start + code, hidden });
        let quotes = line.get(..code).unwrap_or("").matches("\"\"\"").count();
        hidden ^= !quotes.is_multiple_of(2);
        start += whole.len();
    }
    lines
}

fn is_head(text: &str) -> bool {
    let word = first_word(text);
    HEADS.contains(&word) && !text.get(word.len()..).is_some_and(|rest| rest.starts_with(['.', '=']))
        || is_call(text)
}

/// `http.post "https://…"` and `let sub = http.post "https://…"`.
fn is_call(text: &str) -> bool {
    let text = match text.strip_prefix("let ") {
        Some(rest) => rest.split_once('=').map_or("", |(_, value)| value.trim_start()),
        None => text,
    };
    let dotted = text.split([' ', '\t']).next().unwrap_or("");
    let parts = dotted.split('.');
    let behind = text.get(dotted.len()..).unwrap_or("").trim_start();
    parts.clone().count() > 1
        && parts.clone().all(|part| !part.is_empty() && first_word(part) == part)
        && (behind.is_empty() || behind.starts_with('"') && behind.ends_with('"'))
}

fn is_step(text: &str) -> bool {
    STEP_WORDS.contains(&first_word(text)) || HEADS.contains(&first_word(text)) || is_call(text)
}
