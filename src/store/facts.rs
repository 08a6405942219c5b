//! The facts that a row of an operation's log is made of, and their bytes: a version byte, then postcard.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Hash, Millis, State};
use crate::value::Bytes;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// Row 0 of every operation.
    Received(ReceivedFact),
    Outcome(OutcomeFact),
    /// What the caller was, or would have been, told.
    Answer {
        status: u16,
        headers: Vec<(Arc<str>, Arc<str>)>,
        body: Bytes,
    },
    /// A reported call is about to go out.
    Intent {
        path: Arc<str>,
        attempt: u32,
        digest: Hash,
    },
    /// To go on at a time, and why.
    Due {
        at: Millis,
        why: Arc<str>,
    },
    End {
        state: State,
        reason: Arc<str>,
        at_step: Option<Arc<str>>,
    },
    /// What a person ordered: `retry`, `settle`, `cancel`.
    Person {
        who: Arc<str>,
        what: Arc<str>,
        at: Millis,
    },
    /// The n-th start that goes on with it.
    Resumed(u32),
    Note(Arc<str>),
    /// A retry that a person ordered linked it to this one.
    Linked([u8; 16]),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceivedFact {
    pub at: Millis,
    pub pipeline: Arc<str>,
    pub program: Hash,
    /// The git commit of the scripts, if there is one.
    pub commit: Option<Arc<str>>,
    /// The script's file, as shown.
    pub file: Arc<str>,
    pub dry_run: bool,
    pub method: Arc<str>,
    pub target: Arc<str>,
    /// Lines of `name: value`.
    pub headers: Bytes,
    pub body: Bytes,
    pub ip: Arc<str>,
    pub params: Vec<(Arc<str>, Arc<str>)>,
}

/// What came of one attempt of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeFact {
    pub path: Arc<str>,
    /// `http.post`.
    pub action: Arc<str>,
    /// From 1.
    pub attempt: u32,
    pub class: OutcomeClass,
    /// When it was sent.
    pub at: Millis,
    pub took_ms: u32,
    /// The masked request.
    pub sent: Sent,
    /// Over the masked request: what replay compares.
    pub digest: Hash,
    /// The answer, masked; `None` if no whole one came.
    pub answer: Option<AnswerFact>,
    /// Why it is no success.
    pub reason: Arc<str>,
    /// No further attempt follows.
    pub last: bool,
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutcomeClass {
    Ok,
    Refused,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    pub method: Arc<str>,
    pub url: Arc<str>,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: Bytes,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerFact {
    pub status: u16,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: Bytes,
}

/// Encodes the facts of one row. Bodies above 4 KiB are taken out into `blobs` and referred to.
pub fn encode(facts: &[Fact], blobs: &mut Vec<Bytes>) -> Vec<u8> {
    let _ = (facts, blobs);
    todo!()
}

/// The facts of a row.
///
/// # Errors
/// Bytes that this version cannot read, in words.
pub fn decode(bytes: &[u8], blobs: &[Bytes]) -> Result<Vec<Fact>, String> {
    let _ = (bytes, blobs);
    todo!()
}
