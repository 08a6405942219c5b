//! Origins of `cors` that no browser ever sends.

use url::Url;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::syntax::ast::{Expr, StmtKind};

static CODE: Code = Code {
    id: "WJ0618",
    name: "unusable-origin",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0618.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        walk::statements(&pipeline.body, &mut |stmt| {
            let StmtKind::Cors(origins) = &stmt.kind else { return };
            findings.extend(origins.iter().filter_map(|origin| judge(context, origin, origins.len())));
        });
    }
    findings
}

fn judge(context: &Context<'_>, origin: &Expr, count: usize) -> Option<Diagnostic> {
    let text = context.constant_text(origin)?;
    if text == "*" {
        let message = "`*` allows every origin, so the others say nothing";
        return (count > 1)
            .then(|| finding(origin, message, "Write `cors \"*\"` alone, or name the origins."));
    }
    let Ok(url) = Url::parse(text) else {
        let help = "An origin is scheme, host and perhaps port: `cors \"https://example.com\"`.";
        return Some(finding(origin, "no browser sends this as an origin", help));
    };
    // Browsers write an origin as this does: lower case, no path, no port where it is the scheme's own.
    let proper = url.origin().ascii_serialization();
    if proper == text {
        return None;
    }
    let finding = finding(
        origin,
        "no browser sends this as an origin, so it allows nobody",
        "An origin is scheme, host and perhaps port, in lower case: no path, no slash at the end, no `*` inside, no port that goes without saying.",
    );
    let mendable = proper != "null" && !proper.contains('*');
    Some(if mendable {
        finding.fix(format!("write `{proper}`"), origin.span, format!("\"{proper}\""))
    } else {
        finding
    })
}

fn finding(origin: &Expr, message: &str, help: &str) -> Diagnostic {
    Diagnostic::new(&CODE, origin.span, message).label("never matches").help(help)
}
