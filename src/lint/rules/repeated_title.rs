//! Tests of one file that say the same of themselves.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use std::collections::BTreeMap;

use crate::source::Span;
use crate::syntax::ast::Item;

static CODE: Code = Code {
    id: "WJ0630",
    name: "repeated-title",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0630.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut findings = Vec::new();
    for item in &context.file.items {
        let Item::Test(test) = item else { continue };
        // Quotes of either kind are the same title.
        let title = context.source.slice(test.title.span).trim_matches(['"', '\'']);
        if let Some(earlier) = first.get(title) {
            findings.push(
                Diagnostic::new(&CODE, test.title.span, "another test of this file has this title")
                    .label("the same title")
                    .also(*earlier, "the other one")
                    .help("When one of them fails, its title is what is told. Say what is different about this one."),
            );
        } else {
            first.insert(title, test.title.span);
        }
    }
    findings
}
