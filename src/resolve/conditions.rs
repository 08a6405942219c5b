//! Conditions: true or false and nothing else, and what each outcome tells about the values that it asks for.

use super::Resolver;
use super::errors::kinds;
use super::expressions::Checked;
use super::flow::{Facts, Place};
use super::model::{Presence, Type};
use super::reach::place_of;
use crate::syntax::ast::{self, BinaryOp, ExprKind, UnaryOp};
use crate::value::Kinds;

impl Resolver<'_> {
    /// What `when`, `if`, `and`, `or` and `not` take.
    pub(super) fn condition(&mut self, expr: &ast::Expr) -> Checked {
        let checked = self.value(expr);
        self.no_secret_decides(&checked, "a condition");
        if checked.ty.broken || checked.ty.secret {
            return checked;
        }
        let text = self.source.slice(expr.span).to_owned();
        if !checked.ty.is_only(Kinds::BOOL) {
            self.report(kinds::condition_not_bool(expr.span, &operand(expr, &text), &checked.ty));
        } else if checked.ty.may_be_empty() {
            self.report(kinds::condition_may_be_empty(
                expr.span,
                &operand(expr, &text),
                checked.ty.empty_since,
            ));
        }
        checked
    }

    pub(super) fn condition_with_facts(&mut self, expr: &ast::Expr) -> (Checked, Facts) {
        let checked = self.condition(expr);
        let facts = self.facts(expr);
        (checked, facts)
    }

    /// What is known of values where `expr` turned out true, and where false.
    pub(super) fn facts(&self, expr: &ast::Expr) -> Facts {
        match &expr.kind {
            ExprKind::Unary { op: UnaryOp::Not, operand, .. } => self.facts(operand).negated(),
            ExprKind::Binary { op: BinaryOp::And, left, right, .. } => {
                self.facts(left).and(self.facts(right))
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right, .. } => self.facts(left).or(self.facts(right)),
            ExprKind::Binary { op: BinaryOp::Equal, left, right, .. } => self.equality(left, right),
            ExprKind::Binary { op: BinaryOp::NotEqual, left, right, .. } => {
                self.equality(left, right).negated()
            }
            // `empty` is in no list.
            ExprKind::Binary { op: BinaryOp::In, left, .. } => {
                let mut facts = Facts::default();
                facts.if_true.extend(place_of(self, left).map(|place| (place, Presence::Present)));
                facts
            }
            _ => Facts::default(),
        }
    }

    fn equality(&self, left: &ast::Expr, right: &ast::Expr) -> Facts {
        let mut facts = Facts::default();
        for (one, other) in [(left, right), (right, left)] {
            let Some(place) = place_of(self, one) else { continue };
            if matches!(other.kind, ExprKind::Empty) {
                facts.if_true.push((place.clone(), Presence::Empty));
                facts.if_false.push((place, Presence::Present));
            } else if self.is_there(other) {
                facts.if_true.push((place, Presence::Present));
            }
        }
        facts
    }

    /// A value that is certainly not empty, as far as its form tells.
    fn is_there(&self, expr: &ast::Expr) -> bool {
        match &expr.kind {
            ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Duration(_)
            | ExprKind::Text(_)
            | ExprKind::List(_)
            | ExprKind::Object(_) => true,
            ExprKind::Name(name) => {
                let Some(definition) = self.lookup(name) else { return false };
                let place = place_of(self, expr);
                !self.settled(self.type_of(definition), place.as_ref()).may_be_empty()
            }
            _ => false,
        }
    }

    /// A type with what conditions have settled about its place.
    pub(super) fn settled(&self, ty: Type, place: Option<&Place>) -> Type {
        match place.and_then(|place| self.item.flow.presence(place)) {
            Some(presence) => ty.narrowed(presence),
            None => ty,
        }
    }
}

/// The text of an operand, in parentheses where `!=` behind it would bind otherwise.
fn operand(expr: &ast::Expr, text: &str) -> String {
    match expr.kind {
        ExprKind::Binary { .. } | ExprKind::If { .. } | ExprKind::Unary { op: UnaryOp::Not, .. } => {
            format!("({text})")
        }
        _ => text.to_owned(),
    }
}
