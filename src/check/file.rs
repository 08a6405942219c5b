//! One file by itself: read, resolved, linted, and its silences applied.

use std::sync::Arc;

use super::claims::{self, Claim};
use super::{CheckedFile, Levels, Script, across, allow};
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::resolve::{self, Connectors, program::Pipeline, test_program::Test};
use crate::source::Span;
use crate::syntax::{self, Parsed};
use crate::value::Time;

/// What is known of a file before it is held against the others.
#[derive(Default)]
pub(super) struct Examined {
    pub diagnostics: Vec<Diagnostic>,
    pipelines: Vec<Arc<Pipeline>>,
    tests: Vec<Test>,
    pub claims: Vec<Claim>,
    /// What is compared with other files.
    pub seen: across::Seen,
    /// Uses of secrets: name and place.
    pub secrets: Vec<(Arc<str>, Span)>,
}

/// Reads the tree of a file that can be read.
pub(super) fn parse(script: &Script) -> Option<Parsed> {
    script.unreadable.is_none().then(|| syntax::parse(&script.source))
}

pub(super) fn examine(
    script: &Script,
    parsed: Option<&Parsed>,
    connectors: &Connectors,
    now: Option<&Time>,
) -> Examined {
    if let Some(unreadable) = &script.unreadable {
        let diagnostics = vec![unreadable.clone()];
        return Examined { diagnostics, ..Examined::default() };
    }
    let source = &script.source;
    let Some(parsed) = parsed else { return Examined::default() };
    let resolved = resolve::resolve(source, &parsed.file, connectors);
    let mut diagnostics = parsed.diagnostics.clone();
    diagnostics.extend(resolved.diagnostics);
    let context =
        lint::Context { source, file: &parsed.file, model: &resolved.model, errors: &diagnostics, now };
    let warnings = lint::run(&context);
    diagnostics.extend(warnings);
    let claims = claims::of_model(&resolved.model);
    let seen = across::look(source, &parsed.file, &resolved.model);
    let secrets = resolved.model.pipelines.iter().flat_map(|facts| facts.secrets.iter().cloned()).collect();
    Examined { diagnostics, pipelines: resolved.pipelines, tests: resolved.tests, claims, seen, secrets }
}

impl Examined {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Adds what was found among the files, and orders all of it.
    pub fn close(
        mut self,
        script: &Script,
        parsed: Option<&Parsed>,
        clashes: Vec<Diagnostic>,
        levels: Option<&Levels>,
    ) -> CheckedFile {
        let mut diagnostics = std::mem::take(&mut self.diagnostics);
        diagnostics.extend(clashes);
        if let Some(parsed) = parsed {
            diagnostics = allow::apply(&script.source, &parsed.file, diagnostics);
        }
        if let Some(levels) = levels {
            levels.apply(&mut diagnostics);
        }
        diagnostics.sort_by(|a, b| key(a).cmp(&key(b)));
        diagnostics.dedup_by(|a, b| key(a) == key(b));
        let Examined { pipelines, tests, .. } = self;
        let mut file = CheckedFile { source: script.source.clone(), diagnostics, pipelines, tests };
        if file.has_errors() {
            file.pipelines.clear();
            file.tests.clear();
        }
        file
    }
}

fn key(finding: &Diagnostic) -> (crate::source::Span, &str, &str) {
    (finding.span, finding.code.id, &finding.message)
}
