//! Segments of a route that seem to be parameters as another program writes them.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::source::Span;
use crate::syntax::ast::StmtKind;

static CODE: Code = Code {
    id: "WJ0620",
    name: "colon-parameter",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0620.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        for stmt in &pipeline.body {
            let StmtKind::On(on) = &stmt.kind else { continue };
            let mut at = on.path.span.start;
            for segment in on.path.text.split('/') {
                let span = Span { start: at, end: at + segment.len() as u32 };
                findings.extend(parameter(segment).map(|name| report(segment, name, span)));
                at = span.end + 1;
            }
        }
    }
    findings
}

fn report(segment: &str, name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(&CODE, span, format!("`{segment}` is no parameter here, but stands for itself"))
        .label("only a request with just this in its path fits")
        .help(format!("A segment that may be anything is written `{{{name}}}`, and read as `path.{name}`."))
        .fix(format!("write `{{{name}}}`"), span, format!("{{{name}}}"))
}

/// The name in `:name`, `<name>`, `<int:name>` and `[name]`.
fn parameter(segment: &str) -> Option<&str> {
    let in_brackets = |open: char, close: char| segment.strip_prefix(open)?.strip_suffix(close);
    let inner = segment
        .strip_prefix(':')
        .or_else(|| in_brackets('<', '>').map(|inner| inner.rsplit(':').next().unwrap_or(inner)))
        .or_else(|| in_brackets('[', ']'))?;
    let is_name = inner.starts_with(|c: char| c == '_' || c.is_alphabetic())
        && inner.chars().all(|c| c == '_' || c.is_alphanumeric());
    is_name.then_some(inner)
}
