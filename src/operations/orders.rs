//! Rows that are not written by a run: what a person orders, and what is said of an operation that cannot go on here.

use std::sync::Arc;

use super::MOST_ROWS;
use super::calls::{answer_fact, outcome};
use super::claims::Held;
use super::log::{CANCEL, Log, REPLAY, RETRY, Recorded, SETTLE, may_have_effect, open_need};
use super::mask::masked;
use super::notices::Reason;
use super::rows::{answer, row};
use crate::actions::{Answer, Attempt, Class, judge};
use crate::resolve::program::Pipeline;
use crate::run::{self, Reply};
use crate::secrets::Masker;
use crate::store::{
    ACCEPTED, Claim, ClaimChange, Fact, Lane, Millis, NOBODY, Operation, OutcomeClass, OutcomeFact, Row,
    State, Step, Work, WorkChange, Write,
};
use crate::value::Id;

/// Who orders something, and when.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    pub who: &'a str,
    pub now: Millis,
}

/// What a person says of an action of which nobody knows how it went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It was answered so.
    Answered(Answer),
    /// It failed, and had no effect.
    Failed,
}

/// A person orders that an operation that failed or was interrupted goes on: what ended it is tried again.
///
/// # Errors
/// An operation in another state, in words.
pub fn retry(operation: &Operation, order: Order<'_>) -> Result<Write, String> {
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
    // It may have left its key to the next, who has it then: one key is carried out once.
    let claim = match log.claim.filter(|held| held.end > order.now) {
        Some(Held { key, end }) => ClaimChange::Take(Claim { key, end, answer: None, kept: true }),
        None => ClaimChange::Keep,
    };
    let step = goes_on(operation, &log, order, vec![person(order, RETRY)])?;
    Ok(Write::Step(Box::new(Step { claim, ..step })))
}

/// A person says how the action went that an operation is interrupted at, and the operation goes on from there. The answer
/// counts as the action says; its script must be one that can be run here.
///
/// # Errors
/// An operation in another state, one that waits for no action's answer, or an answer that leaves it open whether the
/// action took effect, in words.
pub fn settle(
    operation: &Operation,
    pipeline: &Arc<Pipeline>,
    said: Said,
    masker: &Masker,
    order: Order<'_>,
) -> Result<Write, String> {
    let log = Log::read(operation)?;
    let at_step = match &log.ended {
        Some(ended) if ended.state == State::Interrupted => ended.at_step.as_ref(),
        Some(ended) => {
            return Err(format!("it is {}: only interrupted operations are settled", ended.state.as_str()));
        }
        None => return Err("it is open: it has not ended yet".to_owned()),
    };
    let need = open_need(pipeline, &log).filter(|need| Some(&need.path) == at_step);
    let Some(need) = need else {
        return Err("it is not interrupted at an action: `wj history retry` goes on with it".to_owned());
    };
    let Some(call) = run::call(pipeline, &need) else {
        return Err("its script has no such action".to_owned());
    };
    let digest = need.masked.digest();
    let recorded = log.actions.get(&need.path);
    if recorded.and_then(|action| action.digest()).is_some_and(|before| before != digest) {
        return Err(format!("its replay diverged at {}", need.path));
    }
    let attempt = recorded.map_or(1, |action| action.outcomes.len().max(1) as u32);
    let (class, kept, reason) = match said {
        Said::Failed => (OutcomeClass::Refused, None, "failed, as a person said".to_owned()),
        Said::Answered(answer) => {
            let attempt = masked(Attempt::Answered(answer), masker);
            let judged = judge(&attempt, &call.policy.rules);
            let class = match judged.class {
                Class::Ok => OutcomeClass::Ok,
                Class::Refused => OutcomeClass::Refused,
                Class::Unknown => {
                    let why = judged.reason;
                    return Err(format!(
                        "`{}` {why}, which leaves it open whether it took effect: say --failed, or give the answer of a success",
                        call.name
                    ));
                }
            };
            let Attempt::Answered(answer) = attempt else { return Err("it is no answer".to_owned()) };
            let kept = answer_fact(&answer);
            (class, Some(kept), format!("{} as a person said", judged.reason).trim_start().to_owned())
        }
    };
    let outcome = OutcomeFact {
        class,
        answer: kept,
        reason: reason.into(),
        last: true,
        ..outcome(&call.name, &need, digest, attempt, order.now)
    };
    let facts = vec![person(order, SETTLE), Fact::Outcome(outcome)];
    goes_on(operation, &log, order, facts).map(|step| Write::Step(Box::new(step)))
}

/// A person ends an operation that nobody has in hand just now. `pipeline` is the one that it began with, if its script can
/// be run here; `told` is what a caller who still waits is told.
///
/// # Errors
/// An operation that has ended, in words.
pub fn cancel(
    operation: &Operation,
    pipeline: Option<&Arc<Pipeline>>,
    told: Option<&Reply>,
    order: Order<'_>,
) -> Result<Write, String> {
    let log = Log::read(operation)?;
    if let Some(ended) = &log.ended {
        return Err(format!("it is {}: only open operations are cancelled", ended.state.as_str()));
    }
    let told = told.filter(|_| log.answer.is_none());
    let reason: Arc<str> = "cancelled by a person".into();
    let mut facts = vec![person(order, CANCEL)];
    facts.extend(told.map(answer));
    facts.push(Fact::End { state: State::Aborted, reason: reason.clone(), at_step: None });
    let row = row(&facts, State::Aborted, status(&log, told), reason, order.now);
    let claim = match log.claim.filter(|_| leaves_its_key(pipeline, &log)) {
        Some(Held { key, .. }) => ClaimChange::Release { key },
        None => ClaimChange::Keep,
    };
    let step = step(operation, NOBODY, row, WorkChange::Remove, None);
    Ok(Write::Step(Box::new(Step { claim, ..step })))
}

