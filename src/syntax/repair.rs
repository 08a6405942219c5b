//! A brace too few or too many, blamed by the indent of lines. The text is mended before it is read, so that one lost
//! brace is one message and nothing that follows from it.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::bounds::{self, Bounds};
use super::errors;
use super::long_text;
use super::prescan::{Brace, Part};
use super::words::first_word;

/// The text of a part as pest reads it: the file's, but for the braces put in or taken out.
#[derive(Debug)]
pub(super) struct Patched {
    pub text: String,
    /// Where the part begins in the file.
    base: usize,
    /// Offsets in the file's part, rising, and how many bytes were put in there.
    inserted: Vec<(usize, usize)>,
}

impl Patched {
    fn new(text: &str, base: usize, mut changes: Vec<Change>) -> Patched {
        // What is put in stands before what is put in the place of something.
        changes.sort_by_key(|change| (change.at(), !matches!(change, Change::Insert(..))));
        let mut patched = Patched { text: String::with_capacity(text.len()), base, inserted: Vec::new() };
        let mut taken = 0;
        for change in changes {
            let at = change.at();
            if at < taken {
                // A word that ends a block elsewhere stood for a brace, and that was one too many.
                if let Change::Blank(_) = change {
                    patched.text.truncate(patched.text.len() - (taken - at));
                    patched.text.extend(std::iter::repeat_n(' ', taken - at));
                }
                continue;
            }
            patched.text.push_str(text.get(taken..at).unwrap_or(""));
            taken = at;
            match change {
                Change::Insert(_, brace) => {
                    patched.text.push_str(brace);
                    patched.inserted.push((at, brace.len()));
                }
                Change::Replace(_, sign) => {
                    patched.text.push_str(sign);
                    taken = at + sign.len();
                }
                Change::Blank(_) => {
                    patched.text.push(' ');
                    taken = at + 1;
                }
            }
        }
        patched.text.push_str(text.get(taken..).unwrap_or(""));
        let put_in: usize = patched.inserted.iter().map(|(_, length)| length).sum();
        debug_assert_eq!(patched.text.len(), text.len() + put_in, "places in it are places in the file");
        patched
    }

    /// The offset in the file of an offset in `text`.
    pub fn in_file(&self, at: usize) -> usize {
        let mut shift = 0;
        for (place, length) in &self.inserted {
            if at <= place + shift {
                break;
            }
            if at < place + shift + length {
                return self.base + place;
            }
            shift += length;
        }
        self.base + at - shift
    }
}

pub(super) enum Change {
    Insert(usize, &'static str),
    /// Another sign of the same length.
    Replace(usize, &'static str),
    /// A brace that is one too many becomes a blank.
    Blank(usize),
}

impl Change {
    fn at(&self) -> usize {
        match self {
            Change::Insert(at, _) | Change::Replace(at, _) | Change::Blank(at) => *at,
        }
    }
}

/// The text of a part with its braces in balance, and what had to be said of them.
pub(super) fn mended(text: &str, part: &Part) -> (Patched, Vec<Diagnostic>) {
    let mut own: Vec<Change> = part.unseen.iter().filter_map(|letter| letter.change(part.start)).collect();
    let mut told: Vec<Diagnostic> = part.unseen.iter().map(|letter| letter.told()).collect();
    for remark in &part.remarks {
        let start = remark.start as usize - part.start;
        let end = remark.end as usize - part.start;
        own.extend(line_starts(text, start, end).map(|at| Change::Insert(at, "#")));
        told.extend(remark_told(text, start, end, *remark));
    }
    for long in &part.long_texts {
        let (start, end) = (long.start as usize - part.start, long.end as usize - part.start);
        let inner = text.get(start..end).unwrap_or("");
        own.extend(inner.match_indices(['\n', '\r']).map(|(at, _)| Change::Replace(start + at, " ")));
        told.push(long_text::told(text, part.start, *long));
    }
    if part.open_lines {
        return (Patched::new(text, part.start, own), told);
    }
    let Bounds { mut changes, braces, mut blame } = bounds::found(text, part)
        .unwrap_or_else(|| Bounds { braces: part.braces.clone(), ..Bounds::default() });
    changes.extend(own);
    blame.extend(told);
    let mut mender = Mender { text, start: part.start, braces: &braces, open: Vec::new(), changes, blame };
    if !balanced(&braces) {
        mender.run();
    }
    (Patched::new(text, part.start, mender.changes), mender.blame)
}

/// Where a comment begins, and each of its further lines.
fn line_starts(text: &str, start: usize, end: usize) -> impl Iterator<Item = usize> {
    let inner = text.get(start..end).unwrap_or("");
    let further = inner.match_indices(['\n', '\r']).map(move |(at, _)| start + at + 1);
    std::iter::once(start)
        .chain(further.filter(|at| !text.get(*at..).is_some_and(|rest| rest.starts_with('\n'))))
}

/// `/* … */` over several lines.
fn remark_told(text: &str, start: usize, end: usize, at: Span) -> Option<Diagnostic> {
    let written = text.get(start..end)?;
    let opener = if written.starts_with("/*") { "/*" } else { "<!--" };
    let inner = written.strip_prefix(opener)?.strip_suffix(if opener == "/*" { "*/" } else { "-->" })?;
    let lines: Vec<&str> = inner.lines().map(|line| line.trim().trim_start_matches('*').trim()).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let lines = lines.get(first..last).unwrap_or(&[]);
    let before = text.get(..start)?;
    let line = before.get(before.rfind(['\n', '\r']).map_or(0, |end| end + 1)..)?;
    let indent = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len())?;
    let fixed = lines.iter().map(|line| format!("# {line}").trim_end().to_owned());
    let fixed = fixed.collect::<Vec<_>>().join(&format!("\n{indent}"));
    let fixed = if fixed.is_empty() { "#".to_owned() } else { fixed };
    let opener = Span { start: at.start, end: at.start + opener.len() as u32 };
    Some(errors::foreign_comment(at, opener, Some(fixed)))
}

/// Whether each brace has its partner, and nothing opens again behind the item.
fn balanced(braces: &[Brace]) -> bool {
    let mut depth = 0usize;
    for (index, brace) in braces.iter().enumerate() {
        if brace.opens {
            if depth == 0 && index > 0 {
                return false;
            }
            depth += 1;
        } else if depth == 0 {
            return false;
        } else {
            depth -= 1;
        }
    }
    depth == 0
}

struct Mender<'a> {
    text: &'a str,
    /// Of the part, in the file.
    start: usize,
    braces: &'a [Brace],
    open: Vec<Opened>,
    changes: Vec<Change>,
    blame: Vec<Diagnostic>,
}

