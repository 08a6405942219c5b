//! An answer or a call as YAML has it: `respond:` over lines that stand further in.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::codes;
use crate::syntax::words::{METHODS, first_word, form};

use super::{is_name, is_text};

/// A line `key: value`; the value may stand further in below it.
#[derive(Clone, Copy)]
struct Row<'a> {
    indent: usize,
    key: &'a str,
    value: &'a str,
}

/// `below` begins with the statement, which begins at an offset of the file and in a column. Gives what is to be said and up to
/// where it reaches.
pub(in crate::syntax) fn of(below: &str, start: u32, column: usize) -> Option<(Diagnostic, Span)> {
    let head = below.lines().next()?.trim_end();
    let colon = head.strip_suffix(':')?.trim_end();
    let (mut rows, mut end, mut readable) = (Vec::new(), head.len(), true);
    let mut at = below.find('\n')? + 1;
    for line in below.get(at..)?.split_inclusive('\n') {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if !text.is_empty() {
            if indent <= column {
                break;
            }
            end = at + line.trim_end().len();
            match row(indent, text) {
                Some(row) => rows.push(row),
                None => readable = false,
            }
        }
        at += line.len();
    }
    if end == head.len() {
        return None;
    }
    readable &= end <= LONGEST_WRITTEN;
    let mut writer = Writer { certain: true, pad: " ".repeat(column) };
    let action = !answers(colon);
    let written = readable.then(|| writer.statement(colon, &rows, action)).flatten();
    let whole = Span { start, end: start + end as u32 };
    let sign = start + head.len() as u32 - 1;
    let before = if action { "address" } else { "status" };
    let message = match action || colon == "respond" {
        true => format!("the block of `{colon}` stands in braces, and its {before} before them"),
        false => format!("the block of `{colon}` stands in braces"),
    };
    let mut found = Diagnostic::new(&codes::MISSING_BRACE, Span { start: sign, end: sign + 1 }, message);
    if let Some(written) = written {
        let margin = format!("\n{}", writer.pad);
        found = found.help(format!("Write:\n{}", written.replace(&margin, "\n")));
        let edits = vec![Edit { span: whole, text: written }];
        let mut fix = Fix::safe("write the block in braces", edits);
        fix.safe = writer.certain;
        found.fixes.push(fix);
    }
    if found.help.is_none() {
        found = found.help(form(if action { "http.post" } else { "respond" }));
    }
    Some((found, whole))
}

/// A longer block is not written anew.
const LONGEST_WRITTEN: usize = 4000;

/// `key: value` or `key:`.
pub(in crate::syntax) fn is_row(line: &str) -> bool {
    row(0, line).is_some()
}

fn row(indent: usize, text: &str) -> Option<Row<'_>> {
    let (key, value) = text.split_once(':')?;
    let key = key.trim_end().trim_matches('"');
    let token = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    (token && (value.is_empty() || value.starts_with(' '))).then(|| Row { indent, key, value: value.trim() })
}

struct Writer {
    /// Each value can mean one thing only.
    certain: bool,
    pad: String,
}

