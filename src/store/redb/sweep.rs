//! Claims whose end has come are removed on a walk through all of them, a piece at a time: they are in the order of their
//! keys, so nothing says where the oldest lie.

use ::redb::ReadableDatabase;

use super::super::{Millis, SWEEP, StoreError};
use super::Redb;
use super::errors::unreadable;
use super::tables::CLAIMS;
use super::values::ClaimRow;

/// Looks at the next claims, and removes those that have ended; gives their number. Writes only if there are any.
pub(super) fn sweep(store: &Redb, now: Millis) -> Result<usize, StoreError> {
    // Nobody writes between the look and the removal, so what is removed is what was looked at.
    let _writing = store.writing();
    store.with_database(|database| {
        let from = store.live().sweep_at;
        let mut ended = Vec::new();
        let mut next = None;
        let txn = database.begin_read()?;
        for (count, row) in txn.open_table(CLAIMS)?.range::<&[u8; 20]>(&from..)?.enumerate() {
            let (key, value) = row?;
            if count == SWEEP {
                next = Some(*key.value());
                break;
            }
            let claim = ClaimRow::read(value.value()).ok_or_else(|| unreadable("claims"))?;
            if claim.end <= now {
                ended.push(*key.value());
            }
        }
        drop(txn);
        if !ended.is_empty() {
            let mut txn = database.begin_write()?;
            txn.set_quick_repair(true);
            {
                let mut claims = txn.open_table(CLAIMS)?;
                for key in &ended {
                    claims.remove(key)?;
                }
            }
            txn.commit()?;
        }
        store.live().sweep_at = next.unwrap_or_default();
        Ok(ended.len())
    })
}
