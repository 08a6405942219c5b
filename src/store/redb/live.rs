//! What the process knows besides the file: names as numbers, who works on what, and the operations whose derived rows
//! are still to be written. All of it can be made again from the file.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::super::holds::{Held, Holds, Place};
use super::super::names::Names;
use super::super::standing::Standing;
use super::super::{Hash, Index, Millis, NOBODY};
use super::retain::Sweeps;
use super::tables::LOWEST;
use crate::value::Id;

#[derive(Default)]
pub(super) struct Live {
    pub names: Names,
    pub holds: Holds,
    pub tail: Tail,
    /// Programs that are known to be stored.
    pub programs: HashSet<Hash>,
    /// How many work rows each lane has.
    pub depths: BTreeMap<u32, u64>,
    /// How far retention has come.
    pub sweeps: Sweeps,
}

/// The hold of a batch under way on work that nobody holds before or after it.
const BUSY: Held = Held { fence: NOBODY, place: Place { lane: 0, due: 0 } };

/// Operations above `indexed_up_to`.
pub(super) struct Tail {
    /// Derived rows are written for all operations up to this id.
    pub mark: Id,
    /// When the oldest change came that is not written yet, or about then.
    pub since: Millis,
    pub operations: BTreeMap<Id, Tailed>,
}

#[derive(Clone, Debug)]
pub(super) struct Tailed {
    pub pipeline: u32,
    pub standing: Standing,
    /// None for a rejected request, which keeps none.
    pub program: Option<Hash>,
}

/// A row that a batch wrote, for the tail.
pub(super) struct NewRow {
    pub id: Id,
    pub pipeline: u32,
    pub index: Index,
    /// Of a first row.
    pub program: Option<Hash>,
}

/// What a batch will have changed once it is durable.
#[derive(Default)]
pub(super) struct Changes {
    /// Anything at all was written.
    pub written: bool,
    /// None where the work was let go.
    pub holds: BTreeMap<Id, Option<Held>>,
    pub depths: BTreeMap<u32, i64>,
    pub rows: Vec<NewRow>,
    pub programs: Vec<Hash>,
    /// Programs that were removed.
    pub forgotten: Vec<Hash>,
    /// The new mark, where derived rows were written in bulk.
    pub mark: Option<Id>,
}

impl Default for Tail {
    fn default() -> Tail {
        Tail { mark: LOWEST, since: 0, operations: BTreeMap::new() }
    }
}

impl Tail {
    pub(super) fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    pub(super) fn row(&mut self, row: &NewRow) {
        match self.operations.get_mut(&row.id) {
            Some(tailed) => tailed.standing.then(&row.index),
            None => {
                let standing = Standing::first(&row.index);
                let tailed = Tailed { pipeline: row.pipeline, standing, program: row.program };
                self.operations.insert(row.id, tailed);
            }
        }
    }

    fn written_up_to(&mut self, mark: Id, now: Millis) {
        self.mark = mark;
        self.since = now;
        let above = self.operations.split_off(&mark);
        self.operations = above;
        self.operations.remove(&mark);
    }
}

impl Live {
    /// The hold on an operation, as a batch sees it.
    pub(super) fn held(&self, changes: &Changes, id: Id) -> Option<Held> {
        match changes.holds.get(&id) {
            Some(held) => *held,
            None => self.holds.get(id),
        }
    }

    /// Before a batch can be seen: `claim` must find free neither its new work nor what it is about to move. What will
    /// be let go is held with a fence that nobody has.
    pub(super) fn hold_early(&mut self, changes: &Changes) {
        for (id, held) in &changes.holds {
            if self.holds.get(*id).is_none() {
                self.holds.hold(*id, held.unwrap_or(BUSY));
            }
        }
    }

    /// After it is durable.
    pub(super) fn apply(&mut self, changes: Changes, now: Millis) {
        for (id, held) in changes.holds {
            match held {
                Some(held) => self.holds.hold(id, held),
                None => self.holds.release(id),
            }
        }
        for (lane, change) in changes.depths {
            let depth = self.depths.entry(lane).or_default();
            *depth = depth.saturating_add_signed(change);
        }
        self.programs.extend(changes.programs);
        for gone in changes.forgotten {
            self.programs.remove(&gone);
        }
        if let Some(mark) = changes.mark {
            self.tail.written_up_to(mark, now);
        }
        if self.tail.is_empty() {
            self.tail.since = now;
        }
        for row in &changes.rows {
            self.tail.row(row);
        }
    }

    pub(super) fn pipeline(&self, number: u32) -> Arc<str> {
        self.names.pipelines.get(number).unwrap_or_default()
    }
}
