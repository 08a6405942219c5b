//! The engine. A run is a pure function of the program, the received request and the answers of its actions: no IO, no
//! clock. `next` goes on until the outside is needed: an action to be carried out, an answer for the caller, the end.
//! Serving, resuming, retrying and showing history all drive this one loop.

mod admission;
mod calling;
mod dedupe;
mod derived;
mod eval;
mod extracting;
mod frame;
mod headers;
mod inputs;
mod json;
mod origins;
mod rates;
mod replies;
mod steps;

use std::sync::Arc;

pub use admission::{Admission, admit, challenge, sign};
pub use headers::Headers;
pub use origins::Origin;
pub use rates::limit;
pub use replies::fault_reply;

use crate::actions::{Answer, Rendered, Request};
use crate::resolve::program::{Call, Expr, OnFail, OpKind, Pipeline};
use crate::value::{Bytes, Cause, Fault, Id, Value};
use frame::Frame;
use steps::Flow;

/// A request as it was received: the record that a run is a function of.
#[derive(Clone, Debug)]
pub struct Received {
    pub id: Id,
    /// Unix time in milliseconds.
    pub at: u64,
    pub method: Arc<str>,
    /// As it stood in the request line: path and query, undecoded.
    pub target: Arc<str>,
    pub headers: Headers,
    pub body: Bytes,
    /// The caller's address, as resolved at receipt.
    pub ip: Arc<str>,
    /// Decoded path parameters of the route that matched.
    pub params: Vec<(Arc<str>, Arc<str>)>,
    /// What a `verify` made for the sender to read in the answer.
    pub receipt: Option<Arc<str>>,
}

/// What a run may use up, so that no script and no request can hold the server.
const MOST_STEPS: u32 = 100_000;
const MOST_CALLS: u32 = 1_000;
pub const MOST_ANSWER_BYTES: usize = 8 << 20;

/// A run in progress.
pub struct Run {
    frame: Frame,
    steps: u32,
    calls: u32,
    answer_bytes: usize,
    answered: bool,
    /// The action at which the run stands was handed out by `next`, and `resume` is to come.
    waiting: bool,
    /// An action that is next once its implicit answer has gone out.
    ready: Option<Box<Need>>,
    /// A fault that `resume` met; `next` ends with it.
    fault: Option<Fault>,
    /// The end that a failed action is; `next` gives it, behind this answer if the caller has none.
    pending: Option<Box<(End, Reply)>>,
    end: Option<End>,
    trace: Option<Vec<Trace>>,
}

/// What the run wants of the outside.
#[derive(Debug)]
pub enum Next {
    /// An answer for the caller. Call `next` again.
    Answer(Reply),
    /// Only the first run with this key goes on. Call `next` again if it is this one.
    Claim(Key),
    /// An action to be carried out; go on with `resume`.
    Need(Need),
    /// Time to be let pass; go on with `waited`.
    Wait(Wait),
    End(End),
}

/// A `wait` with time to be let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// As in `Need`.
    pub path: Arc<str>,
    /// From when the run came to it.
    pub millis: u64,
}

/// What `dedupe` tells requests apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Of the key's kind and its text.
    pub hash: [u8; 16],
    /// How long it is held, in milliseconds, from when the request was received.
    pub within: u64,
}

#[derive(Debug)]
pub struct Need {
    /// Step path with rounds: `4.2[7].1`.
    pub path: Arc<str>,
    /// Index of the op in the program.
    pub op: usize,
    pub request: Request,
    /// What a declared action was given, by the names of its parameters, `empty` ones left out.
    pub params: Vec<(Arc<str>, Value)>,
    /// The request as history shows it, which is also what its digest is made of.
    pub masked: Box<Rendered>,
}

/// How an action went in the end, from a living target or from the record.
#[derive(Clone, Debug)]
pub enum Carried {
    Ok(Answer),
    /// Failed for good; the status of the last answer if there was one.
    Failed {
        reason: String,
        status: Option<u16>,
    },
}

/// An answer to the caller. CORS and what belongs to the connection are added by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub reason: Option<Arc<str>>,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub state: EndState,
    /// Why, for the history; empty for an ordinary end.
    pub reason: String,
    /// The step path where it ended, where it did not run to its end.
    pub at: Option<Arc<str>>,
    /// The caller had an answer before, which this end changes nothing about.
    pub after_answer: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndState {
    Done,
    /// `stop`; the operation is done.
    Stopped,
    Aborted,
    Failed,
}

