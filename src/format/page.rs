//! The rows of the new text, and the comments at their ends, which stand below one another.

use super::tokens::Token;

#[derive(Debug, Default)]
pub(super) struct Page {
    rows: Vec<Row>,
    row: Row,
}

#[derive(Debug, Default)]
struct Row {
    text: String,
    comment: Option<Comment>,
    /// Inside of a text: its blanks are part of it.
    in_text: bool,
}

#[derive(Debug)]
struct Comment {
    text: String,
    column: usize,
}

/// Blanks before a comment behind code, at least.
const GAP: usize = 2;

impl Page {
    /// Letters on the row so far.
    pub fn column(&self) -> usize {
        self.row.text.chars().count()
    }

    pub fn indent(&self) -> usize {
        self.row.text.len() - self.row.text.trim_start_matches(' ').len()
    }

    /// Writes a word, with a blank before it unless it touches the word before or begins the row.
    pub fn word(&mut self, text: &str, glued: bool) {
        if !glued && !self.is_blank() && !self.row.text.ends_with(' ') {
            self.row.text.push(' ');
        }
        if text.contains(['\n', '\r']) {
            self.lines_of_text(text);
        } else {
            self.row.text.push_str(text);
        }
    }

    pub fn pad_to(&mut self, column: usize) {
        let blanks = column.saturating_sub(self.column());
        self.row.text.extend(std::iter::repeat_n(' ', blanks));
    }

    pub fn comment(&mut self, token: &Token<'_>) {
        self.row.comment = Some(Comment { text: token.text.to_owned(), column: 0 });
    }

    /// Ends the row and begins one with an indent.
    pub fn next(&mut self, indent: usize) {
        let next = Row { text: " ".repeat(indent), ..Row::default() };
        let row = std::mem::replace(&mut self.row, next);
        self.rows.push(row);
    }

    pub fn finish(mut self) -> String {
        self.next(0);
        align(&mut self.rows);
        let mut out = String::new();
        for row in &self.rows {
            match &row.comment {
                Some(comment) => {
                    out.push_str(&row.text);
                    out.extend(std::iter::repeat_n(' ', comment.column.saturating_sub(width(&row.text))));
                    out.push_str(&comment.text);
                }
                None => out.push_str(&row.text),
            }
            out.push('\n');
        }
        out
    }

    fn is_blank(&self) -> bool {
        self.row.text.chars().all(|letter| letter == ' ')
    }

    /// A text of several lines moves with its closing quotes: what stands deeper than they do stays as deep. It stays where
    /// it is if that would change it.
    fn lines_of_text(&mut self, text: &str) {
        let indent = self.indent();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let moved = moved(&text, indent);
        let mut lines = moved.as_deref().unwrap_or(&text).split('\n');
        self.row.text.push_str(lines.next().unwrap_or(""));
        for line in lines {
            let next = Row { text: line.to_owned(), in_text: true, ..Row::default() };
            let row = std::mem::replace(&mut self.row, next);
            self.rows.push(row);
        }
    }
}

/// The same text with its closing quotes at another indent, if that can be without changing what it says.
fn moved(text: &str, indent: usize) -> Option<String> {
    let (head, last) = text.rsplit_once('\n')?;
    let old = last.strip_suffix("\"\"\"").filter(|blanks| blanks.trim().is_empty())?;
    let mut lines = head.split('\n');
    let mut out = lines.next()?.to_owned();
    for line in lines {
        out.push('\n');
        // What is inserted may go over several lines, and has an indent of its own.
        if line.matches('{').count() != line.matches('}').count() {
            return None;
        }
        match line.strip_prefix(old) {
            Some("") => {}
            Some(rest) => {
                out.extend(std::iter::repeat_n(' ', indent));
                out.push_str(rest);
            }
            None if old.starts_with(line) => {}
            None => return None,
        }
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    out.push_str("\"\"\"");
    Some(out)
}

/// Comments behind code on rows that follow one another at one depth stand at one column: the first that leaves room.
fn align(rows: &mut [Row]) {
    for row in rows.iter_mut() {
        // A comment by itself, and the end of a row that became empty.
        if row.text.trim().is_empty() && !row.in_text {
            let column = width(&row.text);
            match &mut row.comment {
                Some(comment) => comment.column = column,
                None => row.text.clear(),
            }
        }
    }
    let runs = rows.chunk_by_mut(|a, b| is_commented(a) && is_commented(b) && depth(a) == depth(b));
    for run in runs.filter(|run| run.first().is_some_and(is_commented)) {
        let needed = run.iter().map(|row| width(&row.text) + GAP).max().unwrap_or(0);
        for comment in run.iter_mut().filter_map(|row| row.comment.as_mut()) {
            comment.column = needed;
        }
    }
}

fn is_commented(row: &Row) -> bool {
    row.comment.is_some() && !row.text.trim().is_empty()
}

fn depth(row: &Row) -> usize {
    row.text.len() - row.text.trim_start_matches(' ').len()
}

fn width(text: &str) -> usize {
    text.chars().count()
}
