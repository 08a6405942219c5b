//! The scheduler, as `serve` has it: what is due is claimed with a place at its host, and gone on with from its log.

use std::collections::BTreeMap;

use super::process::{Doing, For};
use super::scripts::Script;
use super::world::World;
use crate::operations::*;
use crate::run::failed_reply;
use crate::store::{Claimed, LaneHead, StoreError};
use crate::value::Id;

impl World {
    /// One look at the store.
    pub(super) fn look(&mut self) {
        let store = self.process.store.clone();
        let looked = if self.process.is_new {
            self.process.is_new = false;
            store.strays(self.now, 4_096).map(|strays| {
                strays.into_iter().for_each(|claimed| self.go_on(claimed, None));
            })
        } else {
            self.look_at_lanes()
        };
        if let Err(error) = looked {
            self.must(false, || format!("the store cannot be looked through: {error}"));
        }
    }

    fn look_at_lanes(&mut self) -> Result<(), StoreError> {
        let store = self.process.store.clone();
        self.process.woken = false;
        let heads: Vec<LaneHead> = store
            .lanes()?
            .into_iter()
            .filter(|head| self.process.around.stop(&head.lane.pipeline) != Some(Stop::Held))
            .collect();
        let process = &mut self.process;
        let Dealt { shares, behind, next } = process.turns.deal(&process.around.targets, &heads, self.now);
        process.around.targets.set_behind(behind);
        process.look_at = next;
        process.freed_seen = process.freed();
        if shares.is_empty() {
            return Ok(());
        }
        let mut permits = BTreeMap::new();
        let mut wanted = Vec::new();
        for Share { lane, permits: held, count } in shares {
            permits.insert(lane.clone(), held);
            wanted.push((lane, count));
        }
        let claimed = store.claim(&wanted, self.now)?;
        let found = !claimed.is_empty();
        self.must(found, || "what is due is not to be had".to_owned());
        for claimed in claimed {
            let permit = permits.get_mut(&claimed.work.lane).and_then(Vec::pop);
            self.go_on(claimed, permit);
        }
        self.process.woken = true;
        Ok(())
    }

    fn go_on(&mut self, claimed: Claimed, permit: Option<Permit>) {
        let id = claimed.id;
        let is_waited_for = self.process.callers.contains_key(&id);
        if let Some(caller) = self.process.callers.get_mut(&id) {
            caller.parked = false;
        }
        if self.process.is_stopping() && !is_waited_for {
            return;
        }
        let Ok(Some(operation)) = self.process.store.load(id) else {
            return self.must(false, || format!("the work of {id} is there, and it is not"));
        };
        let log = match Log::read(&operation) {
            Ok(log) => log,
            Err(error) => return self.must(false, || error),
        };
        let at = self.process.sudden_end;
        let found = at > 0 && (claimed.work.intent_out || claimed.work.due <= at);
        if found && log.resumed >= MOST_RESUMED {
            let told = is_waited_for.then(|| failed_reply(id));
            let write =
                interrupted(&operation, claimed.fence, "stopped the server", told.as_ref(), true, self.now);
            return self.process.queue.push_back((write, For::Nobody(id)));
        }
        let waits_since = match (&log.answer, is_waited_for) {
            (Some(_), _) | (None, true) => log.received.at,
            (None, false) => *self.process.left.entry(id).or_insert(self.now),
        };
        let pipeline = Script::named(&operation.pipeline).known().pipeline.clone();
        let grasp = Grasp { fence: claimed.fence, permit, due: claimed.work.due, waits_since, found };
        self.say(format!("{} goes on", self.name(id)));
        let mut live = resume(pipeline, log, grasp);
        let first = self.process.step(&mut live, self.now);
        self.process.take_in_hand(id, Some(Box::new(live)), None, Doing::Next(first));
    }

    /// It was recorded that an operation cannot go on here.
    pub(super) fn interrupted(&mut self, id: Id) {
        self.tell(id, &failed_reply(id));
    }
}
