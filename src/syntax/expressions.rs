//! Expressions: the flat list that pest gives, bound by precedence, and what stands in operand place.

use std::iter::Peekable;

use pest::iterators::Pairs;

use super::ast::{BinaryOp, Expr, ExprKind, Member, Name, UnaryOp};
use super::builder::Builder;
use super::errors;
use super::grammar::{Node, Rule};
use crate::source::Span;

/// Operators and `.name`s in one expression: each is a level of the tree.
const MAX_LINKS: usize = 250;

type Nodes<'i> = Peekable<Pairs<'i, Rule>>;

/// How tightly an operator binds; the same steps as in docs/language.md.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bind {
    Or,
    And,
    Not,
    Compare,
    Add,
    Multiply,
    Operand,
}

impl Bind {
    fn of(op: BinaryOp) -> Bind {
        match op {
            BinaryOp::Or => Bind::Or,
            BinaryOp::And => Bind::And,
            BinaryOp::Add | BinaryOp::Subtract => Bind::Add,
            BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => Bind::Multiply,
            BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::In => Bind::Compare,
        }
    }

    fn tighter(self) -> Bind {
        match self {
            Bind::Or => Bind::And,
            Bind::And => Bind::Not,
            Bind::Not => Bind::Compare,
            Bind::Compare => Bind::Add,
            Bind::Add => Bind::Multiply,
            Bind::Multiply | Bind::Operand => Bind::Operand,
        }
    }
}

