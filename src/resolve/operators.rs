//! Operators: which kinds each takes, and what comes of them. What would be a fault in every run is an error here, and
//! so is what would be a fault in those runs where a form sends a text for a number.

use super::Resolver;
use super::errors::{kinds, literals};
use super::expressions::{Checked, constant_text};
use super::model::{Shape, Type};
use super::program::ExprKind;
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::value::{Kinds, Value};

const ORDERED: Kinds = Kinds::NUMBER.or(Kinds::TEXT).or(Kinds::TIME).or(Kinds::DURATION);

impl Resolver<'_> {
    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Checked {
        if matches!(op, BinaryOp::And | BinaryOp::Or) {
            return self.logic(op, left, right, span);
        }
        let (l, r) = (self.value(left), self.value(right));
        let sides = Sides { op, name: op.as_str(), op_span, span, left, right };
        let secret = l.ty.secret || r.ty.secret;
        if secret {
            self.report(super::errors::secrets::computed_with(
                op.as_str(),
                op_span,
                if l.ty.secret { l.span() } else { r.span() },
            ));
        }
        let broken = secret || l.ty.broken || r.ty.broken;
        let result = if broken {
            None
        } else {
            match op {
                BinaryOp::Equal | BinaryOp::NotEqual => self.equal(&sides, &l, &r),
                BinaryOp::In => self.contained(&sides, &l, &r),
                BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                    self.ordered(&sides, &l, &r)
                }
                _ => self.arithmetic(&sides, &l, &r),
            }
        };
        let ty = match result {
            Some(kinds) => self.derived(&[&l, &r], kinds),
            // A comparison gives true or false, whatever was wrong with it.
            None => Type { secret: false, ..Type::broken() },
        };
        let kind = ExprKind::Binary { op, left: Box::new(l.expr), right: Box::new(r.expr) };
        Checked::new(kind, span, ty)
    }

    pub(super) fn negate(&mut self, operand: &ast::Expr, span: Span) -> Checked {
        let value = self.value(operand);
        let mut ty = self.derived(&[&value], value.ty.kinds.and(Kinds::NUMBER.or(Kinds::DURATION)));
        if value.ty.secret {
            self.report(super::errors::secrets::computed_with("-", span, value.span()));
            ty = Type::broken();
        } else if value.ty.cannot_be(Kinds::NUMBER.or(Kinds::DURATION)) {
            self.report(kinds::wrong_operand(
                "-",
                span,
                value.span(),
                value.ty.kinds,
                "numbers and durations",
            ));
            ty = Type::broken();
        } else if self.operand_may_be_empty("-", &value) {
            ty = Type::broken();
        }
        Checked::new(ExprKind::Negate(Box::new(value.expr)), span, ty)
    }

    fn logic(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span) -> Checked {
        let (l, facts) = self.condition_with_facts(left);
        let before = self.item.flow.clone();
        // The right side is looked at only where the left one has not decided.
        self.item.flow.assume(if op == BinaryOp::And { &facts.if_true } else { &facts.if_false });
        let r = self.condition(right);
        self.item.flow = before;
        let ty = self.derived(&[&l, &r], Kinds::BOOL);
        Checked::new(ExprKind::Binary { op, left: Box::new(l.expr), right: Box::new(r.expr) }, span, ty)
    }

    /// Whether the value of an arm may stand beside the subject of its `match`; a text beside a number is reported.
    pub(super) fn arm_fits(
        &mut self,
        subject: &ast::Expr,
        l: &Checked,
        value: &ast::Expr,
        r: &Checked,
    ) -> bool {
        let (op, span) = (BinaryOp::Equal, value.span);
        self.no_text_with_number(
            &Sides { op, name: "match", op_span: span, span, left: subject, right: value },
            l,
            r,
        )
    }

    fn equal(&mut self, sides: &Sides<'_>, l: &Checked, r: &Checked) -> Option<Kinds> {
        self.no_text_with_number(sides, l, r).then_some(Kinds::BOOL)
    }

    fn contained(&mut self, sides: &Sides<'_>, l: &Checked, r: &Checked) -> Option<Kinds> {
        if r.ty.cannot_be(Kinds::LIST) {
            let (left, right) = (self.slice(sides.left), self.slice(sides.right));
            self.report(kinds::in_without_list(sides.span, sides.right.span, r.ty.kinds, &left, &right));
            return None;
        }
        if self.operand_may_be_empty("in", r) {
            return None;
        }
        let Shape::List(items) = &r.ty.shape else { return Some(Kinds::BOOL) };
        // Each item is compared with the value, and the first that does not fit is enough. Of those that are alike one
        // tells of all: a list may be long, and stand in many conditions.
        let mut compared: Vec<(Kinds, bool)> = Vec::new();
        for item in items.iter() {
            let alike = (item.kinds, item.constant.is_some());
            if compared.contains(&alike) {
                continue;
            }
            compared.push(alike);
            let item = Checked {
                ty: item.clone(),
                expr: super::program::Expr { kind: ExprKind::Const(Value::Empty), span: r.span() },
            };
            if item.ty.broken {
                continue;
            }
            if !self.no_text_with_number(sides, l, &item) {
                return None;
            }
        }
        Some(Kinds::BOOL)
    }

    fn ordered(&mut self, sides: &Sides<'_>, l: &Checked, r: &Checked) -> Option<Kinds> {
        let op = sides.op.as_str();
        if !self.no_text_with_number(sides, l, r) {
            return None;
        }
        for side in [l, r] {
            if side.ty.cannot_be(ORDERED) {
                let wanted = "numbers, texts, times and durations";
                self.report(kinds::wrong_operand(op, sides.op_span, side.span(), side.ty.kinds, wanted));
                return None;
            }
        }
        if self.operand_may_be_empty(op, l) | self.operand_may_be_empty(op, r) {
            return None;
        }
        if l.ty.cannot_be(r.ty.kinds) {
            self.report(kinds::operands_differ(
                op,
                sides.op_span,
                (l.span(), l.ty.kinds),
                (r.span(), r.ty.kinds),
            ));
            return None;
        }
        Some(Kinds::BOOL)
    }

    fn arithmetic(&mut self, sides: &Sides<'_>, l: &Checked, r: &Checked) -> Option<Kinds> {
        let op = sides.op;
        if op == BinaryOp::Add && (l.ty.is_only(Kinds::TEXT) || r.ty.is_only(Kinds::TEXT)) {
            for side in [l, r] {
                if let Some(Value::Text(text)) = &side.ty.constant
                    && is_duration(text)
                {
                    self.report(kinds::duration_in_quotes(side.span(), text));
                    return None;
                }
            }
            let fix = self.joined_text(sides);
            self.report(kinds::texts_added(sides.span, sides.op_span, fix));
            return None;
        }
        for (side, other) in [(l, r), (r, l)] {
            let takes = taken_by(op);
            if side.ty.cannot_be(takes) {
                self.report(kinds::wrong_operand(
                    op.as_str(),
                    sides.op_span,
                    side.span(),
                    side.ty.kinds,
                    takes_nouns(op),
                ));
                return None;
            }
            if other.ty.is_only(Kinds::NUMBER) && is_number_literal(other) && unsure(side, Kinds::NUMBER) {
                self.number_of_unknown_kind(sides, side);
                return None;
            }
        }
        if self.operand_may_be_empty(op.as_str(), l) | self.operand_may_be_empty(op.as_str(), r) {
            return None;
        }
        let results = results(op, l.ty.kinds, r.ty.kinds);
        if results.is_none() {
            let (left, right) = ((l.span(), l.ty.kinds), (r.span(), r.ty.kinds));
            self.report(kinds::operands_differ(op.as_str(), sides.op_span, left, right));
            return None;
        }
        if matches!(op, BinaryOp::Divide | BinaryOp::Remainder) && is_zero(r) {
            self.report(literals::division_by_zero(sides.span, r.span()));
            return None;
        }
        Some(results)
    }

    /// Reports a text compared with a number, or a value that may be either compared with a number that is written.
    fn no_text_with_number(&mut self, sides: &Sides<'_>, l: &Checked, r: &Checked) -> bool {
        for (one, other) in [(l, r), (r, l)] {
            if !other.ty.is_only(Kinds::NUMBER) {
                continue;
            }
            if one.ty.may_be(Kinds::TEXT) && !one.ty.may_be(Kinds::NUMBER) {
                let fix = self.reader_fix(one);
                self.report(kinds::text_with_number(sides.span, one.span(), other.span(), sides.name, fix));
                return false;
            }
            if is_number_literal(other) && unsure(one, Kinds::NUMBER) {
                self.number_of_unknown_kind(sides, one);
                return false;
            }
        }
        true
    }

    fn number_of_unknown_kind(&mut self, sides: &Sides<'_>, unknown: &Checked) {
        let text = self.source.slice(unknown.span()).to_owned();
        let fix = self.reader_fix(unknown);
        self.report(kinds::unknown_with_number(sides.span, unknown.span(), &text, sides.name, fix));
    }

    fn operand_may_be_empty(&mut self, op: &str, value: &Checked) -> bool {
        if !value.ty.may_be_empty() {
            return false;
        }
        let text = self.source.slice(value.span()).to_owned();
        self.report(kinds::operand_may_be_empty(op, value.span(), &text, value.ty.empty_since));
        true
    }

    /// Where ` as number` goes, if the value is a field that has no reader yet.
    fn reader_fix(&self, value: &Checked) -> Option<Span> {
        let ExprKind::Slot(slot) = value.expr.kind else { return None };
        // The slots of this pipeline are the latest.
        self.places.iter().rev().find(|place| place.slot == Some(slot)).and_then(|place| place.reader)
    }

    /// `"{a}{b}"` for `a + b`, where both can stand in braces as they are.
    fn joined_text(&self, sides: &Sides<'_>) -> Option<String> {
        let part = |expr: &ast::Expr| match &expr.kind {
            ast::ExprKind::Text(_) => {
                let text = self.source.slice(expr.span);
                let inner = text.strip_prefix('"')?.strip_suffix('"')?;
                (!inner.starts_with('"')).then(|| inner.to_owned())
            }
            ast::ExprKind::Number(digits) => Some(digits.to_string()),
            ast::ExprKind::Name(_) | ast::ExprKind::Member(..) | ast::ExprKind::Call { .. } => {
                Some(format!("{{{}}}", self.source.slice(expr.span)))
            }
            _ => None,
        };
        Some(format!("\"{}{}\"", part(sides.left)?, part(sides.right)?))
    }

    fn slice(&self, expr: &ast::Expr) -> String {
        self.source.slice(expr.span).to_owned()
    }
}

