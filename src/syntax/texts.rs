//! Texts: escapes, insertions, plain texts, texts of several lines, and texts that are read by somebody else.

use pest::Parser;

use super::ast::{Expr, ExprKind, Raw, TextPart};
use super::builder::{Builder, Unfinished};
use super::errors;
use super::grammar::{Grammar, Node, Rule};
use crate::source::Span;

impl Builder<'_> {
    /// Any kind of text; `None` if the node is none.
    pub fn text(&mut self, node: Node) -> Option<Expr> {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::quoted => {
                if is_open(&node) {
                    self.open_text(span, '"');
                }
                ExprKind::Text(self.pieces(node))
            }
            Rule::plain => return Some(literal(strip(node.as_str(), 1, 1), span)),
            Rule::open_plain => {
                self.open_text(span, '\'');
                return Some(literal(strip(node.as_str(), 1, 0), span));
            }
            Rule::doubled => {
                let inner = strip(node.as_str(), 2, 2);
                self.report(errors::doubled_quotes(span, node.as_str(), inner));
                return Some(literal(inner, span));
            }
            Rule::bad_quoted => {
                let inner = between_quotes(node.as_str());
                self.report(errors::wrong_quotes(span, node.as_str(), inner));
                return Some(literal(inner, span));
            }
            Rule::multiline => ExprKind::Text(self.lines_of_text(node)),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    /// The characters between the quotes as they stand, for what somebody else reads.
    pub fn raw_text(&mut self, node: Node) -> Raw {
        let span = self.span(&node);
        let rule = node.as_rule();
        let text = node.as_str();
        let inner = match rule {
            Rule::quoted if is_open(&node) => strip(text, 1, 0),
            Rule::quoted | Rule::plain => strip(text, 1, 1),
            Rule::open_plain => strip(text, 1, 0),
            Rule::multiline => text.trim_matches('"'),
            Rule::doubled => strip(text, 2, 2),
            _ => between_quotes(text),
        };
        match rule {
            Rule::quoted if is_open(&node) => self.open_text(span, '"'),
            // The grammar takes an insertion over several lines for one, whoever reads the text.
            Rule::quoted if text.contains(['\n', '\r']) => self.report(errors::text_over_lines(span)),
            Rule::open_plain => self.open_text(span, '\''),
            Rule::bad_quoted => self.report(errors::wrong_quotes(span, text, inner)),
            Rule::doubled => self.report(errors::doubled_quotes(span, text, inner)),
            Rule::multiline => self.report(errors::lines_where_one_is_wanted(span, inner)),
            _ => {}
        }
        let inner =
            if rule == Rule::multiline { inner } else { inner.split(['\n', '\r']).next().unwrap_or("") };
        let start = node.as_span().start() + text.find(inner).unwrap_or(0);
        let span = self.between(start, start + inner.len());
        // A letter that is not seen is read over between words, and a `{` of a route begins none.
        Raw { text: self.source.get(span.range()).unwrap_or(inner).into(), span }
    }

    /// The name of a member in quotes, which is a text without insertions.
    pub fn member_text(&mut self, node: &Node) -> Raw {
        let span = self.span(node);
        let (written, start) = (node.as_str(), node.as_span().start());
        if node.as_rule() == Rule::bad_quoted {
            let inner = between_quotes(written);
            self.report(errors::wrong_quotes(span, written, inner));
            return Raw { text: inner.into(), span };
        }
        let inner = strip(written, 1, 1);
        if written.starts_with('\'') {
            return Raw { text: inner.into(), span };
        }
        let mut text = String::new();
        let mut at = 0;
        while let Some(rest) = inner.get(at..).filter(|rest| !rest.is_empty()) {
            let length = piece_length(rest);
            let piece = rest.get(..length).unwrap_or(rest);
            let place = self.between(start + 1 + at, start + 1 + at + length);
            match piece.chars().next() {
                Some('\\') => self.escape(piece, place, &mut text),
                Some('{') => {
                    self.report(errors::insert_in_name(place));
                    return Raw { text: inner.into(), span };
                }
                _ => text.push_str(piece),
            }
            at += length;
        }
        Raw { text: text.into(), span }
    }

    fn open_text(&mut self, span: Span, quote: char) {
        if quote == '"'
            && let Some(end) = self.lines_end_below(span.end)
        {
            let line =
                self.source.get(..end as usize).and_then(|text| text.lines().next_back()).unwrap_or("");
            let indent = line.get(..line.len() - line.trim_start().len()).unwrap_or("");
            self.report(errors::lines_begun_as_one(span, indent));
            self.told_lines = Some(Span { start: span.end, end });
            return;
        }
        let next = self.source.get(span.end as usize..).unwrap_or("").lines().nth(1).unwrap_or("");
        self.report(match super::slips::closes_text(next) {
            true => errors::text_over_lines(span),
            false => errors::open_text(span, quote, self.source.get(span.range()).unwrap_or("")),
        });
        self.goes_on_behind = Some(Unfinished { end: span.end, open_text: true });
    }

    /// Where a line of nothing but `"""` ends, if no other quote stands between an offset and there.
    fn lines_end_below(&self, at: u32) -> Option<u32> {
        let rest = self.source.get(at as usize..)?;
        let quotes = rest.find('"')?;
        let line = rest.get(..quotes)?.rfind('\n')?;
        let before = rest.get(line..quotes)?.trim();
        let behind = rest.get(quotes..)?.strip_prefix("\"\"\"")?.lines().next().unwrap_or("").trim();
        (before.is_empty() && matches!(behind, "" | ",")).then_some(at + quotes as u32 + 3)
    }

    fn pieces(&mut self, node: Node) -> Vec<TextPart> {
        let whole = self.span(&node);
        let many_lines = node.as_str().contains(['\n', '\r']);
        let mut text = Pieces::default();
        let mut told = self.json_in_text(&node, whole);
        let expression = self.expression_in_text(&node, whole);
        self.muted += usize::from(expression);
        for node in node.into_inner() {
            told = self.piece(&node, whole, told, &mut text);
            if node.as_rule() == Rule::chunk {
                text.literal.push_str(node.as_str());
            }
        }
        self.muted -= usize::from(expression);
        if many_lines {
            self.report(errors::text_over_lines(whole));
        }
        text.finish()
    }

    /// `"{"name": "Anna"}"`: a text that ends where JSON has its first quote.
    fn json_in_text(&mut self, node: &Node, whole: Span) -> bool {
        let (text, end) = (node.as_str(), node.as_span().end());
        let opens = matches!(strip(text, 1, 1).trim(), "{" | "[{" | "[ {" | "[");
        let rest = self.patched.text.get(end..).unwrap_or("");
        if !opens || !rest.starts_with(|c: char| c == '_' || c.is_alphanumeric()) {
            return false;
        }
        let line = rest.split(['\n', '\r']).next().unwrap_or("").trim_end();
        let all = self.between(node.as_span().start(), end + line.len());
        let object = self.patched.text.get(node.as_span().start()..end + line.len()).unwrap_or("");
        self.report(errors::json_in_text(
            all,
            object.strip_prefix('"').and_then(|text| text.strip_suffix('"')),
        ));
        self.told_to_line_end = Some(whole.start);
        true
    }

    /// A regular expression: one finding, however many of its signs mean something else in a text.
    fn expression_in_text(&mut self, node: &Node, whole: Span) -> bool {
        let signs = |piece: &Node| {
            let escaped = piece.as_str().strip_prefix('\\').unwrap_or("");
            piece.as_rule() == Rule::escape
                && escaped.starts_with(|c: char| "dDwWsSbB.+*?()[]|^$/-".contains(c))
        };
        // `[0-9]{4}`: a count behind a class or a group.
        let counts = |piece: &Node| {
            let start = piece.as_span().start();
            let before = self.patched.text.get(..start).unwrap_or("");
            let count = piece.as_str().trim_matches(['{', '}']);
            matches!(piece.as_rule(), Rule::insert | Rule::bad_insert)
                && before.ends_with([']', ')', '.'])
                && !count.is_empty()
                && count.bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
        };
        if !node.clone().into_inner().any(|piece| signs(&piece) || counts(&piece)) {
            return false;
        }
        let inserts = |piece: &Node| {
            let inner = piece.as_str().trim_matches(['{', '}']);
            piece.as_rule() == Rule::insert && !inner.bytes().all(|byte| byte.is_ascii_digit())
        };
        let inner = strip(node.as_str(), 1, 1);
        let plain = !is_open(node)
            && !inner.contains('\'')
            && !node.clone().into_inner().any(|piece| inserts(&piece));
        self.report(errors::expression_in_text(whole, plain.then(|| format!("'{inner}'"))));
        true
    }

    /// One piece other than plain characters. Gives back whether the text's first bad brace is reported: the others
    /// follow from the same idea.
    fn piece(&mut self, node: &Node, whole: Span, told: bool, text: &mut Pieces) -> bool {
        let span = self.span(node);
        match node.as_rule() {
            Rule::insert => {
                let insert = self.insert(node.clone());
                text.insert(insert);
            }
            Rule::escape => self.escape(node.as_str(), span, &mut text.literal),
            Rule::stray_brace | Rule::bad_insert => {
                text.literal.push_str(node.as_str());
                if !told && node.as_str() != "}" {
                    let written = self.source.get(whole.range()).unwrap_or("");
                    self.report(errors::brace_in_text(span, whole, written));
                } else if !told {
                    // A closing brace alone is itself.
                    return told;
                }
                return true;
            }
            _ => {}
        }
        told
    }

    fn insert(&mut self, node: Node) -> Expr {
        let span = self.span(&node);
        let inner = node.as_str().strip_prefix("{{").and_then(|text| text.strip_suffix("}}")).map(str::trim);
        if let Some(inner) = inner.filter(|inner| !inner.is_empty() && !inner.contains([':', '{', '}', '"']))
        {
            self.report(errors::double_braces(span, inner));
            return super::expressions::broken_expr(span);
        }
        let expr = self.exprs(node).into_iter().next();
        let expr = expr.unwrap_or_else(|| super::expressions::broken_expr(span));
        if let ExprKind::Number(digits) = &expr.kind {
            self.report(errors::number_in_braces(span, digits));
        }
        expr
    }

    fn escape(&mut self, written: &str, span: Span, out: &mut String) {
        let character = match written.strip_prefix('\\').unwrap_or(written) {
            "n" => '\n',
            "t" => '\t',
            "r" => '\r',
            "\"" => '"',
            "\\" => '\\',
            "{" => '{',
            "}" => '}',
            other => {
                let code = other.strip_prefix("u{").and_then(|hex| hex.strip_suffix('}'));
                let code = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
                match code {
                    Some(character) => character,
                    None => {
                        self.report(errors::unknown_escape(span, written));
                        out.push_str(written);
                        return;
                    }
                }
            }
        };
        out.push(character);
    }

    /// `"""`: the first and the last line end and the indent of the closing quotes are dropped; line ends are `\n`.
    fn lines_of_text(&mut self, node: Node) -> Vec<TextPart> {
        let whole = self.span(&node);
        let raw = node.as_str();
        let indent = closing_indent(raw);
        let open = node.clone().into_inner().any(|inner| inner.as_rule() == Rule::missing_close);
        if open {
            let start = node.as_span().start();
            let at = self.between(start, start + 3);
            self.report(errors::open_lines(at));
        }
        let mut text = Pieces::default();
        let mut told = false;
        let nodes: Vec<Node> = node.into_inner().collect();
        let last = nodes.iter().rposition(|node| node.as_rule() != Rule::missing_close);
        for (index, node) in nodes.into_iter().enumerate() {
            if node.as_rule() != Rule::long_chunk {
                told = self.piece(&node, whole, told, &mut text);
                continue;
            }
            let chunk = dedented(node.as_str(), indent);
            let mut chunk = chunk.as_str();
            if index == 0 {
                chunk = chunk.trim_start_matches([' ', '\t']).strip_prefix('\n').unwrap_or(chunk);
            }
            if Some(index) == last
                && let Some((before, end)) = chunk.rsplit_once('\n')
                && end.trim().is_empty()
            {
                chunk = before;
            }
            text.literal.push_str(chunk);
        }
        text.finish()
    }
}

