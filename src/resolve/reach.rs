//! `a.b` and `a[0]`: steps into what the script knows. A step into outside data is an error whose fix is an `extract`,
//! because only there it is said what happens when nothing is found.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Resolver;
use super::errors::{kinds, missing, names};
use super::expressions::Checked;
use super::flow::{Place, Root};
use super::model::{Shape, Type};
use super::program::ExprKind;
use crate::diagnostic::{Edit, near};
use crate::source::Span;
use crate::syntax::ast::{self, TextPart};
use crate::syntax::{TAKEN, function_elsewhere};
use crate::value::{Kinds, Value};

impl Resolver<'_> {
    /// A chain of steps, from its root outwards.
    pub(super) fn reach(&mut self, expr: &ast::Expr) -> Checked {
        let (root, nodes) = chain(expr);
        let mut nodes = nodes.as_slice();
        let mut current = match (&root.kind, nodes.split_first()) {
            (ast::ExprKind::Name(name), Some((first, rest))) if TAKEN.contains(&&**name) => {
                let member = match &first.kind {
                    ast::ExprKind::Member(_, member) => self.input_member(name, member, first.span),
                    _ => None,
                };
                match member {
                    Some(found) => {
                        nodes = rest;
                        if !rest.is_empty() {
                            self.model.types.push((first.span, found.ty.clone()));
                        }
                        found
                    }
                    None => self.value(root),
                }
            }
            _ => self.value(root),
        };
        while let Some((node, rest)) = nodes.split_first() {
            current = self.step_into(current, node, nodes, expr);
            if !rest.is_empty() {
                self.model.types.push((node.span, current.ty.clone()));
            }
            nodes = rest;
        }
        current
    }

    fn step_into(
        &mut self,
        base: Checked,
        node: &ast::Expr,
        rest: &[&ast::Expr],
        whole: &ast::Expr,
    ) -> Checked {
        let index = match &node.kind {
            ast::ExprKind::Index(_, index) => Some(self.value(index)),
            _ => None,
        };
        let is_index = index.is_some();
        if base.ty.broken {
            return Checked::broken(node.span);
        }
        let checked = match (&node.kind, index) {
            (ast::ExprKind::Member(_, member), _) => self.member(base, member, node, rest, whole),
            (_, Some(index)) => self.index(base, index, node, rest, whole),
            _ => return Checked::broken(node.span),
        };
        if is_index {
            return checked;
        }
        let place = place_of(self, node);
        Checked { ty: self.settled(checked.ty, place.as_ref()), ..checked }
    }

    fn member(
        &mut self,
        base: Checked,
        member: &ast::Name,
        node: &ast::Expr,
        rest: &[&ast::Expr],
        whole: &ast::Expr,
    ) -> Checked {
        let members = match &base.ty.shape {
            Shape::Object(members) => members,
            Shape::List(_) => {
                self.report(kinds::names_in_list(member.span, self.source.slice(base.span())));
                return Checked::broken(node.span);
            }
            Shape::Unknown | Shape::Each(_) => return self.unknown_inside(&base, rest, node, whole),
        };
        let Some(ty) = base.ty.member(&member.text) else {
            let base_text = self.source.slice(base.span()).to_owned();
            let near = near(&member.text, members.iter().map(|(name, _)| &**name)).map(str::to_owned);
            let known = members.iter().map(|(name, _)| &**name).collect::<Vec<_>>().join(", ");
            self.report(names::unknown_member(member, &base_text, near.as_deref(), &known));
            return Checked::broken(node.span);
        };
        if base.ty.constant.is_some()
            && let Some(known) = reached(&ty, node.span)
        {
            return known;
        }
        Checked::new(ExprKind::Member(Box::new(base.expr), member.text.clone()), node.span, ty)
    }

    fn index(
        &mut self,
        base: Checked,
        index: Checked,
        node: &ast::Expr,
        rest: &[&ast::Expr],
        whole: &ast::Expr,
    ) -> Checked {
        self.no_secret_decides(&index, "an index");
        let found = match (&base.ty.shape, &index.ty.constant) {
            (Shape::Unknown | Shape::Each(_), _) => return self.unknown_inside(&base, rest, node, whole),
            (Shape::List(items), Some(Value::Number(number))) => {
                number.as_str().parse::<usize>().ok().and_then(|at| items.get(at).cloned())
            }
            (Shape::Object(_), Some(Value::Text(name))) => base.ty.member(name),
            (Shape::List(_), Some(_)) => {
                self.report(kinds::wrong_index(
                    index.span(),
                    index.ty.kinds,
                    "a list takes a number, counted from 0",
                ));
                return Checked::broken(node.span);
            }
            (Shape::Object(_), Some(_)) => {
                self.report(kinds::wrong_index(
                    index.span(),
                    index.ty.kinds,
                    "an object takes a name as text",
                ));
                return Checked::broken(node.span);
            }
            (Shape::List(_), None) | (Shape::Object(_), None) => {
                let wanted = if base.ty.is_only(Kinds::LIST) { Kinds::NUMBER } else { Kinds::TEXT };
                if index.ty.cannot_be(wanted) {
                    self.report(kinds::wrong_index(index.span(), index.ty.kinds, wanted_index(wanted)));
                }
                Some(base.ty.item().maybe_empty(None))
            }
        };
        let Some(ty) = found else {
            self.report(names::nothing_at_index(node.span, index.span()));
            return Checked::broken(node.span);
        };
        let ty = base.ty.inherit(ty);
        if base.ty.constant.is_some()
            && let Some(known) = reached(&ty, node.span)
        {
            return known;
        }
        let kind = ExprKind::Index(Box::new(base.expr), Box::new(index.expr));
        Checked::new(kind, node.span, ty)
    }

    /// A step into a value of which the script does not know the inside.
    fn unknown_inside(
        &mut self,
        base: &Checked,
        rest: &[&ast::Expr],
        node: &ast::Expr,
        whole: &ast::Expr,
    ) -> Checked {
        let base_text = self.source.slice(base.span()).to_owned();
        if base.ty.cannot_be(Kinds::OBJECT.or(Kinds::LIST)) {
            let finding = kinds::nothing_inside(node.span, &base_text, base.ty.kinds);
            self.report(match self.function_meant(node) {
                Some(function) => missing::function_behind(finding, node.span, &base_text, function),
                None => finding,
            });
        } else {
            let fix = self.extract_instead(&base_text, rest, whole);
            let text = self.source.slice(whole.span);
            let mut finding = missing::unguarded_reach(text, whole.span, &base_text, fix);
            if let Some(function) = self.function_meant(node) {
                finding = missing::function_behind(finding, node.span, &base_text, function);
            }
            self.report(finding);
        }
        Checked::broken(node.span)
    }

    /// The function that `a.length` is meant to call; `a.length()` was told of when it was read.
    fn function_meant(&self, node: &ast::Expr) -> Option<&'static str> {
        let ast::ExprKind::Member(_, member) = &node.kind else { return None };
        function_elsewhere(&member.text).filter(|_| &*member.text == "length")
    }

    /// The edits that write the reach as an `extract` before the statement, where its path can be written.
    fn extract_instead(&self, base: &str, rest: &[&ast::Expr], whole: &ast::Expr) -> Option<Vec<Edit>> {
        let (path, last) = path_of(rest)?;
        let statement = self.item.statement;
        if statement.is_empty() {
            return None;
        }
        let name = [last.clone(), format!("{last}_value"), format!("the_{last}")]
            .into_iter()
            .find(|name| self.is_free(name) && !name.starts_with(|c: char| c.is_ascii_digit()))?;
        let before = self.source.text.get(..statement.start as usize)?;
        let indent: String = before.rsplit('\n').next()?.chars().take_while(|c| c.is_whitespace()).collect();
        let text =
            format!("extract {base} {{\n{indent}  {name} = {path} on_missing abort\n{indent}}}\n{indent}");
        Some(vec![
            Edit { span: Span::at(statement.start as usize), text },
            Edit { span: whole.span, text: name },
        ])
    }
}

