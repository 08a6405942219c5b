//! Retention: what is kept no longer goes, a bounded slice at a time. What to remove is looked for beside the writer; only
//! the removing itself is a transaction, which looks at each operation once more.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

use ::redb::{ReadTransaction, ReadableTable};

use super::super::search::first_of;
use super::super::standing::Counts;
use super::super::{CLASSES, Hash, Limits, Millis, Retention, State, StoreError, Tended, Upkeep, facts};
use super::commit::{Batch, transact};
use super::errors::unreadable;
use super::tables::{
    BY_PIPELINE, BY_STATE, CLAIMS, HIGHEST, LOG, LOWEST, PROGRAMS, USES, blob_key, count_key, id_at, log_above, log_key,
    notice_key, pipeline_key, state_key, u64_at,
};
use super::values::{ClaimRow, LogRow, content, read_standing, write_counts};
use super::{Redb, derive, open, read};
use crate::value::Id;

/// Operations of one slice by age: they lie side by side.
const BY_AGE: usize = 1_000;

/// Operations of one slice by bytes or count: they lie among others.
const ONE_BY_ONE: usize = 100;

/// Rows that one slice looks at.
const LOOKED_AT: usize = 2_000;

/// Claims that one slice looks at.
const CLAIMS_AT_ONCE: usize = 4_096;

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
struct Found {
    /// With their pipelines. What is to be seen to is not among them, but for failed ones in `failed`.
    settled: BTreeMap<Id, u32>,
    failed: BTreeMap<Id, u32>,
    claims: Vec<[u8; 20]>,
    programs: bool,
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
        by_bound(txn, number, &counts, limits(name), sweep, claims, now, found)?;
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

/// The oldest of a pipeline that has more than it may.
fn by_bound(
    txn: &ReadTransaction,
    pipeline: u32,
    counts: &Counts,
    limits: &Limits,
    sweep: &mut ByBound,
    claims: &Claims,
    now: Millis,
    found: &mut Found,
) -> Result<(), StoreError> {
    let mut bytes = counts.bytes.saturating_sub(limits.bytes);
    let mut count = counts.received.saturating_sub(limits.count);
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
    let mut looked_at = 0;
    for row in table.range::<&[u8; 20]>((from.as_ref().map_or(Unbounded, Excluded), Unbounded))? {
        if looked_at >= CLAIMS_AT_ONCE {
            return Ok(());
        }
        let (key, value) = row?;
        let claim = ClaimRow::read(value.value()).ok_or_else(|| unreadable("claims"))?;
        if claim.end <= now && expire {
            found.claims.push(*key.value());
        } else if claim.answer.is_none() {
            walk.finding.insert(claim.by);
        }
        looked_at += 1;
        walk.at = Some(*key.value());
    }
    walk.needed = Some((std::mem::take(&mut walk.finding), walk.began));
    walk.at = None;
    Ok(())
}

/// What one transaction removes, gathered so that each count is written once.
#[derive(Default)]
struct Removal {
    counts: BTreeMap<[u8; 6], Counts>,
    uses: BTreeMap<Hash, u64>,
    removed: usize,
}

impl Removal {
    fn run(
        mut self,
        batch: &mut Batch<'_>,
        found: &Found,
        served: Option<&BTreeSet<Hash>>,
        now: Millis,
    ) -> Result<Tended, StoreError> {
        for (id, pipeline) in &found.settled {
            self.operation(batch, *id, *pipeline, State::is_settled)?;
        }
        for (id, pipeline) in &found.failed {
            self.operation(batch, *id, *pipeline, |state| state == State::Failed)?;
        }
        for (key, gone) in &self.counts {
            let mut counts = derive::counted(&mut batch.tables, key)?;
            counts.take_away(gone);
            match counts == Counts::default() {
                true => drop(batch.tables.counts()?.remove(key)?),
                false => drop(batch.tables.counts()?.insert(key, write_counts(&counts).as_slice())?),
            }
        }
        let mut unused = Vec::new();
        for (program, gone) in &self.uses {
            let uses = derive::used(&mut batch.tables, program, |uses| uses.saturating_sub(*gone))?;
            unused.extend(uses.filter(|uses| *uses == 0).map(|_| *program));
        }
        if found.programs {
            unused.extend(all_unused(batch)?);
        }
        let mut claims = 0;
        for key in &found.claims {
            // It may have been taken anew since it was looked at.
            let ended = match batch.tables.claims()?.get(key)? {
                Some(value) => ClaimRow::read(value.value()).is_some_and(|claim| claim.end <= now),
                None => false,
            };
            if ended {
                batch.tables.claims()?.remove(key)?;
                claims += 1;
            }
        }
        let programs = match served {
            Some(served) => programs(batch, unused, served)?,
            None => 0,
        };
        Ok(Tended { removed: self.removed, claims, programs, ..Tended::default() })
    }

