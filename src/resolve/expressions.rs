//! Expressions: each is checked and turned into what the engine computes. What the script knows before a run becomes
//! a constant.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Resolver;
use super::errors::{kinds, limits, names};
use super::flow::{Place, Root};
use super::model::{Extent, Presence, Shape, Type};
use super::program::{Expr, ExprKind};
use super::types::UNWRITABLE;
use crate::source::Span;
use crate::syntax::TAKEN;
use crate::syntax::ast::{self, TextPart, UnaryOp};
use crate::value::{Kinds, Number, Object, Value, to_json};

/// No text that is known before a run is longer, in bytes.
const LONGEST_CONSTANT: usize = 1 << 20;

/// An expression that was read: what computes it, and what is known of it.
pub(super) struct Checked {
    pub expr: Expr,
    pub ty: Type,
}

/// Whether `null` may stand here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    /// Inside `json`.
    Allowed,
    Refused,
}

impl Checked {
    pub(super) fn new(kind: ExprKind, span: Span, ty: Type) -> Checked {
        Checked { expr: Expr { kind, span }, ty }
    }

    pub(super) fn constant(value: Value, span: Span) -> Checked {
        Checked::new(ExprKind::Const(value.clone()), span, Type::constant(value))
    }

    pub(super) fn broken(span: Span) -> Checked {
        Checked::new(ExprKind::Const(Value::Empty), span, Type::broken())
    }

    pub(super) fn span(&self) -> Span {
        self.expr.span
    }
}

