//! Values of `let` that nothing reads. What an action returns need not be read.

use super::unused_names::unused;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::model::DefinitionKind;

static CODE: Code = Code {
    id: "WJ0602",
    name: "unused-let",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0602.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    unused(context, DefinitionKind::Let)
        .map(|definition| {
            Diagnostic::new(
                &CODE,
                definition.span,
                format!("`{}` is worked out and never used", definition.name),
            )
            .label("never used")
            .help("Take the line away, or use the name below it.")
        })
        .collect()
}
