//! Pipelines that answer on some ways only; on the others the caller gets an empty 200.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::model::Answers;
use crate::source::Span;

static CODE: Code = Code {
    id: "WJ0613",
    name: "partial-answer",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0613.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let pipelines = context.model.pipelines.iter().filter(|pipeline| pipeline.answers == Answers::OnSomeWays);
    pipelines
        .filter(|pipeline| context.is_read(pipeline) && !pipeline.responds.iter().any(|respond| is_wrong(context, *respond)))
        .map(|pipeline| {
            let message = format!("`{}` answers on some ways only", pipeline.name);
            let finding = Diagnostic::new(&CODE, pipeline.span, message).label("some callers get an empty 200").help(
                "Where no `respond` is met, the caller gets an empty 200. If that is meant, say so: put `respond 200` on the other ways too, or one `respond` before the branches.",
            );
            let finding = pipeline.silent.iter().fold(finding, |finding, span| finding.also(*span, "from here no answer comes"));
            pipeline.responds.iter().fold(finding, |finding, span| finding.also(*span, "answers here"))
        })
        .collect()
}

/// What is wrong with an answer is said already, and its mending may mend this.
fn is_wrong(context: &Context<'_>, respond: Span) -> bool {
    let errors = context.errors.iter().filter(|error| error.is_error());
    errors.into_iter().any(|error| error.span.start >= respond.start && error.span.end <= respond.end)
}