impl Resolver<'_> {
    pub(super) fn value(&mut self, expr: &ast::Expr) -> Checked {
        self.value_where(expr, Null::Refused)
    }

    /// A value of `json`, in which `null` may stand.
    pub(super) fn json_value(&mut self, expr: &ast::Expr) -> Checked {
        self.value_where(expr, Null::Allowed)
    }

    fn value_where(&mut self, expr: &ast::Expr, null: Null) -> Checked {
        let span = expr.span;
        let checked = match &expr.kind {
            ast::ExprKind::Empty => Checked::constant(Value::Empty, span),
            ast::ExprKind::Null if null == Null::Allowed => Checked::constant(Value::Null, span),
            ast::ExprKind::Null => {
                self.report(kinds::null_outside_json(span));
                Checked::broken(span)
            }
            ast::ExprKind::Bool(value) => Checked::constant(Value::Bool(*value), span),
            ast::ExprKind::Number(digits) => {
                Checked::constant(Value::Number(Number::from_json_digits(digits.clone())), span)
            }
            ast::ExprKind::Duration(millis) => match i64::try_from(*millis) {
                Ok(millis) => Checked::constant(Value::Duration(millis), span),
                Err(_) => {
                    self.report(super::errors::literals::duration_out_of_range(
                        span,
                        "this",
                        "below 292 million years",
                    ));
                    Checked::broken(span)
                }
            },
            ast::ExprKind::Size(_) => {
                self.report(kinds::size_as_value(span));
                Checked::broken(span)
            }
            ast::ExprKind::Text(parts) => self.text(parts, span),
            ast::ExprKind::Name(name) => self.name(name, span),
            ast::ExprKind::Member(..) | ast::ExprKind::Index(..) => self.reach(expr),
            ast::ExprKind::Call { name, args } => self.function(name, args, span),
            ast::ExprKind::Unary { op: UnaryOp::Not, operand, .. } => {
                let operand = self.condition(operand);
                let ty = Type { presence: Presence::Present, ..self.derived(&[&operand], Kinds::BOOL) };
                Checked::new(ExprKind::Not(Box::new(operand.expr)), span, ty)
            }
            ast::ExprKind::Unary { op: UnaryOp::Minus, operand, .. } => self.negate(operand, span),
            ast::ExprKind::Binary { op, op_span, left, right } => {
                self.binary(*op, *op_span, left, right, span)
            }
            ast::ExprKind::If { cond, then, otherwise } => self.choice(cond, then, otherwise, span, null),
            ast::ExprKind::List(items) => self.list(items, span, null),
            ast::ExprKind::Object(members) => self.object(members, span, null),
            ast::ExprKind::Broken => return Checked::broken(span),
        };
        self.model.types.push((span, checked.ty.clone()));
        checked
    }

    /// A type for a result that is always there, with what clings to the operands.
    pub(super) fn derived(&self, operands: &[&Checked], kinds: Kinds) -> Type {
        Type {
            outside: operands.iter().any(|operand| operand.ty.outside),
            secret: operands.iter().any(|operand| operand.ty.secret),
            broken: operands.iter().any(|operand| operand.ty.broken),
            extent: operands.iter().map(|operand| operand.ty.extent).fold(Extent::ONE, Extent::larger),
            ..Type::of(kinds)
        }
    }

    fn name(&mut self, name: &Arc<str>, span: Span) -> Checked {
        let scoped_failure = &**name == "failure" && self.lookup(name).is_some();
        if TAKEN.contains(&&**name) && !scoped_failure {
            return self.input(name, span);
        }
        let Some(definition) = self.find_name(name, span) else { return Checked::broken(span) };
        let place = Place { root: Root::Definition(definition), members: Vec::new() };
        let ty = self.settled(self.type_of(definition), Some(&place));
        let kind = match (&ty.constant, self.places.get(definition).and_then(|place| place.slot)) {
            (_, Some(slot)) => ExprKind::Slot(slot),
            (Some(value), None) => ExprKind::Const(value.clone()),
            (None, None) => return Checked::broken(span),
        };
        Checked::new(kind, span, ty)
    }

    fn text(&mut self, parts: &[TextPart], span: Span) -> Checked {
        let mut rendered = Vec::new();
        for part in parts {
            rendered.push(match part {
                TextPart::Literal(text) => Checked::constant(Value::Text(text.clone()), span),
                TextPart::Insert(insert) => {
                    let value = self.value(insert);
                    self.writable(insert, &value, "into a text");
                    value
                }
            });
        }
        let constant: Option<Vec<String>> =
            rendered.iter().map(|part| part.ty.constant.as_ref().and_then(constant_text)).collect();
        if let Some(texts) = constant {
            if texts.iter().map(String::len).sum::<usize>() > LONGEST_CONSTANT {
                self.report(limits::constant_too_long(span, LONGEST_CONSTANT));
                return Checked::broken(span);
            }
            return Checked::constant(Value::text(texts.concat()), span);
        }
        let ty = self.derived(&rendered.iter().collect::<Vec<_>>(), Kinds::TEXT);
        Checked::new(ExprKind::Text(rendered.into_iter().map(|part| part.expr).collect()), span, ty)
    }

    fn choice(
        &mut self,
        cond: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
        null: Null,
    ) -> Checked {
        let (cond, facts) = self.condition_with_facts(cond);
        let before = self.item.flow.clone();
        self.item.flow.assume(&facts.if_true);
        let then = self.value_where(then, null);
        self.item.flow = before.clone();
        self.item.flow.assume(&facts.if_false);
        let otherwise = self.value_where(otherwise, null);
        self.item.flow = before;
        let mut ty = then.ty.join(&otherwise.ty);
        ty.broken |= cond.ty.broken;
        let kind = ExprKind::If {
            cond: Box::new(cond.expr),
            then: Box::new(then.expr),
            otherwise: Box::new(otherwise.expr),
        };
        Checked::new(kind, span, ty)
    }

    fn list(&mut self, items: &[ast::Expr], span: Span, null: Null) -> Checked {
        let items: Vec<Checked> = items.iter().map(|item| self.value_where(item, null)).collect();
        let ty = Type {
            shape: Shape::List(Arc::new(items.iter().map(|item| item.ty.clone()).collect())),
            broken: false,
            extent: Extent::around(items.iter().map(|item| item.ty.extent)),
            ..self.derived(&items.iter().collect::<Vec<_>>(), Kinds::LIST)
        };
        if ty.extent.is_too_large() {
            self.report(limits::value_too_large(span));
            return Checked::broken(span);
        }
        let constant: Option<Vec<Value>> = items.iter().map(|item| item.ty.constant.clone()).collect();
        if let Some(value) = constant.map(Value::list) {
            let ty = Type { constant: Some(value.clone()), ..ty };
            return Checked::new(ExprKind::Const(value), span, ty);
        }
        Checked::new(ExprKind::List(items.into_iter().map(|item| item.expr).collect()), span, ty)
    }

    fn object(&mut self, members: &[ast::Member], span: Span, null: Null) -> Checked {
        let mut seen: Vec<(&ast::Name, Checked)> = Vec::new();
        let mut names: BTreeMap<&str, Span> = BTreeMap::new();
        for member in members {
            let value = self.value_where(&member.value, null);
            match names.get(&*member.name.text) {
                Some(first) => self.report(names::given_twice("member", &member.name, *first)),
                None => {
                    names.insert(&member.name.text, member.name.span);
                    seen.push((&member.name, value));
                }
            }
        }
        let shape = seen.iter().map(|(name, value)| (name.text.clone(), value.ty.clone())).collect();
        let ty = Type {
            shape: Shape::Object(Arc::new(shape)),
            broken: false,
            extent: Extent::around(seen.iter().map(|(_, value)| value.ty.extent)),
            ..self.derived(&seen.iter().map(|(_, value)| value).collect::<Vec<_>>(), Kinds::OBJECT)
        };
        if ty.extent.is_too_large() {
            self.report(limits::value_too_large(span));
            return Checked::broken(span);
        }
        let constant: Option<Object> =
            seen.iter().map(|(name, value)| Some((name.text.clone(), value.ty.constant.clone()?))).collect();
        if let Some(value) = constant.map(Value::object) {
            let ty = Type { constant: Some(value.clone()), ..ty };
            return Checked::new(ExprKind::Const(value), span, ty);
        }
        let kind =
            ExprKind::Object(seen.into_iter().map(|(name, value)| (name.text.clone(), value.expr)).collect());
        Checked::new(kind, span, ty)
    }

    /// Reports a value that has no form as text or JSON, or has one of that kind inside.
    pub(super) fn writable(&mut self, written: &ast::Expr, value: &Checked, place: &str) {
        self.none_of(written, value, UNWRITABLE, place);
    }

    /// Reports a part that can only be of `kinds`, which have no place here.
    pub(super) fn none_of(&mut self, written: &ast::Expr, value: &Checked, kinds: Kinds, place: &str) {
        if let Some((span, kinds)) = only_inside(written, &value.ty, kinds) {
            self.report(kinds::unwritable(span, kinds, place));
        }
    }
}

