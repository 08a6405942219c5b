//! Comparisons that no run finds true.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::resolve::model::{PipelineFacts, Presence, Type};
use crate::syntax;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, StmtKind};
use crate::value::{Kinds, Value};

static CODE: Code = Code {
    id: "WJ0612",
    name: "never-true",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0612.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        let facts = context.model.pipelines.iter().find(|facts| facts.span == pipeline.name.span);
        walk::statements(&pipeline.body, &mut |stmt| {
            if let StmtKind::Match(choice) = &stmt.kind {
                for value in choice.arms.iter().flat_map(|arm| &arm.values) {
                    let op = BinaryOp::Equal;
                    findings.extend(judge(context, facts, value, op, &choice.subject, value));
                }
            }
            walk::expressions(stmt, &mut |expr| {
                if let ExprKind::Binary { op, left, right, .. } = &expr.kind {
                    findings.extend(judge(context, facts, expr, *op, left, right));
                }
            });
        });
    }
    findings
}

fn judge(
    context: &Context<'_>,
    facts: Option<&PipelineFacts>,
    whole: &Expr,
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
) -> Option<Diagnostic> {
    if matches!(op, BinaryOp::And | BinaryOp::Or) {
        return contradiction(context, whole, op, left, right);
    }
    if op != BinaryOp::Equal {
        return None;
    }
    let finding = |message: String, help: &str| {
        Diagnostic::new(&CODE, whole.span, message).label("never true").help(help)
    };
    let sides = [(left, right), (right, left)];
    if let Some((method, taken)) =
        sides.iter().find_map(|(left, right)| foreign_method(context, facts, left, right))
    {
        let message = format!("`request.method` is never {method:?} here");
        return Some(finding(message, &format!("The pipeline's `on` takes {taken} only.")));
    }
    let (one, other) = (context.model.type_at(left.span)?, context.model.type_at(right.span)?);
    if one.broken || other.broken {
        return None;
    }
    let present = |side: &Type| side.presence == Presence::Present;
    for ((expr, side), opposite) in [((left, one), other), ((right, other), one)] {
        if opposite.presence == Presence::Empty && present(side) {
            let text = context.source.slice(expr.span);
            let message = format!("`{text}` is never empty here");
            return Some(finding(
                message,
                "What may be empty is what `on_missing empty` or `on_fail continue` let through. A text without letters is not empty: compare with `\"\"`, or read it `as nonblank`.",
            ));
        }
    }
    let apart = one.kinds.and(other.kinds).is_none() && !one.kinds.is_none() && !other.kinds.is_none();
    // Two that may both be empty are equal then; a text and a number are a mistake that is reported already.
    let mistaken = |a: Kinds, b: Kinds| a == Kinds::TEXT && b == Kinds::NUMBER;
    if !apart
        || !(present(one) || present(other))
        || mistaken(one.kinds, other.kinds)
        || mistaken(other.kinds, one.kinds)
    {
        return None;
    }
    let message = format!("{} never equals {}", one.kinds.nouns(), other.kinds.nouns());
    Some(finding(message, "Values of different kinds are never equal. Compare what is of one kind."))
}

/// `x == "a" and x == "b"`, which no value is, and `x != "a" or x != "b"`, which every value is.
fn contradiction(
    context: &Context<'_>,
    whole: &Expr,
    op: BinaryOp,
    left: &Expr,
    right: &Expr,
) -> Option<Diagnostic> {
    let wanted = if op == BinaryOp::And { BinaryOp::Equal } else { BinaryOp::NotEqual };
    // Of a longer chain the last two are enough to look at.
    let first = match &left.kind {
        ExprKind::Binary { op: above, right, .. } if *above == op => right,
        _ => left,
    };
    let ((name, one), (other_name, other)) =
        (compared(context, first, wanted)?, compared(context, right, wanted)?);
    let kinds = |expr: &Expr| match &expr.kind {
        ExprKind::Binary { right, .. } => context.model.type_at(right.span).map(|known| known.kinds),
        _ => None,
    };
    if !syntax::is_same_value(name, other_name) || one == other || kinds(first) != kinds(right) {
        return None;
    }
    let name = context.source.slice(name.span);
    Some(match op {
        BinaryOp::And => Diagnostic::new(&CODE, whole.span, format!("`{name}` cannot be both"))
            .label("never true")
            .help("To ask whether it is one of them, write `or`, or `in […]`."),
        _ => {
            Diagnostic::new(&CODE, whole.span, format!("this holds for every value: `{name}` cannot be both"))
                .label("never false")
                .help("To ask whether it is none of them, write `and`.")
        }
    })
}

/// What a constant is compared with, and the constant.
fn compared<'e>(context: &Context<'_>, expr: &'e Expr, wanted: BinaryOp) -> Option<(&'e Expr, Value)> {
    let ExprKind::Binary { op, left, right, .. } = &expr.kind else { return None };
    let value = context.model.type_at(right.span)?.constant.clone()?;
    (*op == wanted).then_some((&**left, value))
}

/// A method that `request.method` is compared with and never has, and those that it may have.
fn foreign_method(
    context: &Context<'_>,
    facts: Option<&PipelineFacts>,
    left: &Expr,
    right: &Expr,
) -> Option<(String, String)> {
    let ExprKind::Member(base, part) = &left.kind else { return None };
    if !matches!(&base.kind, ExprKind::Name(name) if &**name == "request") || &*part.text != "method" {
        return None;
    }
    let wanted = context.constant_text(right)?;
    let mut taken: Vec<&str> = Vec::new();
    for route in &facts?.routes {
        taken.extend(route.methods.as_ref()?.iter().map(|method| &**method));
    }
    // A route that takes GET takes HEAD too.
    let possible =
        taken.is_empty() || taken.contains(&wanted) || (wanted == "HEAD" && taken.contains(&"GET"));
    taken.dedup();
    (!possible).then(|| (wanted.to_owned(), taken.join(", ")))
}
