//! The sentences of the delivery contract, held against what the outside saw and what stands in the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::scripts::Script;
use super::target::read;
use super::world::World;
use crate::actions::Rendered;
use crate::operations::*;
use crate::run::Reply;
use crate::store::{Fact, Filter, Operation, OutcomeClass, OutcomeFact, State};
use crate::value::Id;

/// How an operation ends that is on disk though its caller was told 503.
const REFUSED: &str = "the store failed, and the caller was told 503";

impl World {
    /// An answer of a run leaves: it is recorded, and what a repeat is told is what the first one was.
    pub(super) fn check_told(&mut self, id: Id, reply: &Reply) {
        let Some(operation) = self.load(id) else {
            return self.must(false, || format!("{id} was told {}, and is not in history", reply.status));
        };
        let is_it = |fact: &Fact| matches!(fact, Fact::Answer { status, body, .. } if *status == reply.status && *body == reply.body);
        let recorded = facts(&operation).find(|fact| matches!(fact, Fact::Answer { .. })).is_some_and(is_it);
        self.must(recorded, || format!("{id} was told {}, which is not recorded", reply.status));
        let repeats = facts(&operation).find_map(|fact| match fact {
            Fact::Repeats { of, .. } => Some(Id(*of)),
            _ => None,
        });
        if let Some(first) = repeats.and_then(|of| self.load(of)) {
            let same = facts(&first).any(is_it);
            self.must(same || reply.status == 409, || {
                format!("{id} was told another answer than its first one")
            });
        } else if repeats.is_some() {
            self.must(false, || format!("{id} repeats an operation that is not there"));
        }
    }

    /// A call goes out: it stands in the store, and what came before it is durable. Gives how many rows its operation has.
    pub(super) fn check_call(&mut self, request: &Rendered) -> usize {
        let (id, label, after) = read(&request.url);
        let Some(operation) = self.load(id) else {
            self.must(false, || format!("{id} calls, and is not in history"));
            return 0;
        };
        let script = Script::named(&operation.pipeline);
        let actions = script.known().actions;
        let reported = actions.iter().any(|(own, reported)| *own == label && *reported);
        let (is_out, is_open) = match &operation.work {
            Some(work) => (work.intent_out, true),
            None => (false, false),
        };
        self.must(is_open, || format!("{id} calls, and has no row in `work`"));
        if reported {
            let intent = Log::read(&operation).is_ok_and(|log| log.call_out().is_some());
            self.must(intent && is_out, || format!("{id} calls {label}, and its intent is not durable"));
        }
        // Each action before has its end in the log.
        for (before, _) in actions.iter().take_while(|(own, _)| *own != label) {
            let ended = outcomes(&operation, 0).any(|outcome| label_of(outcome) == *before && ends(outcome));
            self.must(ended, || format!("{id} calls {label}, and the outcome of {before} is not durable"));
        }
        if let Some(after) = &after {
            let answered = outcomes(&operation, 0).any(|outcome| {
                outcome.class == OutcomeClass::Ok
                    && outcome.answer.as_ref().is_some_and(|answer| says(&answer.body, after))
            });
            self.must(answered, || format!("{id} calls {label} with {after}, which is not recorded"));
        }
        let earlier: Vec<_> = self.target.calls_of(id, &label).cloned().collect();
        for call in &earlier {
            let (was, is) = (&call.after, &after);
            self.must(was == is, || format!("{id} used two answers of one step: {was:?} and {is:?}"));
        }
        if let Some(last) = earlier.last().filter(|_| reported) {
            let may =
                outcomes(&operation, last.rows).filter(|outcome| label_of(outcome) == label).any(|outcome| {
                    outcome.class == OutcomeClass::Refused
                        || (script.insists() && outcome.class == OutcomeClass::Unknown && !outcome.last)
                });
            let ordered = operation.rows.iter().skip(last.rows).flatten().any(is_retry);
            self.must(may || ordered, || {
                format!("{id} calls {label} again, of which nobody knows whether it was carried out")
            });
        }
        operation.rows.len()
    }