/// A part of a constant, if it is one itself.
fn reached(ty: &Type, span: Span) -> Option<Checked> {
    let value = ty.constant.as_ref()?.reached();
    let ty = Type { constant: Some(value.clone()), ..ty.clone() };
    Some(Checked::new(ExprKind::Const(value), span, ty))
}

/// The place that a name or a chain of members stands for.
pub(super) fn place_of(resolver: &Resolver<'_>, expr: &ast::Expr) -> Option<Place> {
    let mut members: Vec<Arc<str>> = Vec::new();
    let mut current = expr;
    loop {
        match &current.kind {
            ast::ExprKind::Member(base, name) => {
                members.push(name.text.clone());
                current = base;
            }
            ast::ExprKind::Name(name) => {
                members.reverse();
                let root = match resolver.lookup(name) {
                    Some(definition) => Root::Definition(definition),
                    None if TAKEN.contains(&&**name) => Root::Input(name.clone()),
                    None => return None,
                };
                return Some(Place { root, members });
            }
            _ => return None,
        }
    }
}

/// The root of a chain of steps, and its nodes from the innermost.
fn chain(expr: &ast::Expr) -> (&ast::Expr, Vec<&ast::Expr>) {
    let mut nodes = Vec::new();
    let mut current = expr;
    while let ast::ExprKind::Member(base, _) | ast::ExprKind::Index(base, _) = &current.kind {
        nodes.push(current);
        current = base;
    }
    nodes.reverse();
    (current, nodes)
}

/// A path for the steps of a chain, and a name for what it finds.
fn path_of(nodes: &[&ast::Expr]) -> Option<(String, String)> {
    let mut path = "$".to_owned();
    let mut last = "item".to_owned();
    for node in nodes {
        match &node.kind {
            ast::ExprKind::Member(_, name) => {
                last = name.text.to_string();
                write!(path, ".{}", name.text).ok()?;
            }
            ast::ExprKind::Index(_, index) => match &index.kind {
                ast::ExprKind::Number(digits) => write!(path, "[{digits}]").ok()?,
                ast::ExprKind::Text(parts) => {
                    let [TextPart::Literal(text)] = parts.as_slice() else { return None };
                    if text.contains(['"', '\\', '\'']) {
                        return None;
                    }
                    last = text.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
                    write!(path, "[\"{text}\"]").ok()?;
                }
                _ => return None,
            },
            _ => return None,
        }
    }
    Some((path, last))
}

fn wanted_index(wanted: Kinds) -> &'static str {
    if wanted == Kinds::NUMBER {
        "a list takes a number, counted from 0"
    } else {
        "an object takes a name as text"
    }
}
