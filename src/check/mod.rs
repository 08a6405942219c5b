//! The front door to the language: sources in, programs and diagnostics out, over all files at once.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::program::Pipeline;
use crate::source::Source;

/// What checking a set of files gives. Files are in the order given.
#[derive(Debug, Default)]
pub struct Checked {
    pub files: Vec<CheckedFile>,
}

#[derive(Debug)]
pub struct CheckedFile {
    pub source: Arc<Source>,
    /// By place.
    pub diagnostics: Vec<Diagnostic>,
    /// Its pipelines, ready to run; empty if any finding of the file is an error: the unit of serving is the file.
    pub pipelines: Vec<Arc<Pipeline>>,
}

impl CheckedFile {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Checks files one by one and against each other. Of two that claim one route or one pipeline name, the later in the
/// order given is the broken one.
pub fn check(sources: &[Arc<Source>]) -> Checked {
    let _ = sources;
    Checked::default()
}

/// The code of an id (`WJ0301`) or a name (`unused-field`), in any case.
pub fn explain(code: &str) -> Option<&'static Code> {
    let _ = code;
    None
}