#[derive(Clone, Copy)]
struct Opened {
    /// Of the brace, in the part.
    at: usize,
    /// Of the line on which its statement begins.
    indent: usize,
}

/// More lost braces than this in one item, and it is no use to guess.
const MOST_BLAMED: usize = 20;

impl Mender<'_> {
    fn run(&mut self) {
        let opens = self.braces.iter().filter(|brace| brace.opens).count();
        let closes = self.braces.len() - opens;
        let (mut lost, mut extra) = (opens.saturating_sub(closes), closes.saturating_sub(opens));
        if lost.max(extra) > MOST_BLAMED {
            return;
        }
        for brace in self.braces {
            let at = brace.at - self.start;
            let line = self.line_start(at);
            let indent = self.indent(line);
            if brace.opens {
                self.open.push(Opened { at, indent });
                continue;
            }
            let first_on_line = line + indent == at;
            if first_on_line {
                let fits = self.open.iter().any(|opened| opened.indent == indent);
                while fits
                    && lost > 0
                    && let Some(top) = self.open.last().copied()
                    && top.indent > indent
                {
                    self.blame_opener(top);
                    self.open.pop();
                    lost -= 1;
                }
                if extra > 0 && self.open.last().is_none_or(|top| top.indent < indent || self.open.is_empty())
                {
                    extra -= 1;
                    self.blame_closer(at, line, indent);
                    continue;
                }
            }
            self.open.pop();
        }
        while let Some(top) = self.open.pop() {
            self.blame_unclosed(top);
        }
    }

    /// A `}` at a smaller indent than the statement that is open: it closes an outer one, so the inner lost its own.
    fn blame_opener(&mut self, opened: Opened) {
        if self.takes_no_block(opened) {
            return;
        }
        let at = self.line_outside(opened).unwrap_or(self.text.len());
        self.changes.push(Change::Insert(at, "}\n"));
        let line = self.text.get(self.line_start(opened.at)..).unwrap_or("");
        let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        let closer = self.span(at, at);
        self.blame.push(errors::missing_closer(self.span(opened.at, opened.at + 1), closer, &indent));
    }

    /// `on POST "/path" {`: what its line begins with never has a block, so the brace is one too many.
    fn takes_no_block(&mut self, opened: Opened) -> bool {
        let line = self.line_start(opened.at);
        let head = self.text.get(line + opened.indent..opened.at).unwrap_or("");
        let word = first_word(head);
        let alone = matches!(
            word,
            "on" | "cors" | "limit" | "keep" | "keep_failed" | "read" | "dedupe" | "stop" | "abort" | "wait"
        );
        let last = self.line(line).get(opened.at - line..).is_some_and(|rest| rest.trim() == "{");
        if alone && last {
            self.changes.push(Change::Blank(opened.at));
            let at = self.span(opened.at, opened.at + 1);
            let blank = self.span(line + opened.indent + head.trim_end().len(), opened.at + 1);
            self.blame.push(errors::needless_block(at, &format!("`{word}`")).safe_fix(
                "delete the `{`",
                blank,
                "",
            ));
        }
        alone && last
    }

    /// No `}` follows that could be meant for it.
    fn blame_unclosed(&mut self, opened: Opened) {
        if self.takes_no_block(opened) {
            return;
        }
        let below = self.next_line(opened.at);
        let indented = below.is_some_and(|line| self.indent(line) > opened.indent);
        if indented && self.line_outside(opened).is_some() {
            return self.blame_opener(opened);
        }
        self.changes.push(Change::Insert(self.text.len(), "\n}"));
        let end = self.text.trim_end().len();
        let closer = self.span(end, end);
        self.blame.push(errors::missing_closer_at_end(self.span(opened.at, opened.at + 1), closer));
    }

    /// The first line below an opening brace that is no further in than its statement.
    fn line_outside(&self, opened: Opened) -> Option<usize> {
        let mut line = self.next_line(opened.at);
        while let Some(at) = line {
            let text = self.line(at).trim_start();
            if !text.is_empty() && !text.starts_with('#') && self.indent(at) <= opened.indent {
                break;
            }
            line = self.next_line(at);
        }
        line
    }

    /// A `}` further in than what is open: the head above it, at the same indent, lost its `{`; else it is one too many.
    fn blame_closer(&mut self, at: usize, closer_line: usize, indent: usize) {
        if self.open.is_empty()
            && let Some(head) = self.head_without_brace()
        {
            self.changes.push(Change::Insert(head, " {"));
            self.blame.push(errors::missing_opener(
                self.span(0, head),
                self.span(head, head),
                self.span(at, at + 1),
            ));
            return;
        }
        let inside = self.open.last().map_or(0, |top| top.at);
        let mut deeper = false;
        let mut end = closer_line;
        while end > inside {
            let start = self.line_start(end - 1);
            let line = self.line(start);
            let blank = line.trim().is_empty() || line.trim_start().starts_with('#');
            let level = self.indent(start);
            if !blank && level <= indent {
                if level == indent && deeper && start > inside && !line.trim_start().starts_with('}') {
                    let head = start + code_length(line);
                    // `studio.note(` over lines that a `}` ends.
                    if self.text.get(..head).is_some_and(|text| text.ends_with('(')) {
                        self.changes.push(Change::Replace(head - 1, "{"));
                        self.blame
                            .push(errors::round_opener(self.span(head - 1, head), self.span(at, at + 1)));
                        return;
                    }
                    self.changes.push(Change::Insert(head, " {"));
                    let whole = self.span(start + level, head);
                    self.blame.push(errors::missing_opener(
                        whole,
                        self.span(head, head),
                        self.span(at, at + 1),
                    ));
                    return;
                }
                break;
            }
            deeper |= !blank;
            end = start;
        }
        self.changes.push(Change::Blank(at));
        self.blame.push(errors::extra_closer(self.span(at, at + 1)));
    }

    /// The end of the item's first line, if its block begins neither there nor on the next.
    fn head_without_brace(&self) -> Option<usize> {
        let head = code_length(self.line(0));
        let first = self.braces.first()?.at - self.start;
        let between = self.text.get(head..first)?;
        (first > head && !between.trim().is_empty()).then_some(head)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(start, end).shifted(self.start)
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or(&[]);
        memchr::memrchr2(b'\n', b'\r', before).map_or(0, |end| end + 1)
    }

    fn next_line(&self, at: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(at..)?;
        let end = at + memchr::memchr2(b'\n', b'\r', rest)?;
        let crlf = self.text.as_bytes().get(end..end + 2) == Some(b"\r\n");
        Some(end + if crlf { 2 } else { 1 })
    }

    /// The line that begins at an offset, without its end.
    fn line(&self, at: usize) -> &str {
        let rest = self.text.get(at..).unwrap_or("");
        rest.get(..rest.find(['\n', '\r']).unwrap_or(rest.len())).unwrap_or("")
    }

    /// Blanks at the beginning of a line.
    fn indent(&self, line: usize) -> usize {
        let rest = self.text.as_bytes().get(line..).unwrap_or(&[]);
        rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }
}

/// The length of a line without a comment at its end, as far as that can be seen without reading it.
pub(super) fn code_length(line: &str) -> usize {
    let mut quoted = None;
    for (at, character) in line.char_indices() {
        match (quoted, character) {
            (None, '#') => return line.get(..at).unwrap_or("").trim_end().len(),
            (None, '"' | '\'') => quoted = Some(character),
            (Some(quote), _) if quote == character => quoted = None,
            _ => {}
        }
    }
    line.trim_end().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_the_place_of_a_brace_that_is_one_too_many_is_blank() {
        let changes = vec![
            Change::Replace(4, "}   "),
            Change::Blank(2),
            Change::Insert(4, "{"),
            Change::Blank(4),
            Change::Insert(9, "}"),
        ];
        let patched = Patched::new("a }\ndone\n", 10, changes);
        assert_eq!(patched.text, "a  \n{    \n}");
        assert_eq!([3, 4, 5, 9, 10].map(|at| patched.in_file(at)), [13, 14, 14, 18, 19]);
    }
}
