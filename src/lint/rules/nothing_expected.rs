//! Tests that hold whatever happens.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::syntax::ast::{Item, TestStepKind};

static CODE: Code = Code {
    id: "WJ0629",
    name: "nothing-expected",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0629.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let tests = context.file.items.iter().filter_map(|item| match item {
        Item::Test(test) if !test.broken => Some(test),
        _ => None,
    });
    let silent = tests.filter(|test| {
        !test.steps.iter().any(|step| matches!(step.kind, TestStepKind::Expect(_) | TestStepKind::Broken))
    });
    silent
        .map(|test| {
            Diagnostic::new(&CODE, test.title.span, "this test expects nothing, so it holds whatever the pipeline does")
                .label("shows nothing")
                .help("Say what is to come: `expect status 200`, `expect json { … }`, `expect no actions`, `expect http.post once`.")
        })
        .collect()
}
