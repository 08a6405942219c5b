//! Requests of tests that no pipeline takes: such a test is answered 404, and shows nothing of any pipeline.

use super::File;
use crate::check::claims::Claim;
use crate::diagnostic::{Code, Diagnostic, Severity, near};
use crate::resolve::model::Model;
use crate::source::{Source, Span};
use crate::syntax::ast::{self, Expect, ExprKind, Item, StmtKind, TestStepKind};

pub(crate) static CODE: Code = Code {
    id: "WJ0510",
    name: "unrouted-send",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0510.md"),
};

/// A request of a test that expects to be taken.
#[derive(Debug)]
pub(super) struct Sent {
    method: String,
    path: String,
    /// Of the text that holds the path.
    span: Span,
    /// Its path stands in the script as it is.
    plain: bool,
}

/// What the tests of a file send; nothing where a route may have been lost, or none is written.
pub(super) fn sent(source: &Source, file: &ast::File, model: &Model) -> Vec<Sent> {
    let routes = model.pipelines.iter().any(|pipeline| !pipeline.routes.is_empty());
    let lost = file.items.iter().any(|item| match item {
        Item::Pipeline(pipeline) => pipeline.body.iter().any(|stmt| {
            matches!(stmt.kind, StmtKind::Broken { .. })
                || matches!(&stmt.kind, StmtKind::On(on) if !on.path.text.starts_with('/'))
        }),
        _ => false,
    });
    if lost || !routes {
        return Vec::new();
    }
    let tests = file.items.iter().filter_map(|item| match item {
        Item::Test(test) => Some(test),
        _ => None,
    });
    let mut all = Vec::new();
    for test in tests {
        for (at, step) in test.steps.iter().enumerate() {
            let TestStepKind::Send(send) = &step.kind else { continue };
            let behind = test.steps.iter().skip(at + 1);
            if behind.take_while(|step| !matches!(step.kind, TestStepKind::Send(_))).any(refuses) {
                continue;
            }
            let mut known =
                model.tests.iter().flat_map(|test| &test.sends).filter(|(.., span)| *span == step.span);
            let Some((method, path, _)) = known.next() else { continue };
            let plain = known.next().is_none()
                && source.slice(send.path.span).get(1..).is_some_and(|text| text.starts_with(&**path));
            all.push(Sent {
                method: method.to_string(),
                path: path.to_string(),
                span: send.path.span,
                plain,
            });
        }
    }
    all
}

/// Whether a line may expect that nobody takes the request.
fn refuses(step: &ast::TestStep) -> bool {
    match &step.kind {
        TestStepKind::Expect(Expect::Status(status)) => match &status.kind {
            ExprKind::Number(digits) => matches!(&**digits, "404" | "405" | "400"),
            _ => true,
        },
        TestStepKind::Broken => true,
        _ => false,
    }
}

pub(super) fn find(files: &[File<'_>]) -> Vec<(usize, Diagnostic)> {
    let mut found = Vec::new();
    for (at, file) in files.iter().enumerate() {
        for sent in &file.seen.sends {
            // What cannot be read is no path, and `OPTIONS` is answered by `cors`.
            if sent.path.contains(['%', '{']) || sent.method == "OPTIONS" {
                continue;
            }
            let claims = || files.iter().flat_map(|file| file.claims);
            if claims().any(|claim| claim.takes(&sent.method, &sent.path)) {
                continue;
            }
            let others = claims().find(|claim| claim.takes_path(&sent.path));
            found.push((at, unrouted(sent, others, file.claims)));
        }
    }
    found
}

/// `other` is a route of the path with other methods, `claims` are those of the test's own file.
fn unrouted(sent: &Sent, other: Option<&Claim>, claims: &[Claim]) -> Diagnostic {
    let (method, path) = (&sent.method, &sent.path);
    let finding = Diagnostic::new(&CODE, sent.span, format!("no pipeline takes `{method} {path}`"))
        .label("nobody takes it");
    if let Some(other) = other {
        return finding.help(format!(
            "The test is answered 405, and no pipeline runs. The route of this path is `{}`.",
            other.shown()
        ));
    }
    let meant = claims.iter().filter_map(|claim| claim.near_path(path)).next();
    let Some(meant) = meant else {
        let known: Vec<String> =
            claims.iter().filter(|claim| claim.length() > 0).map(Claim::shown).take(4).collect();
        return finding.help(format!(
            "The test is answered 404, and no pipeline runs. Routes of this file: `{}`.",
            known.join("`, `")
        ));
    };
    let finding =
        finding.help(format!("The test is answered 404, and no pipeline runs. Did you mean `{meant}`?"));
    if !sent.plain {
        return finding;
    }
    let start = sent.span.start + 1;
    let span = Span { start, end: start + path.len() as u32 };
    finding.fix(format!("write `{meant}`"), span, meant)
}

impl Claim {
    fn takes_path(&self, path: &str) -> bool {
        let Some(segments) = self.segments() else { return false };
        let written: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        segments.len() == written.len()
            && segments.iter().zip(written).all(|(own, segment)| match own {
                Some(own) => **own == *segment,
                None => !segment.is_empty(),
            })
    }

    fn takes(&self, method: &str, path: &str) -> bool {
        let method = if method == "HEAD" && !self.names("HEAD") { "GET" } else { method };
        self.takes_path(path) && self.names(method)
    }

    /// The path with one segment as this route has it, where that is what was most likely meant.
    fn near_path(&self, path: &str) -> Option<String> {
        let segments = self.segments()?;
        let mut written: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        if segments.len() != written.len() {
            return None;
        }
        for (own, segment) in segments.iter().zip(&mut written) {
            match own {
                Some(own) if **own != **segment => *segment = near(segment, [&**own])?,
                _ => {}
            }
        }
        Some(format!("/{}", written.join("/")))
    }
}
