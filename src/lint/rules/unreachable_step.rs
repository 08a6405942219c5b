//! Steps that no run can reach.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};

static CODE: Code = Code {
    id: "WJ0604",
    name: "unreachable-step",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0604.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let stretches = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.unreachable);
    stretches
        .map(|stretch| {
            Diagnostic::new(&CODE, stretch.span, "no run can reach this step")
                .label("never reached")
                .also(stretch.because, "every run that comes here ends")
                .help("Steps run from top to bottom, and `stop` and `abort` end the run. Move the step above, put the end into a `when`, or take the step away.")
        })
        .collect()
}
