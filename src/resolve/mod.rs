//! Tree to program: names become slots, calls become ids, paths are compiled, and what can be known before a run
//! (kinds, emptiness, secrets, routes) is worked out and reported. One walk does it all: each part of the tree is
//! checked and written down at once, and a pipeline with an error leaves a model, but no program.

pub mod model;
pub mod program;

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
mod functions;
mod head;
mod inputs;
mod literals;
mod operators;
mod parts;
mod pipelines;
mod reach;
mod routes;
mod scope;
mod secrets;
mod steps;
mod test_blocks;
mod types;
mod urls;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Source, Span};
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
    let mut resolver = Resolver {
        source,
        hash: pipelines::hash(&source.name, &source.text),
        near_looked_for: 0,
        diagnostics: Vec::new(),
        model: Model::default(),
        places: Vec::new(),
        consts: BTreeMap::new(),
        connectors: BTreeSet::new(),
        item: pipelines::State::default(),
    };
    let mut pipelines = Vec::new();
    resolver.constants(file);
    for item in &file.items {
        match item {
            ast::Item::Const(_) => {}
            ast::Item::Pipeline(pipeline) => pipelines.extend(resolver.pipeline(pipeline)),
            ast::Item::Connector(connector) => {
                let keyword = resolver.words(connector.span, 1);
                resolver.report(errors::limits::not_carried_out("connector", keyword));
            }
            ast::Item::Test(test) => resolver.test(test),
        }
    }
    let Resolver { mut diagnostics, mut model, .. } = resolver;
    diagnostics.sort_by_key(|found| (found.span, found.code.id));
    model.types.sort_by_key(|(span, _)| *span);
    model.uses.sort_by_key(|used| used.span);
    model.functions.sort_by_key(|(span, _)| *span);
    Resolved { pipelines, diagnostics, model }
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
    /// Names of the connectors that the file declares: calls of their actions are not unknown.
    connectors: BTreeSet<Arc<str>>,
    /// Of the pipeline, constant or test that is being read.
    item: pipelines::State,
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
