//! One secret sent to two hosts: each could use it against the other, and one of them is likely a mistake.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::source::Span;

static CODE: Code = Code {
    id: "WJ0617",
    name: "scattered-secret",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0617.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    let mut findings = Vec::new();
    for pipeline in &context.model.pipelines {
        for (name, span) in &pipeline.secrets {
            // The innermost call around it: a block of `on_fail` holds calls of its own.
            let around = pipeline
                .calls
                .iter()
                .filter(|call| call.whole.start <= span.start && span.end <= call.whole.end);
            let Some(call) = around.max_by_key(|call| call.whole.start) else { continue };
            let Some(origin) = call.origin.as_deref() else { continue };
            let (host, place) = *first.entry(&**name).or_insert((origin, *span));
            if host != origin {
                findings.push(
                    Diagnostic::new(&CODE, *span, format!("`secret.{name}` is sent to {origin} here, and to {host} elsewhere"))
                        .label("sent to a second host")
                        .also(place, format!("sent to {host}"))
                        .help("A key opens one door. Whoever runs the second host could use it at the first. Give each service a secret of its own."),
                );
            }
        }
    }
    findings
}
