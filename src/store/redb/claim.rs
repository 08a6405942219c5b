//! Work that is due, and whose it becomes. Holding is in memory alone: after a crash nothing is held.

use ::redb::ReadableDatabase;

use super::super::holds::Place;
use super::super::{Claimed, Lane, LaneHead, Millis, StoreError, Work, is_astray};
use super::Redb;
use super::errors::unreadable;
use super::tables::{HIGHEST, LOWEST, WORK, id_at, u32_at, u64_at, work_key};
use super::values::WorkRow;

pub(super) fn claim(store: &Redb, lanes: &[(Lane, usize)], now: Millis) -> Result<Vec<Claimed>, StoreError> {
    store.with_database(|database| {
        // Locked before the file is read: a hold that ends in between must not let an old state be claimed.
        let live = &mut *store.live();
        let txn = database.begin_read()?;
        let table = txn.open_table(WORK)?;
        let mut claimed = Vec::new();
        for (lane, count) in lanes {
            let Some(number) = live.names.find_lane(lane) else { continue };
            let first = work_key(Place { lane: number, due: 0 }, LOWEST);
            let last = work_key(Place { lane: number, due: now }, HIGHEST);
            let mut left = *count;
            for row in table.range::<&[u8; 28]>(&first..=&last)? {
                if left == 0 {
                    break;
                }
                let (key, value) = row?;
                let (Some(due), Some(id)) = (u64_at(key.value(), 4), id_at(key.value(), 12)) else {
                    continue;
                };
                if live.holds.get(id).is_some() {
                    continue;
                }
                let work = WorkRow::read(value.value()).ok_or_else(|| unreadable("work"))?;
                let fence = live.holds.claim(id, Place { lane: number, due });
                let WorkRow { pause, intent_out } = work;
                claimed.push(Claimed {
                    id,
                    work: Work { lane: lane.clone(), due, pause, intent_out, held: true },
                    fence,
                });
                left -= 1;
            }
        }
        Ok(claimed)
    })
}

pub(super) fn strays(store: &Redb, now: Millis, limit: usize) -> Result<Vec<Claimed>, StoreError> {
    store.with_database(|database| {
        // Locked first, as above.
        let live = &mut *store.live();
        let table = database.begin_read()?.open_table(WORK)?;
        let (mut out, mut astray) = (Vec::new(), Vec::new());
        for row in table.range::<&[u8; 28]>(..)? {
            let (key, value) = row?;
            let key = key.value();
            let (Some(number), Some(due), Some(id)) = (u32_at(key, 0), u64_at(key, 4), id_at(key, 12)) else {
                continue;
            };
            let WorkRow { pause, intent_out } =
                WorkRow::read(value.value()).ok_or_else(|| unreadable("work"))?;
            let list = match intent_out {
                true => &mut out,
                false if astray.len() < limit && is_astray(due, pause, now) => &mut astray,
                false => continue,
            };
            let Some(lane) = live.names.lane(number).filter(|_| live.holds.get(id).is_none()) else {
                continue;
            };
            list.push((Place { lane: number, due }, id, Work { lane, due, pause, intent_out, held: true }));
        }
        let found = out.into_iter().chain(astray);
        Ok(found.map(|(place, id, work)| Claimed { id, work, fence: live.holds.claim(id, place) }).collect())
    })
}

pub(super) fn heads(store: &Redb) -> Result<Vec<LaneHead>, StoreError> {
    store.with_database(|database| {
        let live = store.live();
        let txn = database.begin_read()?;
        let table = txn.open_table(WORK)?;
        let mut heads = Vec::new();
        for (number, depth) in live.depths.iter().filter(|(_, depth)| **depth > 0) {
            let first = work_key(Place { lane: *number, due: 0 }, LOWEST);
            let last = work_key(Place { lane: *number, due: Millis::MAX }, HIGHEST);
            for row in table.range::<&[u8; 28]>(&first..=&last)? {
                let (key, _) = row?;
                let (Some(due), Some(id)) = (u64_at(key.value(), 4), id_at(key.value(), 12)) else {
                    continue;
                };
                if live.holds.get(id).is_none() {
                    heads.extend(live.names.lane(*number).map(|lane| LaneHead { lane, due, depth: *depth }));
                    break;
                }
            }
        }
        heads.sort_by(|a, b| a.lane.cmp(&b.lane));
        Ok(heads)
    })
}
