//! One test from its first line to its last: the clock, the answers given so far, the actions called so far, and how the
//! last request went.

use std::sync::Arc;

use super::calls::{Called, Sent};
use super::claims::Claim;
use super::failure::Failure;
use super::givens::Given;
use super::plan::Planning;
use super::run::{Outcome, Ran};
use crate::gates::limit::Buckets;
use crate::resolve::program::{Expr, Pipeline};
use crate::resolve::test_program::{State, StepKind, Test};
use crate::routing::Routes;
use crate::run::{self, Headers, Received};
use crate::source::Source;
use crate::value::{Bytes, Fault, Id, Value};

/// What all tests of a run share.
pub struct Site<'a> {
    /// Of all scripts that are tested together.
    pub routes: &'a Routes,
    /// Reads a file that a test of this script names.
    pub files: &'a (dyn Fn(&Source, &str) -> Result<Bytes, String> + Sync),
}

/// A test behind its end.
#[derive(Debug, Default)]
pub struct Rehearsal {
    /// What is not as the test expects; nothing if it passes.
    pub failures: Vec<Failure>,
    /// The runs that its requests set off, in their order.
    pub runs: Vec<Ran>,
    /// Status and end of the last request; no end where no pipeline took it.
    pub came: Option<(u16, Option<State>)>,
    /// The actions that were called, each try by itself.
    pub calls: Vec<Sent>,
}

/// Runs a test.
pub fn rehearse(test: &Test, site: &Site<'_>) -> Rehearsal {
    let mut scene = Scene::new(test, site);
    let mut failures = Vec::new();
    for step in &test.steps {
        let done = match &step.kind {
            StepKind::At(millis) => {
                scene.now = *millis;
                Ok(())
            }
            StepKind::Given(given) => scene.give(given, step.span),
            StepKind::Send(send) => scene.send(send, step.span),
            StepKind::Expect(expect) => {
                let ran = scene.outcome.as_ref().and_then(|outcome| outcome.ran.clone());
                let failure = scene.expect(expect, step.span).err();
                failures.extend(failure.map(|failure| Failure { ran, ..*failure }));
                continue;
            }
        };
        // Behind a line that could not be carried out, the others would tell of nothing else.
        if let Err(failure) = done {
            failures.push(*failure);
            break;
        }
    }
    let came = scene.outcome.map(|outcome| (outcome.status, outcome.state));
    let calls = scene.calls.iter().map(Called::sent).collect();
    Rehearsal { failures, runs: scene.runs, came, calls }
}

/// What time it is in a test that does not say: the first moment of 2026.
const CLOCK: u64 = 1_767_225_600_000;

pub(super) struct Scene<'a> {
    pub site: &'a Site<'a>,
    pub test: &'a Test,
    /// In which the values of the test itself are computed.
    pipeline: Arc<Pipeline>,
    /// Unix time in milliseconds.
    pub now: u64,
    /// Requests so far.
    pub sent: u16,
    pub givens: Vec<Given>,
    /// Of all requests so far.
    pub calls: Vec<Called>,
    /// Keys of `dedupe` that its requests hold.
    pub claims: Vec<Claim>,
    /// Of its `limit rate`s.
    pub buckets: Buckets,
    /// Of the last request.
    pub outcome: Option<Outcome>,
    /// Of all requests so far.
    pub runs: Vec<Ran>,
    /// What would go out, where that is what is asked for.
    pub plan: Option<Planning>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(test: &'a Test, site: &'a Site<'a>) -> Scene<'a> {
        Scene {
            site,
            test,
            pipeline: Arc::new(Pipeline::bare("test", test.source.clone())),
            now: CLOCK,
            sent: 0,
            givens: Vec::new(),
            calls: Vec::new(),
            claims: Vec::new(),
            buckets: Buckets::default(),
            outcome: None,
            runs: Vec::new(),
            plan: None,
        }
    }

    /// # Errors
    /// As for any expression.
    pub(super) fn evaluate(&self, expr: &Expr) -> Result<Value, Fault> {
        let received = Received {
            id: self.id(),
            at: self.now,
            method: "".into(),
            target: "".into(),
            headers: Headers::default(),
            body: Bytes::new(),
            ip: "".into(),
            params: Vec::new(),
            receipt: None,
        };
        run::evaluate(expr, &self.pipeline, &Arc::new(received))
    }

    /// The same in each run of the test, and another for each request in it.
    pub(super) fn id(&self) -> Id {
        let [high, low] = self.sent.to_be_bytes();
        Id::new(self.now, 0, [0, 0, 0, 0, 0, 0, 0, 0, high, low])
    }
}
