//! `on_missing default empty`, which has a word of its own.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax::ast::{ExprKind, OnMissing, OnMissingKind, StmtKind};

static CODE: Code = Code {
    id: "WJ0632",
    name: "default-empty",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0632.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        walk::statements(&pipeline.body, &mut |stmt| match &stmt.kind {
            StmtKind::Extract(extract) => {
                let own = extract.fields.iter().filter_map(|field| field.on_missing.as_ref());
                findings.extend(extract.on_missing.iter().chain(own).filter_map(judge));
            }
            StmtKind::Let(bound) => findings.extend(bound.on_missing.as_ref().and_then(judge)),
            _ => {}
        });
    }
    findings
}

fn judge(policy: &OnMissing) -> Option<Diagnostic> {
    let OnMissingKind::Default(value) = &policy.kind else { return None };
    if !matches!(value.kind, ExprKind::Empty) {
        return None;
    }
    let start = policy.span.start + "on_missing ".len() as u32;
    let span = Span { start: start.min(value.span.start), end: value.span.end };
    Some(
        Diagnostic::new(&CODE, policy.span, "`on_missing default empty` is written `on_missing empty`")
            .label("goes on without the value")
            .help("A default is a value that takes the place of the missing one; `empty` is none.")
            .safe_fix("write `on_missing empty`", span, "empty"),
    )
}
