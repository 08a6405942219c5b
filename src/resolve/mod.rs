//! Tree to program: names become slots, calls become ids, paths are compiled, and what can be known before a run
//! (kinds, emptiness, secrets, routes) is worked out and reported.

pub mod model;
pub mod program;

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Source;
use crate::syntax::ast;
use model::Model;
use program::Pipeline;

/// What resolving a file gives: a program for each pipeline without errors, and what the lints ask about the rest.
#[derive(Debug, Default)]
pub struct Resolved {
    pub pipelines: Vec<Arc<Pipeline>>,
    pub diagnostics: Vec<Diagnostic>,
    pub model: Model,
}

/// Resolves one file by itself; what concerns several files (routes, names) is `check`'s.
pub fn resolve(source: &Arc<Source>, file: &ast::File) -> Resolved {
    let _ = (source, file);
    Resolved::default()
}

/// Every code that this room reports, by id.
pub static CODES: &[&Code] = &[];
