//! The calls of an operation in hand: made ready, given a place at their host, sent, and judged.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::live::{After, Live, Outgoing, Phase, Step};
use super::log::Recorded;
use super::mask::masked;
use super::retry::{Tries, again};
use super::{MOST_ROWS, Moment, Seen, Stop, Surroundings};
use crate::actions::{Answer, Attempt, Class, RenderError, Rendered, judge, retry_after};
use crate::resolve::program::{Call, Pipeline};
use crate::run::{self, Carried, MOST_ANSWER_BYTES, Need};
use crate::store::{
    AnswerFact, Fact, Fault, Hash, Lane, Millis, OutcomeClass, OutcomeFact, Sent, State, Work, WorkChange,
    planted,
};
use crate::value::Bytes;

/// A call, rendered and ready.
pub(super) struct Prepared {
    need: Need,
    request: Rendered,
    digest: Hash,
    attempt: u32,
    tries: Tries,
    sent_at: Millis,
}

impl Live {
    /// What came of the call that `step` asked for.
    pub fn attempted(&mut self, attempt: Attempt, around: &Surroundings, moment: &Moment<'_>) {
        let prepared = match std::mem::replace(&mut self.phase, Phase::Running) {
            Phase::Calling(prepared) => prepared,
            other => {
                self.phase = other;
                return;
            }
        };
        let pipeline = self.pipeline.clone();
        let Some(call) = call_of(&pipeline, &prepared.need) else { return };
        let attempt = masked(attempt, moment.secrets.masker());
        let judged = judge(&attempt, &call.policy.rules);
        if let Some(permit) = self.permit.take() {
            permit.came_back(seen(&attempt, judged.class), moment.now);
        }
        let asked = retry_after(&attempt, moment.now);
        let answer = match attempt {
            Attempt::Answered(answer) => Some(answer),
            Attempt::NotSent(_) | Attempt::Refused(_) | Attempt::Later(_) | Attempt::Lost(_) => None,
        };
        let kept = answer.as_ref().map(|answer| self.kept(answer, judged.class));
        let tries = Tries { made: prepared.tries.made + 1, ..prepared.tries };

        let may_repeat = call.policy.may_repeat(&judged) && self.next_row < MOST_ROWS;
        let waits_until = self.deadline(call, tries.first_at).filter(|_| !self.answered);
        let next = may_repeat
            .then(|| again(&call.policy, tries, moment.now, asked, waits_until, &around.random))
            .flatten();
        self.may_have_effect |= !call.policy.repeatable && judged.class != Class::Refused;
        let class = match judged.class {
            Class::Ok => OutcomeClass::Ok,
            Class::Refused => OutcomeClass::Refused,
            Class::Unknown => OutcomeClass::Unknown,
        };
        self.facts.push(Fact::Outcome(OutcomeFact {
            class,
            took_ms: u32::try_from(moment.now.saturating_sub(prepared.sent_at)).unwrap_or(u32::MAX),
            answer: kept,
            reason: judged.reason.as_str().into(),
            last: judged.class != Class::Ok && next.is_none(),
            ..outcome(&call.name, &prepared.need, prepared.digest, prepared.attempt, prepared.sent_at)
        }));
        if next.is_none() {
            self.spare(call, tries.first_at, moment.now);
        }
        match (judged.class, answer, next) {
            (Class::Ok, Some(answer), _) => self.run.resume(Carried::Ok(answer)),
            (_, _, Some(next)) => {
                self.facts.push(Fact::Due { at: next.due, why: judged.reason.as_str().into() });
                self.phase = Phase::Parking(Work {
                    lane: self.lane(&prepared.need),
                    due: next.due,
                    pause: next.pause,
                    intent_out: false,
                    held: false,
                });
            }
            // A person decides whether a call that may have taken effect is made again.
            (Class::Unknown, _, None) if !call.policy.repeatable => {
                let reason = format!("the outcome of `{}` is unknown: {}", call.name, judged.reason);
                self.interrupt(reason, Some(prepared.need.path));
            }
            (_, answer, None) => self.run.resume(Carried::Failed {
                reason: judged.reason,
                status: answer.map(|answer| answer.status),
            }),
        }
    }

