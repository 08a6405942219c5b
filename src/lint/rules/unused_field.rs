//! Fields of `extract` that nothing reads.

use super::unused_names::unused;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::model::DefinitionKind;

static CODE: Code = Code {
    id: "WJ0601",
    name: "unused-field",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0601.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    unused(context, DefinitionKind::Field)
        .map(|definition| {
            Diagnostic::new(&CODE, definition.span, format!("the field `{}` is extracted and never used", definition.name))
                .label("never used")
                .help("Take the line away, or use the name below it. Only what the script uses needs to be extracted: the whole request is in the history anyway.")
        })
        .collect()
}
