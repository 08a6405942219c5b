//! Files that are checked together, and what is known of each. What changes in one file is looked at again in that file
//! alone, but for what crosses files: connectors, names and routes. `wj check` looks once, an editor at every keystroke.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::{self, Examined};
use super::{Checked, CheckedFile, Options, Script, across, claims, connectors, parallel, undefined};
use crate::diagnostic::Diagnostic;
use crate::format::{self, Refusal, Subjects};
use crate::resolve::model::Model;
use crate::resolve::program::Pipeline;
use crate::resolve::test_program::Test;
use crate::resolve::{Connector, Connectors};
use crate::source::Source;
use crate::syntax::{self, Parsed, ast};

/// What is known of a set of files.
#[derive(Debug)]
pub struct Project {
    /// Those that need no file.
    known: &'static Connectors,
    /// Of all files.
    connectors: Connectors,
    /// Findings about connectors, by the place of their file.
    taken: BTreeMap<usize, Vec<Diagnostic>>,
    /// A file came, went, or declares other connectors than before.
    connectors_changed: bool,
    /// Whoever holds the project has `STACK_BYTES`, as `put` asks for: a single file is examined without a thread of its own.
    stack_is_deep: bool,
    files: Vec<ProjectFile>,
}

/// One file of a project.
#[derive(Debug)]
pub struct ProjectFile {
    pub script: Script,
    parsed: Parsed,
    declared: Vec<Arc<Connector>>,
    /// `None` until it is examined as it is now.
    examined: Option<Examined>,
    /// All findings by place, as of the last `examine`.
    pub diagnostics: Vec<Diagnostic>,
    /// How often they were put together: those of one number are the same.
    pub revision: u64,
    /// Some of them hold only beside the other files.
    has_across: bool,
}

impl Project {
    /// A project of these files, in the order in which they have precedence. Nothing is known of them before `examine`.
    pub fn new(scripts: Vec<Script>) -> Project {
        Project::beside(scripts, connectors::built_in())
    }

    pub(super) fn beside(scripts: Vec<Script>, known: &'static Connectors) -> Project {
        Project {
            known,
            connectors: known.clone(),
            taken: BTreeMap::new(),
            connectors_changed: true,
            stack_is_deep: false,
            files: parallel::map(&scripts, |script| ProjectFile::read(script.clone())),
        }
    }

    pub fn files(&self) -> &[ProjectFile] {
        &self.files
    }

    pub fn file(&self, name: &str) -> Option<&ProjectFile> {
        self.files.iter().find(|file| file.script.source.name == name)
    }

    /// The connectors that the files may use, as of the last `examine`.
    pub fn connectors(&self) -> &Connectors {
        &self.connectors
    }

    /// Takes a new text for the file of that name, or adds the file, by name among those that are there. Reads it on the
    /// stack of the caller, which must have `STACK_BYTES`.
    pub fn put(&mut self, script: Script) {
        self.stack_is_deep = true;
        match self.files.iter_mut().find(|file| file.script.source.name == script.source.name) {
            Some(file) => {
                let parsed = std::mem::take(&mut file.parsed);
                file.parsed = match script.unreadable {
                    None => syntax::parse_after(&script.source, &file.script.source, parsed),
                    Some(_) => Parsed::default(),
                };
                let declared = connectors::declared(&script, &file.parsed);
                self.connectors_changed |= !(declared.is_empty() && file.declared.is_empty());
                file.script = script;
                file.declared = declared;
                file.examined = None;
            }
            None => {
                let at = self.files.partition_point(|file| file.script.source.name < script.source.name);
                let file = ProjectFile::read(script);
                self.connectors_changed |= !file.declared.is_empty();
                self.files.insert(at, file);
            }
        }
    }

    /// Forgets a file.
    pub fn remove(&mut self, name: &str) {
        if let Some(at) = self.files.iter().position(|file| file.script.source.name == name) {
            let file = self.files.remove(at);
            self.connectors_changed |= !file.declared.is_empty();
        }
    }

    /// Everything is to be looked at again, since it is to be judged otherwise.
    pub fn forget(&mut self) {
        self.files.iter_mut().for_each(|file| file.examined = None);
    }

    /// Looks at what changed, and at what crosses files; behind a `put` on the stack of its caller.
    pub fn examine(&mut self, options: &Options<'_>) {
        if self.connectors_changed {
            let files = self.files.iter().map(|file| (&file.script, file.declared.as_slice()));
            (self.connectors, self.taken) = connectors::collect(files, self.known);
            self.connectors_changed = false;
            self.files.iter_mut().for_each(|file| file.examined = None);
        }
        let is_stale: Vec<bool> = self.files.iter().map(|file| file.examined.is_none()).collect();
        let stale: Vec<&ProjectFile> = self.files.iter().filter(|file| file.examined.is_none()).collect();
        let examine =
            |file: &&ProjectFile| file::examine(&file.script, &file.parsed, &self.connectors, options.now);
        let examined = match stale.as_slice() {
            // What one keystroke changes: a thread would cost more than it saves.
            [one] if self.stack_is_deep => vec![examine(one)],
            _ => parallel::map(&stale, examine),
        };
        let stale = self.files.iter_mut().filter(|file| file.examined.is_none());
        for (file, examined) in stale.zip(examined) {
            file.examined = Some(examined);
        }
        let across = self.across(options);
        for ((file, across), was_stale) in self.files.iter_mut().zip(across).zip(is_stale) {
            let has_across = !across.is_empty();
            if was_stale || has_across || file.has_across {
                let examined = file.examined.as_ref();
                file.diagnostics = examined.map_or_else(Vec::new, |examined| {
                    examined.all(&file.script, &file.parsed, across, options.levels)
                });
                file.revision += 1;
                file.has_across = has_across;
            }
        }
    }

