//! Statements of the head behind the first step: they hold from the start, wherever they stand.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};

static CODE: Code = Code {
    id: "WJ0617",
    name: "head-after-step",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0617.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let late = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.late_heads);
    late.map(|span| {
        let text = context.source.slice(*span);
        let words = text.split([' ', '\t', '\n', '"']).next().unwrap_or(text);
        Diagnostic::new(&CODE, *span, format!("`{words}` stands behind the first step, and holds before it"))
            .label("part of the head")
            .help("The head says what is taken and from whom, and is looked at before any step. Move it above the first step, where it is read in that order.")
    })
    .collect()
}