    /// A commit of an operation was acknowledged: nothing of its log went away, and its rows agree with its state.
    pub(super) fn check_operation(&mut self, id: Id) {
        let found = self.load(id);
        let before = self.acknowledged.get(&id);
        let Some(operation) = found else {
            let known = before.is_some();
            return self.must(!known, || format!("{id} was acknowledged, and is gone"));
        };
        let rows = before.map_or(0, Vec::len);
        let stays = before.is_none_or(|before| operation.rows.starts_with(before));
        self.must(stays, || format!("{id} had {rows} rows, of which some are gone or others"));
        if let Err(why) = agrees(&operation) {
            self.must(false, || format!("{id} {why}"));
        }
        self.acknowledged.insert(id, operation.rows);
    }

    /// Another process finds what the last one left.
    pub(super) fn check_start(&mut self) {
        for received in self.received.clone() {
            self.check_operation(received.id);
        }
        let mut seen: BTreeMap<Id, State> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = match self.process.store.list(&Filter::default(), after.as_ref(), 7) {
                Ok(page) => page,
                Err(error) => return self.must(false, || format!("history cannot be read: {error}")),
            };
            for listed in page.items {
                let twice = seen.insert(listed.id, listed.state).is_some();
                self.must(!twice, || format!("{} stands twice in history", listed.id));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut open = 0;
        for id in self.acknowledged.keys().copied().collect::<Vec<_>>() {
            let state =
                self.load(id).map(|operation| ended(&operation).map_or(State::Open, |(state, _)| state));
            let listed = seen.remove(&id);
            self.must(state == listed, || format!("{id} is {state:?}, and listed as {listed:?}"));
            open += u64::from(state == Some(State::Open));
        }
        self.must(seen.is_empty(), || format!("nobody sent {seen:?}"));
        let work: u64 = self.process.store.lanes().unwrap_or_default().iter().map(|lane| lane.depth).sum();
        self.must(work == open, || format!("{open} operations are open, and `work` has {work} rows"));
    }

    /// What came of a call is known to a process that goes on: then it is recorded.
    pub(super) fn check_heard(&mut self) {
        for call in std::mem::take(&mut self.process.heard) {
            let call = self.target.calls[call].clone();
            let recorded = self
                .load(call.id)
                .is_some_and(|own| outcomes(&own, call.rows).any(|outcome| label_of(outcome) == call.label));
            self.must(recorded, || {
                format!("the outcome of a call of {} by {} was known, and is lost", call.label, call.id)
            });
        }
    }

    /// All that was accepted has ended, and every caller who was there was answered.
    pub(super) fn check_rest(&mut self) {
        self.check_heard();
        let waiting = self.process.callers.len();
        self.must(waiting == 0, || format!("{waiting} callers wait for ever"));
        for received in self.received.clone() {
            let (id, known) = (received.id, received.script.known());
            let Some(operation) = self.load(id) else {
                let told = self.told.get(&id).map(|told| told.status);
                let called = self.target.calls.iter().any(|call| call.id == id);
                self.must(told.is_none() && !called, || format!("{id} was told {told:?}, and is lost"));
                continue;
            };
            if let Some(told) = self.told.get(&id) {
                let stays = facts(&operation).find_map(|fact| match fact {
                    Fact::Answer { status, body, .. } => Some(*status == told.status && *body == told.body),
                    _ => None,
                });
                self.must(stays == Some(true), || format!("what {id} was told is not in history"));
            }
            let Some((state, reason)) = ended(&operation) else {
                self.must(false, || format!("{id} never ends"));
                continue;
            };
            if self.refused.contains(&id) {
                let called = self.target.calls.iter().any(|call| call.id == id);
                self.must(state == State::Aborted && !called, || {
                    format!("{id} was told 503, and is {state:?}")
                });
            }
            let ordered = |what: &str| {
                facts(&operation)
                    .filter(|fact| matches!(fact, Fact::Person { what: own, .. } if **own == *what))
                    .count()
            };
            for (label, reported) in known.actions {
                let carried_out =
                    self.target.calls_of(id, label).filter(|call| call.is_carried_out()).count();
                let most = 1 + ordered(RETRY);
                self.must(!*reported || received.script.insists() || carried_out <= most, || {
                    format!("{label} of {id} was carried out {carried_out} times")
                });
                let settled = ordered(SETTLE) > 0;
                self.must(state != State::Done || carried_out > 0 || settled, || {
                    format!("{id} is done, and {label} was never carried out")
                });
            }
            let wrong = outcomes(&operation, 0).find(|outcome| {
                let Some(answer) = outcome.answer.as_ref().filter(|_| outcome.class == OutcomeClass::Ok)
                else {
                    return false;
                };
                let said = says(&answer.body, "said");
                let label = label_of(outcome);
                !said && !self.target.calls_of(id, &label).any(|call| says(&answer.body, &call.serial))
            });
            let wrong = wrong.map(label_of);
            self.must(wrong.is_none(), || format!("{id} has an answer of {wrong:?} that nobody gave"));
            let unclear = known.actions.iter().find(|(label, reported)| {
                let last = outcomes(&operation, 0).filter(|outcome| label_of(outcome) == *label).last();
                *reported && last.is_some_and(|outcome| outcome.class == OutcomeClass::Unknown)
            });
            self.must(state != State::Failed || unclear.is_none(), || {
                format!("{id} failed, and nobody knows whether {unclear:?} was carried out")
            });
            let understood = reason.starts_with("the outcome of `http.post` is unknown")
                || reason.starts_with("stopped the server");
            self.must(state != State::Interrupted || understood, || format!("{id} is interrupted: {reason}"));
        }
    }

    /// One key, one execution: at most one operation has it, and it is free exactly where none has.
    pub(super) fn check_keys(&mut self) {
        let keys: BTreeSet<(Script, u8)> = self.received.iter().map(|own| (own.script, own.key)).collect();
        for (script, key) in keys {
            let Some(within) = script.known().within else { continue };
            let mut holders = Vec::new();
            let mut reported = BTreeSet::new();
            for own in self.received.clone().iter().filter(|own| (own.script, own.key) == (script, key)) {
                let Some(operation) = self.load(own.id) else { continue };
                let claimed = facts(&operation).any(|fact| matches!(fact, Fact::Claimed { .. }));
                if claimed && own.id.millis() + within > self.now && holds_key(script, &operation) {
                    holders.push(own.id);
                }
                let carried_out =
                    |label: &str| self.target.calls_of(own.id, label).any(|call| call.is_carried_out());
                if script
                    .known()
                    .actions
                    .iter()
                    .any(|(label, is_reported)| *is_reported && carried_out(label))
                {
                    reported.insert(own.id);
                }
            }
            self.must(holders.len() <= 1, || format!("{holders:?} have one key"));
            self.must(reported.len() <= 1, || format!("{reported:?} were carried out for one key"));
            let of = self.who_has(script, key);
            self.must(of == holders.first().copied(), || {
                let [of, by] =
                    [of.as_slice(), &holders].map(|ids| ids.iter().map(Id::to_string).collect::<Vec<_>>());
                format!("the key {key} of {script:?} is held by {of:?}, and should be by {by:?}")
            });
        }
    }

    fn load(&self, id: Id) -> Option<Operation> {
        self.process.store.load(id).unwrap_or_default()
    }
}

fn facts(operation: &Operation) -> impl Iterator<Item = &Fact> {
    operation.rows.iter().flatten()
}

/// From a row on.
fn outcomes(operation: &Operation, row: usize) -> impl Iterator<Item = &OutcomeFact> {
    operation.rows.iter().skip(row).flatten().filter_map(|fact| match fact {
        Fact::Outcome(outcome) => Some(outcome),
        _ => None,
    })
}

fn label_of(outcome: &OutcomeFact) -> String {
    read(&outcome.sent.url).1
}

fn ends(outcome: &OutcomeFact) -> bool {
    outcome.class == OutcomeClass::Ok || outcome.last
}

fn says(body: &[u8], serial: &str) -> bool {
    String::from_utf8_lossy(body).contains(&format!("\"{serial}\""))
}

fn is_retry(fact: &Fact) -> bool {
    matches!(fact, Fact::Person { what, .. } if **what == *RETRY)
}

/// How it ended, if nobody ordered otherwise since.
fn ended(operation: &Operation) -> Option<(State, Arc<str>)> {
    let log = Log::read(operation).ok()?;
    log.ended.map(|ended| (ended.state, ended.reason))
}

fn name(ended: Option<State>) -> &'static str {
    ended.unwrap_or(State::Open).as_str()
}

