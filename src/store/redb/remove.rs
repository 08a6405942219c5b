//! Removing what retention found, in one transaction that looks at each operation once more.

use std::collections::{BTreeMap, BTreeSet};

use ::redb::ReadableTable;

use super::super::standing::Counts;
use super::super::{Hash, Millis, State, StoreError, Tended, facts};
use super::commit::Batch;
use super::derive;
use super::errors::unreadable;
use super::retain::Found;
use super::tables::{
    PROGRAMS, USES, blob_key, count_key, log_key, notice_key, pipeline_key, state_key, u64_at,
};
use super::values::{ClaimRow, LogRow, content, read_standing, write_counts};
use crate::value::Id;

/// What one transaction removes, gathered so that each count is written once.
#[derive(Default)]
pub(super) struct Removal {
    counts: BTreeMap<[u8; 6], Counts>,
    uses: BTreeMap<Hash, u64>,
    removed: usize,
}

impl Removal {
    pub(super) fn run(
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
        batch.changes.written |= self.removed > 0;
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
                batch.changes.written = true;
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
            rows.push((
                *key.value(),
                row.blobs > 0,
                row.notice.then(|| notice_key(pipeline, row.index.at, id)),
            ));
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
        batch.changes.written = true;
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