impl Writer {
    fn statement(&mut self, head: &str, rows: &[Row<'_>], action: bool) -> Option<String> {
        let (mut before, mut lines) = (None, Vec::new());
        // Members of the answer, without a word that says so.
        let named = |row: &Row<'_>| {
            ["status", "code", "json", "body", "text", "header", "headers"].contains(&row.key)
        };
        if !action && !blocks(rows).iter().any(|(row, _)| named(row)) {
            self.certain &= head != "respond";
            let status = if head == "respond" { " 200" } else { "" };
            let pad = self.pad.clone();
            return Some(format!("{head}{status} {{\n{pad}  json {}\n{pad}}}", self.object(rows, 2)?));
        }
        for (row, inner) in blocks(rows) {
            let scalar = inner.is_empty();
            match row.key {
                "status" | "code" if head == "respond" && scalar => before = Some(row.value.to_owned()),
                "url" | "to" | "address" if action && scalar => before = Some(self.scalar(row.value)?),
                "json" | "body" | "form" | "query" if !scalar => {
                    let part = if row.key == "body" { "json" } else { row.key };
                    lines.push(format!("{part} {}", self.object(inner, 2)?));
                }
                "json" | "form" | "query" if row.value.starts_with('{') => {
                    lines.push(format!("{} {}", row.key, row.value));
                }
                "text" | "body" if is_text(row.value) => lines.push(format!("text {}", row.value)),
                "header" | "headers" => {
                    for (header, deeper) in blocks(inner) {
                        let value = self.scalar(header.value).filter(|_| deeper.is_empty())?;
                        lines.push(format!("header \"{}\" = {value}", header.key));
                    }
                }
                "timeout" | "retry" | "accept" | "rate" | "on_fail" | "on_crash" | "key"
                    if action && scalar =>
                {
                    lines.push(format!("{} {}", row.key, row.value));
                }
                name if action && scalar && is_name(name) && !METHODS.contains(&name) => {
                    lines.push(format!("{name} = {}", self.scalar(row.value)?));
                }
                _ => return None,
            }
        }
        if before.is_none() && head == "respond" {
            self.certain = false;
            before = Some("200".to_owned());
        }
        let before = before.map_or_else(String::new, |before| format!(" {before}"));
        if lines.is_empty() {
            return Some(format!("{head}{before}"));
        }
        let pad = &self.pad;
        let lines: String = lines.iter().map(|line| format!("\n{pad}  {line}")).collect();
        Some(format!("{head}{before} {{{lines}\n{pad}}}"))
    }

    /// An object over several lines, so many blanks further in than the statement.
    fn object(&mut self, rows: &[Row<'_>], depth: usize) -> Option<String> {
        let mut text = String::from("{");
        let pad = format!("{}{}", self.pad, " ".repeat(depth));
        let members = blocks(rows);
        let last = members.len();
        for (index, (row, inner)) in members.into_iter().enumerate() {
            let value = match (row.value.is_empty(), inner.is_empty()) {
                (true, false) => self.object(inner, depth + 2)?,
                (false, true) => self.scalar(row.value)?,
                _ => return None,
            };
            let key = if is_name(row.key) { row.key.to_owned() } else { format!("\"{}\"", row.key) };
            let comma = if index + 1 < last { "," } else { "" };
            text.push_str(&format!("\n{pad}  {key}: {value}{comma}"));
        }
        Some(format!("{text}\n{pad}}}"))
    }

    fn scalar(&mut self, value: &str) -> Option<String> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = value.strip_prefix('-').unwrap_or(value);
        let number = match number.split_once('.') {
            Some((whole, part)) => digits(whole) && digits(part),
            None => digits(number),
        };
        if number || is_text(value) || matches!(value, "true" | "false" | "null") {
            return Some(value.to_owned());
        }
        // A word may be the name of a value, or a text without quotes.
        self.certain = false;
        let name = value.split('.').all(is_name);
        if name || value.starts_with(['[', '{']) && value.ends_with([']', '}']) {
            return Some(value.to_owned());
        }
        let plain = !value.is_empty() && !value.contains(['"', '\'', '\\', '{', '}', '#']);
        plain.then(|| format!("\"{value}\""))
    }
}

/// Each row with those further in below it.
fn blocks<'r, 'a>(rows: &'r [Row<'a>]) -> Vec<(Row<'a>, &'r [Row<'a>])> {
    let mut found = Vec::new();
    let mut rest = rows;
    while let Some((first, below)) = rest.split_first() {
        let inner = below.iter().take_while(|row| row.indent > first.indent).count();
        let (inner, after) = below.split_at(inner);
        found.push((*first, inner));
        rest = after;
    }
    found
}

/// Whether the statement over such lines is written as in YAML: nothing but its word and a `:`.
pub(in crate::syntax) fn begins(head: &str) -> bool {
    let dotted = head.split('.').count() > 1
        && head.split('.').all(|part| first_word(part) == part && !part.is_empty());
    answers(head) || dotted
}

/// `respond` and `respond 200`.
pub(in crate::syntax) fn answers(head: &str) -> bool {
    let status = head.strip_prefix("respond").map(str::trim);
    status.is_some_and(|status| {
        status.is_empty() || status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit())
    })
}