/// Whether the key of an operation that has ended is still its own.
fn holds_key(script: Script, operation: &Operation) -> bool {
    let Some((state, reason)) = ended(operation) else { return true };
    if matches!(state, State::Done | State::Interrupted) {
        return true;
    }
    let is_cancelled = operation.rows.last().is_some_and(|row| {
        row.iter().any(|fact| matches!(fact, Fact::Person { what, .. } if **what == *CANCEL))
    });
    if *reason == *REFUSED {
        return false;
    }
    if is_cancelled {
        let before =
            Operation { rows: operation.rows[..operation.rows.len() - 1].to_vec(), ..operation.clone() };
        let answered = facts(&before).any(|fact| matches!(fact, Fact::Answer { .. }));
        let nothing = outcomes(&before, 0).all(|outcome| outcome.class == OutcomeClass::Refused)
            && Log::read(&before).is_ok_and(|log| log.call_out().is_none());
        return answered || !nothing;
    }
    let responded = facts(operation).any(|fact| matches!(fact, Fact::Answer { status: 200..300, .. }));
    let reported = |label: &str| script.known().actions.iter().any(|(own, is)| *own == label && *is);
    let unclear = outcomes(operation, 0)
        .any(|outcome| outcome.class != OutcomeClass::Refused && reported(&label_of(outcome)));
    responded || unclear
}