    /// Makes a call ready, or finds that it cannot go out; then `None`, and `step` goes on.
    pub(super) fn prepare(
        &mut self,
        need: Need,
        digest: Hash,
        around: &Surroundings,
        moment: &Moment<'_>,
    ) -> Option<Step> {
        let recorded = self.log.as_ref().and_then(|log| log.actions.get(&need.path));
        let attempt = recorded.map_or(0, |action| action.outcomes.len() as u32) + 1;
        let first_at = recorded.and_then(|action| action.first_at).unwrap_or(moment.now);
        let tries = Tries {
            made: recorded.map_or(0, |action| action.tries),
            // An operation that a start goes on with before its answer has all of its patience again.
            first_at: if self.answered { first_at } else { first_at.max(self.waits_since) },
        };
        if let Some((attempt, _)) = recorded.and_then(|action| action.intent)
            && call_of(&self.pipeline, &need).is_some_and(|call| !call.policy.repeatable)
        {
            self.lost(need, digest, attempt);
            return None;
        }
        if self.dry_run {
            self.pretend(&need, digest, attempt, moment);
            return None;
        }
        let why = if around.dry_run {
            // It was received to be carried out, and here that would only be pretended.
            "this server runs with --dry-run".to_owned()
        } else {
            match need.request.render(&|name| moment.secrets.get(name)) {
                Ok(request) => {
                    let prepared = Prepared { need, request, digest, attempt, tries, sent_at: 0 };
                    return self.take_slot(Box::new(prepared), around, moment);
                }
                Err(RenderError::MissingSecret(name)) => format!("secret {name} is not set"),
                // With masks it could be written, so it is a secret's value that its place cannot carry.
                Err(RenderError::Fault(fault)) => fault.message,
            }
        };
        self.interrupt(format!("not sent: {why}"), Some(need.path));
        None
    }

    /// A reported call was out when the server ended: a person decides whether it is made again.
    fn lost(&mut self, need: Need, digest: Hash, attempt: u32) {
        let pipeline = self.pipeline.clone();
        let Some(call) = call_of(&pipeline, &need) else { return };
        let reason = "the server ended while the call was out";
        self.facts.push(Fact::Outcome(OutcomeFact {
            class: OutcomeClass::Unknown,
            reason: reason.into(),
            last: true,
            // Its intent was committed then, and it went out behind that.
            ..outcome(&call.name, &need, digest, attempt, self.due)
        }));
        self.interrupt(format!("the outcome of `{}` is unknown: {reason}", call.name), Some(need.path));
    }

    /// What is recorded of an answer. Of those that the engine does not see, only so much as one operation may keep.
    fn kept(&mut self, answer: &Answer, class: Class) -> AnswerFact {
        let mut kept = answer_fact(answer);
        if class != Class::Ok && self.answer_bytes.saturating_add(kept.body.len()) > MOST_ANSWER_BYTES {
            kept.body = Bytes::new();
        }
        self.answer_bytes = self.answer_bytes.saturating_add(kept.body.len());
        kept
    }

    /// The time that an action with its own `give up after` took is none of the patience for the others.
    fn spare(&mut self, call: &Call, from: Millis, to: Millis) {
        if call.policy.give_up_after.is_some() && !self.answered {
            let took = to.saturating_sub(from.max(self.waits_since));
            self.patience_until = self.patience_until.saturating_add(took);
        }
    }

    /// As `spare`, for an action whose end is recorded.
    pub(super) fn spare_recorded(&mut self, need: &Need) {
        let recorded = self.log.as_ref().and_then(|log| log.actions.get(&need.path));
        let span = recorded.and_then(|action| action.first_at.zip(action.ended_at()));
        let pipeline = self.pipeline.clone();
        if let (Some((from, to)), Some(call)) = (span, call_of(&pipeline, need)) {
            self.spare(call, from, to);
        }
    }

