//! What the log of an operation says: what was received, what came of which action, and what is still to be done. Replay
//! answers the engine from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::calls;
use super::claims::Held;
use crate::actions::Answer;
use crate::resolve::program::Pipeline;
use crate::run::{Carried, End, Headers, Need, Next, Received, Reply, Run, Trace};
use crate::store::{
    AnswerFact, Fact, Hash, Millis, Operation, OutcomeClass, OutcomeFact, ReceivedFact, State,
};
use crate::value::Id;

/// The log, in order of what replay asks for.
pub struct Log {
    pub id: Id,
    pub received: ReceivedFact,
    /// By step path.
    pub actions: BTreeMap<Arc<str>, Recorded>,
    /// What the caller was told.
    pub answer: Option<Told>,
    /// What a retry came to since, where it is something else: what repeats of the request are told.
    pub later: Option<Told>,
    /// The key that `dedupe` gave it at receipt.
    pub claim: Option<Held>,
    /// The last end, if it has ended and nobody ordered otherwise since.
    pub ended: Option<Ended>,
    /// Until when each `wait` that began lasts, by step path. Whoever goes on from the log comes after that.
    pub waits: BTreeMap<Arc<str>, Millis>,
    /// Starts that went on with it since it last came forward: an outcome, a `wait`, or what a person ordered.
    pub resumed: u32,
    /// Of all answers that it keeps.
    pub answer_bytes: usize,
    receipt: Option<Arc<str>>,
    pub rows: u16,
}

pub struct Told {
    pub status: u16,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: crate::value::Bytes,
}

impl Told {
    fn is(&self, reply: &Reply) -> bool {
        self.status == reply.status && self.headers == reply.headers && self.body == reply.body
    }
}

pub struct Ended {
    pub state: State,
    pub reason: Arc<str>,
    pub at_step: Option<Arc<str>>,
}

/// One action's part of the log.
#[derive(Default)]
pub struct Recorded {
    /// In order; each attempt that came to an outcome.
    pub outcomes: Vec<OutcomeFact>,
    /// How it went in the end; `None` while further attempts may follow.
    pub carried: Option<Carried>,
    /// An intent without an outcome, its attempt and digest: a reported call may be out.
    pub intent: Option<(u32, Hash)>,
    /// Attempts made since the action began, or since a person ordered a retry.
    pub tries: u32,
    /// When the first of these was made.
    pub first_at: Option<Millis>,
}

impl Recorded {
    /// Of the request that was last made of it: what replay makes of it again must be the same.
    pub fn digest(&self) -> Option<Hash> {
        let intent = self.intent.map(|(_, digest)| digest);
        intent.or_else(|| self.outcomes.last().map(|outcome| outcome.digest))
    }

    /// When its last outcome was known.
    pub fn ended_at(&self) -> Option<Millis> {
        self.outcomes.last().map(|outcome| outcome.at.saturating_add(outcome.took_ms.into()))
    }
}

impl Log {
    /// Reads the log of an operation.
    ///
    /// # Errors
    /// A log without its first row, in words.
    pub fn read(operation: &Operation) -> Result<Log, String> {
        let mut facts = operation.rows.iter().flatten();
        let Some(Fact::Received(received)) = facts.next() else {
            return Err("its log does not begin with what was received".to_owned());
        };
        let mut log = Log {
            id: operation.id,
            received: received.clone(),
            actions: BTreeMap::new(),
            answer: None,
            later: None,
            claim: None,
            ended: None,
            waits: BTreeMap::new(),
            resumed: 0,
            receipt: None,
            answer_bytes: 0,
            rows: u16::try_from(operation.rows.len()).unwrap_or(u16::MAX),
        };
        for fact in facts {
            log.take(fact);
        }
        Ok(log)
    }

    fn take(&mut self, fact: &Fact) {
        match fact {
            Fact::Outcome(outcome) => {
                let action = self.actions.entry(outcome.path.clone()).or_default();
                action.intent = None;
                action.tries += 1;
                action.first_at.get_or_insert(outcome.at);
                action.carried = carried(outcome);
                action.outcomes.push(outcome.clone());
                self.answer_bytes += outcome.answer.as_ref().map_or(0, |answer| answer.body.len());
                self.resumed = 0;
            }
            Fact::Intent { path, attempt, digest } => {
                self.actions.entry(path.clone()).or_default().intent = Some((*attempt, *digest));
            }
            // The first answer is what the caller was told; a later one is what a retry came to.
            Fact::Answer { status, headers, body } => {
                let told = Told { status: *status, headers: headers.clone(), body: body.clone() };
                match self.answer {
                    None => self.answer = Some(told),
                    Some(_) => self.later = Some(told),
                }
            }
            Fact::Claimed { key, end } => self.claim = Some(Held { key: *key, end: *end }),
            Fact::End { state, reason, at_step } => {
                self.ended = Some(Ended { state: *state, reason: reason.clone(), at_step: at_step.clone() });
                if *state == State::Interrupted {
                    self.leave_open();
                }
            }
            Fact::Person { what, .. } => {
                self.resumed = 0;
                if matches!(&**what, RETRY | SETTLE) {
                    self.reopen();
                }
            }
            Fact::Wait { path, until } => {
                self.waits.insert(path.clone(), *until);
                self.resumed = 0;
            }
            Fact::Resumed(count) => self.resumed = *count,
            Fact::Receipt(receipt) => self.receipt = Some(receipt.clone()),
            Fact::Received(_)
            | Fact::Due { .. }
            | Fact::Note(_)
            | Fact::Linked(_)
            | Fact::LetIn(_)
            | Fact::Repeats { .. } => {}
        }
    }