/// Whether the closing quote of a `"…"` is lost.
fn is_open(quoted: &Node) -> bool {
    quoted.clone().into_inner().next_back().is_some_and(|last| last.as_rule() == Rule::open_end)
}

#[derive(Default)]
struct Pieces {
    parts: Vec<TextPart>,
    literal: String,
}

impl Pieces {
    fn insert(&mut self, expr: Expr) {
        self.flush();
        self.parts.push(TextPart::Insert(expr));
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(TextPart::Literal(std::mem::take(&mut self.literal).into()));
        }
    }

    fn finish(mut self) -> Vec<TextPart> {
        self.flush();
        self.parts
    }
}

pub(super) fn literal(text: &str, span: Span) -> Expr {
    let parts = if text.is_empty() { Vec::new() } else { vec![TextPart::Literal(text.into())] };
    Expr { kind: ExprKind::Text(parts), span }
}

/// The blanks before the closing `"""`, if nothing else stands on its line.
fn closing_indent(raw: &str) -> &str {
    let inner = raw.strip_suffix("\"\"\"").unwrap_or(raw);
    let line = inner.get(inner.rfind(['\n', '\r']).map_or(inner.len(), |at| at + 1)..).unwrap_or("");
    if line.trim().is_empty() { line } else { "" }
}