    /// A dry run takes every action for done.
    fn pretend(&mut self, need: &Need, digest: Hash, attempt: u32, moment: &Moment<'_>) {
        let pipeline = self.pipeline.clone();
        let Some(call) = call_of(&pipeline, need) else { return };
        let answer = Answer { status: 200, dry_run: true, ..Answer::default() };
        self.may_have_effect |= !call.policy.repeatable;
        self.facts.push(Fact::Outcome(OutcomeFact {
            class: OutcomeClass::Ok,
            answer: Some(answer_fact(&answer)),
            dry_run: true,
            ..outcome(&call.name, need, digest, attempt, moment.now)
        }));
        self.run.resume(Carried::Ok(answer));
    }

    /// A call goes out with a place at its host in hand; its intent is folded into the row that is written anyway.
    pub(super) fn take_slot(
        &mut self,
        prepared: Box<Prepared>,
        around: &Surroundings,
        moment: &Moment<'_>,
    ) -> Option<Step> {
        let pipeline = self.pipeline.clone();
        let call = call_of(&pipeline, &prepared.need)?;
        let host = &prepared.need.request.origin;
        let deadline = self.deadline(call, prepared.tries.first_at).filter(|_| !self.answered);
        if deadline.is_some_and(|deadline| moment.now >= deadline) {
            self.not_made(&prepared, call, "no time was left before the answer", moment.now);
            return None;
        }
        // Behind its answer an operation can wait for the next start, of the server or of its pipeline.
        let held = || around.stop(&self.pipeline.name) == Some(Stop::Held);
        if self.answered && (around.stopping.load(Ordering::Relaxed) || held()) {
            self.permit = None;
        } else if !self.permit.as_ref().is_some_and(|permit| permit.is_for(host)) {
            // One that was taken for another host comes free first.
            self.permit = None;
            self.permit = match self.answered {
                true => around.targets.take_in_line(host, moment.now),
                false => around.targets.take(host, moment.now),
            };
        }
        if let Some(until) = deadline.filter(|_| self.permit.is_none()) {
            let free_at = around.targets.free_at(host, moment.now);
            if free_at.is_some_and(|free_at| free_at >= until) {
                let why = match around.targets.open_until(host) {
                    Some(_) => "its target did not answer for a while, and is left alone",
                    None => "the rate of its target lets no call through in time",
                };
                self.not_made(&prepared, call, why, moment.now);
                return None;
            }
            if self.is_unclaimed() {
                // Whether it is the first with its key is not to depend on when its host has a place.
                let lane = self.lane(&prepared.need);
                let work = Work { lane, due: moment.now, pause: 0, intent_out: false, held: true };
                let after = After::Wait(prepared);
                return Some(self.commit(moment.now, State::Open, "".into(), WorkChange::Put(work), after));
            }
            let look_at = free_at.map_or(until, |free_at| free_at.max(moment.now + 1)).min(until);
            self.phase = Phase::Waiting(prepared);
            return Some(Step::Slot { until: look_at });
        }
        let held = self.permit.is_some();
        let reported = !call.policy.repeatable;
        let intent_out = held && reported && !planted(Fault::NoIntent);
        let is_recorded = self.facts.is_empty() || planted(Fault::NextBeforeOutcome);
        if held && !reported && is_recorded && self.next_row > 0 {
            // A repeatable call whose work row is committed already needs nothing more.
            return Some(self.call(prepared, moment));
        }
        if intent_out {
            self.facts.push(Fact::Intent {
                path: prepared.need.path.clone(),
                attempt: prepared.attempt,
                digest: prepared.digest,
            });
        }
        let work = Work { lane: self.lane(&prepared.need), due: moment.now, pause: 0, intent_out, held };
        let after = if held { After::Call(prepared) } else { After::Park };
        Some(self.commit(moment.now, State::Open, "".into(), WorkChange::Put(work), after))
    }

