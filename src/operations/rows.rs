//! Rows of an operation's log: the facts that were gathered, encoded, with what the indexes say of them.

use std::sync::Arc;

use super::Surroundings;
use crate::resolve::program::Pipeline;
use crate::run::{Received, Reply};
use crate::store::{Fact, Index, Millis, ReceivedFact, Rejected, Row, State, Write, encode};
use crate::value::Bytes;

/// A row of these facts. `status` is that of the answer so far, 0 while there is none.
pub fn row(facts: &[Fact], state: State, status: u16, reason: Arc<str>, at: Millis) -> Row {
    let mut blobs: Vec<Bytes> = Vec::new();
    let facts = encode(facts, &mut blobs);
    let bytes = facts.len() + blobs.iter().map(Bytes::len).sum::<usize>();
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    Row { facts, blobs, index: Index { state, status, at, bytes, reason } }
}

/// The fact that each log begins with.
pub fn received(pipeline: &Pipeline, received: &Received, around: &Surroundings) -> Fact {
    Fact::Received(ReceivedFact {
        at: received.at,
        pipeline: pipeline.name.clone(),
        program: pipeline.hash,
        commit: around.commit(),
        file: pipeline.file.clone(),
        dry_run: around.dry_run,
        method: received.method.clone(),
        target: received.target.clone(),
        headers: received.headers.as_block().clone(),
        body: received.body.clone(),
        ip: received.ip.clone(),
        params: received.params.clone(),
    })
}

/// What the gates decided; `None` where nobody had to be asked.
pub fn let_in(pipeline: &Pipeline) -> Option<Fact> {
    let schemes: Vec<_> = pipeline.verify.iter().map(|verify| verify.name.clone()).collect();
    (!schemes.is_empty()).then_some(Fact::LetIn(schemes))
}

/// What the sender wants to read in the answer.
pub fn receipt(received: &Received) -> Option<Fact> {
    received.receipt.clone().map(Fact::Receipt)
}

pub fn answer(reply: &Reply) -> Fact {
    Fact::Answer { status: reply.status, headers: reply.headers.clone(), body: reply.body.clone() }
}

/// A request that was refused at the door of a known pipeline, for people: nothing ran.
pub fn rejected(
    pipeline: &Pipeline,
    request: &Received,
    status: u16,
    reason: &str,
    around: &Surroundings,
) -> Write {
    let facts = [
        received(pipeline, request, around),
        Fact::Answer { status, headers: Vec::new(), body: Bytes::new() },
        Fact::End { state: State::Rejected, reason: reason.into(), at_step: None },
    ];
    Write::Rejected(Box::new(Rejected {
        id: request.id,
        pipeline: pipeline.name.clone(),
        row: row(&facts, State::Rejected, status, reason.into(), request.at),
    }))
}
