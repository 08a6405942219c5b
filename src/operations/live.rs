//! One operation in hand, from its request or from its log. `step` says what is to be done next; what came of it is handed
//! in, and `step` is asked again. Nothing leaves before the row that it rests on is committed. How a call is made and
//! what follows from its outcome stands in `calls`.

use std::sync::Arc;

use super::calls::{self, Prepared};
use super::claims::{Held, for_repeats};
use super::log::Log;
use super::notices::Reason;
use super::rows;
use super::targets::Permit;
use super::{Moment, PATIENCE, Surroundings};
use crate::actions::Rendered;
use crate::resolve::program::Pipeline;
use crate::run::{self, EndState, Key, Next, Received, Reply, Run};
use crate::store::{
    Accept, Claim, ClaimChange, Fact, Fault, Lane, Millis, Program, State, Step as StepWrite, Work,
    WorkChange, Write, planted,
};
use crate::value::Id;

/// What is to be done next.
pub enum Step {
    /// Commit this, then call `committed`.
    Commit(Write),
    /// Give the caller this answer: the row that holds it is committed.
    Answer(Reply),
    /// Send this, then call `attempted`.
    Call(Outgoing),
    /// No call to its host is free: step again when one is, or at this time.
    Slot {
        until: Millis,
    },
    /// Its work row waits in the store; let go of it.
    Parked,
    Ended(State),
}

/// A call that may go out now.
pub struct Outgoing {
    pub request: Rendered,
    /// In milliseconds.
    pub timeout: u64,
    /// In bytes.
    pub answer_limit: u64,
    /// Its intent is recorded: if it is not made now, a person has to say whether it was.
    pub is_promised: bool,
}

pub struct Live {
    pub id: Id,
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) run: Run,
    /// What was recorded before it came into this hand; `None` for a new one.
    pub(super) log: Option<Log>,
    /// The text of a new one's program; taken by row 0.
    program: Option<Arc<Program>>,
    pub(super) next_row: u16,
    fence: u64,
    /// Of the row that is being gathered.
    pub(super) facts: Vec<Fact>,
    /// A person ordered its request to be carried out anew.
    replays: bool,
    /// The key that it holds, or asks for with its first row.
    claim: Option<Held>,
    /// What repeats are told from the next row on.
    told_to_repeats: Option<Reply>,
    /// A reported action may have taken effect.
    pub(super) may_have_effect: bool,
    /// The caller had its answer before the run ended.
    after_answer: bool,
    /// The caller's answer, until it left.
    reply: Option<Reply>,
    /// Whether an answer is recorded, or in the row being gathered.
    pub(super) answered: bool,
    status: u16,
    /// Since when its caller waits, or this server goes on with it where none does.
    pub(super) waits_since: Millis,
    /// Until when its caller waits for all calls together.
    pub(super) patience_until: Millis,
    /// When the work that it is was due.
    pub(super) due: Millis,
    /// Actions and waits of the log that the engine came to again.
    replayed: usize,
    /// Of all its answers that are recorded.
    pub(super) answer_bytes: usize,
    /// A place at a host that it holds for its next call, or for the one that is out.
    pub(super) permit: Option<Permit>,
    /// Its actions are recorded, not sent: as it was when it was received.
    pub(super) dry_run: bool,
    pub(super) phase: Phase,
}