    pub(super) fn call(&mut self, mut prepared: Box<Prepared>, moment: &Moment<'_>) -> Step {
        let (mut timeout, mut answer_limit, mut is_promised) = (0, 0, false);
        if let Some(call) = call_of(&self.pipeline, &prepared.need) {
            // One whose last due time passed while it stood in line behind the answer gets a whole try more.
            let left = self
                .deadline(call, prepared.tries.first_at)
                .map(|deadline| deadline.saturating_sub(moment.now))
                .filter(|left| *left > 0 || !self.answered);
            timeout = call.policy.timeout.min(left.unwrap_or(u64::MAX));
            answer_limit = call.policy.answer_limit;
            is_promised = !call.policy.repeatable;
        }
        prepared.sent_at = moment.now;
        let request = prepared.request.clone();
        self.phase = Phase::Calling(prepared);
        if let Some(permit) = &mut self.permit {
            permit.make();
        }
        Step::Call(Outgoing { request, timeout: timeout.max(1), answer_limit, is_promised })
    }

    /// The end of a call that found no place in time. It is recorded, so that replay goes the same way.
    fn not_made(&mut self, prepared: &Prepared, call: &Call, reason: &str, now: Millis) {
        self.facts.push(Fact::Outcome(OutcomeFact {
            reason: reason.into(),
            last: true,
            ..outcome(&call.name, &prepared.need, prepared.digest, prepared.attempt, now)
        }));
        self.spare(call, prepared.tries.first_at, now);
        self.run.resume(Carried::Failed { reason: reason.to_owned(), status: None });
    }

    /// When the tries of a call that began at `first_at` are over: a written `give up after` says so, and without one all
    /// calls before the answer have the caller's patience together.
    fn deadline(&self, call: &Call, first_at: Millis) -> Option<Millis> {
        match call.policy.give_up_after {
            Some(after) => Some(first_at.saturating_add(after)),
            None => (!self.answered).then_some(self.patience_until),
        }
    }

    fn lane(&self, need: &Need) -> Lane {
        Lane { pipeline: self.pipeline.name.clone(), host: need.request.origin.clone() }
    }
}

/// What a call says of its host. A whole answer below 500 comes from a host that is well, whatever it says.
fn seen(attempt: &Attempt, class: Class) -> Seen {
    match attempt {
        Attempt::Answered(answer) if answer.status < 500 => Seen::Alive,
        // A mail server that turns one mail down, or puts it off, is there for the next.
        Attempt::Refused(_) | Attempt::Later(_) => Seen::Alive,
        Attempt::Answered(_) if class != Class::Unknown => Seen::Busy,
        Attempt::Answered(_) | Attempt::NotSent(_) | Attempt::Lost(_) => Seen::Dead,
    }
}

/// Whether a reported action may have taken effect, as its part of the log says.
pub(super) fn may_have_effect(pipeline: &Pipeline, need: &Need, recorded: &Recorded) -> bool {
    let reported = call_of(pipeline, need).is_some_and(|call| !call.policy.repeatable);
    let unclear = recorded.outcomes.iter().any(|outcome| outcome.class != OutcomeClass::Refused);
    reported && (unclear || recorded.intent.is_some())
}

fn call_of<'a>(pipeline: &'a Pipeline, need: &Need) -> Option<&'a Call> {
    run::call(pipeline, need)
}

/// An outcome without an answer and without effect; the rest is filled in.
pub(super) fn outcome(action: &Arc<str>, need: &Need, digest: Hash, attempt: u32, at: Millis) -> OutcomeFact {
    let shown = &need.masked;
    OutcomeFact {
        path: need.path.clone(),
        action: action.clone(),
        attempt,
        class: OutcomeClass::Refused,
        at,
        took_ms: 0,
        sent: Sent {
            method: shown.method.clone(),
            url: shown.url.as_str().into(),
            headers: shown
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect(),
            body: shown.body.clone(),
        },
        digest,
        answer: None,
        reason: "".into(),
        last: false,
        dry_run: false,
    }
}

pub(super) fn answer_fact(answer: &Answer) -> AnswerFact {
    AnswerFact { status: answer.status, headers: answer.headers.clone(), body: answer.body.clone() }
}
