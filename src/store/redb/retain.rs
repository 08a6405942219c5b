//! Retention: what is kept no longer goes, a bounded slice at a time. What to remove is looked for beside the writer; only
//! the removing itself is a transaction, which looks at each operation once more.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use ::redb::ReadTransaction;

use super::super::search::first_of;
use super::super::{CLASSES, Limits, Millis, Retention, SWEEP, State, StoreError, Tended, Upkeep};
use super::commit::transact;
use super::errors::unreadable;
use super::remove::Removal;
use super::tables::{
    BY_PIPELINE, BY_STATE, CLAIMS, HIGHEST, LOG, LOWEST, id_at, log_above, log_key, pipeline_key, state_key,
};
use super::values::{ClaimRow, LogRow, read_standing};
use super::{Redb, open, read};
use crate::value::Id;

/// Operations of one slice by age: they lie side by side.
const BY_AGE: usize = 1_000;

/// Operations of one slice by bytes or count: they lie among others.
const ONE_BY_ONE: usize = 100;

/// Rows that one slice looks at.
const LOOKED_AT: usize = 2_000;

/// What was left because it was open or to be seen to is looked at again after so long.
const AGAIN: Millis = 24 * 60 * 60 * 1_000;

/// A pipeline with nothing that may be removed is looked through again after so long.
const FULL_AGAIN: Millis = 60_000;

/// Programs without operations are looked for so often.
const PROGRAMS_AGAIN: Millis = 60 * 60 * 1_000;

/// How far retention has come. Lost at a start, which costs only looking again.
#[derive(Clone, Default)]
pub(super) struct Sweeps {
    by_age: [ByAge; CLASSES],
    by_bound: BTreeMap<u32, ByBound>,
    claims: Claims,
    programs_at: Millis,
}

/// The walk through the claims. Those without an answer of their own need their operation, which tells it.
#[derive(Clone, Default)]
struct Claims {
    /// The last key that was looked at.
    at: Option<[u8; 20]>,
    /// When this pass began.
    began: Millis,
    /// Operations that this pass found to be needed.
    finding: BTreeSet<Id>,
    /// Those that the last whole pass found, and when it began; nothing is removed before there was one.
    needed: Option<(BTreeSet<Id>, Millis)>,
}

impl Claims {
    /// What has a younger claim than the last pass may have seen is not removed either.
    fn may_go(&self, id: Id) -> bool {
        self.needed.as_ref().is_some_and(|(needed, began)| id.millis() < *began && !needed.contains(&id))
    }
}

#[derive(Clone, Copy)]
struct ByAge {
    /// All up to here was looked at.
    up_to: Id,
    began: Millis,
}

#[derive(Clone, Copy)]
struct ByBound {
    up_to: Id,
    /// This pass began at the oldest, and found nothing so far.
    in_vain: bool,
    /// Not looked through before.
    rests_until: Millis,
}

impl Default for ByAge {
    fn default() -> ByAge {
        ByAge { up_to: LOWEST, began: 0 }
    }
}

impl Default for ByBound {
    fn default() -> ByBound {
        ByBound { up_to: LOWEST, in_vain: true, rests_until: 0 }
    }
}

/// What a slice found to be removed.
#[derive(Default)]
pub(super) struct Found {
    /// With their pipelines. What is to be seen to is not among them, but for failed ones in `failed`.
    pub settled: BTreeMap<Id, u32>,
    pub failed: BTreeMap<Id, u32>,
    pub claims: Vec<[u8; 20]>,
    /// Programs without operations are to be looked for.
    pub programs: bool,
    more: bool,
    full: Vec<u32>,
}