/// The chunk with `\n` for every line end, and without the indent behind each.
fn dedented(chunk: &str, indent: &str) -> String {
    let chunk = chunk.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = chunk.split('\n');
    let mut out = lines.next().unwrap_or("").to_owned();
    for line in lines {
        let same = line.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
        out.push('\n');
        out.push_str(line.get(same..).unwrap_or(line));
    }
    out
}

/// How many bytes the text takes that `rest` begins with, its quotes and insertions among them, as the grammar reads it; `None`
/// where no text begins.
pub fn text_length(rest: &str) -> Option<usize> {
    if let Some(length) = plain_length(rest) {
        return Some(length);
    }
    let lines = rest.starts_with("\"\"\"");
    // Reading costs what is handed over: a text with one quote on each side ends with its line.
    let line_end = if lines { None } else { rest.find(['\n', '\r']) };
    let within = line_end.map_or(rest, |end| rest.get(..=end).unwrap_or(rest));
    let mut read = Grammar::parse(Rule::any_text, within).ok()?;
    Some(read.next()?.as_span().end())
}

/// The same of a text on one line without escapes, and without texts in its insertions, as most are: the next quote ends it.
fn plain_length(rest: &str) -> Option<usize> {
    let quote = rest.bytes().next().filter(|quote| matches!(quote, b'"' | b'\''))?;
    let inner = rest.as_bytes().get(1..)?;
    let mut inserted = 0usize;
    for (at, byte) in inner.iter().enumerate() {
        match byte {
            b'\n' | b'\r' => return None,
            // Two quotes may begin a text of several lines, or one that somebody quoted twice.
            _ if *byte == quote => return (inserted == 0 && at > 0).then_some(at + 2),
            _ if quote == b'\'' => {}
            b'{' => inserted += 1,
            b'}' => inserted = inserted.checked_sub(1)?,
            b'\\' => return None,
            b'\'' | b'#' if inserted > 0 => return None,
            _ => {}
        }
    }
    None
}

/// The length of an escape, or of one character.
fn piece_length(text: &str) -> usize {
    let Some(escaped) = text.strip_prefix('\\') else {
        return text.chars().next().map_or(0, char::len_utf8);
    };
    match escaped.strip_prefix("u{").and_then(|code| code.find('}')) {
        Some(end) => "\\u{}".len() + end,
        None => 1 + escaped.chars().next().map_or(0, char::len_utf8),
    }
}

fn strip(text: &str, start: usize, end: usize) -> &str {
    text.get(start..text.len().saturating_sub(end)).unwrap_or("")
}

fn between_quotes(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.next_back();
    characters.as_str()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_plain_text_is_as_long_as_the_grammar_says(rest in "[\"'][\"'{}()a#.$,+ \\\\\n\\[\\]]{0,12}") {
            if let Some(length) = plain_length(&rest) {
                let mut read = Grammar::parse(Rule::any_text, &rest).unwrap();
                prop_assert_eq!(read.next().unwrap().as_span().end(), length);
            }
        }
    }
}
