//! One pipeline from head to end, and what is remembered while it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Resolver;
use super::emit::Emit;
use super::errors::{limits, names};
use super::flow::Flow;
use super::head::Head;
use super::model::{Answers, CallFacts, PipelineFacts, Unreachable};
use super::program::Pipeline;
use super::scope::Scopes;
use crate::extract::Picker;
use crate::source::{Source, Span};
use crate::syntax::ast;

/// What is remembered while one item of the file is read.
#[derive(Default)]
pub(super) struct State {
    pub errors: usize,
    pub scopes: Scopes,
    pub flow: Flow,
    pub emit: Emit,
    /// Names of the slots.
    pub slots: Vec<Arc<str>>,
    pub head: Head,
    /// Loops around what is being read.
    pub loops: usize,
    /// Where the pipeline's `dedupe` stands.
    pub dedupe_at: Option<Span>,
    /// A `wait` stands above: what follows runs later, from the store.
    pub parks: bool,
    /// The statement that is being read: fixes insert before it.
    pub statement: Span,
    pub secrets: BTreeSet<Arc<str>>,
    /// Files whose connectors are used, by name.
    pub used: BTreeMap<String, Arc<Source>>,
    pub facts: Collected,
}

/// Facts for the model, as they come.
#[derive(Default)]
pub(super) struct Collected {
    pub calls: Vec<CallFacts>,
    /// The op of each call, beside `calls`.
    pub call_ops: Vec<usize>,
    /// Each `wait` that can be reached: its op, and where its word stands.
    pub waits: Vec<(usize, Span)>,
    pub responds: Vec<Span>,
    pub unreachable: Vec<Unreachable>,
    pub aborts_after_call: Vec<Span>,
    pub secrets: Vec<(Arc<str>, Span)>,
    /// A way runs to the end without an answer.
    pub unanswered_end: bool,
    pub silent: Option<Span>,
}

impl Resolver<'_> {
    pub(super) fn pipeline(&mut self, pipeline: &ast::Pipeline) -> Option<Arc<Pipeline>> {
        self.item = State::default();
        let title = pipeline.title.as_ref().and_then(|title| self.plain_text(title, "a pipeline's title"));
        self.open_block("pipeline", pipeline.span);
        // A route that could not be read is told of where the text is read, and may have any parameter.
        let lost = |stmt: &ast::Stmt| {
            matches!(stmt.kind, ast::StmtKind::Broken { .. })
                && self.source.slice(stmt.span).starts_with("on ")
        };
        let lost = pipeline.broken && pipeline.body.iter().any(lost);
        self.item.head.route_failed |= lost;
        self.head(&pipeline.body);
        let verify = self.verifies(&pipeline.body);
        self.block(&pipeline.body);
        self.close_block(pipeline.span.end);
        if self.item.head.routes.is_empty() && !self.item.head.route_failed && !pipeline.broken {
            self.report(names::no_route(&pipeline.name));
        }
        if self.item.slots.len() > usize::from(u16::MAX) {
            self.report(limits::too_many_names(&pipeline.name));
        }
        self.settle_answers();
        let mut state = std::mem::take(&mut self.item);
        let has_errors = state.errors > 0 || pipeline.broken;
        self.model.pipelines.push(facts(pipeline, &mut state, has_errors));
        if has_errors {
            return None;
        }
        let State { emit, slots, head, secrets, mut used, .. } = state;
        used.remove(&self.source.name);
        let connectors: Vec<Arc<Source>> = used.into_values().collect();
        Some(Arc::new(Pipeline {
            name: pipeline.name.text.clone(),
            title,
            file: Arc::from(self.source.name.as_str()),
            source: Arc::clone(self.source),
            span: pipeline.name.span,
            hash: closure(self.hash, &connectors),
            connectors,
            routes: head.routes,
            cors: head.cors,
            body_limit: head.body_limit.unwrap_or(super::head::BODY_LIMIT),
            rates: head.rates,
            verify,
            reading: head.reading,
            picker: Picker::new(&emit.picks),
            code: emit.ops,
            slots,
            secrets: secrets.into_iter().collect(),
            notify: head.notify,
            keep: head.keep,
        }))
    }

    /// Works out for each call whether the empty answer goes out before it.
    fn settle_answers(&mut self) {
        let after = self.item.emit.responds_after();
        for (facts, op) in self.item.facts.calls.iter_mut().zip(&self.item.facts.call_ops) {
            let may_respond = after.get(*op).copied().unwrap_or(false);
            facts.before_answer = facts.before_answer && may_respond;
            if let Some(call) = self.item.emit.call_mut(*op) {
                call.answers_first = !may_respond;
            }
        }
        for (op, word) in std::mem::take(&mut self.item.facts.waits) {
            if after.get(op).copied().unwrap_or(false) {
                let answer = self.item.facts.responds.iter().find(|answer| answer.start > word.start);
                self.report(names::wait_before_respond(word, answer.copied()));
            }
        }
        let flow = &self.item.flow;
        let (unanswered, silent) = (flow.reachable && !flow.always_responded, flow.silent);
        self.item.facts.unanswered_end = unanswered;
        self.item.facts.silent = silent.filter(|_| unanswered);
    }
}

fn facts(pipeline: &ast::Pipeline, state: &mut State, has_errors: bool) -> PipelineFacts {
    let collected = std::mem::take(&mut state.facts);
    let answers = match (collected.responds.is_empty(), collected.unanswered_end) {
        (true, _) => Answers::Never,
        (false, true) => Answers::OnSomeWays,
        (false, false) => Answers::Always,
    };
    PipelineFacts {
        name: pipeline.name.text.clone(),
        span: pipeline.name.span,
        item: pipeline.span,
        has_errors,
        routes: state.head.routes.clone(),
        answers,
        silent: collected.silent,
        responds: collected.responds,
        calls: collected.calls,
        unreachable: collected.unreachable,
        aborts_after_call: collected.aborts_after_call,
        secrets: collected.secrets,
    }
}

/// The hash of a script together with those of the files whose connectors it uses.
fn closure(script: [u8; 32], connectors: &[Arc<Source>]) -> [u8; 32] {
    if connectors.is_empty() {
        return script;
    }
    let mut sha = Sha256::new();
    sha.update(script);
    for source in connectors {
        sha.update(hash(&source.name, &source.text));
    }
    sha.finalize().into()
}

/// SHA-256 over the file's name and text. The name is closed by a byte that no file name holds.
pub(super) fn hash(name: &str, text: &str) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(name.as_bytes());
    sha.update([0]);
    sha.update(text.as_bytes());
    sha.finalize().into()
}
