//! A `stop` where the run ends anyway.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::syntax::ast::StmtKind;

static CODE: Code = Code {
    id: "WJ0633",
    name: "needless-stop",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0633.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines().filter(|pipeline| !pipeline.broken) {
        let mut steps =
            pipeline.body.iter().rev().filter(|stmt| !matches!(stmt.kind, StmtKind::OnFailure(_)));
        let Some(last) = steps.next() else { continue };
        // With a text it says in the history why nothing more was done.
        if matches!(&last.kind, StmtKind::Stop { text: None }) && pipeline.body.len() > 1 {
            findings.push(
                Diagnostic::new(&CODE, last.span, "the run ends here without a `stop`")
                    .label("needless")
                    .help("`stop` ends a run before the end of the script. Take it away.")
                    .safe_fix("delete it", last.span, ""),
            );
        }
    }
    findings
}
