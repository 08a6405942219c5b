//! Constants that nothing reads.

use super::unused_names::unused;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::model::DefinitionKind;

static CODE: Code = Code {
    id: "WJ0603",
    name: "unused-constant",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0603.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    unused(context, DefinitionKind::Const)
        .map(|definition| {
            Diagnostic::new(
                &CODE,
                definition.span,
                format!("the constant `{}` is never used", definition.name),
            )
            .label("never used")
            .help("Take the line away, or use the name. A constant is seen in its own file only.")
        })
        .collect()
}