/// One step of a trace, for people.
#[derive(Clone, Debug)]
pub struct Trace {
    pub path: Arc<str>,
    pub op: usize,
    /// Names bound by the step and what they hold, or what was decided (`cond` → true).
    pub values: Vec<(Arc<str>, Value)>,
    pub note: Option<String>,
    /// Slots whose value its `on_missing` decided about.
    pub missed: Vec<u16>,
    /// Which way it went on, where there are two: whether a condition held, whether an action succeeded.
    pub way: Option<bool>,
}

impl Run {
    pub fn new(pipeline: Arc<Pipeline>, received: Arc<Received>) -> Run {
        Run {
            frame: Frame::new(pipeline, received),
            steps: 0,
            calls: 0,
            answer_bytes: 0,
            answered: false,
            waiting: false,
            ready: None,
            fault: None,
            pending: None,
            end: None,
            trace: None,
        }
    }

    /// As `new`, and keeps a trace of each step.
    pub fn traced(pipeline: Arc<Pipeline>, received: Arc<Received>) -> Run {
        Run { trace: Some(Vec::new()), ..Run::new(pipeline, received) }
    }

    /// Goes on until the outside is needed. A fault of a step is an end: failed, after an answer of 422, 500 or 400
    /// if there was none yet. Behind `End` it gives the same end again.
    // Not an iterator: it may be asked again, and what it gives is answered by `resume`.
    #[expect(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Next {
        if let Some(end) = &self.end {
            return Next::End(end.clone());
        }
        if let Some(fault) = self.fault.take() {
            return self.fail(fault);
        }
        if let Some(pending) = self.pending.take() {
            let (end, reply) = *pending;
            return self.finish(end, reply);
        }
        let pipeline = self.frame.pipeline.clone();
        loop {
            let Some(op) = pipeline.code.get(self.frame.at) else {
                let end = End { state: EndState::Done, reason: String::new(), at: None, after_answer: false };
                return self.finish(end, Reply::empty());
            };
            if !self.waiting {
                self.steps += 1;
                if self.steps > MOST_STEPS {
                    return self.fail(Fault::own(format!("a run takes at most {MOST_STEPS} steps")));
                }
            }
            match self.step(op) {
                Ok(Flow::On) => self.frame.at += 1,
                Ok(Flow::To(at)) => self.frame.at = at as usize,
                Ok(Flow::Out(next)) => return *next,
                Err(fault) => return self.fail(fault),
            }
        }
    }

    /// Has it noted whether the result of the action that `next` needed is looked at from here on: `looked_at` says so.
    pub fn watch(&mut self) {
        let call = self.frame.pipeline.code.get(self.frame.at).and_then(|op| op.call());
        let slot = call.and_then(|call| call.slot);
        self.frame.watch(slot);
    }

    /// Whether the result of a watched action was looked at, by the order of the calls of `watch`.
    pub fn looked_at(&self, watched: usize) -> bool {
        self.frame.looked_at(watched)
    }

    /// Hands in what came of the action that `next` needed. Without one it does nothing.
    pub fn resume(&mut self, carried: Carried) {
        let pipeline = self.frame.pipeline.clone();
        let Some(call) = pipeline.code.get(self.frame.at).and_then(|op| op.call()) else { return };
        if !std::mem::take(&mut self.waiting) {
            return;
        }
        match carried {
            Carried::Ok(answer) => self.succeeded(call, &answer),
            Carried::Failed { reason, status } => self.failed(call, reason, status),
        }
    }

    /// Says that the time of a `wait` has passed. Without one it does nothing.
    pub fn waited(&mut self) {
        let waits = self
            .frame
            .pipeline
            .code
            .get(self.frame.at)
            .is_some_and(|op| matches!(op.kind, OpKind::Wait { .. }));
        if waits && std::mem::take(&mut self.waiting) {
            self.frame.at += 1;
        }
    }

    /// Says that the action that `next` needed cannot be sent: a value does not fit its place.
    pub fn refuse(&mut self, fault: Fault) {
        if std::mem::take(&mut self.waiting) {
            self.fault = Some(fault);
        }
    }

    /// The request that it runs for.
    pub fn received(&self) -> &Arc<Received> {
        &self.frame.inputs.received
    }

    /// Whether the caller has an answer.
    pub fn answered(&self) -> bool {
        self.answered
    }

    /// The steps so far, if a trace is kept.
    pub fn trace(&self) -> &[Trace] {
        self.trace.as_deref().unwrap_or_default()
    }

    pub fn take_trace(&mut self) -> Vec<Trace> {
        self.trace.as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn succeeded(&mut self, call: &Call, answer: &Answer) {
        self.answer_bytes = self.answer_bytes.saturating_add(answer.body.len());
        if self.answer_bytes > MOST_ANSWER_BYTES {
            self.fault =
                Some(Fault::own(format!("a run takes at most {MOST_ANSWER_BYTES} bytes of answers")));
            return;
        }
        let returned = call.slot.map(|slot| (slot, call.returned(answer)));
        self.frame.way = Some(true);
        self.note(|frame| {
            let values =
                returned.iter().map(|(slot, value)| (frame.slot_name(*slot), value.clone())).collect();
            (values, Some(format!("{} answered {}", call.name, answer.status)))
        });
        if let Some((slot, value)) = returned {
            self.frame.bind(slot, value);
        }
        self.frame.at += 1;
    }

    fn failed(&mut self, call: &Call, reason: String, status: Option<u16>) {
        self.frame.way = Some(false);
        self.note(|_| (Vec::new(), Some(format!("{} failed: {reason}", call.name))));
        if let Some(slot) = call.slot {
            self.frame.bind(slot, Value::Empty);
        }
        match call.on_fail {
            OnFail::Continue => self.frame.at += 1,
            OnFail::Block { to, failure } => {
                self.frame.bind(failure, replies::failure(reason, status));
                self.frame.at = to as usize;
            }
            OnFail::Fail => {
                let reply = failed_reply(self.frame.received().id);
                let end = self.ended(EndState::Failed, format!("`{}` failed: {reason}", call.name));
                self.pending = Some(Box::new((end, reply)));
            }
        }
    }

    /// Ends the run with a fault of the step where it stands.
    fn fail(&mut self, fault: Fault) -> Next {
        let state = if fault.cause == Cause::Undecodable { EndState::Aborted } else { EndState::Failed };
        let reply = fault_reply(&fault, self.frame.received().id);
        self.note(|_| (Vec::new(), Some(fault.message.clone())));
        let end = self.ended(state, fault.message);
        self.finish(end, reply)
    }

    /// An end at the step where the run stands.
    fn ended(&self, state: EndState, reason: String) -> End {
        End { state, reason, at: Some(self.frame.path()), after_answer: false }
    }

    /// Ends the run: with `reply` first if the caller has no answer yet.
    fn finish(&mut self, end: End, reply: Reply) -> Next {
        let after_answer = std::mem::replace(&mut self.answered, true);
        let end = End { after_answer, ..end };
        self.end = Some(end.clone());
        if after_answer {
            return Next::End(end);
        }
        Next::Answer(reply)
    }

    /// Adds the step where the run stands to the trace, if one is kept.
    fn note(&mut self, tell: impl FnOnce(&Frame) -> (Vec<(Arc<str>, Value)>, Option<String>)) {
        if let Some(trace) = &mut self.trace {
            let (values, note) = tell(&self.frame);
            let missed = std::mem::take(&mut self.frame.missed);
            let way = self.frame.way.take();
            trace.push(Trace { path: self.frame.path(), op: self.frame.at, values, note, missed, way });
        }
    }
}

/// The value of an expression that stands outside of pipelines, in a test: `received` gives it time and ids.
///
/// # Errors
/// As for any expression.
pub fn evaluate(expr: &Expr, pipeline: &Arc<Pipeline>, received: &Arc<Received>) -> Result<Value, Fault> {
    Frame::new(pipeline.clone(), received.clone()).eval(expr)
}

/// The answer for an action that failed, or whose outcome nobody may guess, before any other: 502.
pub fn failed_reply(operation: Id) -> Reply {
    replies::error(502, "action_failed", None, operation)
}

/// What an expression of the head gives for a request: it knows no names but constants.
///
/// # Errors
/// A value that does not fit.
pub fn value(pipeline: &Arc<Pipeline>, received: &Received, expr: &Expr) -> Result<Value, Fault> {
    Frame::new(pipeline.clone(), Arc::new(received.clone())).eval(expr)
}

/// The call that a `Need` is about.
pub fn call<'a>(pipeline: &'a Pipeline, need: &Need) -> Option<&'a Call> {
    pipeline.code.get(need.op)?.call()
}
