//! Keys that are the same for every request: of `dedupe`, so that all but the first are repeats, and of calls, so that a service
//! takes all for one.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::syntax::ast::{Clause, EntryKind, Expr, Key, StmtKind};

static CODE: Code = Code {
    id: "WJ0637",
    name: "constant-key",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0637.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        walk::statements(&pipeline.body, &mut |stmt| {
            if let StmtKind::Dedupe { by, .. } = &stmt.kind
                && is_constant(context, by)
            {
                findings.push(
                    Diagnostic::new(&CODE, by.span, "this key is the same for every request, so each but the first is a repeat")
                        .label("never another one")
                        .help("Write what tells requests apart: a value that `extract` read, as in `dedupe by id within 1d`, or a text with one, as in `\"{id}:{event}\"`."),
                );
            }
            for entry in walk::action(stmt).map_or(&[][..], |action| &action.entries) {
                let EntryKind::Clause { clause: Clause::Key(Key::Expr(key)), .. } = &entry.kind else {
                    continue;
                };
                if is_constant(context, key) {
                    findings.push(
                        Diagnostic::new(&CODE, key.span, "this key is the same for every request, so a service may carry out the first call only")
                            .label("never another one")
                            .help("`key auto` makes one for each operation and step. A key of one's own holds what tells calls apart: `\"order-{id}\"`.")
                            .fix("write `key auto`", key.span, "auto"),
                    );
                }
            }
        });
    }
    findings
}

fn is_constant(context: &Context<'_>, key: &Expr) -> bool {
    context.model.type_at(key.span).is_some_and(|known| known.constant.is_some() && !known.broken)
}