    /// What is found among the files only, one list a file.
    fn across(&self, options: &Options<'_>) -> Vec<Vec<Diagnostic>> {
        let claimants: Vec<claims::Claimant<'_>> = self.files.iter().map(ProjectFile::claimant).collect();
        let mut across = match options.serving {
            Some(serving) => claims::judge_beside(&claimants, &claims::held(&claimants, serving)),
            None => claims::judge(&claimants),
        };
        // All of them are examined by now, so that each has its place in both lists.
        let seen: Vec<across::File<'_>> = self.files.iter().filter_map(ProjectFile::seen).collect();
        across.iter_mut().zip(across::judge(&seen)).for_each(|(found, compared)| found.extend(compared));
        if let Some(is_set) = options.is_set {
            for (found, file) in across.iter_mut().zip(&self.files) {
                let facts = file.model().into_iter().flat_map(|model| &model.pipelines);
                let secrets: Vec<_> = facts.flat_map(|facts| facts.secrets.iter().cloned()).collect();
                found.extend(undefined::find(&secrets, is_set));
            }
        }
        for (at, taken) in &self.taken {
            across.iter_mut().skip(*at).take(1).for_each(|found| found.extend(taken.iter().cloned()));
        }
        across
    }

    pub(super) fn into_checked(self) -> Checked {
        Checked { files: self.files.into_iter().map(ProjectFile::into_checked).collect() }
    }
}

impl ProjectFile {
    /// A file as it is read, and not yet examined.
    fn read(script: Script) -> ProjectFile {
        let parsed = file::parse(&script);
        let declared = connectors::declared(&script, &parsed);
        ProjectFile {
            script,
            parsed,
            declared,
            examined: None,
            diagnostics: Vec::new(),
            revision: 0,
            has_across: false,
        }
    }

    pub fn source(&self) -> &Arc<Source> {
        &self.script.source
    }

    /// The tree of the text as it is.
    pub fn tree(&self) -> &ast::File {
        &self.parsed.file
    }

    /// What is known of the text as it is; `None` before it was examined.
    pub fn model(&self) -> Option<&Model> {
        self.examined.as_ref().map(|examined| &examined.model)
    }

    /// Its pipelines, ready to run; none if any finding of the file is an error.
    pub fn pipelines(&self) -> &[Arc<Pipeline>] {
        let healthy = self.examined.as_ref().filter(|_| !self.has_errors());
        healthy.map_or(&[], |examined| &examined.pipelines)
    }

    /// Its tests; none if any finding of the file is an error.
    pub fn tests(&self) -> &[Test] {
        let healthy = self.examined.as_ref().filter(|_| !self.has_errors());
        healthy.map_or(&[], |examined| &examined.tests)
    }

    /// Some of the text could not be read.
    pub fn has_syntax_errors(&self) -> bool {
        self.script.unreadable.is_some() || self.parsed.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The text in the one style; `None` of a file that could not be read at all.
    pub fn formatted(&self) -> Option<Result<String, Refusal>> {
        let is_read = self.script.unreadable.is_none();
        is_read.then(|| format::format_read(&self.script.source, &self.parsed))
    }

    /// What its comments are about.
    pub fn subjects(&self) -> Subjects {
        Subjects::of_file(&self.script.source, &self.parsed)
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    fn claimant(&self) -> claims::Claimant<'_> {
        let examined = self.examined.as_ref();
        claims::Claimant {
            source: &self.script.source,
            claims: examined.map_or(&[], |examined| &examined.claims),
            broken: examined.is_some_and(|examined| examined.broken),
        }
    }

    /// What is compared with other files.
    fn seen(&self) -> Option<across::File<'_>> {
        let examined = self.examined.as_ref()?;
        Some(across::File { source: &self.script.source, seen: &examined.seen, claims: &examined.claims })
    }

    fn into_checked(self) -> CheckedFile {
        let has_errors = self.has_errors();
        let Examined { pipelines, tests, .. } = self.examined.unwrap_or_default();
        let (pipelines, tests) = if has_errors { Default::default() } else { (pipelines, tests) };
        CheckedFile { source: self.script.source, diagnostics: self.diagnostics, pipelines, tests }
    }
}