    /// How the action that an operation is interrupted at went in the end is for a person to say.
    fn leave_open(&mut self) {
        let at_step = self.ended.as_ref().and_then(|ended| ended.at_step.as_ref());
        if let Some(action) = at_step.and_then(|path| self.actions.get_mut(path))
            && !matches!(action.carried, Some(Carried::Ok(_)))
        {
            action.carried = None;
        }
    }

    /// A retry takes back how the action ended that ended the operation; all before it stands.
    fn reopen(&mut self) {
        let at_step = self.ended.take().and_then(|ended| ended.at_step);
        for (path, action) in &mut self.actions {
            action.intent = None;
            let ended_it = Some(path) == at_step.as_ref();
            if ended_it && !matches!(action.carried, Some(Carried::Ok(_))) {
                action.carried = None;
                action.tries = 0;
                action.first_at = None;
            }
        }
    }

    /// The step of a reported call that was out when a server ended.
    pub fn call_out(&self) -> Option<&Arc<str>> {
        self.actions.iter().find(|(_, action)| action.intent.is_some()).map(|(path, _)| path)
    }

    /// The last answer that it came to.
    pub fn last_answer(&self) -> Option<&Told> {
        self.later.as_ref().or(self.answer.as_ref())
    }

    /// Whether that is this one.
    pub fn says_last(&self, reply: &Reply) -> bool {
        self.last_answer().is_some_and(|told| told.is(reply))
    }

    /// Whether its caller is told this. An answer of its own that is recorded is on its way, and nothing else may come
    /// before it.
    pub fn tells(&self, reply: &Reply) -> bool {
        self.answer.as_ref().is_some_and(|told| told.is(reply))
    }

    /// The request as the engine takes it.
    pub fn request(&self) -> Received {
        let fact = &self.received;
        Received {
            id: self.id,
            at: fact.at,
            method: fact.method.clone(),
            target: fact.target.clone(),
            headers: Headers::from_block(fact.headers.clone()),
            body: fact.body.clone(),
            ip: fact.ip.clone(),
            params: fact.params.clone(),
            receipt: self.receipt.clone(),
        }
    }
}

/// What a person orders, as the log keeps it.
pub const RETRY: &str = "retry";
pub const SETTLE: &str = "settle";
pub const CANCEL: &str = "cancel";
pub const REPLAY: &str = "replay";

fn carried(outcome: &OutcomeFact) -> Option<Carried> {
    let status = outcome.answer.as_ref().map(|answer| answer.status);
    match (outcome.class, &outcome.answer) {
        (OutcomeClass::Ok, Some(answer)) => Some(Carried::Ok(answer_of(answer, outcome.dry_run))),
        _ if outcome.last => Some(Carried::Failed { reason: outcome.reason.to_string(), status }),
        _ => None,
    }
}

fn answer_of(fact: &AnswerFact, dry_run: bool) -> Answer {
    Answer { status: fact.status, headers: fact.headers.clone(), body: fact.body.clone(), dry_run }
}

/// Runs an operation again on paper: each action answered from the log, nothing sent. Gives the trace up to where the log
/// ends, and the end if the engine came to one.
pub fn replay_trace(pipeline: &Arc<Pipeline>, log: &Log) -> (Vec<Trace>, Option<End>) {
    let mut run = Run::traced(pipeline.clone(), Arc::new(log.request()));
    let end = match replay(&mut run, log, |_| ()) {
        Next::End(end) => Some(end),
        Next::Answer(_) | Next::Claim(_) | Next::Need(_) | Next::Wait(_) => None,
    };
    (run.take_trace(), end)
}

/// Where in the program the steps stand that a run from the log comes by, by their paths; the action that it ends before is
/// one of them.
pub fn places(pipeline: &Arc<Pipeline>, log: &Log) -> BTreeMap<Arc<str>, usize> {
    let mut run = Run::traced(pipeline.clone(), Arc::new(log.request()));
    let mut places = BTreeMap::new();
    replay(&mut run, log, |need| {
        places.insert(need.path.clone(), need.op);
    });
    places.extend(run.take_trace().into_iter().map(|step| (step.path, step.op)));
    places
}

/// The action that the log of an operation ends before, if it ends before one.
pub fn open_need(pipeline: &Arc<Pipeline>, log: &Log) -> Option<Need> {
    match replay(&mut Run::new(pipeline.clone(), Arc::new(log.request())), log, |_| ()) {
        Next::Need(need) => Some(need),
        Next::End(_) | Next::Answer(_) | Next::Claim(_) | Next::Wait(_) => None,
    }
}

/// Whether something may have come of a reported action, as far as the log goes.
pub(super) fn may_have_effect(pipeline: &Arc<Pipeline>, log: &Log) -> bool {
    let mut may = false;
    replay(&mut Run::new(pipeline.clone(), Arc::new(log.request())), log, |need| {
        may |= log.actions.get(&need.path).is_some_and(|own| calls::may_have_effect(pipeline, need, own));
    });
    may
}

/// Goes as far as the log answers, past each action that is shown to `sees`.
fn replay(run: &mut Run, log: &Log, mut sees: impl FnMut(&Need)) -> Next {
    loop {
        match run.next() {
            Next::Answer(_) | Next::Claim(_) => {}
            Next::Need(need) => {
                sees(&need);
                match log.actions.get(&need.path).and_then(|action| action.carried.clone()) {
                    Some(carried) => run.resume(carried),
                    None => return Next::Need(need),
                }
            }
            Next::Wait(wait) => match log.waits.contains_key(&wait.path) {
                true => run.waited(),
                false => return Next::Wait(wait),
            },
            end @ Next::End(_) => return end,
        }
    }
}
