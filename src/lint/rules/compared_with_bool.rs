//! True or false compared with `true` or `false`.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::resolve::model::Presence;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::value::Kinds;

static CODE: Code = Code {
    id: "WJ0626",
    name: "compared-with-bool",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0626.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    walk::judged(context, judge)
}

fn judge(context: &Context<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Binary { op, left, right, .. } = &expr.kind else { return None };
    let (value, wanted) = match (&left.kind, &right.kind) {
        (ExprKind::Bool(wanted), _) => (right, *wanted),
        (_, ExprKind::Bool(wanted)) => (left, *wanted),
        _ => return None,
    };
    let plain = match op {
        BinaryOp::Equal => wanted,
        BinaryOp::NotEqual => !wanted,
        _ => return None,
    };
    // What may be of another kind, or empty, is something else than a condition.
    let known = context.model.type_at(value.span)?;
    if known.broken || known.kinds != Kinds::BOOL || known.presence != Presence::Present {
        return None;
    }
    let text = context.source.slice(value.span);
    let single = matches!(value.kind, ExprKind::Name(_) | ExprKind::Member(..) | ExprKind::Call { .. });
    let better = if plain { text.to_owned() } else { format!("not {text}") };
    let found = Diagnostic::new(&CODE, expr.span, format!("`{text}` is true or false by itself"))
        .label("compared once more")
        .help(format!("Write `{better}`."));
    Some(if single { found.safe_fix(format!("write `{better}`"), expr.span, better.clone()) } else { found })
}
