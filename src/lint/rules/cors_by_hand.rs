//! Headers of CORS written by hand in an answer, where `cors` in the head says it for all answers.

use crate::diagnostic::{Code, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax::ast::{EntryKind, Expr, Pipeline, StmtKind};

static CODE: Code = Code {
    id: "WJ0636",
    name: "cors-by-hand",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0636.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        let sites = pipeline.body.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Cors(sites) => Some((stmt.span, sites.as_slice())),
            _ => None,
        });
        walk::statements(&pipeline.body, &mut |stmt| {
            let StmtKind::Respond(respond) = &stmt.kind else { return };
            for entry in &respond.entries {
                let EntryKind::Header { name, value } = &entry.kind else { continue };
                let Some(header) = context.constant_text(name) else { continue };
                let finding = match header.to_ascii_lowercase().as_str() {
                    "access-control-allow-credentials" => credentials(context, name.span, value, sites),
                    "access-control-allow-origin" => {
                        Some(twice(context, pipeline, (name.span, entry.span), header, Some(value), sites))
                    }
                    "access-control-allow-methods"
                    | "access-control-allow-headers"
                    | "access-control-max-age" => {
                        Some(twice(context, pipeline, (name.span, entry.span), header, None, sites))
                    }
                    _ => None,
                };
                findings.extend(finding);
            }
        });
    }
    findings
}

/// `origin` is the value of the header that names the site, if it is that one.
fn twice(
    context: &Context<'_>,
    pipeline: &Pipeline,
    (name, line): (Span, Span),
    header: &str,
    origin: Option<&Expr>,
    sites: Option<(Span, &[Expr])>,
) -> Diagnostic {
    let finding = Diagnostic::new(&CODE, name, format!("`{header}` is a header that `cors` writes"));
    let line = whole_line(&context.source.text, line);
    if let Some((cors, _)) = sites {
        let mut finding = finding
            .label("a second time")
            .also(cors, "this sends it already")
            .help("A browser refuses an answer that says it twice. Take the line away.");
        finding.fixes.push(Fix::new("take the line away", vec![Edit { span: line, text: String::new() }]));
        return finding;
    }
    let finding = finding.label("only on this answer").help(
        "Refusals, and the `OPTIONS` that a browser asks with first, do not come to this line. `cors \"*\"` in the head of the pipeline, or `cors` with the sites, stands on every answer.",
    );
    let on = pipeline.body.iter().rfind(|stmt| matches!(stmt.kind, StmtKind::On(_)));
    let site =
        origin.and_then(|value| context.constant_text(value).map(|_| context.source.slice(value.span)));
    let Some((on, site)) = on.zip(site) else { return finding };
    let mut finding = finding;
    let end = Span { start: on.span.end, end: on.span.end };
    let edits =
        vec![Edit { span: end, text: format!("\n  cors {site}") }, Edit { span: line, text: String::new() }];
    finding.fixes.push(Fix::new(format!("write `cors {site}` in the head"), edits));
    finding
}

/// Browsers take no cookies and no passwords to an answer that allows every site (Fetch Standard, 3.3.5).
fn credentials(
    context: &Context<'_>,
    name: Span,
    value: &Expr,
    sites: Option<(Span, &[Expr])>,
) -> Option<Diagnostic> {
    let (_, sites) = sites.filter(|_| context.constant_text(value) == Some("true"))?;
    let all = sites.iter().find(|site| context.constant_text(site) == Some("*"))?;
    Some(
        Diagnostic::new(&CODE, name, "a browser refuses cookies and passwords where every site is allowed")
            .label("refused with `*`")
            .also(all.span, "every site")
            .help("Name the sites that may send them: `cors \"https://school.example\"`."),
    )
}

/// A line with its end, if nothing else stands on it.
fn whole_line(text: &str, line: Span) -> Span {
    let before = text.get(..line.start as usize).unwrap_or("");
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    let behind = text.get(line.end as usize..).unwrap_or("");
    let end = behind.find('\n').filter(|end| behind.get(..*end).is_some_and(|rest| rest.trim().is_empty()));
    match end {
        Some(end) if before.get(..before.len() - blanks).is_some_and(|text| text.ends_with('\n')) => {
            Span { start: line.start - blanks as u32, end: line.end + end as u32 + 1 }
        }
        _ => line,
    }
}
