//! One secret sent to two hosts: each could use it against the other, and one of them is likely a mistake.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::model::PipelineFacts;
use crate::source::Span;

pub(in crate::lint) static CODE: Code = Code {
    id: "WJ0617",
    name: "scattered-secret",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0617.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    let mut findings = Vec::new();
    for (name, origin, span) in context.model.pipelines.iter().flat_map(sent) {
        let (host, place) = *first.entry(&**name).or_insert((origin, span));
        if host != &**origin {
            findings.push(
                Diagnostic::new(&CODE, span, format!("`secret.{name}` is sent to {origin} here, and to {host} elsewhere"))
                    .label("sent to a second host")
                    .also(place, format!("sent to {host}"))
                    .help("A key opens one door. Whoever runs the second host could use it at the first. Give each service a secret of its own."),
            );
        }
    }
    findings
}

/// Each secret that a pipeline sends somewhere: its name, the origin, and where it stands.
pub(in crate::lint) fn sent(pipeline: &PipelineFacts) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, Span)> {
    pipeline.secrets.iter().filter_map(|(name, span)| {
        // The innermost call around it: a block of `on_fail` holds calls of its own.
        let around =
            pipeline.calls.iter().filter(|call| call.whole.start <= span.start && span.end <= call.whole.end);
        let call = around.max_by_key(|call| call.whole.start)?;
        Some((name, call.origin.as_ref()?, *span))
    })
}
