//! Secrets that go over the wire in the clear.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};

static CODE: Code = Code {
    id: "WJ0607",
    name: "insecure-secret",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0607.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let calls = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.calls);
    calls
        .filter(|call| {
            call.secret && call.origin.as_deref().is_some_and(|origin| origin.starts_with("http://"))
        })
        .map(|call| {
            Diagnostic::new(
                &CODE,
                call.url.unwrap_or(call.span),
                "a secret is sent over `http://`, where all on the way can read it",
            )
            .label("not encrypted")
            .help("Write `https://`. If the service has no HTTPS, give it a secret that may be lost.")
        })
        .collect()
}
