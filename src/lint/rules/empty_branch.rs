//! Branches and loops in which nothing happens.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax::ast::StmtKind;

static CODE: Code = Code {
    id: "WJ0631",
    name: "empty-branch",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0631.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines().filter(|pipeline| !pipeline.broken) {
        walk::statements(&pipeline.body, &mut |stmt| match &stmt.kind {
            StmtKind::When(when) => {
                // An empty branch before others keeps them from running, which may be all that it is for.
                let last = when.otherwise.is_none().then(|| when.arms.last()).flatten();
                let last = last.filter(|arm| arm.body.is_empty());
                findings.extend(last.map(|arm| report(arm.head, "nothing happens in this branch")));
            }
            StmtKind::For(turns) if turns.body.is_empty() => {
                let head = Span { start: stmt.span.start, end: turns.list.span.end };
                findings.push(report(head, "nothing happens in this `for`"));
            }
            _ => {}
        });
    }
    findings
}

fn report(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&CODE, span, message)
        .label("empty")
        .help("Take it away, or write the steps that belong here.")
}
