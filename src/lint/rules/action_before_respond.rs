//! Actions that the caller waits for, although the answer does not need them.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::model::{CallFacts, DefinitionKind, PipelineFacts};
use crate::syntax;

static CODE: Code = Code {
    id: "WJ0615",
    name: "action-before-respond",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0615.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in &context.model.pipelines {
        let waiting = pipeline.calls.iter().filter(|call| call.before_answer && !call.on_fail);
        for call in waiting.filter(|call| !is_needed(context, pipeline, call)) {
            let message = format!("the caller waits for `{}`, and the answer does not need it", call.name);
            let finding = Diagnostic::new(&CODE, call.span, message).label("runs while the caller waits").help(
                "What stands before `respond` is done while the caller waits, is tried once, and its failure is the caller's 502. Below `respond` it runs in the background, is tried again, and survives a restart. If the caller is to learn of a failure, silence this with the reason.",
            );
            let answer = pipeline.responds.iter().find(|span| span.start > call.whole.start);
            findings.push(match answer {
                Some(span) => finding.also(*span, "answers here"),
                None => finding,
            });
        }
    }
    findings
}

/// What the action returns is read before the last answer goes out.
fn is_needed(context: &Context<'_>, pipeline: &PipelineFacts, call: &CallFacts) -> bool {
    let last = pipeline.responds.last().map_or(0, |span| span.end);
    let results = context.model.definitions.iter().enumerate();
    results
        .filter(|(_, definition)| definition.kind == DefinitionKind::Result)
        // The name of `let name = ACTION` is the nearest one in front of the action.
        .filter(|(_, definition)| definition.span.end <= call.span.start)
        .max_by_key(|(_, definition)| definition.span.end)
        .filter(|(_, definition)| {
            context
                .source
                .text
                .get(definition.span.end as usize..call.span.start as usize)
                .is_some_and(|between| between.trim_matches(syntax::BLANKS) == "=")
        })
        .is_some_and(|(index, _)| context.model.uses_of(index).any(|used| used.span.start < last))
}
