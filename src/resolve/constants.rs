//! Constants: literals, lists, objects, and texts with constants above them. They are worked out here, once.

use super::Resolver;
use super::errors::names;
use super::head::Head;
use super::model::{Definition, DefinitionKind, Type};
use super::pipelines::State;
use super::scope;
use crate::source::Span;
use crate::syntax::TAKEN;
use crate::syntax::ast::{self, ExprKind, Item, TextPart};

impl Resolver<'_> {
    /// Defines the constants of the file.
    pub(super) fn constants(&mut self, file: &ast::File) {
        self.item = State { head: Head::none(), ..State::default() };
        for item in &file.items {
            match item {
                Item::Const(constant) => self.constant(constant),
                Item::Connector(_) | Item::Pipeline(_) | Item::Test(_) => {}
            }
        }
    }

    fn constant(&mut self, constant: &ast::Const) {
        let name = &constant.name;
        let ty = match disallowed(&constant.value) {
            Some((span, what)) => {
                self.report(names::not_constant(span, what));
                Type::broken()
            }
            None => self.value(&constant.value).ty,
        };
        if TAKEN.contains(&&*name.text) {
            return;
        }
        if let Some(first) = self.consts.get(&name.text).and_then(|at| self.model.definitions.get(*at)) {
            let line = self.source.position(first.span.start).line;
            self.report(names::name_given_twice(&name.text, name.span, first.span, line));
            return;
        }
        // What is no constant was reported where it stands.
        let ty = if ty.constant.is_none() { Type::broken() } else { ty };
        self.consts.insert(name.text.clone(), self.model.definitions.len());
        self.places.push(scope::Place::default());
        self.model.definitions.push(Definition {
            name: name.text.clone(),
            span: name.span,
            kind: DefinitionKind::Const,
            ty,
            pipeline: None,
            scope: Span { start: name.span.start, end: self.source.text.len() as u32 },
        });
    }
}

/// The first part of an expression that no constant may hold, and what it is.
fn disallowed(expr: &ast::Expr) -> Option<(Span, &'static str)> {
    match &expr.kind {
        ExprKind::Empty
        | ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Duration(_)
        | ExprKind::Size(_)
        | ExprKind::Broken => None,
        ExprKind::Name(name) if TAKEN.contains(&&**name) => Some((expr.span, "a part of a request")),
        ExprKind::Name(_) => None,
        ExprKind::Text(parts) => parts.iter().find_map(|part| match part {
            TextPart::Literal(_) => None,
            TextPart::Insert(insert) => disallowed(insert),
        }),
        ExprKind::List(items) => items.iter().find_map(disallowed),
        ExprKind::Object(members) => members.iter().find_map(|member| disallowed(&member.value)),
        ExprKind::Member(base, _) | ExprKind::Index(base, _) => match &base.kind {
            ExprKind::Name(name) if &**name == "secret" => Some((expr.span, "a secret")),
            _ => disallowed(base),
        },
        ExprKind::Call { name, .. } => Some((name.span, "a function")),
        ExprKind::Unary { op_span, .. } | ExprKind::Binary { op_span, .. } => {
            Some((*op_span, "a computation"))
        }
        ExprKind::If { .. } => Some((expr.span, "a choice")),
    }
}
