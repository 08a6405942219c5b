//! Whose turn it is: the operations that this process works on, each with the fence of who does, and the place of its
//! work row. As many as there are calls in flight; whatever waits is on disk alone.

use std::collections::BTreeMap;

use super::{ACCEPTED, Millis, NOBODY};
use crate::value::Id;

/// The key of a work row, but for the operation's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub lane: u32,
    pub due: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub fence: u64,
    pub place: Place,
}

#[derive(Debug, Default)]
pub(super) struct Holds {
    by_id: BTreeMap<Id, Held>,
    /// Of the last claim.
    fence: u64,
}

impl Holds {
    /// `epoch` counts the starts of this store, so that no fence of an earlier one comes again.
    pub(super) fn new(epoch: u64) -> Holds {
        Holds { by_id: BTreeMap::new(), fence: epoch << 32 }
    }

    pub(super) fn get(&self, id: Id) -> Option<Held> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn ids(&self) -> Vec<Id> {
        self.by_id.keys().copied().collect()
    }

    /// Holds work for whoever claims it; gives the fence.
    pub(super) fn claim(&mut self, id: Id, place: Place) -> u64 {
        self.fence += 1;
        self.by_id.insert(id, Held { fence: self.fence, place });
        self.fence
    }

    /// The fence of who puts held work with this one: a person's order goes on as if it had been accepted now.
    pub(super) fn after(fence: u64) -> u64 {
        if fence == NOBODY { ACCEPTED } else { fence }
    }

    pub(super) fn hold(&mut self, id: Id, held: Held) {
        self.by_id.insert(id, held);
    }

    pub(super) fn release(&mut self, id: Id) {
        self.by_id.remove(&id);
    }
}

/// Whether a step with this fence may be written. `waiting` says whether the operation has a work row, and is asked only
/// where nobody holds it.
pub(super) fn may_write<E>(
    held: Option<Held>,
    fence: u64,
    waiting: impl FnOnce() -> Result<bool, E>,
) -> Result<bool, E> {
    match held {
        Some(held) => Ok(held.fence == fence),
        None if fence == NOBODY => Ok(true),
        None => Ok(!waiting()?),
    }
}
