//! Lists and objects: their items and members, the commas and signs between them, and objects in the wrong brackets.

use super::ast::{Expr, ExprKind, Member, Name};
use super::builder::Builder;
use super::errors;
use super::expressions::broken_expr;
use super::grammar::{Node, Rule};
use crate::source::Span;

impl Builder<'_> {
    /// An object in round or square brackets. `plain` says that nothing else stands in them.
    pub fn misbracketed(&mut self, node: Node, opener: char, plain: bool) -> ExprKind {
        let whole = self.span(&node);
        let open = Span { start: whole.start, end: whole.start + 1 };
        let close = Span { start: whole.end - 1, end: whole.end };
        let members: Vec<Node> =
            node.into_inner().filter(|node| node.as_rule() == Rule::list_member).collect();
        let first = members.first().map_or(whole, |member| self.span(member));
        self.report(errors::object_in_brackets(open, opener, first, plain.then_some(close)));
        ExprKind::Object(members.into_iter().filter_map(|member| self.member(member)).collect())
    }

    pub fn list(&mut self, node: Node) -> ExprKind {
        let has = |rule: Rule| node.clone().into_inner().any(|node| node.as_rule() == rule);
        if has(Rule::list_member) && !has(Rule::missing_bracket) {
            let plain = node
                .clone()
                .into_inner()
                .all(|node| matches!(node.as_rule(), Rule::list_member | Rule::comma));
            return self.misbracketed(node, '[', plain);
        }
        let (mut items, mut extra) = (Vec::new(), false);
        let whole = node.clone();
        let closed = !node.clone().into_inner().any(|node| node.as_rule() == Rule::missing_bracket);
        for node in node.into_inner() {
            // An extra comma is told of; none is missing behind it.
            let behind_extra = std::mem::replace(&mut extra, node.as_rule() == Rule::extra_comma);
            if behind_extra && node.as_rule() == Rule::missing_comma {
                continue;
            }
            let span = self.span(&node);
            match node.as_rule() {
                Rule::expr_ml => items.push(self.expr(node)),
                Rule::missing_comma if closed => {
                    let before = items.last().map_or(span.start, |item: &Expr| item.span.end);
                    self.report(errors::missing_comma(
                        Span { start: before, end: before },
                        "the items of a list",
                    ));
                }
                Rule::extra_comma => self.report(errors::extra_comma(span)),
                Rule::bad_element => {
                    self.bad_element(&node, "an item of a list");
                    items.push(broken_expr(span));
                }
                _ => {}
            }
        }
        self.bracket(&whole, whole.as_span().start(), '[');
        ExprKind::List(items)
    }

    pub fn object(&mut self, node: Node) -> ExprKind {
        let mut members: Vec<Member> = Vec::new();
        let start = node.as_span().start();
        let (mut unreadable, mut extra) = (false, false);
        let mut lone: Vec<Name> = Vec::new();
        // Up to where a text with quotes of its own is told of.
        let mut told_to = 0;
        let mut nodes = node.into_inner().peekable();
        while let Some(node) = nodes.next() {
            let span = self.span(&node);
            let semicolon =
                |next: &Node| next.as_rule() == Rule::bad_member && next.as_str().starts_with(';');
            match node.as_rule() {
                // `{ a: 1; b: 2 }`: what stands behind the sign is told of when it is a comma.
                Rule::missing_comma if nodes.peek().is_some_and(semicolon) => {
                    unreadable = true;
                    let at = nodes.next().map_or(span, |next| self.span(&next));
                    let at = Span { start: at.start, end: at.start + 1 };
                    self.report(errors::otherwise(
                        &super::codes::MISSING_COMMA,
                        at,
                        "the members of an object are parted by commas",
                        ",",
                    ));
                }
                _ if told_to > span.start => {}
                Rule::missing_comma if nodes.peek().is_some() && self.goes_on_as_text(&members) => {
                    if let Some(member) = members.last_mut() {
                        let text = member.value.span;
                        let line = self.rest_of_line(text.start);
                        let end = line.rfind('"').map_or(line.len(), |at| at + 1);
                        let written = line.get(..end).unwrap_or("");
                        let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
                        let at = Span { start: text.start, end: text.start + end as u32 };
                        told_to = at.start + line.len() as u32;
                        unreadable = true;
                        member.value.kind = ExprKind::Broken;
                        self.report(errors::quotes_in_text(
                            at,
                            &format!("\"{}\"", inner.replace('"', "\\\"")),
                        ));
                    }
                }
                Rule::missing_comma if nodes.peek().is_some_and(|next| rest_of_value(next).is_some()) => {
                    unreadable = true;
                    let next = nodes.next();
                    if let Some((member, next)) = members.last_mut().zip(next) {
                        let at = self.span(&next);
                        let value = member.value.span;
                        member.value.kind = ExprKind::Broken;
                        let written = next.as_str().trim_end();
                        let before = self.source.get(value.range()).unwrap_or("");
                        let found = match rest_of_value(&next) {
                            Some(unit) if unit != "?" => {
                                let digits = before.len()
                                    - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
                                let number = before.get(before.len() - digits..).unwrap_or("");
                                let whole = Span {
                                    start: value.end - digits as u32,
                                    end: at.start + written.len() as u32,
                                };
                                errors::blank_before_unit(
                                    whole,
                                    &format!("{number} {written}"),
                                    &format!("{number}{unit}"),
                                )
                            }
                            _ => {
                                let sides =
                                    written.strip_prefix("? ").and_then(|rest| rest.split_once(" : "));
                                let (then, otherwise) = sides.unwrap_or(("a", "b"));
                                let right =
                                    format!("if {before} then {} else {}", then.trim(), otherwise.trim());
                                let sign = Span { start: at.start, end: at.start + 1 };
                                errors::choice_of_another_language(sign, value.to(at), &right)
                            }
                        };
                        self.report(found);
                    }
                }
                Rule::member => {
                    unreadable = false;
                    members.extend(self.member(node));
                }
                Rule::missing_comma if unreadable || extra => extra = false,
                Rule::missing_comma => {
                    let before = members.last().map_or(span.start, |member| member.value.span.end);
                    let at = Span { start: before, end: before };
                    self.report(errors::missing_comma(at, "the members of an object"));
                }
                Rule::extra_comma => {
                    extra = true;
                    self.report(errors::extra_comma(span));
                }
                Rule::bad_member => {
                    unreadable = true;
                    lone.extend(self.bad_member(node));
                }
                Rule::missing_close if self.open_lines => {}
                Rule::missing_close => {
                    let at = self.between(start, start + 1);
                    self.report(errors::missing_close(at));
                }
                _ => {}
            }
        }
        if !lone.is_empty() {
            self.report(errors::members_without_value(&lone));
        }
        ExprKind::Object(members)
    }

    /// Whether the value of the last member is a text behind whose quote something stands at once: `"<a href="…">"`.
    fn goes_on_as_text(&self, members: &[Member]) -> bool {
        let Some(value) = members.last().map(|member| member.value.span) else { return false };
        let written = self.source.get(value.range()).unwrap_or("");
        let behind = self.rest_of_line(value.end);
        written.len() > 1
            && written.starts_with('"')
            && written.ends_with('"')
            && behind.starts_with(|c: char| c == '{' || c.is_alphanumeric())
            && !behind.trim_start_matches(|c: char| c == '_' || c.is_alphanumeric()).starts_with(':')
            && behind.contains('"')
            && behind.matches('"').count().is_multiple_of(2)
    }

    fn member(&mut self, node: Node) -> Option<Member> {
        let mut name: Option<Name> = None;
        let mut value = None;
        for node in node.into_inner() {
            let at = self.span(&node);
            match node.as_rule() {
                Rule::name => name = Some(self.name(&node)),
                Rule::bad_name => {
                    self.report(errors::member_without_quotes(at, node.as_str()));
                    name = Some(self.name(&node));
                }
                Rule::colon => {}
                Rule::bad_eq => self.report(errors::equals_for_colon(at, node.as_str())),
                Rule::missing_colon => {
                    let end = name.as_ref().map_or(at.start, |name| name.span.end);
                    self.report(errors::missing_colon(Span { start: end, end }));
                }
                Rule::expr_ml => value = Some(self.expr(node)),
                _ => {
                    let text = self.member_text(&node);
                    name = Some(Name { text: text.text, span: at });
                }
            }
        }
        Some(Member { name: name?, value: value? })
    }
}

/// What cannot be read of a member, if it is the rest of the value before it: the unit of `2 hours`, or the `?` of a choice.
fn rest_of_value(node: &Node) -> Option<&'static str> {
    if node.as_rule() != Rule::bad_member {
        return None;
    }
    let text = node.as_str().trim_end();
    if text.starts_with("? ") && text.contains(" : ") {
        return Some("?");
    }
    super::literals::unit_of(text)
}
