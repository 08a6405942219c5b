//! Rows that are not written by a run: what a person orders, and what a start says of operations that it finds open.

use std::sync::Arc;

use super::log::{Log, RETRY};
use crate::store::{Fact, Index, Lane, Millis, Operation, Row, State, Step, Work, WorkChange, Write, encode};

/// A person orders that an operation that failed or was interrupted goes on: what ended it is tried again.
///
/// # Errors
/// An operation in another state, in words.
pub fn retry(operation: &Operation, who: &str, now: Millis) -> Result<Write, String> {
    let log = Log::read(operation)?;
    match log.ended.as_ref().map(|ended| ended.state) {
        Some(State::Failed | State::Interrupted) => {}
        Some(state) => {
            return Err(format!(
                "it is {}: only failed and interrupted operations are retried",
                state.as_str()
            ));
        }
        None => return Err("it is open: it has not ended yet".to_owned()),
    }
    let fact = Fact::Person { who: who.into(), what: RETRY.into(), at: now };
    // The host is known once the engine has come to the call again; until then the order waits in the pipeline's own lane.
    let work = Work {
        lane: Lane { pipeline: operation.pipeline.clone(), host: "".into() },
        due: now,
        pause: 0,
        intent_out: false,
        held: false,
    };
    let status = log.answer.map_or(0, |told| told.status);
    Ok(step(operation, 0, &[fact], State::Open, "", status, WorkChange::Put(work), None, now))
}

/// Ends an operation that cannot go on here, for a person to decide.
pub fn interrupted(operation: &Operation, fence: u64, reason: &str, notify: bool, now: Millis) -> Write {
    // The step it stood at is the action without an end; a retry goes on there by itself.
    let fact = Fact::End { state: State::Interrupted, reason: reason.into(), at_step: None };
    let status = Log::read(operation).ok().and_then(|log| log.answer).map_or(0, |told| told.status);
    let notice = notify.then(|| reason.to_owned());
    step(operation, fence, &[fact], State::Interrupted, reason, status, WorkChange::Remove, notice, now)
}

#[expect(clippy::too_many_arguments, reason = "the fields of one row, each given once")]
fn step(
    operation: &Operation,
    fence: u64,
    facts: &[Fact],
    state: State,
    reason: &str,
    status: u16,
    work: WorkChange,
    notice: Option<String>,
    now: Millis,
) -> Write {
    let mut blobs = Vec::new();
    let facts = encode(facts, &mut blobs);
    let bytes = u32::try_from(facts.len()).unwrap_or(u32::MAX);
    let reason: Arc<str> = reason.into();
    Write::Step(Box::new(Step {
        id: operation.id,
        pipeline: operation.pipeline.clone(),
        n: u16::try_from(operation.rows.len()).unwrap_or(u16::MAX),
        fence,
        row: Row { facts, blobs, index: Index { state, status, at: now, bytes, reason } },
        work,
        notice,
    }))
}
