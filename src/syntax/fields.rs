//! Reaching into outside data: fields, their paths and readers, and what a missing one means.

use super::ast::{Field, OnMissing, OnMissingKind, Raw, Reader};
use super::blocks::Within;
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use super::wordings;
use crate::source::Span;

impl Builder<'_> {
    /// The block of `extract` or `returns`.
    pub fn fields(&mut self, block: Node) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        let mut lost_policy = false;
        let told = self.diagnostics.len();
        for line in self.lines(block) {
            let span = self.span(&line.node);
            let rule = line.node.as_rule();
            let reworded = self.reworded(&line, Within::Fields);
            let joined =
                line.left.as_ref().is_some_and(|left| left.as_str().starts_with(['+', '-', '*', '/']));
            let computed = reworded && (joined || wordings::may_be_computed(line.node.as_str()));
            self.muted += usize::from(reworded);
            if rule == Rule::fields {
                for node in line.node.into_inner().filter(|node| node.as_rule() == Rule::field) {
                    fields.extend(self.field(node));
                }
            } else {
                lost_policy |= line.node.as_str().starts_with("on_missing");
                fields.extend(self.bad_field(line.node));
            }
            self.muted -= usize::from(reworded);
            if reworded && let Some(field) = fields.last_mut() {
                field.on_missing = Some(OnMissing { kind: OnMissingKind::Broken, span: field.span });
                if computed {
                    field.path.text = "$".into();
                }
            } else if let Some(left) = line.left {
                // The rest is told of by itself, and most likely is the policy.
                let follows = !left.as_str().starts_with([',', ';', '/']);
                if let Some(field) = fields.last_mut().filter(|field| follows && field.on_missing.is_none()) {
                    field.on_missing = Some(OnMissing { kind: OnMissingKind::Broken, span: field.span });
                }
                self.left_over(rule, span, &left, Within::Fields);
            }
        }
        self.as_one_object(told, "a field");
        // A policy on a line of its own was meant for all of them.
        for field in fields.iter_mut().filter(|field| lost_policy && field.on_missing.is_none()) {
            field.on_missing = Some(OnMissing { kind: OnMissingKind::Broken, span: field.span });
        }
        fields
    }

    fn field(&mut self, node: Node) -> Option<Field> {
        let span = self.span(&node);
        let (mut name, mut path, mut reader, mut on_missing) = (None, None, None, None);
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name | Rule::bad_name => name = Some(self.value_name(&node)),
                Rule::bad_colon => {
                    let at = self.span(&node);
                    self.report(errors::colon_for_equals(at, "a field"));
                }
                Rule::path => path = Some(self.path(&node)),
                Rule::reader => reader = self.reader(node),
                Rule::on_missing => on_missing = Some(self.on_missing(node)),
                _ => {}
            }
        }
        let path = path?;
        // `"{first} {last}"` is no path in quotes: it has no policy to lose.
        let written = self.source.get(path.span.range()).unwrap_or("");
        if &*path.text == "$" && written.contains(['{', ' ']) && on_missing.is_none() {
            on_missing = Some(OnMissing { kind: OnMissingKind::Broken, span });
        }
        Some(Field { name: name?, path, reader, on_missing, span })
    }

    /// A path as it stands; the room `extract` reads it.
    pub fn path(&mut self, node: &Node) -> Raw {
        // It ends where it ends: what is blank elsewhere, such as a line separator of Unicode, is a letter of it.
        let written = node.as_span();
        let span = self.between(written.start(), written.end());
        let text = node.as_str();
        if let Some(path) = text.strip_suffix(';') {
            let at = Span { start: span.end.saturating_sub(1), end: span.end };
            self.report(errors::line_separator(at, ";"));
            return Raw { text: path.into(), span: Span { start: span.start, end: at.start } };
        }
        if let Some(inner) = inside_quotes(text) {
            self.report(errors::path_in_quotes(span, inner));
            // What stands in the quotes is said to be wrong once.
            let text = if inner.starts_with(['$', '[']) { inner } else { "$" };
            return Raw { text: text.into(), span: Span { start: span.start + 1, end: span.end - 1 } };
        }
        Raw { text: text.into(), span }
    }

    fn reader(&mut self, node: Node) -> Option<Reader> {
        let span = self.span(&node);
        let (mut name, mut args) = (None, Vec::new());
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name if node.as_str() == "on_missing" => {
                    let before = self.source.get(..span.start as usize).unwrap_or("");
                    let start = before.rfind("as").unwrap_or(before.len());
                    let at = Span::new(start, start + "as".len());
                    self.report(errors::reader_without_name(at));
                    self.told_to_line_end = Some(span.start);
                    return None;
                }
                Rule::name => name = Some(self.name(&node)),
                Rule::arguments => args = self.arguments(node),
                _ => {}
            }
        }
        Some(Reader { name: name?, args, span })
    }

    pub fn on_missing(&mut self, node: Node) -> OnMissing {
        let span = self.span(&node);
        let mut kind = None;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::k_on_missing | Rule::k_default => {}
                Rule::k_abort => kind = Some(OnMissingKind::Abort { status: None, text: None }),
                Rule::k_empty => kind = Some(OnMissingKind::Empty),
                Rule::expr => kind = Some(OnMissingKind::Default(self.expr(node))),
                Rule::bad_policy => {
                    let at = self.span(&node);
                    self.report(errors::unknown_policy(at, node.as_str().trim_end()));
                    kind = Some(OnMissingKind::Broken);
                }
                Rule::status => {
                    let written = self.status(node);
                    if let Some(OnMissingKind::Abort { status, .. }) = &mut kind {
                        *status = Some(written);
                    }
                }
                _ => {
                    let written = self.text(node);
                    if let Some(OnMissingKind::Abort { text, .. }) = &mut kind {
                        *text = written;
                    }
                }
            }
        }
        let kind = kind.unwrap_or_else(|| {
            self.report(errors::policy_alone(span));
            OnMissingKind::Broken
        });
        OnMissing { kind, span }
    }
}

fn inside_quotes(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then_some(inner)
}
