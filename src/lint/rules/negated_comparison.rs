//! `not` before a comparison that has an operator for it.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

static CODE: Code = Code {
    id: "WJ0625",
    name: "negated-comparison",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0625.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    walk::judged(context, judge)
}

fn judge(context: &Context<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Unary { op: UnaryOp::Not, operand, .. } = &expr.kind else { return None };
    let ExprKind::Binary { op, left, right, .. } = &operand.kind else { return None };
    let right_op = match op {
        BinaryOp::Equal => "!=",
        BinaryOp::NotEqual => "==",
        _ => return None,
    };
    let simple = |side: &Expr| {
        matches!(
            side.kind,
            ExprKind::Name(_)
                | ExprKind::Member(..)
                | ExprKind::Text(_)
                | ExprKind::Number(_)
                | ExprKind::Empty
                | ExprKind::Bool(_)
                | ExprKind::Call { .. }
        )
    };
    let (left_text, right_text) = (context.source.slice(left.span), context.source.slice(right.span));
    let better = format!("{left_text} {right_op} {right_text}");
    let found = Diagnostic::new(&CODE, expr.span, format!("`not` with `{}` is `{right_op}`", op.as_str()))
        .label("two turns")
        .help(format!("Write `{better}`."));
    // Brackets around a part belong to it, and are not in its span.
    let whole = simple(left) && simple(right) && !context.source.slice(expr.span).contains(['#', '\n']);
    Some(if whole { found.safe_fix(format!("write `{better}`"), expr.span, better.clone()) } else { found })
}
