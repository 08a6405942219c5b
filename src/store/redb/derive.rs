//! Derived rows: `by_pipeline`, `by_state` and `counts`. They lag behind the log, and are written by the thousand or by the
//! second, since in bulk they cost a fraction; `indexed_up_to` in the same transaction says how far they go.

use std::collections::BTreeMap;

use ::redb::ReadableTable;

use super::super::standing::{Counts, Standing};
use super::super::{Index, Millis, State, StoreError};
use super::errors::unreadable;
use super::live::{Tail, Tailed};
use super::tables::{META, Tables, count_key, pipeline_key, state_key};
use super::values::{read_counts, read_standing, versioned, write_counts, write_standing};
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
    for (id, Tailed { pipeline, standing }) in operations {
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
    tables.txn().open_table(META)?.insert("indexed_up_to", versioned(&mark.0).as_slice())?;
    Ok(Some(mark))
}

/// Brings the derived rows of one operation below the mark up to date with a new row.
pub(super) fn one(tables: &mut Tables<'_>, id: Id, pipeline: u32, row: &Index) -> Result<(), StoreError> {
    let key = pipeline_key(pipeline, id);
    let was = match tables.by_pipeline()?.get(&key)? {
        Some(value) => Some(read_standing(value.value()).ok_or_else(|| unreadable("by_pipeline"))?),
        None => None,
    };
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

fn counted(tables: &mut Tables<'_>, key: &[u8; 6]) -> Result<Counts, StoreError> {
    match tables.counts()?.get(key)? {
        Some(value) => read_counts(value.value()).ok_or_else(|| unreadable("counts")),
        None => Ok(Counts::default()),
    }
}
