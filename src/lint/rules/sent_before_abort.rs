//! Aborts behind an action that was sent already: what was sent stays sent.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax::ast::{Block, ExprKind, Extract, OnMissing, OnMissingKind, Stmt, StmtKind};

static CODE: Code = Code {
    id: "WJ0616",
    name: "sent-before-abort",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0616.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let calls = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.calls);
    let reading: BTreeSet<Span> = calls
        .filter(|call| matches!(call.method.as_deref(), Some("GET" | "HEAD" | "OPTIONS")))
        .map(|call| call.span)
        .collect();
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        follow(&reading, &pipeline.body, None, &mut findings);
    }
    findings
}

/// Follows a block, `reading` being the actions that change nothing at the other side, with the last action that may have been sent before it; gives the last one that may have been
/// sent behind it, if a run comes out there.
fn follow(
    reading: &BTreeSet<Span>,
    block: &Block,
    sent: Option<Span>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Span> {
    let mut sent = sent;
    for stmt in block {
        if let Some(action) = sent {
            findings.extend(aborts(stmt).into_iter().map(|span| finding(span, action)));
        }
        if let StmtKind::Stop { .. } | StmtKind::Abort { .. } = stmt.kind {
            return None;
        }
        let mut behind = sent;
        for inner in walk::blocks(stmt) {
            behind = follow(reading, inner, sent, findings).or(behind);
        }
        let own = walk::action(stmt).filter(|action| !reading.contains(&action.name.span));
        sent = own.map(|action| action.name.span).or(behind);
    }
    sent
}

/// Where a statement itself may abort for a reason that could have been known before an action.
fn aborts(stmt: &Stmt) -> Vec<Span> {
    match &stmt.kind {
        StmtKind::Abort { .. } => vec![stmt.span],
        StmtKind::Extract(extract) if is_request(extract) => {
            let whole = extract.on_missing.as_ref();
            let policies = extract.fields.iter().filter_map(|field| field.on_missing.as_ref().or(whole));
            let mut spans: Vec<Span> =
                policies.filter(|policy| is_abort(policy)).map(|policy| policy.span).collect();
            spans.dedup();
            spans
        }
        _ => Vec::new(),
    }
}

fn is_abort(policy: &OnMissing) -> bool {
    matches!(policy.kind, OnMissingKind::Abort { .. })
}

/// What came with the request is there from the start; what an action answers is not.
fn is_request(extract: &Extract) -> bool {
    matches!(&extract.source.kind, ExprKind::Name(name) if ["body", "query", "headers", "cookies"].contains(&&**name))
}

fn finding(span: Span, action: Span) -> Diagnostic {
    Diagnostic::new(&CODE, span, "when the run is aborted here, an action was sent already")
        .label("too late to refuse")
        .also(action, "what this sent stays sent")
        .help("An abort stops what comes after it and takes nothing back. Look at everything that may be missing or wrong first, and act then. If it is meant to be so, silence this with the reason.")
}
