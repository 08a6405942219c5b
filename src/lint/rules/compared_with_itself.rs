//! Comparisons of a value with itself.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::syntax;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};

static CODE: Code = Code {
    id: "WJ0624",
    name: "compared-with-itself",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0624.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    walk::judged(context, judge)
}

fn judge(context: &Context<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Binary { op, left, right, .. } = &expr.kind else { return None };
    let always = match op {
        BinaryOp::Equal | BinaryOp::LessEqual | BinaryOp::GreaterEqual => "always true",
        BinaryOp::NotEqual | BinaryOp::Less | BinaryOp::Greater => "never true",
        _ => return None,
    };
    let one = context.source.slice(left.span);
    let named = matches!(left.kind, ExprKind::Name(_) | ExprKind::Member(..));
    (named && syntax::is_same_value(left, right)).then(|| {
        Diagnostic::new(&CODE, expr.span, format!("`{one}` is compared with itself, which is {always}"))
            .label(always)
            .help("Another value was most likely meant on one side.")
    })
}