/// Whether a log is one that can be, and the rows beside it agree with it.
fn agrees(operation: &Operation) -> Result<(), String> {
    let mut ended: Option<State> = None;
    let mut attempts = BTreeSet::new();
    let mut answered = BTreeSet::new();
    for (n, row) in operation.rows.iter().enumerate() {
        for (at, fact) in row.iter().enumerate() {
            let is_first = (n, at) == (0, 0);
            match fact {
                Fact::Received(_) if !is_first => return Err("was received twice".to_owned()),
                _ if is_first && !matches!(fact, Fact::Received(_)) => {
                    return Err("does not begin with what was received".to_owned());
                }
                Fact::Claimed { .. } | Fact::LetIn(_) | Fact::Receipt(_) | Fact::Repeats { .. } if n > 0 => {
                    return Err("had its gates decided twice".to_owned());
                }
                Fact::Person { what, .. } if matches!(&**what, RETRY | SETTLE) => match ended.take() {
                    Some(State::Failed | State::Interrupted) => {}
                    other => return Err(format!("is ordered to go on, and was {}", name(other))),
                },
                Fact::End { state, reason, .. } => {
                    if ended.is_some() && **reason != *REFUSED {
                        return Err(format!("was {}, and became {}", name(ended), state.as_str()));
                    }
                    ended = Some(*state);
                }
                Fact::Outcome(_)
                | Fact::Intent { .. }
                | Fact::Answer { .. }
                | Fact::Wait { .. }
                | Fact::Resumed(_)
                    if ended.is_some() =>
                {
                    return Err(format!("was {}, and went on", name(ended)));
                }
                _ => {}
            }
            if let Fact::Outcome(outcome) = fact {
                // What a person says of an attempt stands beside what was known of it.
                let by_person = row.iter().any(|fact| matches!(fact, Fact::Person { .. }));
                if !by_person && !attempts.insert((outcome.path.clone(), outcome.attempt)) {
                    return Err(format!(
                        "has two outcomes of attempt {} at {}",
                        outcome.attempt, outcome.path
                    ));
                }
                if outcome.class == OutcomeClass::Ok && !answered.insert(outcome.path.clone()) {
                    return Err(format!("has two answers of step {}", outcome.path));
                }
            }
        }
    }
    if operation.work.is_some() != ended.is_none() {
        return Err(format!("is {}, and its row in `work` is {:?}", name(ended), operation.work));
    }
    let out = Log::read(operation)?.call_out().is_some();
    if let Some(work) = &operation.work
        && work.intent_out != out
    {
        return Err(format!("has an intent: {out}, and its row in `work` says {}", work.intent_out));
    }
    if matches!(ended, Some(State::Failed | State::Interrupted)) && operation.notice.is_none() {
        return Err(format!("is {}, and no notice is queued", name(ended)));
    }
    Ok(())
}
