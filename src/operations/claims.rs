//! `dedupe`: what is kept with a key that an operation holds, and what a repeat of its request is told.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Surroundings;
use super::log::{Log, Told};
use super::rows;
use crate::resolve::program::Pipeline;
use crate::run::{Received, Reply, failed_reply};
use crate::store::{Accept, Fact, Millis, Operation, Program, State, ToldToRepeats, Write};
use crate::value::{Bytes, Id};

/// The key that an operation holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub key: [u8; 16],
    pub end: Millis,
}

/// What the first operation with a key has to say to a repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum First {
    Answered {
        reply: Reply,
        /// The repeat has another body.
        other_body: bool,
    },
    /// It is still on its way to its answer.
    Open,
    /// A person has to decide on it first.
    Interrupted { other_body: bool },
    /// It holds its key, and is kept no longer.
    Gone,
}

/// What is kept with the claim for repeats; `None` if it is too long, and stands in the log alone.
pub(super) fn for_repeats(reply: &Reply, request_body: &Bytes) -> Option<Bytes> {
    let told = ToldToRepeats {
        body_hash: hash(request_body),
        status: reply.status,
        reason: reply.reason.clone(),
        headers: reply.headers.clone(),
        body: reply.body.clone(),
    };
    told.to_bytes()
}

/// What was kept with the claim, for a repeat with this body; `None` if it cannot be read.
pub fn kept_answer(bytes: &[u8], request_body: &Bytes) -> Option<First> {
    let told = ToldToRepeats::from_bytes(bytes)?;
    let other_body = told.body_hash != hash(request_body);
    let ToldToRepeats { status, reason, headers, body, .. } = told;
    Some(First::Answered { reply: Reply { status, reason, headers, body }, other_body })
}

/// What the log of the first one says, where nothing is kept with its claim.
pub fn first_of(first: Option<&Operation>, request_body: &Bytes) -> First {
    let Some(log) = first.and_then(|operation| Log::read(operation).ok()) else { return First::Gone };
    let other_body = log.received.body != *request_body;
    let state = log.ended.as_ref().map(|ended| ended.state);
    // What its own caller was told when nobody knew better is no answer of the run.
    let provisional = Reply { reason: None, ..failed_reply(log.id) };
    match (log.last_answer(), state) {
        (Some(_), Some(State::Interrupted)) if log.says_last(&provisional) => {
            First::Interrupted { other_body }
        }
        (Some(_), None) if log.says_last(&provisional) => First::Open,
        (Some(Told { status, headers, body }), _) => First::Answered {
            reply: Reply { status: *status, reason: None, headers: headers.clone(), body: body.clone() },
            other_body,
        },
        (None, Some(State::Interrupted)) => First::Interrupted { other_body },
        (None, _) => First::Open,
    }
}

/// A repeat, with what it is told: it calls nothing, and ends with its first row.
pub fn duplicate(
    pipeline: &Pipeline,
    received: &Received,
    program: &Arc<Program>,
    of: Id,
    first: First,
    around: &Surroundings,
) -> (Write, Reply) {
    let (reply, other_body) = match first {
        First::Answered { reply, other_body } => (reply, other_body),
        First::Open => (busy("in_progress", of, "1"), false),
        First::Interrupted { other_body } => (busy("interrupted", of, "60"), other_body),
        First::Gone => (busy("answer_not_kept", of, "60"), false),
    };
    let mut reason = format!("duplicate of {of}");
    if other_body {
        reason.push_str(", with another body");
    }
    let facts = [
        rows::received(pipeline, received, around),
        Fact::Repeats { of: of.0, other_body },
        rows::answer(&reply),
        Fact::End { state: State::Duplicate, reason: reason.as_str().into(), at_step: None },
    ];
    let accept = Accept {
        id: received.id,
        pipeline: pipeline.name.clone(),
        row: rows::row(&facts, State::Duplicate, reply.status, reason.into(), received.at),
        work: None,
        claim: None,
        notice: None,
        program: program.clone(),
    };
    (Write::Accept(Box::new(accept)), reply)
}

/// 409: to be sent again later. The operation that it names is the first one.
fn busy(error: &str, of: Id, retry_after: &str) -> Reply {
    Reply {
        status: 409,
        reason: None,
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("retry-after".into(), retry_after.into()),
        ],
        body: format!(r#"{{"error":"{error}","operation":"{of}"}}"#).into(),
    }
}

fn hash(body: &Bytes) -> [u8; 16] {
    let mut cut = [0; 16];
    for (to, from) in cut.iter_mut().zip(Sha256::digest(body)) {
        *to = from;
    }
    cut
}