    /// Removes all that there is of an operation, if it still stands as it was found.
    fn operation(
        &mut self,
        batch: &mut Batch<'_>,
        id: Id,
        pipeline: u32,
        may_go: impl FnOnce(State) -> bool,
    ) -> Result<(), StoreError> {
        let key = pipeline_key(pipeline, id);
        let standing = match batch.tables.by_pipeline()?.get(&key)? {
            Some(value) => read_standing(value.value()).ok_or_else(|| unreadable("by_pipeline"))?,
            None => return Ok(()),
        };
        if id > batch.mark() || !may_go(standing.state) {
            return Ok(());
        }
        let mut rows = Vec::new();
        let mut program = None;
        for row in batch.tables.log()?.range::<&[u8; 19]>(&log_key(id, 0)..=&log_key(id, u16::MAX))? {
            let (key, value) = row?;
            let row = LogRow::read(value.value()).ok_or_else(|| unreadable("log"))?;
            if rows.is_empty() && standing.state != State::Rejected {
                program = facts::program_of(row.facts);
            }
            rows.push((*key.value(), row.blobs > 0, row.notice.then(|| notice_key(pipeline, row.index.at, id))));
        }
        let has_blobs = rows.iter().any(|(_, blobs, _)| *blobs);
        for (key, _, notice) in rows {
            batch.tables.log()?.remove(&key)?;
            if let Some(notice) = notice {
                batch.tables.notices()?.remove(&notice)?;
            }
        }
        if has_blobs {
            let (first, last) = (blob_key(id, 0, 0), blob_key(id, u16::MAX, u16::MAX));
            batch.tables.blobs()?.retain_in::<&[u8; 21], _>(&first..=&last, |_, _| false)?;
        }
        batch.tables.by_pipeline()?.remove(&key)?;
        if standing.state != State::Done {
            batch.tables.by_state()?.remove(&state_key(standing.state as u8, pipeline, id))?;
        }
        self.counts.entry(count_key(pipeline, id)).or_default().change(None, &standing);
        if let Some(program) = program {
            *self.uses.entry(program).or_default() += 1;
        }
        self.removed += 1;
        Ok(())
    }
}

/// Removes those of these programs that nothing uses.
fn programs(batch: &mut Batch<'_>, unused: Vec<Hash>, served: &BTreeSet<Hash>) -> Result<usize, StoreError> {
    let mut removed = 0;
    for program in unused.into_iter().collect::<BTreeSet<Hash>>() {
        // Operations that are not indexed yet are not counted yet.
        let is_new = batch.live.tail.operations.values().any(|tailed| tailed.program == Some(program));
        if is_new || served.contains(&program) {
            continue;
        }
        batch.tables.txn().open_table(PROGRAMS)?.remove(&program)?;
        batch.tables.txn().open_table(USES)?.remove(&program)?;
        batch.changes.forgotten.push(program);
        removed += 1;
    }
    Ok(removed)
}

fn all_unused(batch: &Batch<'_>) -> Result<Vec<Hash>, StoreError> {
    let table = batch.tables.txn().open_table(USES)?;
    let mut unused = Vec::new();
    for row in table.iter()? {
        let (key, value) = row?;
        if content(value.value()).and_then(|uses| u64_at(uses, 0)) == Some(0) {
            unused.push(*key.value());
        }
    }
    Ok(unused)
}
