//! One file by itself: read, resolved, linted, and its silences applied.

use std::sync::Arc;

use super::claims::{self, Claim};
use super::{CheckedFile, Levels, Script, allow};
use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::resolve::{self, program::Pipeline};
use crate::syntax;
use crate::value::Time;

/// What is known of a file before it is held against the others.
pub(super) struct Examined {
    pub diagnostics: Vec<Diagnostic>,
    pipelines: Vec<Arc<Pipeline>>,
    pub claims: Vec<Claim>,
}

pub(super) fn examine(script: &Script, now: Option<&Time>) -> Examined {
    if let Some(unreadable) = &script.unreadable {
        return Examined { diagnostics: vec![unreadable.clone()], pipelines: Vec::new(), claims: Vec::new() };
    }
    let source = &script.source;
    let parsed = syntax::parse(source);
    let resolved = resolve::resolve(source, &parsed.file);
    let mut diagnostics = parsed.diagnostics;
    diagnostics.extend(resolved.diagnostics);
    let context =
        lint::Context { source, file: &parsed.file, model: &resolved.model, errors: &diagnostics, now };
    let warnings = lint::run(&context);
    diagnostics.extend(warnings);
    let diagnostics = allow::apply(source, &parsed.file, diagnostics);
    Examined { diagnostics, pipelines: resolved.pipelines, claims: claims::of_model(&resolved.model) }
}

impl Examined {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Adds what was found among the files, and orders all of it.
    pub fn close(self, script: &Script, clashes: Vec<Diagnostic>, levels: Option<&Levels>) -> CheckedFile {
        let mut diagnostics = self.diagnostics;
        diagnostics.extend(clashes);
        if let Some(levels) = levels {
            levels.apply(&mut diagnostics);
        }
        diagnostics.sort_by(|a, b| key(a).cmp(&key(b)));
        diagnostics.dedup_by(|a, b| key(a) == key(b));
        let mut file = CheckedFile { source: script.source.clone(), diagnostics, pipelines: self.pipelines };
        if file.has_errors() {
            file.pipelines.clear();
        }
        file
    }
}

fn key(finding: &Diagnostic) -> (crate::source::Span, &str, &str) {
    (finding.span, finding.code.id, &finding.message)
}
