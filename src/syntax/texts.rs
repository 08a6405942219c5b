//! Texts: escapes, insertions, plain texts, texts of several lines, and texts that are read by somebody else.

use super::ast::{Expr, ExprKind, Raw, TextPart};
use super::builder::{Builder, Unfinished};
use super::errors;
use super::grammar::{Node, Rule};
use crate::source::Span;

impl Builder<'_> {
    /// Any kind of text; `None` if the node is none.
    pub fn text(&mut self, node: Node) -> Option<Expr> {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::quoted => ExprKind::Text(self.pieces(node)),
            Rule::open_quoted => {
                self.open_text(span, '"');
                ExprKind::Text(self.pieces(node))
            }
            Rule::plain => return Some(literal(strip(node.as_str(), 1, 1), span)),
            Rule::open_plain => {
                self.open_text(span, '\'');
                return Some(literal(strip(node.as_str(), 1, 0), span));
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
            Rule::quoted | Rule::plain => strip(text, 1, 1),
            Rule::open_quoted | Rule::open_plain => strip(text, 1, 0),
            Rule::multiline => text.trim_matches('"'),
            _ => between_quotes(text),
        };
        match rule {
            Rule::open_quoted => self.open_text(span, '"'),
            Rule::open_plain => self.open_text(span, '\''),
            Rule::bad_quoted => self.report(errors::wrong_quotes(span, text, inner)),
            Rule::multiline => self.report(errors::lines_where_one_is_wanted(span, inner)),
            _ => {}
        }
        let start = node.as_span().start() + text.find(inner).unwrap_or(0);
        Raw { text: inner.into(), span: self.between(start, start + inner.len()) }
    }

    /// The name of a member in quotes, which is a text without insertions.
    pub fn member_text(&mut self, node: Node) -> Raw {
        let span = self.span(&node);
        match self.text(node).map(|text| text.kind) {
            Some(ExprKind::Text(parts)) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        TextPart::Literal(piece) => text.push_str(&piece),
                        TextPart::Insert(expr) => self.report(errors::insert_in_name(expr.span)),
                    }
                }
                Raw { text: text.into(), span }
            }
            _ => Raw { text: "".into(), span },
        }
    }

    fn open_text(&mut self, span: Span, quote: char) {
        self.report(errors::open_text(span, quote));
        self.goes_on_behind = Some(Unfinished { end: span.end, open_text: true });
    }

    fn pieces(&mut self, node: Node) -> Vec<TextPart> {
        let whole = self.span(&node);
        let many_lines = node.as_str().contains(['\n', '\r']);
        let mut text = Pieces::default();
        let mut told = self.json_in_text(&node, whole);
        for node in node.into_inner() {
            told = self.piece(&node, whole, told, &mut text);
            if matches!(node.as_rule(), Rule::chunk | Rule::open_chunk) {
                text.literal.push_str(node.as_str());
            }
        }
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
        self.report(errors::json_in_text(all));
        self.told_to_line_end = Some(whole.start);
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
                    self.report(errors::brace_in_text(span, whole));
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

fn strip(text: &str, start: usize, end: usize) -> &str {
    text.get(start..text.len().saturating_sub(end)).unwrap_or("")
}

fn between_quotes(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.next_back();
    characters.as_str()
}
