//! One file by itself: read, resolved, linted, and its silences applied.

use std::sync::Arc;

use super::claims::{self, Claim};
use super::{Levels, Script, across, allow};
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::resolve::{self, Connectors, model::Model, program::Pipeline, test_program::Test};
use crate::syntax::{self, Parsed};
use crate::value::Time;

/// What is known of a file before it is held against the others.
#[derive(Debug, Default)]
pub(super) struct Examined {
    pub diagnostics: Vec<Diagnostic>,
    pub pipelines: Vec<Arc<Pipeline>>,
    pub tests: Vec<Test>,
    pub claims: Vec<Claim>,
    /// It has an error of its own, two of its claims that clash among them.
    pub broken: bool,
    pub model: Model,
    /// What is compared with other files.
    pub seen: across::Seen,
}

/// Reads the tree of a file; one that cannot be read has none.
pub(super) fn parse(script: &Script) -> Parsed {
    if script.unreadable.is_some() { Parsed::default() } else { syntax::parse(&script.source) }
}

pub(super) fn examine(
    script: &Script,
    parsed: &Parsed,
    connectors: &Connectors,
    now: Option<&Time>,
) -> Examined {
    if let Some(unreadable) = &script.unreadable {
        return Examined { diagnostics: vec![unreadable.clone()], broken: true, ..Examined::default() };
    }
    let source = &script.source;
    let resolved = resolve::resolve(source, &parsed.file, connectors);
    let mut diagnostics = parsed.diagnostics.clone();
    diagnostics.extend(resolved.diagnostics);
    let context =
        lint::Context { source, file: &parsed.file, model: &resolved.model, errors: &diagnostics, now };
    let warnings = lint::run(&context);
    diagnostics.extend(warnings);
    let claims = claims::of_model(&resolved.model);
    let seen = across::look(source, &parsed.file, &resolved.model);
    let resolve::Resolved { pipelines, tests, model, .. } = resolved;
    let broken = diagnostics.iter().any(Diagnostic::is_error) || claims::clash_inside(&claims);
    Examined { diagnostics, pipelines, tests, claims, broken, seen, model }
}

impl Examined {
    /// All findings of the file in order, with those that were made among the files, and without those that it silences.
    pub fn all(
        &self,
        script: &Script,
        parsed: &Parsed,
        across: Vec<Diagnostic>,
        levels: Option<&Levels>,
    ) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.clone();
        diagnostics.extend(across);
        if script.unreadable.is_none() {
            diagnostics = allow::apply(&script.source, parsed, diagnostics);
        }
        if let Some(levels) = levels {
            levels.apply(&mut diagnostics);
        }
        diagnostics.sort_by(|a, b| key(a).cmp(&key(b)));
        diagnostics.dedup_by(|a, b| key(a) == key(b));
        diagnostics
    }
}

fn key(finding: &Diagnostic) -> (crate::source::Span, &str, &str) {
    (finding.span, finding.code.id, &finding.message)
}