/// The first part of a value that can only be of `kinds`, as near as the script shows it.
fn only_inside(written: &ast::Expr, ty: &Type, kinds: Kinds) -> Option<(Span, Kinds)> {
    if ty.broken {
        return None;
    }
    if ty.is_only(kinds) {
        return Some((written.span, ty.kinds));
    }
    match &ty.shape {
        Shape::Unknown | Shape::Each(_) => None,
        Shape::Object(members) => members.iter().find_map(|(name, inner)| {
            let own = match &written.kind {
                ast::ExprKind::Object(written) => written.iter().find(|member| member.name.text == *name),
                _ => None,
            };
            only_inside(own.map_or(written, |member| &member.value), inner, kinds)
        }),
        Shape::List(items) => items.iter().enumerate().find_map(|(at, inner)| {
            let own = match &written.kind {
                ast::ExprKind::List(written) => written.get(at),
                _ => None,
            };
            only_inside(own.unwrap_or(written), inner, kinds)
        }),
    }
}

/// How a constant is written into a text; `None` for what has no such form.
pub(super) fn constant_text(value: &Value) -> Option<String> {
    match value {
        Value::Empty => Some(String::new()),
        Value::Text(text) => Some(text.to_string()),
        Value::Number(number) => Some(number.as_str().to_owned()),
        Value::Bool(value) => Some(value.to_string()),
        Value::List(_) | Value::Object(_) => to_json(value).ok(),
        Value::Null
        | Value::Bytes(_)
        | Value::File(_)
        | Value::Time(_)
        | Value::Duration(_)
        | Value::Sealed(_) => None,
    }
}
