//! Branches whose condition stands above them already.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::syntax;
use crate::syntax::ast::{StmtKind, WhenArm};

static CODE: Code = Code {
    id: "WJ0622",
    name: "repeated-condition",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0622.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        walk::statements(&pipeline.body, &mut |stmt| {
            let StmtKind::When(when) = &stmt.kind else { return };
            for (at, arm) in when.arms.iter().enumerate() {
                let same = |earlier: &&WhenArm| syntax::is_same_value(&earlier.cond, &arm.cond);
                let Some(first) = when.arms.iter().take(at).find(same) else { continue };
                findings.push(
                    Diagnostic::new(&CODE, arm.cond.span, "this condition stands above already, so the branch is never taken")
                        .label("never reached")
                        .also(first.cond.span, "the branch that is taken")
                        .help("Of `when … else when …` the first branch whose condition holds runs. Ask for something else here, or take the branch away."),
                );
            }
        });
    }
    findings
}
