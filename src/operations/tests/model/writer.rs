//! The writer, as `serve` has it: it commits what is queued at once, and mends a store that failed before it goes on.

use super::hands::is_kept;
use super::history::Durable;
use super::process::For;
use super::world::World;
use crate::operations::refused;
use crate::store::ground::Gone;
use crate::store::{StoreError, Write, Written};
use crate::value::Id;

impl World {
    /// Commits all that is queued.
    pub(super) fn write(&mut self) {
        let (writes, whose): (Vec<Write>, Vec<For>) = self.process.queue.drain(..).unzip();
        match self.commit(&writes) {
            Some(Ok(written)) => {
                self.say(format!("⏎ {}", writes.len()));
                self.acknowledge(&writes);
                for (whose, written) in whose.into_iter().zip(written) {
                    self.hand_out(whose, Ok(written));
                }
            }
            Some(Err(error)) => {
                self.say(format!("a commit of {} fails: {error}", writes.len()));
                self.mend(writes.into_iter().zip(whose).collect());
            }
            None => {}
        }
    }

    /// One commit; `None` if the process is gone before it knows what became of it.
    fn commit(&mut self, writes: &[Write]) -> Option<Result<Vec<Written>, StoreError>> {
        let store = self.process.store.clone();
        if let Some(left) = self.cut_in.as_mut() {
            // Two for a commit: one is before it is on disk, one behind.
            if *left <= 2 {
                if *left == 2 {
                    let _ = store.commit(writes, self.now);
                }
                self.gone = Some(Gone::PowerCut);
                return None;
            }
            *left -= 2;
        }
        let fails = self.fails.take();
        if fails == Some(Durable::No) && !self.ground.fail_next() {
            return Some(Err(StoreError::Io("the disk is gone".to_owned())));
        }
        let committed = store.commit(writes, self.now);
        if self.ground.is_cut() {
            return None;
        }
        Some(match fails {
            Some(Durable::Yes) => committed.and(Err(StoreError::Io("the disk is gone".to_owned()))),
            _ => committed,
        })
    }

    /// A commit failed: what is new is refused, what has happened is kept and committed before anything else.
    pub(super) fn mend(&mut self, writes: Vec<(Write, For)>) {
        let store = self.process.store.clone();
        let (kept, dropped): (Vec<_>, Vec<_>) = writes
            .into_iter()
            .chain(std::mem::take(&mut self.process.queue))
            .partition(|(write, _)| is_kept(write));
        let mut doubtful: Vec<Id> = Vec::new();
        for (write, whose) in dropped {
            if let Write::Accept(accept) = &write {
                doubtful.push(accept.id);
            }
            self.hand_out(whose, Err(()));
        }
        for (write, _) in &kept {
            if let Write::Step(step) = write {
                // What is waited for is told of the trouble; the operation goes on.
                self.tell_of_trouble(step.id);
            }
        }
        self.process.queue = kept.into();
        if let Err(error) = store.reopen() {
            return self.must(self.ground.is_cut(), || format!("the store is not opened again: {error}"));
        }
        let mut ends = Vec::new();
        let ids = doubtful.clone();
        for id in doubtful {
            if let Ok(Some(operation)) = store.load(id) {
                ends.extend(refused(&operation, self.now));
            }
        }
        if !ends.is_empty() {
            let committed = store.commit(&ends, self.now);
            if self.ground.is_cut() {
                // Who was told 503 may have been accepted.
                return self.refused.retain(|id| !ids.contains(id));
            }
            match committed {
                Ok(_) => self.acknowledge(&ends),
                Err(error) => self.must(false, || format!("what is doubtful is not ended: {error}")),
            }
        }
        if !self.process.queue.is_empty() {
            self.write();
        }
    }

    fn hand_out(&mut self, whose: For, written: Result<Written, ()>) {
        match whose {
            For::Task(number) => self.written(number, written),
            For::Person(id, orders, at) => self.ordered(id, orders, at, written),
            For::Nobody(id) => {
                self.process.wake(id);
                self.interrupted(id);
            }
        }
    }

    /// These writes are on disk, as far as the process knows: from now on they stay.
    fn acknowledge(&mut self, writes: &[Write]) {
        let ids = writes.iter().filter_map(|write| match write {
            Write::Accept(accept) => Some(accept.id),
            Write::Step(step) => Some(step.id),
            Write::Rejected(_) | Write::Notice { .. } | Write::NoticeSent { .. } | Write::Setting { .. } => {
                None
            }
        });
        for id in ids {
            self.check_operation(id);
        }
    }
}
