//! One operation in hand, from its request or from its log. `step` says what is to be done next; what came of it is handed
//! in, and `step` is asked again. Nothing leaves before the row that it rests on is committed.

use std::sync::Arc;

use super::log::Log;
use super::mask::masked;
use super::retry::{Tries, again};
use super::targets::Permit;
use super::{Moment, PATIENCE, Surroundings};
use crate::actions::{Answer, Attempt, Class, RenderError, Rendered, judge, retry_after};
use crate::resolve::program::{Call, Pipeline, Retry};
use crate::run::{self, Carried, EndState, Need, Next, Received, Reply, Run};
use crate::store::{
    Accept, AnswerFact, Fact, Hash, Index, Lane, Millis, OutcomeClass, OutcomeFact, Program, ReceivedFact,
    Row, Sent, State, Step as StepWrite, Work, WorkChange, Write, encode,
};
use crate::value::{Bytes, Id};

/// What is to be done next.
pub enum Step {
    /// Commit this, then call `committed`.
    Commit(Write),
    /// Give the caller this answer: the row that holds it is committed.
    Answer(Reply),
    /// Send this, then call `attempted`.
    Call(Outgoing),
    /// No call to this host is free: step again when one is, or at this time.
    Slot {
        host: Arc<str>,
        until: Millis,
    },
    /// Its work row waits in the store until this time; let go of it.
    Parked {
        due: Millis,
    },
    Ended(State),
}

/// A call that may go out now.
pub struct Outgoing {
    pub request: Rendered,
    /// In milliseconds.
    pub timeout: u64,
    /// In bytes.
    pub answer_limit: u64,
    pub permit: Option<Permit>,
}

pub struct Live {
    pub id: Id,
    pipeline: Arc<Pipeline>,
    run: Run,
    /// What was recorded before it came into this hand; `None` for a new one.
    log: Option<Log>,
    /// The text of a new one's program; taken by row 0.
    program: Option<Arc<Program>>,
    next_row: u16,
    fence: u64,
    /// Of the row that is being gathered.
    facts: Vec<Fact>,
    /// The caller's answer, until it left.
    reply: Option<Reply>,
    /// Whether an answer is recorded, or in the row being gathered.
    answered: bool,
    status: u16,
    tries: Option<(Arc<str>, Tries)>,
    patience_until: Millis,
    permit: Option<Permit>,
    phase: Phase,
}

enum Phase {
    /// The engine can go on.
    Running,
    /// A call waits for a free place at its host.
    Waiting(Box<Prepared>),
    /// A row is being committed; what follows it.
    Committing(After),
    /// It is committed.
    Committed(After),
    /// A call is out.
    Calling(Box<Prepared>),
    /// A further try is due later.
    Parking(Work),
    /// It ends; the facts that say so are gathered.
    Ending(State, Arc<str>),
    Over(State),
}

enum After {
    Call(Box<Prepared>),
    Park(Millis),
    End(State),
}

/// A call, rendered and ready.
struct Prepared {
    need: Need,
    request: Rendered,
    shown: Rendered,
    digest: Hash,
    attempt: u32,
    sent_at: Millis,
}

/// Takes a request in. Its row 0 is written by the first commit that `step` asks for.
pub fn begin(
    pipeline: Arc<Pipeline>,
    received: Received,
    program: Arc<Program>,
    around: &Surroundings,
) -> Live {
    let received = Arc::new(received);
    let mut facts = Vec::with_capacity(4);
    facts.push(Fact::Received(ReceivedFact {
        at: received.at,
        pipeline: pipeline.name.clone(),
        program: program.hash,
        commit: around.commit(),
        file: pipeline.file.clone(),
        dry_run: around.dry_run,
        method: received.method.clone(),
        target: received.target.clone(),
        headers: received.headers.as_block().clone(),
        body: received.body.clone(),
        ip: received.ip.clone(),
        params: received.params.clone(),
    }));
    Live {
        id: received.id,
        patience_until: received.at + PATIENCE,
        run: Run::new(pipeline.clone(), received),
        pipeline,
        log: None,
        program: Some(program),
        next_row: 0,
        fence: 0,
        facts,
        reply: None,
        answered: false,
        status: 0,
        tries: None,
        permit: None,
        phase: Phase::Running,
    }
}

