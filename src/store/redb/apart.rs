//! Planted faults alone: parts of a batch in transactions of their own.

use super::super::holds::Holds;
use super::super::{ACCEPTED, Millis, StoreError, WorkChange, Write, Written};
use super::Redb;
use super::commit::transact;

/// The keys of new operations, as if they were not part of their first rows.
pub(super) fn claims(store: &Redb, batch: &[Write], now: Millis) -> Result<(), StoreError> {
    transact(store, now, |apart| {
        for write in batch {
            if let Write::Accept(accept) = write
                && let Some(claim) = &accept.claim
            {
                let pipeline = apart.live.names.pipelines.take(&accept.pipeline);
                apart.take(pipeline, claim, accept.id)?;
                apart.changes.written = true;
            }
        }
        Ok(())
    })
}

/// The work of rows that are committed, as if it were not part of them.
pub(super) fn work(
    store: &Redb,
    batch: &[Write],
    written: &[Written],
    now: Millis,
) -> Result<(), StoreError> {
    transact(store, now, |apart| {
        for (write, _) in batch.iter().zip(written).filter(|(_, written)| **written == Written::Done) {
            let (id, work, fence) = match write {
                Write::Accept(accept) => (accept.id, accept.work.as_ref(), ACCEPTED),
                Write::Step(step) => match &step.work {
                    WorkChange::Put(work) => (step.id, Some(work), Holds::after(step.fence)),
                    WorkChange::Keep | WorkChange::Remove => continue,
                },
                _ => continue,
            };
            if let Some(work) = work {
                let note = apart.placed(work);
                apart.insert_work(id, note, work.held.then_some(fence))?;
                apart.changes.written = true;
            }
        }
        Ok(())
    })
}
