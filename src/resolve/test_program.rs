//! A `test` block, ready to be run: what it sends, what its actions are taken to answer, what it expects.

use std::sync::Arc;

use super::program::Expr;
use crate::source::{Source, Span};

#[derive(Debug)]
pub struct Test {
    pub title: Arc<str>,
    /// Of the title.
    pub span: Span,
    /// Of the whole test.
    pub item: Span,
    pub source: Arc<Source>,
    /// In the order in which they stand, which is that in which they are done.
    pub steps: Vec<Step>,
}

impl Test {
    /// Whether a request is sent in it.
    pub fn sends(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.kind, StepKind::Send(_)))
    }

    /// The files that it reads, relative to its script.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let bodies = self.steps.iter().flat_map(|step| match &step.kind {
            StepKind::Send(send) => send.body.iter().collect::<Vec<_>>(),
            StepKind::Given(given) => {
                let answers = given.answers.iter().filter_map(|answer| match answer {
                    GivenAnswer::Answers { body, .. } => body.as_ref(),
                    _ => None,
                });
                answers.collect()
            }
            StepKind::At(_) | StepKind::Expect(_) => Vec::new(),
        });
        bodies.filter_map(|body| match body {
            Body::File { path, .. } => Some(&**path),
            _ => None,
        })
    }
}

#[derive(Debug)]
pub struct Step {
    pub kind: StepKind,
    pub span: Span,
}

#[derive(Debug)]
pub enum StepKind {
    Send(Send),
    /// What time it is from here on, in Unix milliseconds.
    At(u64),
    Given(Given),
    Expect(Expect),
}

#[derive(Debug)]
pub struct Send {
    pub method: Arc<str>,
    /// Path and query, as in a request line.
    pub target: Arc<str>,
    pub body: Option<Body>,
    pub headers: Vec<(Arc<str>, Expr)>,
    /// As the pipeline's `verify` wants it.
    pub signed: bool,
}

/// A body as a test writes it.
#[derive(Debug)]
pub enum Body {
    Json(Expr),
    /// An object, whose members may be lists and objects, or a text as it is.
    Form(Expr),
    Text(Expr),
    /// Relative to the script.
    File {
        path: Arc<str>,
        span: Span,
    },
}

#[derive(Debug)]
pub struct Given {
    pub action: Arc<str>,
    pub url: Option<Expr>,
    /// One try each, in order; the last one holds for all that follow.
    pub answers: Vec<GivenAnswer>,
}

#[derive(Debug)]
pub enum GivenAnswer {
    Answers {
        status: u16,
        body: Option<Body>,
    },
    /// It failed for good, whatever is tried.
    Fails,
    /// There is no connection: nothing is sent, and nothing has happened.
    Refuses,
    /// No answer comes in time: nobody knows what happened.
    TimesOut,
}

#[derive(Debug)]
pub enum Expect {
    Status(u16),
    Text(Expr),
    Json(Expr),
    Header { name: Arc<str>, value: Expr },
    State { state: State, text: Option<Expr> },
    NoActions,
    Action { name: Arc<str>, url: Option<Expr>, times: u32, params: Vec<(Arc<str>, Expr)> },
}

/// How an operation ended, in the words of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Aborted,
    Stopped,
    Done,
    Failed,
    Interrupted,
    Rejected,
    Duplicate,
}

impl State {
    pub const ALL: [State; 7] = [
        State::Aborted,
        State::Stopped,
        State::Done,
        State::Failed,
        State::Interrupted,
        State::Rejected,
        State::Duplicate,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Aborted => "aborted",
            State::Stopped => "stopped",
            State::Done => "done",
            State::Failed => "failed",
            State::Interrupted => "interrupted",
            State::Rejected => "rejected",
            State::Duplicate => "duplicate",
        }
    }
}
