//! Tree to program: names become slots, calls become ids, paths are compiled, and what can be known before a run
//! (kinds, emptiness, secrets, routes) is worked out and reported. One walk does it all: each part of the tree is
//! checked and written down at once, and a pipeline with an error leaves a model, but no program.

mod connectors;
pub mod model;
pub mod program;
pub mod test_program;

mod answers;
mod calls;
mod choices;
mod clauses;
mod conditions;
mod constants;
mod dedupe;
mod emit;
mod errors;
mod expressions;
mod extracts;
mod flow;
mod foreign;
mod functions;
mod head;
mod inputs;
mod literals;
mod operators;
mod parts;
mod pipelines;
mod reach;
mod renumber;
mod routes;
mod scope;
mod secrets;
mod steps;
mod test_blocks;
mod test_rows;
mod types;
mod urls;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
use crate::syntax::ast;
pub use connectors::{Connector, ConnectorAction, Connectors, is_taken};
pub use inputs::request_members;
use model::Model;
use program::Pipeline;
use test_program::Test;

/// What resolving a file gives: a program for each pipeline without errors, and what the lints ask about the rest.
#[derive(Debug, Default)]
pub struct Resolved {
    pub pipelines: Vec<Arc<Pipeline>>,
    /// Those without errors.
    pub tests: Vec<Test>,
    pub diagnostics: Vec<Diagnostic>,
    pub model: Model,
}

/// The connectors that a file declares, without a word about what is wrong in them: `resolve` says that.
pub fn declared(source: &Arc<Source>, file: &ast::File) -> Vec<Connector> {
    let none = Connectors::default();
    let mut resolver = Resolver::new(source, &none);
    resolver.constants(file);
    let connectors = file.items.iter().filter_map(|item| match item {
        ast::Item::Connector(connector) => Some(connector),
        _ => None,
    });
    connectors.map(|connector| resolver.connector(connector)).collect()
}

/// Resolves one file by itself, with the connectors of all; what else concerns several files (routes, names) is `check`'s.
pub fn resolve(source: &Arc<Source>, file: &ast::File, connectors: &Connectors) -> Resolved {
    let mut resolver = Resolver::new(source, connectors);
    let (mut pipelines, mut tests) = (Vec::new(), Vec::new());
    resolver.constants(file);
    for item in &file.items {
        match item {
            ast::Item::Const(_) => {}
            ast::Item::Pipeline(pipeline) => pipelines.extend(resolver.pipeline(pipeline)),
            ast::Item::Connector(connector) => {
                resolver.connector(connector);
            }
            ast::Item::Test(test) => tests.extend(resolver.tests(test)),
        }
    }
    let Resolver { mut diagnostics, mut model, .. } = resolver;
    diagnostics.sort_by_key(|found| (found.span, found.code.id));
    model.types.sort_by_key(|(span, _)| *span);
    model.uses.sort_by_key(|used| used.span);
    model.functions.sort_by_key(|(span, _)| *span);
    Resolved { pipelines, tests, diagnostics, model }
}

/// Every code that this room reports, by id.
pub static CODES: &[&Code] = errors::CODES;

/// The walk over one file.
struct Resolver<'a> {
    source: &'a Arc<Source>,
    /// Of the file: what its pipelines are kept by.
    hash: [u8; 32],
    /// How often a near name was looked for.
    near_looked_for: usize,
    diagnostics: Vec<Diagnostic>,
    model: Model,
    /// What the program needs to know of each definition of the model.
    places: Vec<scope::Place>,
    consts: BTreeMap<Arc<str>, usize>,
    /// Of all files.
    connectors: &'a Connectors,
    /// Broken connectors whose calls were reported.
    broken_told: BTreeSet<Arc<str>>,
    /// Of the pipeline, constant or test that is being read.
    item: pipelines::State,
}

impl<'a> Resolver<'a> {
    fn new(source: &'a Arc<Source>, connectors: &'a Connectors) -> Resolver<'a> {
        Resolver {
            source,
            hash: pipelines::hash(&source.name, &source.text),
            near_looked_for: 0,
            diagnostics: Vec::new(),
            model: Model::default(),
            places: Vec::new(),
            consts: BTreeMap::new(),
            connectors,
            broken_told: BTreeSet::new(),
            item: pipelines::State::default(),
        }
    }
}

impl Resolver<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        if diagnostic.is_error() {
            self.item.errors += 1;
        }
        self.diagnostics.push(diagnostic);
    }

    /// The first words of what stands at a span, as one span: `limit rate`.
    fn words(&self, span: Span, count: usize) -> Span {
        let text = self.source.slice(span);
        let mut end = 0;
        for _ in 0..count {
            let rest = text.get(end..).unwrap_or("");
            let blanks = rest.len() - rest.trim_start().len();
            let word = rest.trim_start().find(|c: char| !(c.is_alphanumeric() || c == '_'));
            end += blanks + word.unwrap_or(rest.len() - blanks);
        }
        Span::new(span.start as usize, span.start as usize + end)
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests;
