//! Where a value of a run came from: the place in the script that gives it, and what stands behind that. It is read off
//! the program and the trace, at the step where the run stands, so it tells of this run and not of all that might be.

use std::sync::Arc;

use super::{Run, Trace};
use crate::resolve::program::{Expr, ExprKind, Extract, Field, OnFail, OnMissing, Op, OpKind, Source};
use crate::source::{self, Span};

/// A place in a script, what stands there, and where that was taken from.
#[derive(Clone, Debug)]
pub struct Origin {
    pub source: Arc<source::Source>,
    pub span: Span,
    /// `$.phone`, `secret.CRM_TOKEN`, `"Hello {name}"`.
    pub text: String,
    /// For what the script puts together: what it is made of.
    pub from: Vec<Origin>,
}

/// Of what stands in the script so many letters are shown.
const LONGEST: usize = 48;

impl Run {
    /// Where an expression of the step at hand has its value from. Only a traced run can tell what was missing.
    pub fn origin(&self, expr: &Expr) -> Origin {
        match &expr.kind {
            ExprKind::Slot(slot) => self.of_slot(*slot).unwrap_or_else(|| self.written(expr)),
            ExprKind::Member(of, _) | ExprKind::Index(of, _) => {
                match root(of).and_then(|slot| self.of_slot(slot)) {
                    Some(origin) => Origin { text: self.text_of(expr.span), ..origin },
                    None => self.written(expr),
                }
            }
            ExprKind::If { cond, then, otherwise } => match self.frame.truth(cond) {
                Ok(true) => self.origin(then),
                Ok(false) => self.origin(otherwise),
                Err(_) => self.written(expr),
            },
            ExprKind::Const(_) | ExprKind::Secret(_) | ExprKind::Input(_) => self.written(expr),
            _ => Origin { from: self.leaves(expr), ..self.written(expr) },
        }
    }

    fn written(&self, expr: &Expr) -> Origin {
        self.at(expr.span, self.text_of(expr.span))
    }

    fn at(&self, span: Span, text: String) -> Origin {
        Origin { source: self.frame.pipeline.source.clone(), span, text, from: Vec::new() }
    }

    /// The first line of what stands in the script.
    fn text_of(&self, span: Span) -> String {
        let text = self.frame.pipeline.source.slice(span);
        let line = text.lines().next().unwrap_or_default();
        match line.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
            None if line.len() < text.len() => format!("{line} …"),
            None => line.to_owned(),
        }
    }

    /// What a value is put together from, each once.
    fn leaves(&self, expr: &Expr) -> Vec<Origin> {
        let mut found = Vec::new();
        self.add_leaves(expr, &mut found);
        found
    }

    fn add_leaves(&self, expr: &Expr, found: &mut Vec<Origin>) {
        let parts: Vec<&Expr> = match &expr.kind {
            ExprKind::Const(_) => return,
            ExprKind::Slot(_)
            | ExprKind::Secret(_)
            | ExprKind::Input(_)
            | ExprKind::Member(..)
            | ExprKind::Index(..) => {
                let origin = self.origin(expr);
                let is_there = |known: &Origin| known.span == origin.span && known.text == origin.text;
                if !found.iter().any(is_there) {
                    found.push(origin);
                }
                return;
            }
            ExprKind::If { cond, then, otherwise } => match self.frame.truth(cond) {
                Ok(true) => vec![then],
                Ok(false) => vec![otherwise],
                Err(_) => return,
            },
            ExprKind::Text(parts) | ExprKind::List(parts) | ExprKind::Call { args: parts, .. } => {
                parts.iter().collect()
            }
            ExprKind::Not(of) | ExprKind::Negate(of) => vec![of],
            ExprKind::Binary { left, right, .. } => vec![left, right],
            ExprKind::Object(members) => members.iter().map(|(_, value)| value).collect(),
        };
        parts.into_iter().for_each(|part| self.add_leaves(part, found));
    }

    /// A slot has its value from one step of the program.
    fn of_slot(&self, slot: u16) -> Option<Origin> {
        let pipeline = &self.frame.pipeline;
        pipeline.code.iter().enumerate().find_map(|(at, op)| self.of_op(at, op, slot))
    }

    fn of_op(&self, at: usize, op: &Op, slot: u16) -> Option<Origin> {
        match &op.kind {
            OpKind::Extract(extract) => {
                let field = extract.fields.iter().find(|field| field.slot == slot)?;
                Some(self.of_field(at, extract, field))
            }
            OpKind::Let { slot: own, value, on_missing } if *own == slot => {
                if let (Some(OnMissing::Default(default)), true) = (on_missing, self.was_missed(at, slot)) {
                    return Some(self.by_default(default, &self.text_of(value.span)));
                }
                let from = self.leaves(value);
                Some(Origin { from, ..self.at(value.span, self.text_of(value.span)) })
            }
            OpKind::ForStart { list, slot: own, .. } if *own == slot => {
                let round =
                    self.frame.loops.iter().find(|open| open.slot == slot).map_or(0, |open| open.round);
                let text = format!("item {round} of {}", self.text_of(list.span));
                Some(Origin { from: self.leaves(list), ..self.at(list.span, text) })
            }
            OpKind::Call(call) if call.slot == Some(slot) => {
                Some(self.at(op.span, format!("the answer of {}", call.name)))
            }
            OpKind::Call(call) => match call.on_fail {
                OnFail::Block { failure, .. } if failure == slot => {
                    Some(self.at(op.span, format!("the failure of {}", call.name)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn of_field(&self, at: usize, extract: &Extract, field: &Field) -> Origin {
        let mut text = match &extract.source {
            Source::Body => field.path.text.to_string(),
            Source::Value(source) => format!("{} of {}", field.path.text, self.text_of(source.span)),
        };
        if let Some(reader) = &field.reader {
            text += &format!(" as {}", reader.function.name);
        }
        let from = match &extract.source {
            Source::Value(source) if root(source).is_some() => self.leaves(source),
            _ => Vec::new(),
        };
        if self.was_missed(at, field.slot) {
            if let OnMissing::Default(default) = &field.on_missing {
                return self.by_default(default, &text);
            }
            text += " (missing)";
        }
        Origin { from, ..self.at(field.span, text) }
    }

    fn by_default(&self, default: &Expr, missing: &str) -> Origin {
        let origin = self.origin(default);
        Origin { text: format!("{}, since {missing} is missing", origin.text), ..origin }
    }

    /// Whether the slot's `on_missing` decided, the last time that its step was taken.
    fn was_missed(&self, op: usize, slot: u16) -> bool {
        let last = self.trace().iter().rev().find(|step: &&Trace| step.op == op);
        last.is_some_and(|step| step.missed.contains(&slot))
    }
}

/// The slot that a member is reached from.
fn root(expr: &Expr) -> Option<u16> {
    match &expr.kind {
        ExprKind::Slot(slot) => Some(*slot),
        ExprKind::Member(of, _) | ExprKind::Index(of, _) => root(of),
        _ => None,
    }
}