/// Goes on with an operation from its log. `permit` is a free place at the host that its work waited for.
pub fn resume(pipeline: Arc<Pipeline>, log: Log, fence: u64, permit: Option<Permit>, now: Millis) -> Live {
    let received = Arc::new(log.request());
    Live {
        id: log.id,
        run: Run::new(pipeline.clone(), received),
        pipeline,
        program: None,
        next_row: log.rows,
        fence,
        facts: Vec::new(),
        reply: None,
        answered: log.answer.is_some(),
        status: log.answer.as_ref().map_or(0, |told| told.status),
        tries: None,
        patience_until: now + PATIENCE,
        permit,
        phase: Phase::Running,
        log: Some(log),
    }
}

impl Live {
    pub fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    /// Whether the caller has been told something that is recorded.
    pub fn answered(&self) -> bool {
        self.answered
    }

    /// What to do next. Only after `Commit` and `Call` something has to be handed in first.
    pub fn step(&mut self, around: &Surroundings, moment: &Moment<'_>) -> Step {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Running) {
                Phase::Running => {
                    if let Some(step) = self.advance(around, moment) {
                        return step;
                    }
                }
                Phase::Waiting(prepared) => {
                    if let Some(step) = self.take_slot(prepared, around, moment) {
                        return step;
                    }
                }
                Phase::Committed(after) => {
                    if let Some(reply) = self.reply.take() {
                        self.phase = Phase::Committed(after);
                        return Step::Answer(reply);
                    }
                    return match after {
                        After::Call(prepared) => self.call(prepared, moment),
                        After::Park(due) => Step::Parked { due },
                        After::End(state) => {
                            self.phase = Phase::Over(state);
                            Step::Ended(state)
                        }
                    };
                }
                Phase::Parking(work) => {
                    let after = After::Park(work.due);
                    return self.commit(moment.now, State::Open, "", WorkChange::Put(work), after);
                }
                Phase::Ending(state, reason) => {
                    return self.commit(moment.now, state, &reason, WorkChange::Remove, After::End(state));
                }
                Phase::Over(state) => {
                    self.phase = Phase::Over(state);
                    return Step::Ended(state);
                }
                // Asked before what it waits for was handed in: nothing may be done yet.
                waiting @ (Phase::Committing(_) | Phase::Calling(_)) => {
                    self.phase = waiting;
                    return Step::Slot { host: Arc::from(""), until: moment.now };
                }
            }
        }
    }

    /// The commit that `step` asked for is durable.
    pub fn committed(&mut self) {
        if let Phase::Committing(after) = std::mem::replace(&mut self.phase, Phase::Running) {
            self.phase = Phase::Committed(after);
        }
    }

    /// What came of the call that `step` asked for.
    pub fn attempted(&mut self, attempt: Attempt, around: &Surroundings, moment: &Moment<'_>) {
        let Phase::Calling(prepared) = std::mem::replace(&mut self.phase, Phase::Running) else {
            return;
        };
        let Some(call) = call_of(&self.pipeline, &prepared.need) else {
            return;
        };
        let attempt = masked(attempt, moment.secrets.masker());
        let judged = judge(&attempt, &call.policy.rules);
        let asked = retry_after(&attempt, moment.now);
        let answer = match attempt {
            Attempt::Answered(answer) => Some(answer),
            Attempt::NotSent(_) | Attempt::Lost(_) => None,
        };
        let path = prepared.need.path.clone();
        let tries = self.tries_of(&path, prepared.sent_at);
        let tries = Tries { made: tries.made + 1, ..tries };
        self.tries = Some((path.clone(), tries));

        // What may have taken effect is sent again only if the action is repeatable, or the step itself says so.
        let repeats = call.policy.repeatable || matches!(call.policy.retry, Retry::Times { .. });
        let may_repeat = judged.passing && (repeats || judged.class == Class::Refused);
        let waits_until = (!self.answered).then(|| self.patience_of(call, tries.first_at));
        let next = may_repeat
            .then(|| again(&call.policy, tries, moment.now, asked, waits_until, &around.random))
            .flatten();
        self.facts.push(Fact::Outcome(OutcomeFact {
            path: path.clone(),
            action: call.name.clone(),
            attempt: prepared.attempt,
            class: match judged.class {
                Class::Ok => OutcomeClass::Ok,
                Class::Refused => OutcomeClass::Refused,
                Class::Unknown => OutcomeClass::Unknown,
            },
            at: prepared.sent_at,
            took_ms: u32::try_from(moment.now.saturating_sub(prepared.sent_at)).unwrap_or(u32::MAX),
            sent: sent(&prepared.shown),
            digest: prepared.digest,
            answer: answer.as_ref().map(answer_fact),
            reason: judged.reason.as_str().into(),
            last: judged.class != Class::Ok && next.is_none(),
            dry_run: false,
        }));
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
                self.interrupt(&reason, Some(path));
            }
            (_, answer, None) => self.run.resume(Carried::Failed {
                reason: judged.reason,
                status: answer.map(|answer| answer.status),
            }),
        }
    }

    /// Runs the engine until something has to be done outside; `None` if the phase changed and `step` goes on.
    fn advance(&mut self, around: &Surroundings, moment: &Moment<'_>) -> Option<Step> {
        loop {
            match self.run.next() {
                Next::Answer(reply) => self.answer(reply),
                Next::End(end) => {
                    let state = match end.state {
                        EndState::Done | EndState::Stopped => State::Done,
                        EndState::Aborted => State::Aborted,
                        EndState::Failed => State::Failed,
                    };
                    let reason: Arc<str> = end.reason.into();
                    self.facts.push(Fact::End { state, reason: reason.clone(), at_step: end.at });
                    self.phase = Phase::Ending(state, reason);
                    return None;
                }
                Next::Need(need) => {
                    if let Some(carried) = self.recorded(&need) {
                        self.run.resume(carried);
                        continue;
                    }
                    return self.prepare(need, around, moment);
                }
            }
        }
    }

    /// An answer is recorded once: what a caller was told stays true, whatever a retry comes to.
    fn answer(&mut self, reply: Reply) {
        if self.answered {
            return;
        }
        self.answered = true;
        self.status = reply.status;
        self.facts.push(Fact::Answer {
            status: reply.status,
            headers: reply.headers.clone(),
            body: reply.body.clone(),
        });
        self.reply = Some(reply);
    }

    fn recorded(&self, need: &Need) -> Option<Carried> {
        self.log.as_ref()?.actions.get(&need.path)?.carried.clone()
    }

    /// Makes a call ready, or finds that it cannot go out.
    fn prepare(&mut self, need: Need, around: &Surroundings, moment: &Moment<'_>) -> Option<Step> {
        let shown = match need.request.masked() {
            Ok(shown) => shown,
            Err(fault) => {
                self.run.refuse(fault);
                return None;
            }
        };
        let digest = shown.digest();
        let earlier = self.log.as_ref().and_then(|log| log.actions.get(&need.path));
        let recorded =
            earlier.and_then(|action| action.outcomes.last()).is_some_and(|outcome| outcome.digest != digest);
        if recorded {
            let reason = format!("replay diverged at {}", need.path);
            self.interrupt(&reason, Some(need.path));
            return None;
        }
        let attempt = earlier.map_or(0, |action| action.outcomes.len() as u32) + 1;
        if around.dry_run {
            self.pretend(&need, &shown, digest, attempt, moment);
            return None;
        }
        let request = match need.request.render(&|name| moment.secrets.get(name)) {
            Ok(request) => request,
            Err(RenderError::MissingSecret(name)) => {
                self.interrupt(&format!("not sent: secret {name} is not set"), Some(need.path));
                return None;
            }
            Err(RenderError::Fault(fault)) => {
                self.run.refuse(fault);
                return None;
            }
        };
        let prepared = Prepared { need, request, shown, digest, attempt, sent_at: 0 };
        self.take_slot(Box::new(prepared), around, moment)
    }

    /// A dry run takes every action for done.
    fn pretend(&mut self, need: &Need, shown: &Rendered, digest: Hash, attempt: u32, moment: &Moment<'_>) {
        let answer = Answer { status: 200, dry_run: true, ..Answer::default() };
        let action = call_of(&self.pipeline, need).map_or_else(|| Arc::from(""), |call| call.name.clone());
        self.facts.push(Fact::Outcome(OutcomeFact {
            path: need.path.clone(),
            action,
            attempt,
            class: OutcomeClass::Ok,
            at: moment.now,
            took_ms: 0,
            sent: sent(shown),
            digest,
            answer: Some(answer_fact(&answer)),
            reason: "".into(),
            last: false,
            dry_run: true,
        }));
        self.run.resume(Carried::Ok(answer));
    }

    /// A call goes out with a place at its host in hand; its intent is folded into the row that is written anyway.
    fn take_slot(
        &mut self,
        prepared: Box<Prepared>,
        around: &Surroundings,
        moment: &Moment<'_>,
    ) -> Option<Step> {
        let call = call_of(&self.pipeline, &prepared.need)?;
        let host = prepared.need.request.origin.clone();
        let until = self.patience_of(call, moment.now);
        if !self.answered && moment.now >= until {
            self.run.resume(Carried::Failed {
                reason: "no time was left before the answer".to_owned(),
                status: None,
            });
            return None;
        }
        if self.permit.is_none() {
            self.permit = around.targets.take(&host);
        }
        if self.permit.is_none() && !self.answered {
            self.phase = Phase::Waiting(prepared);
            return Some(Step::Slot { host, until });
        }
        let held = self.permit.is_some();
        let reported = !call.policy.repeatable;
        let intent_out = held && reported;
        if held && !reported && self.facts.is_empty() && self.next_row > 0 {
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
        let after = if held { After::Call(prepared) } else { After::Park(moment.now) };
        Some(self.commit(moment.now, State::Open, "", WorkChange::Put(work), after))
    }

    fn call(&mut self, mut prepared: Box<Prepared>, moment: &Moment<'_>) -> Step {
        let (timeout, answer_limit) = match call_of(&self.pipeline, &prepared.need) {
            Some(call) => {
                let left = match self.answered {
                    true => u64::MAX,
                    false => self.patience_of(call, moment.now).saturating_sub(moment.now),
                };
                (call.policy.timeout.min(left.max(1)), call.policy.answer_limit)
            }
            None => (1, 1),
        };
        prepared.sent_at = moment.now;
        let request = prepared.request.clone();
        self.phase = Phase::Calling(prepared);
        Step::Call(Outgoing { request, timeout, answer_limit, permit: self.permit.take() })
    }

    /// Until when a caller waits for this call: all together have a patience, and a written `give up after` replaces it.
    fn patience_of(&self, call: &Call, begun: Millis) -> Millis {
        match call.policy.give_up_after {
            Some(after) => begun.saturating_add(after),
            None => self.patience_until,
        }
    }

    fn tries_of(&self, path: &Arc<str>, sent_at: Millis) -> Tries {
        if let Some((own, tries)) = &self.tries
            && own == path
        {
            return *tries;
        }
        let action = self.log.as_ref().and_then(|log| log.actions.get(path));
        Tries {
            made: action.map_or(0, |action| action.tries),
            first_at: action.and_then(|action| action.first_at).unwrap_or(sent_at),
        }
    }

    fn lane(&self, need: &Need) -> Lane {
        Lane { pipeline: self.pipeline.name.clone(), host: need.request.origin.clone() }
    }

    /// Ends as interrupted: whatever must not be guessed is left to a person. A caller who waits gets 502.
    fn interrupt(&mut self, reason: &str, at_step: Option<Arc<str>>) {
        if !self.answered {
            self.answer(run::failed_reply(self.id));
        }
        let reason: Arc<str> = reason.into();
        self.facts.push(Fact::End { state: State::Interrupted, reason: reason.clone(), at_step });
        self.phase = Phase::Ending(State::Interrupted, reason);
    }

    /// Turns what was gathered into the next row.
    fn commit(&mut self, now: Millis, state: State, reason: &str, work: WorkChange, after: After) -> Step {
        let mut blobs: Vec<Bytes> = Vec::new();
        let facts = encode(&self.facts, &mut blobs);
        self.facts.clear();
        let bytes = facts.len() + blobs.iter().map(Bytes::len).sum::<usize>();
        let row = Row {
            facts,
            blobs,
            index: Index {
                state,
                status: self.status,
                at: now,
                bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
                reason: reason.into(),
            },
        };
        let notice = (matches!(state, State::Failed | State::Interrupted)
            && !self.pipeline.notify.is_empty())
        .then(|| reason.to_owned());
        let n = self.next_row;
        self.next_row += 1;
        self.phase = Phase::Committing(after);
        Step::Commit(match self.program.take() {
            Some(program) => Write::Accept(Box::new(Accept {
                id: self.id,
                pipeline: self.pipeline.name.clone(),
                row,
                work: match work {
                    WorkChange::Put(work) => Some(work),
                    WorkChange::Keep | WorkChange::Remove => None,
                },
                claim: None,
                notice,
                program,
            })),
            None => Write::Step(Box::new(StepWrite {
                id: self.id,
                pipeline: self.pipeline.name.clone(),
                n,
                fence: self.fence,
                row,
                work,
                notice,
            })),
        })
    }
}

fn call_of<'a>(pipeline: &'a Pipeline, need: &Need) -> Option<&'a Call> {
    run::call(pipeline, need)
}

fn sent(shown: &Rendered) -> Sent {
    Sent {
        method: shown.method.clone(),
        url: shown.url.as_str().into(),
        headers: shown.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
        body: shown.body.clone(),
    }
}

fn answer_fact(answer: &Answer) -> AnswerFact {
    AnswerFact { status: answer.status, headers: answer.headers.clone(), body: answer.body.clone() }
}
