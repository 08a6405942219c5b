//! An `if` that only says what its condition says.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::syntax::ast::{Expr, ExprKind};

static CODE: Code = Code {
    id: "WJ0627",
    name: "needless-if",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0627.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    walk::judged(context, judge)
}

fn judge(context: &Context<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::If { cond, then, otherwise } = &expr.kind else { return None };
    let (ExprKind::Bool(yes), ExprKind::Bool(no)) = (&then.kind, &otherwise.kind) else { return None };
    if yes == no {
        return None;
    }
    let text = context.source.slice(cond.span);
    let better = if *yes { text.to_owned() } else { format!("not ({text})") };
    let found = Diagnostic::new(&CODE, expr.span, "this `if` gives what its condition is")
        .label("needless")
        .help(format!("Write `{better}`."));
    let whole = !context.source.slice(expr.span).contains(['#', '\n', '(']);
    Some(if whole { found.safe_fix(format!("write `{better}`"), expr.span, better.clone()) } else { found })
}
