//! A choice whose ways all do the same.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax;
use crate::syntax::ast::{ExprKind, StmtKind};

static CODE: Code = Code {
    id: "WJ0623",
    name: "equal-branches",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0623.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        walk::statements(&pipeline.body, &mut |stmt| {
            if let StmtKind::When(when) = &stmt.kind
                && let Some(otherwise) = &when.otherwise
                && let Some(arm) = when.arms.first()
                && when
                    .arms
                    .iter()
                    .all(|arm| !arm.body.is_empty() && syntax::are_same_steps(&arm.body, otherwise))
            {
                findings.push(report(arm.head, "both branches do the same"));
            }
            walk::expressions(stmt, &mut |expr| {
                if let ExprKind::If { then, otherwise, .. } = &expr.kind
                    && syntax::is_same_value(then, otherwise)
                {
                    findings.push(report(expr.span, "both values of this `if` are the same"));
                }
            });
        });
    }
    findings
}

fn report(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&CODE, span, message)
        .label("decides nothing")
        .help("One of the two was most likely copied and not changed. If they are meant to be the same, the condition is not needed.")
}
