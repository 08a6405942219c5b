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
        return (count > 1).then(|| {
            Diagnostic::new(&CODE, origin.span, "`*` allows every origin, so the others say nothing")
                .label("allows all")
                .help("Write `cors \"*\"` alone, or name the origins.")
        });
    }
    // Browsers send `null` for pages without an origin of their own.
    if text == "null" {
        return None;
    }
    let proper = written_by_browsers(text);
    if proper.as_deref() == Some(text) {
        return None;
    }
    let finding = Diagnostic::new(&CODE, origin.span, format!("no browser sends `{text}` as an origin, so it allows nobody"))
        .label("never matches")
        .help("An origin is `https://`, host and perhaps port, in lower case: no path, no slash at the end, no `*` inside, no port that goes without saying. `cors \"*\"` allows every origin.");
    Some(match proper.or_else(|| with_scheme(text)) {
        Some(proper) => finding.safe_fix(format!("write `{proper}`"), origin.span, format!("\"{proper}\"")),
        None => finding,
    })
}

/// The origin of a URL as browsers write it (RFC 6454, section 6.2).
fn written_by_browsers(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && !text.contains('*');
    plain.then(|| url.origin().ascii_serialization())
}

/// A host alone only wants its scheme.
fn with_scheme(text: &str) -> Option<String> {
    let is_host = text.contains('.') && !text.contains([':', '/', ' ']);
    is_host.then(|| written_by_browsers(&format!("https://{text}"))).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_do() {
        for proper in ["https://school.example", "http://localhost:3000", "https://xn--80ak6aa92e.example"] {
            assert_eq!(written_by_browsers(proper).as_deref(), Some(proper));
        }
        let mended = [
            ("https://school.example/", "https://school.example"),
            ("HTTPS://School.example:443/x", "https://school.example"),
            ("https://школа.example", "https://xn--80atdl2c.example"),
        ];
        for (written, proper) in mended {
            assert_eq!(written_by_browsers(written).as_deref(), Some(proper));
        }
        for hopeless in ["school.example", "https://*.school.example", "ftp://school.example", ""] {
            assert_eq!(written_by_browsers(hopeless), None, "{hopeless}");
        }
    }
}
