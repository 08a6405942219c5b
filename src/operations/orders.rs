//! Rows that are not written by a run: what a person orders, and what a start says of operations that it finds open.

use super::MOST_ROWS;
use super::claims::Held;
use super::log::{Log, RETRY};
use super::notices::Reason;
use super::rows::{answer, row};
use crate::run::Reply;
use crate::store::{
    ACCEPTED, Claim, ClaimChange, Fact, Lane, Millis, Operation, Row, State, Step, Work, WorkChange, Write,
};

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
    if log.rows >= MOST_ROWS {
        return Err(format!("its log has {} rows, and takes no more", log.rows));
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
    let row = row(&[fact], State::Open, status, "".into(), now);
    // It may have left its key to the next, who has it then: one key is carried out once.
    let claim = match log.claim.filter(|held| held.end > now) {
        Some(Held { key, end }) => ClaimChange::Take(Claim { key, end, answer: None, kept: true }),
        None => ClaimChange::Keep,
    };
    let step = step(operation, ACCEPTED, row, WorkChange::Put(work), None);
    Ok(Write::Step(Box::new(Step { claim, ..step })))
}

/// Ends an operation that cannot go on here, for a person to decide. `told` is what a caller who still waits is told, once
/// this is committed; it is recorded where nothing is recorded yet.
pub fn interrupted(
    operation: &Operation,
    fence: u64,
    reason: &str,
    told: Option<&Reply>,
    notify: bool,
    now: Millis,
) -> Write {
    let recorded = Log::read(operation).ok().and_then(|log| log.answer).map(|told| told.status);
    let told = told.filter(|_| recorded.is_none());
    let status = recorded.or(told.map(|reply| reply.status)).unwrap_or(0);
    let mut facts: Vec<Fact> = told.map(answer).into_iter().collect();
    // The step it stood at is the action without an end; a retry goes on there by itself.
    facts.push(Fact::End { state: State::Interrupted, reason: reason.into(), at_step: None });
    let row = row(&facts, State::Interrupted, status, reason.into(), now);
    let notice = notify.then(|| Reason::cannot_go_on().to_string());
    Write::Step(Box::new(step(operation, fence, row, WorkChange::Remove, notice)))
}

/// A step of an operation that nobody has in hand, or whose fence says who has.
fn step(operation: &Operation, fence: u64, row: Row, work: WorkChange, notice: Option<String>) -> Step {
    Step {
        id: operation.id,
        pipeline: operation.pipeline.clone(),
        n: u16::try_from(operation.rows.len()).unwrap_or(u16::MAX),
        fence,
        row,
        work,
        claim: ClaimChange::Keep,
        notice,
    }
}
