//! The engine. A run is a pure function of the program, the received request and the answers of its actions: no IO, no
//! clock. `next` goes on until the outside is needed: an action to be carried out, an answer for the caller, the end.
//! Serving, resuming, retrying and showing history all drive this one loop.

mod headers;

use std::sync::Arc;

pub use headers::Headers;

use crate::actions::{Answer, Request};
use crate::resolve::program::{Call, Pipeline};
use crate::value::{Bytes, Fault, Id, Value};

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
}

/// A run in progress.
pub struct Run {
    // (private)
    _pipeline: Arc<Pipeline>,
}

/// What the run wants of the outside.
#[derive(Debug)]
pub enum Next {
    /// An answer for the caller. Call `next` again.
    Answer(Reply),
    /// An action to be carried out; go on with `resume`.
    Need(Need),
    End(End),
}

#[derive(Debug)]
pub struct Need {
    /// Step path with rounds: `4.2[7].1`.
    pub path: Arc<str>,
    /// Index of the op in the program.
    pub op: usize,
    pub request: Request,
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
}

impl Run {
    pub fn new(pipeline: Arc<Pipeline>, received: Arc<Received>) -> Run {
        let _ = received;
        Run { _pipeline: pipeline }
    }

    /// As `new`, and keeps a trace of each step.
    pub fn traced(pipeline: Arc<Pipeline>, received: Arc<Received>) -> Run {
        Run::new(pipeline, received)
    }

    /// Goes on until the outside is needed. A fault of a step is an end: failed, after an answer of 422, 500 or 400
    /// if there was none yet. Behind `End` it gives the same end again.
    pub fn next(&mut self) -> Next {
        todo!()
    }

    /// Hands in what came of the action that `next` needed.
    pub fn resume(&mut self, carried: Carried) {
        let _ = carried;
        todo!()
    }

    /// Whether the caller has an answer.
    pub fn answered(&self) -> bool {
        todo!()
    }

    pub fn take_trace(&mut self) -> Vec<Trace> {
        Vec::new()
    }
}

/// The call that a `Need` is about.
pub fn call<'a>(pipeline: &'a Pipeline, need: &Need) -> Option<&'a Call> {
    match &pipeline.code.get(need.op)?.kind {
        crate::resolve::program::OpKind::Call(call) => Some(call),
        _ => None,
    }
}

/// The answer for a fault before any other: 422, 500 or 400.
pub fn fault_reply(fault: &Fault, operation: Id) -> Reply {
    let _ = (fault, operation);
    todo!()
}