struct Sides<'a> {
    op: BinaryOp,
    /// What messages call it.
    name: &'static str,
    op_span: Span,
    span: Span,
    left: &'a ast::Expr,
    right: &'a ast::Expr,
}

/// A number that stands in the script.
fn is_number_literal(value: &Checked) -> bool {
    matches!(value.ty.constant, Some(Value::Number(_)))
}

/// It may be a number, and may be something else as well.
fn unsure(value: &Checked, kinds: Kinds) -> bool {
    value.ty.may_be(kinds)
        && !value.ty.is_only(kinds)
        && !value.ty.is_only(Kinds::NUMBER.or(Kinds::DURATION).or(Kinds::TIME))
}

fn is_zero(value: &Checked) -> bool {
    let Some(number @ Value::Number(_)) = &value.ty.constant else { return false };
    constant_text(number)
        .is_some_and(|digits| digits.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')))
}

/// What one side of an arithmetic operator may be.
fn taken_by(op: BinaryOp) -> Kinds {
    match op {
        BinaryOp::Add | BinaryOp::Subtract => Kinds::NUMBER.or(Kinds::DURATION).or(Kinds::TIME),
        _ => Kinds::NUMBER,
    }
}

fn takes_nouns(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add | BinaryOp::Subtract => "numbers, durations and times",
        _ => "numbers",
    }
}

/// What may come of an arithmetic operator; none if the two never fit.
fn results(op: BinaryOp, l: Kinds, r: Kinds) -> Kinds {
    let both = |left: Kinds, right: Kinds, gives: Kinds| {
        if l.and(left).is_none() || r.and(right).is_none() { Kinds::NONE } else { gives }
    };
    let numbers = both(Kinds::NUMBER, Kinds::NUMBER, Kinds::NUMBER);
    let durations = both(Kinds::DURATION, Kinds::DURATION, Kinds::DURATION);
    match op {
        BinaryOp::Add => numbers.or(durations).or(both(Kinds::TIME, Kinds::DURATION, Kinds::TIME)).or(both(
            Kinds::DURATION,
            Kinds::TIME,
            Kinds::TIME,
        )),
        BinaryOp::Subtract => numbers
            .or(durations)
            .or(both(Kinds::TIME, Kinds::DURATION, Kinds::TIME))
            .or(both(Kinds::TIME, Kinds::TIME, Kinds::DURATION)),
        _ => numbers,
    }
}

/// `2h`, as a duration is written.
fn is_duration(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    unit.len() < text.len() && matches!(unit, "ms" | "s" | "m" | "h" | "d")
}
