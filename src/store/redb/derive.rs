//! Derived rows: `by_pipeline`, `by_state` and `counts`. They lag behind the log, and are written by the thousand or by the
//! second, since in bulk they cost a fraction; `indexed_up_to` in the same transaction says how far they go.

use std::collections::BTreeMap;

use ::redb::ReadableTable;

use super::super::standing::{Counts, Standing};
use super::super::{Hash, Millis, State, StoreError};
use super::errors::unreadable;
use super::live::{NewRow, Tail, Tailed};
use super::tables::{META, Tables, USES, count_key, pipeline_key, state_key, u64_at};
use super::values::{content, read_counts, read_standing, versioned, write_counts, write_standing};
use crate::value::Id;

const BULK: usize = 2_000;

/// The newest operations stay in the tail under load: most of what is still to come is about them, and each further row of
/// an operation below the mark costs derived rows of its own.
const YOUNG: usize = 256;

const AGE: Millis = 1_000;

/// How many of the oldest operations of the tail are to be written now.
pub(super) fn due(tail: &Tail, now: Millis) -> usize {
    let len = tail.operations.len();
    if len >= BULK + YOUNG {
        len - YOUNG
    } else if now.abs_diff(tail.since) >= AGE {
        len
    } else {
        0
    }
}

/// Writes the derived rows of the oldest `count` operations of the tail, and the mark; gives the new mark.
pub(super) fn bulk(tables: &mut Tables<'_>, tail: &Tail, count: usize) -> Result<Option<Id>, StoreError> {
    let mut operations: Vec<(&Id, &Tailed)> = tail.operations.iter().take(count).collect();
    let Some((mark, _)) = operations.last() else { return Ok(None) };
    let mark = **mark;
    operations.sort_by_key(|(id, tailed)| (tailed.pipeline, **id));
    let mut counts: BTreeMap<[u8; 6], Counts> = BTreeMap::new();
    let mut uses: BTreeMap<Hash, u64> = BTreeMap::new();
    for (id, Tailed { pipeline, standing, program }) in operations {
        if let Some(program) = program {
            *uses.entry(*program).or_default() += 1;
        }
        let value = write_standing(standing);
        tables.by_pipeline()?.insert(&pipeline_key(*pipeline, *id), value.as_slice())?;
        list_state(tables, *pipeline, *id, standing.state)?;
        counts.entry(count_key(*pipeline, *id)).or_default().change(None, standing);
    }
    for (key, more) in &counts {
        let mut sum = counted(tables, key)?;
        sum.add(more);
        tables.counts()?.insert(key, write_counts(&sum).as_slice())?;
    }
    for (program, more) in uses {
        used(tables, &program, |uses| uses.saturating_add(more))?;
    }
    tables.txn().open_table(META)?.insert("indexed_up_to", versioned(&mark.0).as_slice())?;
    Ok(Some(mark))
}

/// Changes how often a program is used; gives the new number. Only of a program that is counted: one that was stored by an
/// earlier wj is not, and stays.
pub(super) fn used(
    tables: &mut Tables<'_>,
    program: &Hash,
    change: impl FnOnce(u64) -> u64,
) -> Result<Option<u64>, StoreError> {
    let mut table = tables.txn().open_table(USES)?;
    let uses = match table.get(program)? {
        Some(value) => {
            content(value.value()).and_then(|uses| u64_at(uses, 0)).ok_or_else(|| unreadable("uses"))?
        }
        None => return Ok(None),
    };
    let uses = change(uses);
    table.insert(program, versioned(&uses.to_be_bytes()).as_slice())?;
    Ok(Some(uses))
}

/// Brings the derived rows of one operation below the mark up to date with a new row.
pub(super) fn one(tables: &mut Tables<'_>, new: &NewRow) -> Result<(), StoreError> {
    let NewRow { id, pipeline, index: row, program } = new;
    let (id, pipeline) = (*id, *pipeline);
    let key = pipeline_key(pipeline, id);
    let was = match tables.by_pipeline()?.get(&key)? {
        Some(value) => Some(read_standing(value.value()).ok_or_else(|| unreadable("by_pipeline"))?),
        None => None,
    };
    if let (None, Some(program)) = (&was, program) {
        used(tables, program, |uses| uses.saturating_add(1))?;
    }
    let is = match &was {
        None => Standing::first(row),
        Some(was) => {
            let mut is = was.clone();
            is.then(row);
            is
        }
    };
    tables.by_pipeline()?.insert(&key, write_standing(&is).as_slice())?;
    let old = was.as_ref().map(|was| was.state);
    if old != Some(is.state) {
        if let Some(old) = old.filter(|old| *old != State::Done) {
            tables.by_state()?.remove(&state_key(old as u8, pipeline, id))?;
        }
        list_state(tables, pipeline, id, is.state)?;
    }
    let key = count_key(pipeline, id);
    let mut counts = counted(tables, &key)?;
    counts.change(was.as_ref(), &is);
    tables.counts()?.insert(&key, write_counts(&counts).as_slice())?;
    Ok(())
}

fn list_state(tables: &mut Tables<'_>, pipeline: u32, id: Id, state: State) -> Result<(), StoreError> {
    if state != State::Done {
        tables.by_state()?.insert(&state_key(state as u8, pipeline, id), versioned(&[]).as_slice())?;
    }
    Ok(())
}

pub(super) fn counted(tables: &mut Tables<'_>, key: &[u8; 6]) -> Result<Counts, StoreError> {
    match tables.counts()?.get(key)? {
        Some(value) => read_counts(value.value()).ok_or_else(|| unreadable("counts")),
        None => Ok(Counts::default()),
    }
}