/// Whether the next request with its key may run: it had no answer, and nothing can have come of a reported action. Which
/// those are, its script says; without one it may be each.
fn leaves_its_key(pipeline: Option<&Arc<Pipeline>>, log: &Log) -> bool {
    let came_to_nothing = |action: &Recorded| {
        action.intent.is_none()
            && action.outcomes.iter().all(|outcome| outcome.class == OutcomeClass::Refused)
    };
    log.answer.is_none()
        && match pipeline {
            Some(pipeline) => !may_have_effect(pipeline, log),
            None => log.actions.values().all(came_to_nothing),
        }
}

/// Writes down that a person had its request carried out anew, as another operation.
///
/// # Errors
/// An operation that has not ended, or was never run, in words.
pub fn replayed(operation: &Operation, by: Id, order: Order<'_>) -> Result<Write, String> {
    let log = Log::read(operation)?;
    let Some(ended) = &log.ended else { return Err("it is open: it has not ended yet".to_owned()) };
    let facts = [person(order, REPLAY), Fact::Linked(by.0)];
    let reason = if ended.state == State::Done { "".into() } else { ended.reason.clone() };
    let row = row(&facts, ended.state, status(&log, None), reason, order.now);
    Ok(Write::Step(Box::new(step(operation, ACCEPTED, row, WorkChange::Keep, None))))
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
    let log = Log::read(operation).ok();
    let out = log.as_ref().and_then(Log::call_out).cloned();
    let recorded = log.and_then(|log| log.answer).map(|told| told.status);
    let told = told.filter(|_| recorded.is_none());
    let status = recorded.or(told.map(|reply| reply.status)).unwrap_or(0);
    let reason: Arc<str> = match &out {
        Some(path) => format!("{reason}; whether the call at step {path} took effect is not known").into(),
        None => reason.into(),
    };
    let mut facts: Vec<Fact> = told.map(answer).into_iter().collect();
    // Where no call is out, a retry goes on by itself at the action without an end.
    facts.push(Fact::End { state: State::Interrupted, reason: reason.clone(), at_step: out });
    let notice = notify.then(|| Reason::cannot_go_on().to_string());
    let row = row(&facts, State::Interrupted, status, reason, now);
    Write::Step(Box::new(step(operation, fence, row, WorkChange::Remove, notice)))
}

fn person(order: Order<'_>, what: &str) -> Fact {
    Fact::Person { who: order.who.into(), what: what.into(), at: order.now }
}

fn status(log: &Log, told: Option<&Reply>) -> u16 {
    let recorded = log.answer.as_ref().map(|told| told.status);
    recorded.or(told.map(|reply| reply.status)).unwrap_or(0)
}

/// It goes on with these facts behind its end, as soon as somebody can.
fn goes_on(operation: &Operation, log: &Log, order: Order<'_>, facts: Vec<Fact>) -> Result<Step, String> {
    if log.rows >= MOST_ROWS {
        return Err(format!("its log has {} rows, and takes no more", log.rows));
    }
    // The host is known once the engine has come to the call again; until then the order waits in the pipeline's own lane.
    let work = Work {
        lane: Lane { pipeline: operation.pipeline.clone(), host: "".into() },
        due: order.now,
        pause: 0,
        intent_out: false,
        held: false,
    };
    let row = row(&facts, State::Open, status(log, None), "".into(), order.now);
    Ok(step(operation, ACCEPTED, row, WorkChange::Put(work), None))
}

/// Ends an operation that is on disk though its caller was told 503: its commit failed, or seemed to. None if it has been
/// ended so already.
pub fn refused(operation: &Operation, now: Millis) -> Option<Write> {
    const REASON: &str = "the store failed, and the caller was told 503";
    let log = Log::read(operation).ok();
    if log.as_ref().and_then(|log| log.ended.as_ref()).is_some_and(|ended| &*ended.reason == REASON) {
        return None;
    }
    // Whoever had it in hand has let it go.
    let held = operation.work.as_ref().is_none_or(|work| work.held);
    let facts = [Fact::End { state: State::Aborted, reason: REASON.into(), at_step: None }];
    let row = row(&facts, State::Aborted, 503, REASON.into(), now);
    // A repeat is to be carried out: nothing of this one went out.
    let claim = match log.and_then(|log| log.claim) {
        Some(Held { key, .. }) => ClaimChange::Release { key },
        None => ClaimChange::Keep,
    };
    let step = step(operation, if held { ACCEPTED } else { NOBODY }, row, WorkChange::Remove, None);
    Some(Write::Step(Box::new(Step { claim, ..step })))
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
