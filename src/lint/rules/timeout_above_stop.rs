//! Calls that may outlast a stop of the server.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};

static CODE: Code = Code {
    id: "WJ0619",
    name: "timeout-above-stop",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0619.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

/// How long a stop waits for calls that are out, if `wj.toml` does not say, in milliseconds.
const STOP: u64 = 30_000;

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let calls = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.calls);
    calls
        .filter(|call| !call.repeatable)
        .filter_map(|call| Some((call, call.timeout.filter(|(time, _)| *time > STOP)?)))
        .map(|(call, (_, timeout))| {
            Diagnostic::new(&CODE, timeout, format!("`{}` may be out for longer than a stop of the server waits", call.name))
                .label("above 30 s")
                .help("A stop waits 30 s for calls that are out. One that is cut off is never made again by itself, since nobody knows what came of it: its operation is interrupted. Shorten the time-out, or set `stop_within` in `wj.toml` above it and silence this with the reason.")
        })
        .collect()
}
