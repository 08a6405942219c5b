//! The front door to the language: sources in, programs and diagnostics out, over all files at once. Reads, resolves
//! and lints each file by itself, then looks at what several files want for themselves. Touches nothing outside.

mod across;
mod allow;
mod claims;
mod codes;
mod connectors;
mod errors;
mod file;
mod fix;
mod hosts;
mod levels;
mod keeping;
mod parallel;
mod project;
mod script;
mod undefined;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::resolve::Connectors;
use crate::resolve::program::Pipeline;
use crate::resolve::test_program::Test;
use crate::source::Source;
use crate::syntax;
use crate::value::Time;

pub use allow::CODES as SILENCE_CODES;
pub use codes::{all as all_codes, explain, near as near_code};
pub use connectors::{built_in as built_in_connectors, of as connectors_of};
pub use fix::{Fixed, fix, fix_all};
pub use hosts::{Host, hosts};
pub use keeping::keep;
pub use levels::Levels;
pub use parallel::{STACK_BYTES, map as on_all_cores};
pub use project::{Project, ProjectFile};
pub use script::Script;

/// The largest file that is read.
pub const MAX_FILE_BYTES: usize = syntax::MAX_BYTES;

/// The edition of the language that this version reads; programs are kept with theirs.
pub const EDITION: u16 = 1;

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
    /// Its `test` blocks; none where there is no pipeline to run.
    pub tests: Vec<Test>,
}

impl CheckedFile {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// What a check is told besides the files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Today; without it nothing is reported about times in the past.
    pub now: Option<&'a Time>,
    /// The pipelines that a server serves now (none at its start). With it, of two claims to one route or one name the
    /// one served already holds, and a file with errors of its own takes nothing from a healthy one.
    /// Without it the earlier holds, in the order of the files.
    pub serving: Option<&'a [Arc<Pipeline>]>,
    /// How grave some findings are taken; a server takes all as they are.
    pub levels: Option<&'a Levels>,
    /// Whether a secret has a value; without it nobody looks.
    pub is_set: Option<fn(&str) -> bool>,
}

/// Checks files one by one and against each other. Of two that claim one route or one pipeline name, the later in the
/// order given is the broken one.
pub fn check(sources: &[Arc<Source>]) -> Checked {
    let scripts: Vec<Script> = sources.iter().cloned().map(Script::from).collect();
    check_with(&scripts, &Options::default())
}

/// The same, over files as they were found.
pub fn check_with(scripts: &[Script], options: &Options<'_>) -> Checked {
    check_beside(scripts, connectors::built_in(), options)
}

/// Checks a program as it was kept: the script, and the files whose connectors it uses, built-in ones too.
pub fn check_kept(sources: &[Arc<Source>]) -> Checked {
    let scripts: Vec<Script> = sources.iter().cloned().map(Script::from).collect();
    check_beside(&scripts, connectors::none(), &Options::default())
}

fn check_beside(scripts: &[Script], known: &'static Connectors, options: &Options<'_>) -> Checked {
    let mut project = Project::beside(scripts.to_vec(), known);
    project.examine(options);
    project.into_checked()
}