pub(super) enum Phase {
    /// It was found by a start behind a sudden end, which is recorded before the engine goes on: what ends a server ends
    /// it no third time.
    Resuming,
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

pub(super) enum After {
    Run,
    Call(Box<Prepared>),
    /// A place at its host is waited for.
    Wait(Box<Prepared>),
    Park,
    End(State),
}

/// Takes in a request that `admit` has let in. Its row 0 is written by the first commit that `step` asks for.
pub fn begin(
    pipeline: Arc<Pipeline>,
    received: Received,
    program: Arc<Program>,
    around: &Surroundings,
) -> Live {
    let received = Arc::new(received);
    let mut facts = Vec::with_capacity(4);
    facts.push(rows::received(&pipeline, &received, around));
    facts.extend(rows::let_in(&pipeline));
    facts.extend(rows::receipt(&received));
    Live {
        id: received.id,
        waits_since: received.at,
        patience_until: received.at + PATIENCE,
        due: received.at,
        replayed: 0,
        answer_bytes: 0,
        run: Run::new(pipeline.clone(), received),
        pipeline,
        log: None,
        program: Some(program),
        next_row: 0,
        fence: 0,
        facts,
        replays: false,
        claim: None,
        told_to_repeats: None,
        may_have_effect: false,
        after_answer: false,
        reply: None,
        answered: false,
        status: 0,
        permit: None,
        dry_run: around.dry_run,
        phase: Phase::Running,
    }
}

/// How somebody who goes on with an operation has it.
pub struct Grasp {
    pub fence: u64,
    /// A free place at the host that its work waited for.
    pub permit: Option<Permit>,
    /// When its work was due.
    pub due: Millis,
    /// For one without an answer: since when its caller waits, or since when this server goes on with it.
    pub waits_since: Millis,
    /// A start found it behind a sudden end.
    pub found: bool,
}

/// Goes on with an operation from its log.
pub fn resume(pipeline: Arc<Pipeline>, log: Log, grasp: Grasp) -> Live {
    let received = Arc::new(log.request());
    Live {
        id: log.id,
        run: Run::new(pipeline.clone(), received),
        pipeline,
        program: None,
        next_row: log.rows,
        fence: grasp.fence,
        facts: grasp.found.then_some(Fact::Resumed(log.resumed + 1)).into_iter().collect(),
        replays: false,
        claim: log.claim,
        told_to_repeats: None,
        may_have_effect: false,
        after_answer: false,
        reply: None,
        answered: log.answer.is_some(),
        status: log.answer.as_ref().map_or(0, |told| told.status),
        waits_since: grasp.waits_since,
        patience_until: grasp.waits_since.saturating_add(PATIENCE),
        due: grasp.due,
        replayed: 0,
        answer_bytes: log.answer_bytes,
        permit: grasp.permit,
        dry_run: log.received.dry_run,
        phase: if grasp.found { Phase::Resuming } else { Phase::Running },
        log: Some(log),
    }
}

impl Live {
    pub fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    /// The request that it was made of.
    pub fn received(&self) -> &Arc<Received> {
        self.run.received()
    }

    /// Whether the caller has been told something that is recorded.
    pub fn answered(&self) -> bool {
        self.answered
    }

    /// Links it to the operation whose request it carries out anew.
    pub fn link(&mut self, from: Id) {
        self.replays = true;
        self.facts.push(Fact::Linked(from.0));
    }

