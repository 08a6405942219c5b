//! Expressions: the flat list that pest gives, bound by precedence, and what stands in operand place.

use std::iter::Peekable;

use pest::iterators::Pairs;

use super::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
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
            Rule::reference => ExprKind::Name(self.word(&node)),
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
                // The span keeps the brackets. What cannot be read of it may be all that counts.
                let whole = !node.clone().into_inner().any(|inner| inner.as_rule() == Rule::bad_rest);
                inner.filter(|_| whole).map_or(ExprKind::Broken, |inner| inner.kind)
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
    pub fn bracket(&mut self, node: &Node, start: usize, bracket: char) {
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
                Rule::bad_rest => {
                    // A word between two values is known by the blanks around it.
                    let start = node.as_span().start();
                    let before = self.patched.text.get(..start).unwrap_or("");
                    let gap = before.len() - before.trim_end_matches([' ', '\t']).len();
                    let end = start + node.as_str().trim_end().len();
                    let written = self.patched.text.get(start - gap..end).unwrap_or("");
                    let span = self.between(start - gap, end);
                    match super::slips::in_expression(written, span).filter(|_| gap > 0) {
                        Some(found) => self.report(found),
                        None => self.bad_element(&node, "a value"),
                    }
                }
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
