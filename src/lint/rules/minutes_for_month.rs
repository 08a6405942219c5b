//! Patterns of `format` in which minutes stand where the month is meant, or the month for minutes.

use crate::builtins::pattern_meant;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::syntax::ast::{Expr, ExprKind};

static CODE: Code = Code {
    id: "WJ0635",
    name: "minutes-for-month",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0635.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    walk::judged(context, judge)
}

fn judge(context: &Context<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Call { name, args } = &expr.kind else { return None };
    let pattern = args.get(1).filter(|_| &*name.text == "format")?;
    let text = context.constant_text(pattern)?;
    let meant = pattern_meant(text)?;
    let (what, label) = match text.contains("mm") || !text.contains("MM") {
        true => ("minutes stand in this pattern where a month seems to be meant", "`mm` is the minute"),
        false => ("the month stands in this pattern where minutes seem to be meant", "`MM` is the month"),
    };
    let found = Diagnostic::new(&CODE, pattern.span, what)
        .label(label)
        .help("`MM` is the month, `mm` the minute: capital letters make the difference.");
    // A constant stands elsewhere.
    let written = context.source.slice(pattern.span);
    Some(match written.contains(text) {
        true => found.fix(format!("write `{meant}`"), pattern.span, written.replace(text, &meant)),
        false => found,
    })
}