pub(super) fn retain(store: &Redb, plan: &Upkeep, now: Millis) -> Result<Tended, StoreError> {
    if !plan.claims && plan.retention.is_none() {
        return Ok(Tended::default());
    }
    // After trouble they begin anew.
    let mut sweeps = std::mem::take(&mut store.live().sweeps);
    let found = store.reading(|txn| {
        let mut found = Found::default();
        claims(txn, &mut sweeps.claims, plan.claims, now, &mut found)?;
        if let Some(retention) = &plan.retention {
            look(store, txn, retention, &mut sweeps, now, &mut found)?;
        }
        Ok(found)
    })?;
    let mut tended = Tended { more: found.more, ..Tended::default() };
    let names = store.live().names.pipelines.all.clone();
    tended.full = found.full.iter().filter_map(|number| names.get(*number as usize).cloned()).collect();
    if !found.is_empty() {
        let served = plan.retention.as_ref().map(|retention| &retention.programs);
        let done = transact(store, now, |batch| Removal::default().run(batch, &found, served, now))?;
        tended = Tended { more: tended.more, full: tended.full, ..done };
    }
    store.live().sweeps = sweeps;
    Ok(tended)
}

impl Found {
    fn is_empty(&self) -> bool {
        self.settled.is_empty() && self.failed.is_empty() && self.claims.is_empty() && !self.programs
    }
}

fn look(
    store: &Redb,
    txn: &ReadTransaction,
    plan: &Retention,
    sweeps: &mut Sweeps,
    now: Millis,
    found: &mut Found,
) -> Result<(), StoreError> {
    // What is not indexed yet is not counted yet; it comes next time.
    let mark = open::indexed_up_to(txn)?;
    let claims = &sweeps.claims;
    for ((class, age), sweep) in (0_u8..).zip(&plan.ages).zip(&mut sweeps.by_age) {
        if found.settled.len() >= BY_AGE {
            found.more = true;
        } else if let Some(age) = age {
            let mut to = log_key(first_of(now.saturating_sub(*age)), 0);
            if let Some(first) = to.first_mut() {
                *first = class;
            }
            by_age(txn, class, &to.min(log_above(class, mark)), sweep, claims, now, found)?;
        }
    }
    let names = store.live().names.pipelines.all.clone();
    let limits = |name| plan.pipelines.get(name).unwrap_or(&plan.rest);
    for (number, name) in (0_u32..).zip(&names) {
        failed(txn, number, limits(name), now, found)?;
    }
    for (number, counts) in read::counts(txn)? {
        let Some(name) = names.get(number as usize) else { continue };
        let sweep = sweeps.by_bound.entry(number).or_default();
        let limits = limits(name);
        let over = (counts.bytes.saturating_sub(limits.bytes), counts.received.saturating_sub(limits.count));
        by_bound(txn, number, over, sweep, claims, now, found)?;
    }
    if now.abs_diff(sweeps.programs_at) >= PROGRAMS_AGAIN {
        sweeps.programs_at = now;
        found.programs = true;
    }
    Ok(())
}

/// The next of a class below a key, which its age gives.
fn by_age(
    txn: &ReadTransaction,
    class: u8,
    to: &[u8; 19],
    sweep: &mut ByAge,
    claims: &Claims,
    now: Millis,
    found: &mut Found,
) -> Result<(), StoreError> {
    let from = log_above(class, sweep.up_to);
    let mut last: Option<(Id, u32, State)> = None;
    let mut looked_at = 0;
    let mut take = |(id, pipeline, state): (Id, u32, State)| {
        if state.is_settled() && claims.may_go(id) {
            found.settled.insert(id, pipeline);
        }
    };
    let log = txn.open_table(LOG)?;
    for row in log.range::<&[u8; 19]>(&from..to.max(&from))? {
        let (key, value) = row?;
        let id = id_at(key.value(), 1).ok_or_else(|| unreadable("log"))?;
        if let Some(before) = last.filter(|(before, _, _)| *before != id) {
            take(before);
            sweep.up_to = before.0;
            looked_at += 1;
            if looked_at >= BY_AGE {
                found.more = true;
                return Ok(());
            }
        }
        let row = LogRow::read(value.value()).ok_or_else(|| unreadable("log"))?;
        last = Some((id, row.pipeline, row.index.state));
    }
    match last {
        Some(before) => {
            take(before);
            sweep.up_to = before.0;
        }
        // What ended late lies behind the sweep.
        None if now.abs_diff(sweep.began) >= AGAIN => *sweep = ByAge { up_to: LOWEST, began: now },
        None => {}
    }
    Ok(())
}

