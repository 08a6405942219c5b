//! What a person orders of operations.

use super::history::Orders;
use super::process::For;
use super::scripts::Script;
use super::world::World;
use crate::actions::Answer;
use crate::operations::*;
use crate::run::failed_reply;
use crate::store::{Fact, Write, Written};
use crate::value::Id;

const WHO: &str = "a person";

impl World {
    pub(super) fn order(&mut self, orders: Orders, of: u8) {
        if self.received.is_empty() || self.process.is_stopping() {
            return;
        }
        let mut all: Vec<Id> = self.received.iter().map(|received| received.id).collect();
        all.rotate_left(usize::from(of) % self.received.len());
        let write = all.into_iter().find_map(|id| self.ordering(orders, id).ok().map(|write| (id, write)));
        match write {
            Some((id, write)) => self.process.queue.push_back((write, For::Person(id, orders, self.now))),
            None => self.say("a person is refused".to_owned()),
        }
    }

    fn ordering(&self, orders: Orders, id: Id) -> Result<Write, String> {
        let operation = self.process.store.load(id).ok().flatten().ok_or("it is not there")?;
        let order = Order { who: WHO, now: self.now };
        let pipeline = &Script::named(&operation.pipeline).known().pipeline;
        let body = "{\"serial\": \"said\"}".to_owned().into();
        let said = Answer { status: 200, body, ..Answer::default() };
        let masker = self.process.secrets.masker();
        match orders {
            Orders::Retry => retry(&operation, order),
            Orders::SettleOk => settle(&operation, pipeline, Said::Answered(said), masker, order),
            Orders::SettleFailed => settle(&operation, pipeline, Said::Failed, masker, order),
            Orders::Cancel => {
                let told = self.process.callers.contains_key(&id).then(|| failed_reply(id));
                cancel(&operation, Some(pipeline), told.as_ref(), order)
            }
        }
    }

    /// What became of an order.
    pub(super) fn ordered(&mut self, id: Id, orders: Orders, at: Millis, written: Result<Written, ()>) {
        let Ok(Written::Done) = written else {
            return self.say(format!("a person is told: {written:?}"));
        };
        // Another row may have come before it.
        let Ok(Some(operation)) = self.process.store.load(id) else { return };
        let stands =
            |fact: &Fact| matches!(fact, Fact::Person { who, at: then, .. } if **who == *WHO && *then == at);
        if !operation.rows.iter().flatten().any(stands) {
            return self.say("a person is told: it went on meanwhile".to_owned());
        }
        self.say(format!("{} is ordered to {orders:?}", self.name(id)));
        let reply = failed_reply(id);
        match orders {
            Orders::Cancel if self.process.callers.contains_key(&id) => {
                if Log::read(&operation).is_ok_and(|log| log.tells(&reply)) {
                    self.tell(id, &reply);
                }
            }
            _ => self.process.woken = true,
        }
        self.process.wake(id);
    }
}