impl Builder<'_> {
    pub fn expr(&mut self, node: Node) -> Expr {
        let span = self.span(&node);
        if node.clone().into_inner().count() > MAX_LINKS * 2 {
            self.report(errors::too_long(span));
            return broken_expr(span);
        }
        let whole = node.clone();
        self.nested(&whole, |this| {
            let mut nodes = node.into_inner().peekable();
            this.binary(&mut nodes, Bind::Or).unwrap_or_else(|| broken_expr(span))
        })
        .unwrap_or_else(|| broken_expr(span))
    }

    /// All expressions directly inside a node.
    pub fn exprs(&mut self, node: Node) -> Vec<Expr> {
        let exprs = node.into_inner().filter(|node| matches!(node.as_rule(), Rule::expr | Rule::expr_ml));
        exprs.map(|node| self.expr(node)).collect()
    }

    pub fn first_expr(&mut self, node: Node) -> Option<Expr> {
        let expr = node.into_inner().find(|node| node.as_rule() == Rule::expr)?;
        Some(self.expr(expr))
    }

    pub fn arguments(&mut self, node: Node) -> Vec<Expr> {
        self.exprs(node)
    }

    fn binary(&mut self, nodes: &mut Nodes, least: Bind) -> Option<Expr> {
        let mut left = self.prefixed(nodes)?;
        let mut compared: Option<Span> = None;
        while let Some(node) = nodes.peek() {
            if node.as_rule() != Rule::op {
                break;
            }
            let op = operator(node.as_str().trim_end());
            let bind = Bind::of(op);
            if bind < least {
                break;
            }
            let op_span = self.span(node);
            if let Some(bad) = node.clone().into_inner().find(|inner| inner.as_rule() == Rule::bad_op) {
                self.report(errors::foreign_operator(op_span, bad.as_str(), op.as_str()));
            }
            nodes.next();
            let right = self.binary(nodes, bind.tighter())?;
            if bind == Bind::Compare
                && let Some(first) = compared.replace(op_span)
            {
                let whole = left.span.to(right.span);
                let middle = match &left.kind {
                    ExprKind::Binary { right, .. } => right.span,
                    _ => left.span,
                };
                let middle = self.source.get(middle.range()).unwrap_or("");
                self.report(errors::chained_comparison(whole, first, op_span, middle));
                left = broken_expr(whole);
                continue;
            }
            let span = left.span.to(right.span);
            if op == BinaryOp::Divide && self.is_zone(&left, &right) {
                let written = self.source.get(span.range()).unwrap_or("");
                self.report(errors::argument_without_quotes(span, "a time zone", written));
                left = broken_expr(span);
                continue;
            }
            let bad = self.source.get(op_span.range()).is_some_and(|op| op.trim_end() == "||");
            if bad && matches!(right.kind, ExprKind::Text(_)) {
                // `name || "none"`: what is meant is the first that is there.
                self.diagnostics.pop_if(|last| last.span == op_span);
                let text = |expr: &Expr| self.source.get(expr.span.range()).unwrap_or("");
                let right_way = format!("first_of({}, {})", text(&left), text(&right));
                self.report(errors::first_that_is_there(op_span, span, &right_way));
                left = broken_expr(span);
                continue;
            }
            let kind = ExprKind::Binary { op, op_span, left: Box::new(left), right: Box::new(right) };
            left = Expr { kind, span };
        }
        Some(left)
    }

    /// `Europe/Moscow` without quotes.
    fn is_zone(&self, left: &Expr, right: &Expr) -> bool {
        const REGIONS: [&str; 9] =
            ["Europe", "Asia", "America", "Africa", "Australia", "Pacific", "Atlantic", "Indian", "Etc"];
        let (ExprKind::Name(region), ExprKind::Name(_)) = (&left.kind, &right.kind) else { return false };
        REGIONS.contains(&&**region) && right.span.start == left.span.end + 1
    }

    fn prefixed(&mut self, nodes: &mut Nodes) -> Option<Expr> {
        if nodes.peek()?.as_rule() != Rule::prefix {
            return self.operand(nodes);
        }
        let node = nodes.next()?;
        let op_span = self.span(&node);
        let word = node.clone().into_inner().next();
        let minus = word.is_none();
        if let Some(bad) = word.filter(|word| word.as_rule() == Rule::bad_not) {
            self.report(errors::foreign_operator(op_span, bad.as_str(), "not"));
        }
        let operand = if minus {
            self.prefixed_deeper(&node, nodes, Bind::Operand)?
        } else {
            self.prefixed_deeper(&node, nodes, Bind::Not)?
        };
        let span = op_span.to(operand.span);
        // With a blank between them too: it is the same number, and the formatter takes the blank away.
        if let (true, ExprKind::Number(digits)) = (minus, &operand.kind)
            && !digits.starts_with('-')
        {
            return Some(Expr { kind: ExprKind::Number(format!("-{digits}").into()), span });
        }
        let op = if minus { UnaryOp::Minus } else { UnaryOp::Not };
        Some(Expr { kind: ExprKind::Unary { op, op_span, operand: Box::new(operand) }, span })
    }

    fn prefixed_deeper(&mut self, node: &Node, nodes: &mut Nodes, least: Bind) -> Option<Expr> {
        self.nested(node, |this| match least {
            Bind::Operand => this.prefixed(nodes),
            // `not` reaches over comparisons and what binds tighter.
            _ => this.binary(nodes, Bind::Compare),
        })?
    }

    /// A primary and the `.name`s and `[index]`es behind it.
    pub fn operand(&mut self, nodes: &mut Nodes) -> Option<Expr> {
        let mut expr = self.primary(nodes.next()?);
        while let Some(node) = nodes.peek() {
            let span = expr.span.to(self.span(node));
            match node.as_rule() {
                Rule::member_call => expr = self.member_call(expr, nodes.next()?),
                Rule::member_of => {
                    let name = nodes.next()?.into_inner().next()?;
                    let name = self.name(&name);
                    expr = Expr { kind: ExprKind::Member(Box::new(expr), name), span };
                }
                Rule::index => {
                    let node = nodes.next()?;
                    self.bracket(&node, node.as_span().start(), '[');
                    let index = self.exprs(node).into_iter().next()?;
                    expr = Expr { kind: ExprKind::Index(Box::new(expr), Box::new(index)), span };
                }
                Rule::bad_index => {
                    let node = nodes.next()?;
                    let at = self.span(&node);
                    self.report(errors::dot_number(at, node.as_str()));
                    let digits = node.as_str().trim_start_matches('.').into();
                    let index = Expr { kind: ExprKind::Number(digits), span: at };
                    expr = Expr { kind: ExprKind::Index(Box::new(expr), Box::new(index)), span };
                }
                _ => break,
            }
        }
        Some(expr)
    }

    fn primary(&mut self, node: Node) -> Expr {
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::constant => match node.as_str() {
                "true" => ExprKind::Bool(true),
                "false" => ExprKind::Bool(false),
                "null" => ExprKind::Null,
                _ => ExprKind::Empty,
            },
            Rule::reference => ExprKind::Name(super::unseen::without(node.as_str().trim_end())),
            Rule::call => self.call(node),
            Rule::place => self.place(node),
            Rule::paren
                if node
                    .clone()
                    .into_inner()
                    .any(|inner| inner.as_rule() == Rule::bad_rest && inner.as_str().starts_with(',')) =>
            {
                let written = self.source.get(span.range()).unwrap_or("");
                let inner =
                    written.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(written);
                self.report(errors::list_in_round_brackets(span, &format!("[{inner}]")));
                ExprKind::Broken
            }
            Rule::paren => {
                let start = node.as_span().start();
                let inner = self.exprs(node.clone()).into_iter().next();
                self.bracket(&node, start, '(');
                // The span keeps the brackets.
                inner.map_or(ExprKind::Broken, |inner| inner.kind)
            }
            Rule::list => self.list(node),
            Rule::round_object => self.misbracketed(node, '(', true),
            Rule::object => self.object(node),
            Rule::if_expr | Rule::if_ml => {
                let mut exprs = self.exprs(node).into_iter().map(Box::new);
                match (exprs.next(), exprs.next(), exprs.next()) {
                    (Some(cond), Some(then), Some(otherwise)) => ExprKind::If { cond, then, otherwise },
                    _ => ExprKind::Broken,
                }
            }
            Rule::duration | Rule::size | Rule::number | Rule::bad_number => self.number(&node),
            _ => match self.text(node) {
                Some(text) => return text,
                None => ExprKind::Broken,
            },
        };
        Expr { kind, span }
    }

    fn call(&mut self, node: Node) -> ExprKind {
        let (mut name, mut args) = (None, Vec::new());
        let start = node.as_span().start() + node.as_str().find('(').unwrap_or(0);
        for node in node.clone().into_inner() {
            match node.as_rule() {
                Rule::reference => name = Some(self.name(&node)),
                Rule::arguments => args = self.arguments(node),
                _ => {}
            }
        }
        self.bracket(&node, start, '(');
        name.map_or(ExprKind::Broken, |name| ExprKind::Call { name, args })
    }

    /// `name.trim()`, which is taken for the call that it means.
    fn member_call(&mut self, base: Expr, node: Node) -> Expr {
        let span = base.span.to(self.span(&node));
        let (mut name, mut args) = (None, Vec::new());
        let mut unclosed = false;
        for node in node.into_inner() {
            match node.as_rule() {
                Rule::name => name = Some(self.name(&node)),
                _ => {
                    let inner = node.clone().into_inner();
                    unclosed = inner.clone().any(|node| node.as_rule() != Rule::arguments);
                    args = inner
                        .filter(|node| node.as_rule() == Rule::arguments)
                        .flat_map(|node| self.arguments(node))
                        .collect();
                    self.bracket(&node, node.as_span().start(), '(');
                }
            }
        }
        let Some(mut name) = name else { return broken_expr(span) };
        if unclosed {
            return broken_expr(span);
        }
        if matches!(&*name.text, "toISOString" | "isoformat" | "toJSON") && args.is_empty() {
            let right = self.source.get(base.span.range()).unwrap_or("");
            let message = format!("a value is written out without `{}`", name.text);
            self.report(errors::otherwise(&super::codes::FOREIGN_OPERATOR, span, &message, right));
            return base;
        }
        if matches!(
            &*name.text,
            "reduce" | "filter" | "forEach" | "some" | "every" | "find" | "push" | "append"
        ) {
            self.report(errors::list_method(name.span, &name.text));
            return broken_expr(span);
        }
        if matches!(&*name.text, "includes" | "contains" | "has")
            && let [item] = args.as_slice()
        {
            let text = |expr: &Expr| self.source.get(expr.span.range()).unwrap_or("");
            let (of, part) = (text(&base), text(item));
            let found =
                errors::part_or_item(span, &format!("contains({of}, {part})"), &format!("{part} in {of}"));
            self.report(found);
            return broken_expr(span);
        }
        if let Some(here) = super::habits::function_elsewhere(&name.text) {
            name.text = here.into();
        }
        // `Date.now()`, `Math.round(x)`: what stands before the dot is no value.
        let library = matches!(&base.kind, ExprKind::Name(name) if LIBRARIES.contains(&&**name));
        let inner = |expr: &Expr| self.source.get(expr.span.range()).unwrap_or("");
        let written =
            [&base].into_iter().filter(|_| !library).chain(&args).map(inner).collect::<Vec<_>>().join(", ");
        let right = format!("{}({written})", name.text);
        // Of `a.trim().upper()` the whole is told of once, at its end.
        let inner_call = matches!(&base.kind, ExprKind::Call { name, args } if args.first().is_some_and(|first| first.span.start < name.span.start));
        if !inner_call || self.muted > 0 {
            self.report(errors::method_call(span, &name.text, &right));
        } else if let Some(last) = self.diagnostics.last_mut().filter(|last| last.span == base.span) {
            let right = match last.fixes.first().and_then(|fix| fix.edits.first()) {
                Some(edit) => {
                    right.replacen(self.source.get(base.span.range()).unwrap_or("-"), &edit.text, 1)
                }
                None => right,
            };
            *last = errors::method_call(span, &name.text, &right);
        }
        let args = [base].into_iter().filter(|_| !library).chain(args).collect();
        Expr { kind: ExprKind::Call { name, args }, span }
    }

    /// Complains of a bracket at `start` that is not closed, or holds more than it can.
    fn bracket(&mut self, node: &Node, start: usize, bracket: char) {
        for node in node.clone().into_inner() {
            match node.as_rule() {
                Rule::missing_paren | Rule::missing_bracket => {
                    let at = self.between(start, start + 1);
                    // A text without an end took the closing bracket.
                    let taken = self.goes_on_behind.as_ref().is_some_and(|unfinished| {
                        unfinished.open_text
                            && self.first_line(Span { start: at.start, end: unfinished.end }).end
                                == unfinished.end
                    });
                    if !taken {
                        // With no block behind it on its line, it most likely ends with the line.
                        let line = self.rest_of_line(at.start);
                        let line = line.split('#').next().unwrap_or("").trim_end();
                        let end = Span::at(at.start as usize + line.len());
                        let end = (!line.contains(['{', '}'])).then_some(end);
                        self.report(errors::unclosed_bracket(at, bracket, end));
                    }
                    self.told_to_line_end = Some(at.start);
                }
                Rule::bad_rest => self.bad_element(&node, "a value"),
                _ => {}
            }
        }
    }

    /// `header "N"` as a value: a call of `header`, and only `verify` knows it.
    fn place(&mut self, node: Node) -> ExprKind {
        let span = self.span(&node);
        let mut nodes = node.into_inner();
        let (Some(place), Some(name)) = (nodes.next(), nodes.next()) else { return ExprKind::Broken };
        let place = self.name(&place);
        if !self.in_verify {
            self.report(errors::place_outside_verify(span, &place.text));
            return ExprKind::Broken;
        }
        let raw = if name.as_rule() == Rule::path { self.path(&name) } else { self.raw_text(name) };
        let text = super::texts::literal(&raw.text, raw.span);
        ExprKind::Call { name: place, args: vec![text] }
    }

    /// An object in round or square brackets. `plain` says that nothing else stands in them.
    fn misbracketed(&mut self, node: Node, opener: char, plain: bool) -> ExprKind {
        let whole = self.span(&node);
        let open = Span { start: whole.start, end: whole.start + 1 };
        let close = Span { start: whole.end - 1, end: whole.end };
        let members: Vec<Node> =
            node.into_inner().filter(|node| node.as_rule() == Rule::list_member).collect();
        let first = members.first().map_or(whole, |member| self.span(member));
        self.report(errors::object_in_brackets(open, opener, first, plain.then_some(close)));
        ExprKind::Object(members.into_iter().filter_map(|member| self.member(member)).collect())
    }

    fn list(&mut self, node: Node) -> ExprKind {
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

    fn object(&mut self, node: Node) -> ExprKind {
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

/// What other languages call functions by: no values of a script.
const LIBRARIES: [&str; 12] = [
    "Date", "datetime", "Math", "JSON", "Object", "String", "Number", "Array", "moment", "crypto", "base64",
    "urllib",
];

pub(super) fn broken_expr(span: Span) -> Expr {
    Expr { kind: ExprKind::Broken, span }
}

fn operator(text: &str) -> BinaryOp {
    match text {
        "or" | "||" | "OR" | "Or" => BinaryOp::Or,
        "and" | "&&" | "AND" | "And" => BinaryOp::And,
        "!=" | "!==" | "<>" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" | "=<" => BinaryOp::LessEqual,
        ">" => BinaryOp::Greater,
        ">=" => BinaryOp::GreaterEqual,
        "in" | "IN" => BinaryOp::In,
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "%" => BinaryOp::Remainder,
        _ => BinaryOp::Equal,
    }
}