/// Failed operations of a pipeline that are older than they are kept. All of these go, so none is met twice.
fn failed(
    txn: &ReadTransaction,
    pipeline: u32,
    limits: &Limits,
    now: Millis,
    found: &mut Found,
) -> Result<(), StoreError> {
    let states = txn.open_table(BY_STATE)?;
    let key = |id| state_key(State::Failed as u8, pipeline, id);
    let range = states.range::<&[u8; 21]>(&key(LOWEST)..&key(first_of(now.saturating_sub(limits.failed))))?;
    for row in range {
        if found.failed.len() >= BY_AGE {
            found.more = true;
            break;
        }
        let id = id_at(row?.0.value(), 5).ok_or_else(|| unreadable("by_state"))?;
        found.failed.insert(id, pipeline);
    }
    Ok(())
}

/// The oldest of a pipeline that has so many bytes and operations more than it may.
fn by_bound(
    txn: &ReadTransaction,
    pipeline: u32,
    (mut bytes, mut count): (u64, u64),
    sweep: &mut ByBound,
    claims: &Claims,
    now: Millis,
    found: &mut Found,
) -> Result<(), StoreError> {
    if bytes == 0 && count == 0 {
        *sweep = ByBound { rests_until: 0, ..*sweep };
        return Ok(());
    }
    if now < sweep.rests_until && sweep.rests_until - now <= FULL_AGAIN {
        if bytes > 0 {
            found.full.push(pipeline);
        }
        return Ok(());
    }
    let standings = txn.open_table(BY_PIPELINE)?;
    let (first, last) = (pipeline_key(pipeline, sweep.up_to), pipeline_key(pipeline, HIGHEST));
    let (mut looked_at, mut taken) = (0, 0);
    for row in standings.range::<&[u8; 20]>((Excluded(&first), Excluded(&last)))? {
        if (bytes == 0 && count == 0) || taken >= ONE_BY_ONE || looked_at >= LOOKED_AT {
            found.more |= bytes > 0 || count > 0;
            return Ok(());
        }
        let (key, value) = row?;
        let id = id_at(key.value(), 4).ok_or_else(|| unreadable("by_pipeline"))?;
        let standing = read_standing(value.value()).ok_or_else(|| unreadable("by_pipeline"))?;
        looked_at += 1;
        sweep.up_to = id;
        if !standing.state.is_settled() {
            continue;
        }
        sweep.in_vain = false;
        if !claims.may_go(id) {
            continue;
        }
        // Its age may have named it already.
        taken += usize::from(found.settled.insert(id, pipeline).is_none());
        bytes = bytes.saturating_sub(u64::from(standing.bytes));
        count = count.saturating_sub(1);
    }
    // To the end: once more from the oldest, or, if this was that, there is nothing to be had.
    let in_vain = sweep.in_vain;
    *sweep = ByBound::default();
    if in_vain {
        sweep.rests_until = now + FULL_AGAIN;
        if bytes > 0 {
            found.full.push(pipeline);
        }
    }
    Ok(())
}

/// Walks on through the claims: those that ended go, and those that need their operation are known.
fn claims(
    txn: &ReadTransaction,
    walk: &mut Claims,
    expire: bool,
    now: Millis,
    found: &mut Found,
) -> Result<(), StoreError> {
    let table = txn.open_table(CLAIMS)?;
    if walk.at.is_none() {
        walk.began = now;
    }
    let from = walk.at;
    let rows = table.range::<&[u8; 20]>((from.as_ref().map_or(Unbounded, Excluded), Unbounded))?;
    for (looked_at, row) in rows.enumerate() {
        if looked_at >= SWEEP {
            return Ok(());
        }
        let (key, value) = row?;
        let claim = ClaimRow::read(value.value()).ok_or_else(|| unreadable("claims"))?;
        if claim.end <= now && expire {
            found.claims.push(*key.value());
        } else if claim.answer.is_none() {
            walk.finding.insert(claim.by);
        }
        walk.at = Some(*key.value());
    }
    walk.needed = Some((std::mem::take(&mut walk.finding), walk.began));
    walk.at = None;
    Ok(())
}
