//! Retries of a call that may take effect twice.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};

static CODE: Code = Code {
    id: "WJ0611",
    name: "retry-without-key",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0611.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let calls = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.calls);
    calls
        .filter(|call| !call.key && !call.repeatable)
        .filter_map(|call| Some((call, call.retry?)))
        .map(|(call, retry)| {
            Diagnostic::new(&CODE, retry, format!("`{}` is tried again without a key, and may take effect twice", call.name))
                .label("may do it twice")
                .also(call.span, "not known to be the same when repeated")
                .help("A call that timed out may have taken effect all the same. Write `key auto` (or `key EXPR`), which is sent as `Idempotency-Key`, if the service knows it; or `on_crash retry` if doing it twice does no harm.")
        })
        .collect()
}
