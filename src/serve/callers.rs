//! Who waits for the answer of which operation, and how many wait for one pipeline's. A caller who hangs up is counted, with
//! the bytes of the body, until the operation has its answer: hanging up must not buy anybody another one.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::budget::Lease;
use crate::run::Reply;
use crate::store::Millis;
use crate::value::Id;

/// The requests of one pipeline that may be without an answer at once.
const UNANSWERED: usize = 256;

#[derive(Default)]
pub struct Callers {
    waiting: Mutex<HashMap<Id, Caller>>,
    /// Repeats of requests whose first operation has no answer yet, by that operation.
    repeats: Mutex<HashMap<Id, Vec<oneshot::Sender<()>>>>,
    unanswered: Arc<Mutex<BTreeMap<Arc<str>, usize>>>,
    /// Since when this server goes on with operations that have no answer and no caller here.
    left: Mutex<HashMap<Id, Millis>>,
}

struct Caller {
    answer: oneshot::Sender<Reply>,
    pipeline: Arc<str>,
    parked: Parked,
    /// Given back when it has its answer.
    _held: (Turn, Lease),
}

/// Whether an operation waits in the store, so that nobody has it in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parked {
    Yes,
    No,
}

/// One request of a pipeline that is without an answer; counted until it is dropped.
pub struct Turn {
    unanswered: Arc<Mutex<BTreeMap<Arc<str>, usize>>>,
    pipeline: Arc<str>,
}

impl Callers {
    /// A turn of this pipeline, unless too many are taken.
    pub fn turn(&self, pipeline: &Arc<str>) -> Option<Turn> {
        let mut unanswered = lock(&self.unanswered);
        match unanswered.get_mut(pipeline) {
            Some(count) if *count >= UNANSWERED => return None,
            Some(count) => *count += 1,
            None => drop(unanswered.insert(pipeline.clone(), 1)),
        }
        Some(Turn { unanswered: self.unanswered.clone(), pipeline: pipeline.clone() })
    }

    /// Waits for the answer of an operation: an error when it is given up without one.
    pub fn wait(&self, id: Id, turn: Turn, lease: Lease) -> oneshot::Receiver<Reply> {
        let (answer, wait) = oneshot::channel();
        let pipeline = turn.pipeline.clone();
        let caller = Caller { answer, pipeline, parked: Parked::No, _held: (turn, lease) };
        lock(&self.waiting).insert(id, caller);
        wait
    }

    pub fn set_parked(&self, id: Id, parked: Parked) {
        if let Some(caller) = lock(&self.waiting).get_mut(&id) {
            caller.parked = parked;
        }
    }

    /// Tells those who wait for parked operations of a pipeline, which will not go on for now.
    pub fn dismiss(&self, pipeline: &str, reply: &Reply) {
        let parked = |caller: &mut Caller| *caller.pipeline == *pipeline && caller.parked == Parked::Yes;
        let dismissed: Vec<Caller> =
            lock(&self.waiting).extract_if(|_, caller| parked(caller)).map(|(_, caller)| caller).collect();
        for caller in dismissed {
            drop(caller.answer.send(reply.clone()));
        }
    }

    /// Waits for news of an operation that has no answer yet: it has one, or it is given up, or it has ended.
    pub fn watch(&self, id: Id) -> oneshot::Receiver<()> {
        let (news, wait) = oneshot::channel();
        let mut repeats = lock(&self.repeats);
        let watching = repeats.entry(id).or_default();
        // Who waited in vain is gone by now.
        watching.retain(|news| !news.is_closed());
        watching.push(news);
        wait
    }

    /// Wakes who waits for news of an operation.
    pub fn wake(&self, id: Id) {
        for news in lock(&self.repeats).remove(&id).into_iter().flatten() {
            // Who waited in vain is gone.
            let _ = news.send(());
        }
    }

    /// Whether an operation that was received here has no answer yet.
    pub fn is_waited_for(&self, id: Id) -> bool {
        lock(&self.waiting).contains_key(&id)
    }

    /// Since when somebody waits for the answer of an operation that came at `received`: its caller, or whoever repeats the
    /// request of one that an earlier server left.
    pub fn waits_since(&self, id: Id, received: Millis, now: Millis) -> Millis {
        match self.is_waited_for(id) {
            true => received,
            false => *lock(&self.left).entry(id).or_insert(now),
        }
    }

    /// Gives the caller of an operation its answer, if one waits.
    pub fn tell(&self, id: Id, reply: Reply) {
        if let Some(caller) = self.take(id) {
            // A caller who hung up changes nothing.
            drop(caller.answer.send(reply));
        }
        self.wake(id);
    }

    /// No answer will come.
    pub fn forget(&self, id: Id) {
        drop(self.take(id));
        self.wake(id);
    }

    fn take(&self, id: Id) -> Option<Caller> {
        lock(&self.left).remove(&id);
        lock(&self.waiting).remove(&id)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(count) = lock(&self.unanswered).get_mut(&self.pipeline) {
            *count = count.saturating_sub(1);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;

    #[test]
    fn a_turn_lasts_until_the_answer_though_the_caller_is_gone() {
        let callers = Callers::default();
        let pipeline: Arc<str> = "leads".into();
        let id = |n: u8| Id([n; 16]);
        let bodies = Arc::new(Budget::new(256));
        let wait = |n| {
            let mut lease = bodies.lease();
            assert!(lease.grow(1));
            callers.wait(id(n), callers.turn(&pipeline).unwrap(), lease)
        };
        let waits: Vec<_> = (0..=255).map(wait).collect();
        assert!(callers.turn(&pipeline).is_none());
        drop(waits);
        assert!(!bodies.lease().grow(1));
        assert!(callers.turn(&pipeline).is_none() && callers.turn(&"other".into()).is_some());
        callers.tell(id(7), Reply { status: 200, reason: None, headers: Vec::new(), body: "".into() });
        callers.forget(id(8));
        assert!(bodies.lease().grow(2) && !bodies.lease().grow(3));
        assert!(callers.is_waited_for(id(9)) && !callers.is_waited_for(id(8)));
        let turns = (callers.turn(&pipeline), callers.turn(&pipeline), callers.turn(&pipeline));
        assert!(matches!(turns, (Some(_), Some(_), None)));
    }
}