    /// What to do next. Only after `Commit` and `Call` something has to be handed in first.
    pub fn step(&mut self, around: &Surroundings, moment: &Moment<'_>) -> Step {
        loop {
            match std::mem::replace(&mut self.phase, Phase::Running) {
                Phase::Resuming => {
                    return self.commit(moment.now, State::Open, "".into(), WorkChange::Keep, After::Run);
                }
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
                        After::Run => continue,
                        After::Call(prepared) => self.call(prepared, moment),
                        After::Wait(prepared) => {
                            self.phase = Phase::Waiting(prepared);
                            continue;
                        }
                        After::Park => Step::Parked,
                        After::End(state) => {
                            self.phase = Phase::Over(state);
                            Step::Ended(state)
                        }
                    };
                }
                Phase::Parking(work) => {
                    return self.commit(
                        moment.now,
                        State::Open,
                        "".into(),
                        WorkChange::Put(work),
                        After::Park,
                    );
                }
                Phase::Ending(state, reason) => {
                    return self.commit(moment.now, state, reason, WorkChange::Remove, After::End(state));
                }
                Phase::Over(state) => {
                    self.phase = Phase::Over(state);
                    return Step::Ended(state);
                }
                // Asked before what it waits for was handed in: nothing may be done yet.
                waiting @ (Phase::Committing(_) | Phase::Calling(_)) => {
                    self.phase = waiting;
                    return Step::Slot { until: moment.now };
                }
            }
        }
    }

    /// The commit that `step` asked for is durable.
    pub fn committed(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Running) {
            Phase::Committing(after) => self.phase = Phase::Committed(after),
            other => self.phase = other,
        }
    }

    /// The caller's answer, if the row that holds it is committed and it has not left yet: what `step` would give next.
    pub fn take_answer(&mut self) -> Option<Reply> {
        matches!(self.phase, Phase::Committed(_)).then(|| self.reply.take()).flatten()
    }

    /// Runs the engine until something has to be done outside; `None` if the phase changed and `step` goes on.
    fn advance(&mut self, around: &Surroundings, moment: &Moment<'_>) -> Option<Step> {
        loop {
            match self.run.next() {
                Next::Answer(reply) => {
                    self.answer(reply);
                    if planted(Fault::EarlyAnswer) {
                        return self.reply.take().map(Step::Answer);
                    }
                }
                Next::Claim(key) => self.ask_for(key),
                Next::End(end) => {
                    if self.has_diverged() {
                        self.interrupt("replay diverged at its end".to_owned(), end.at);
                        return None;
                    }
                    self.after_answer = end.after_answer;
                    let state = match end.state {
                        EndState::Done | EndState::Stopped => State::Done,
                        EndState::Aborted => State::Aborted,
                        EndState::Failed => State::Failed,
                    };
                    self.end(state, end.reason.into(), end.at);
                    return None;
                }
                Next::Wait(wait) => {
                    if self.log.as_ref().is_some_and(|log| log.waits.contains_key(&wait.path)) {
                        self.replayed += 1;
                        self.run.waited();
                    } else {
                        self.begin_wait(wait, moment);
                        return None;
                    }
                }
                Next::Need(need) => {
                    let digest = need.masked.digest();
                    let recorded = self.log.as_ref().and_then(|log| log.actions.get(&need.path));
                    self.replayed += usize::from(recorded.is_some());
                    let is_another =
                        recorded.and_then(|action| action.digest()).is_some_and(|before| before != digest);
                    if is_another || (recorded.is_none() && self.has_diverged()) {
                        self.interrupt(format!("replay diverged at {}", need.path), Some(need.path));
                        return None;
                    }
                    if let Some(recorded) = recorded {
                        self.may_have_effect |= calls::may_have_effect(&self.pipeline, &need, recorded);
                    }
                    match recorded
                        .and_then(|action| action.carried.clone())
                        .filter(|_| !planted(Fault::RecordIgnored))
                    {
                        Some(carried) => {
                            self.spare_recorded(&need);
                            self.run.resume(carried);
                        }
                        None => return self.prepare(need, digest, around, moment),
                    }
                }
            }
        }
    }

    /// Whether the engine went past something that is recorded without coming to it.
    fn has_diverged(&self) -> bool {
        self.log.as_ref().is_some_and(|log| self.replayed < log.actions.len() + log.waits.len())
    }

    /// A `wait` is a due time in the pipeline's own lane.
    fn begin_wait(&mut self, wait: run::Wait, moment: &Moment<'_>) {
        if self.has_diverged() {
            self.interrupt(format!("replay diverged at {}", wait.path), Some(wait.path));
            return;
        }
        let due = moment.now.saturating_add(wait.millis);
        self.facts.push(Fact::Wait { path: wait.path, until: due });
        let lane = Lane { pipeline: self.pipeline.name.clone(), host: "".into() };
        self.phase = Phase::Parking(Work { lane, due, pause: wait.millis, intent_out: false, held: false });
    }

    /// Asks for the key of its `dedupe` with the first row; in a run from the log that was decided then. What a person
    /// orders anew is to run whoever has the key.
    fn ask_for(&mut self, key: Key) {
        if self.log.is_none() && !self.replays {
            let held = Held { key: key.hash, end: self.received().at.saturating_add(key.within) };
            self.facts.push(Fact::Claimed { key: held.key, end: held.end });
            self.claim = Some(held);
        }
    }

    /// An answer is recorded once: what a caller was told stays true, whatever a retry comes to. Who repeats the request
    /// later is told what the retry came to.
    fn answer(&mut self, reply: Reply) {
        if self.answered {
            let known = self.log.as_ref().is_none_or(|log| log.says_last(&reply));
            if self.claim.is_some() && !known {
                self.facts.push(rows::answer(&reply));
                self.told_to_repeats = Some(reply);
            }
            return;
        }
        if self.claim.is_some() {
            self.told_to_repeats = Some(reply.clone());
        }
        self.tell(reply);
    }

    fn tell(&mut self, reply: Reply) {
        self.answered = true;
        self.status = reply.status;
        self.facts.push(rows::answer(&reply));
        self.reply = Some(reply);
    }

    /// Ends as interrupted: whatever must not be guessed is left to a person. A caller who waits gets 502; a repeat is
    /// not told that, since a person may still come to an answer.
    pub(super) fn interrupt(&mut self, reason: String, at_step: Option<Arc<str>>) {
        if !self.answered {
            self.tell(run::failed_reply(self.id));
        }
        self.end(State::Interrupted, reason.into(), at_step);
    }

    fn end(&mut self, state: State, reason: Arc<str>, at_step: Option<Arc<str>>) {
        self.facts.push(Fact::End { state, reason: reason.clone(), at_step });
        self.phase = Phase::Ending(state, reason);
    }

    /// Whether with this state its key is left to the next: it failed before its `respond`, and nothing can have come of
    /// it, so that the sender may correct the request and try again.
    fn leaves_its_key(&self, state: State) -> bool {
        matches!(state, State::Aborted | State::Failed) && !self.after_answer && !self.may_have_effect
    }

    /// Its key is asked for with a row that is still to be committed.
    pub(super) fn is_unclaimed(&self) -> bool {
        self.claim.is_some() && self.next_row == 0
    }

    /// Turns what was gathered into the next row.
    pub(super) fn commit(
        &mut self,
        now: Millis,
        state: State,
        reason: Arc<str>,
        work: WorkChange,
        after: After,
    ) -> Step {
        let notice = (matches!(state, State::Failed | State::Interrupted)
            && !self.pipeline.notify.is_empty())
        .then(|| Reason::of(&self.facts, state).to_string());
        let row = rows::row(&self.facts, state, self.status, reason, now);
        self.facts.clear();
        let released = self.leaves_its_key(state);
        let answer = self.told_to_repeats.take().map(|reply| for_repeats(&reply, &self.received().body));
        let n = self.next_row;
        self.next_row = n.saturating_add(1);
        self.phase = Phase::Committing(after);
        let (id, pipeline) = (self.id, self.pipeline.name.clone());
        Step::Commit(match self.program.take() {
            Some(program) => {
                let work = match work {
                    WorkChange::Put(work) => Some(work),
                    WorkChange::Keep | WorkChange::Remove => None,
                };
                let claim = self.claim.map(|held| Claim {
                    key: held.key,
                    end: held.end,
                    answer: answer.flatten(),
                    kept: !released,
                });
                Write::Accept(Box::new(Accept { id, pipeline, row, work, claim, notice, program }))
            }
            None => {
                let claim = match (self.claim, answer) {
                    (Some(Held { key, .. }), _) if released => ClaimChange::Release { key },
                    (Some(Held { key, .. }), Some(answer)) => ClaimChange::Answer { key, answer },
                    _ => ClaimChange::Keep,
                };
                let fence = self.fence;
                Write::Step(Box::new(StepWrite { id, pipeline, n, fence, row, work, claim, notice }))
            }
        })
    }
}
