//! Rules about scripts that would run, but not as their author means. One file a rule in `rules/`, one line in `ALL`.
//! A rule reads the tree and what `resolve` knows of it; it changes nothing and touches nothing outside.

mod look_alikes;
mod rules;
pub mod walk;

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::model::{Model, PipelineFacts};
use crate::source::{Source, Span};
use crate::syntax::ast;
use crate::value::Time;

pub use rules::ALL;

/// One secret sent to two hosts, also where two files do it.
pub static SCATTERED_SECRET: &Code = &rules::scattered_secret::CODE;

/// Each secret that a pipeline sends somewhere: its name, the origin, and where it stands.
pub fn sent_secrets(pipeline: &PipelineFacts) -> impl Iterator<Item = (&Arc<str>, &Arc<str>, Span)> {
    rules::scattered_secret::sent(pipeline)
}

/// A rule: what it reports, and how it looks.
#[derive(Debug)]
pub struct Rule {
    /// Named for the bad thing.
    pub code: &'static Code,
    pub run: fn(&Context<'_>) -> Vec<Diagnostic>,
}

/// One file, as a rule sees it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub source: &'a Source,
    pub file: &'a ast::File,
    pub model: &'a Model,
    /// What is wrong with the file already: a rule does not report what only follows from that.
    pub errors: &'a [Diagnostic],
    /// Today, where it is known.
    pub now: Option<&'a Time>,
}

/// All findings of all rules, rule by rule.
pub fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    ALL.iter().flat_map(|rule| (rule.run)(context)).collect()
}

impl<'a> Context<'a> {
    pub fn pipelines(&self) -> impl Iterator<Item = &'a ast::Pipeline> {
        self.file.items.iter().filter_map(|item| match item {
            ast::Item::Pipeline(pipeline) => Some(pipeline),
            _ => None,
        })
    }

    /// All of a pipeline could be read, so that what is not in it is known not to be there.
    pub fn is_read(&self, facts: &PipelineFacts) -> bool {
        let mut whole = true;
        for pipeline in self.pipelines().filter(|pipeline| pipeline.name.span == facts.span) {
            whole &= !pipeline.broken;
            walk::statements(&pipeline.body, &mut |stmt| {
                whole &= !matches!(stmt.kind, ast::StmtKind::Broken { .. });
            });
        }
        whole
    }

    /// The text of an expression that is known when the script is loaded.
    pub fn constant_text(&self, expr: &ast::Expr) -> Option<&'a str> {
        self.model.type_at(expr.span)?.constant.as_ref()?.as_text()
    }
}
