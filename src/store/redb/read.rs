//! Reading: one operation, a program, the notices that wait, the counts.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use ::redb::{ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata};

use super::super::standing::Counts;
use super::super::{Hash, Millis, Notice, Operation, Program, Span, StoreError, Summary, Work, decode};
use super::Redb;
use super::commit::work_of;
use super::errors::unreadable;
use super::live::Tailed;
use super::tables::{
    BLOBS, COUNTS, HIGHEST, LOG, LOWEST, NOTICES, PROGRAMS, SETTINGS, blob_key, id_at, log_key, notice_key,
    u32_at, u64_at,
};
use super::values::{Fields, LogRow, content, read_counts};
use crate::value::{Bytes, Id};

pub(super) fn operation(
    store: &Redb,
    txn: &ReadTransaction,
    id: Id,
) -> Result<Option<Operation>, StoreError> {
    let log = txn.open_table(LOG)?;
    let mut rows = Vec::new();
    let mut pipeline = None;
    let (mut notice, mut notice_sent) = (None, false);
    for (n, row) in (0_u16..).zip(log.range::<&[u8; 19]>(&log_key(id, 0)..=&log_key(id, u16::MAX))?) {
        let value = row?.1;
        let row = LogRow::read(value.value()).ok_or_else(|| broken(id, "its head is not this version's"))?;
        let blobs = if row.blobs == 0 { Vec::new() } else { blobs(txn, id, n, row.blobs)? };
        rows.push(decode(row.facts, &blobs).map_err(|why| StoreError::Row(id, why))?);
        pipeline.get_or_insert(row.pipeline);
        if row.notice {
            let key = notice_key(row.pipeline, row.index.at, id);
            notice = match txn.open_table(NOTICES)?.get(&key)? {
                Some(value) => Some(reason(value.value())?),
                None => None,
            };
            notice_sent = notice.is_none();
        }
    }
    let Some(pipeline) = pipeline else { return Ok(None) };
    let work = work_of(&log, id)?;
    let live = store.live();
    let work = work.and_then(|(place, row)| {
        let lane = live.names.lane(place.lane)?;
        let held = live.holds.get(id).is_some();
        Some(Work { lane, due: place.due, pause: row.pause, intent_out: row.intent_out, held })
    });
    Ok(Some(Operation { id, pipeline: live.pipeline(pipeline), rows, work, notice, notice_sent }))
}

pub(super) fn programs(txn: &ReadTransaction) -> Result<Vec<Hash>, StoreError> {
    let mut hashes = Vec::new();
    for row in txn.open_table(PROGRAMS)?.iter()? {
        hashes.push(*row?.0.value());
    }
    Ok(hashes)
}

pub(super) fn program(txn: &ReadTransaction, hash: Hash) -> Result<Option<Program>, StoreError> {
    let Some(value) = txn.open_table(PROGRAMS)?.get(&hash)? else { return Ok(None) };
    let bytes = content(value.value()).ok_or_else(|| unreadable("programs"))?;
    let (edition, files) = postcard::from_bytes(bytes).map_err(|_| unreadable("programs"))?;
    Ok(Some(Program { hash, edition, files }))
}

/// The notices of each pipeline lie in order of time, so a look at the first of each is enough.
pub(super) fn noticed(store: &Redb, txn: &ReadTransaction) -> Result<Vec<Arc<str>>, StoreError> {
    let table = txn.open_table(NOTICES)?;
    let pipelines = store.live().names.pipelines.all.clone();
    let mut found = Vec::new();
    for (number, pipeline) in (0_u32..).zip(pipelines) {
        let first = notice_key(number, 0, LOWEST);
        if table.range::<&[u8; 28]>(&first..=&notice_key(number, Millis::MAX, HIGHEST))?.next().is_some() {
            found.push(pipeline);
        }
    }
    found.sort();
    Ok(found)
}

pub(super) fn notices(
    store: &Redb,
    txn: &ReadTransaction,
    pipeline: &str,
    after: Option<(Millis, Id)>,
    limit: usize,
) -> Result<Vec<Notice>, StoreError> {
    let Some(number) = store.live().names.pipelines.find(pipeline) else { return Ok(Vec::new()) };
    let from = match after {
        Some((time, id)) => Bound::Excluded(notice_key(number, time, id)),
        None => Bound::Included(notice_key(number, 0, LOWEST)),
    };
    let to = Bound::Included(notice_key(number, Millis::MAX, HIGHEST));
    let table = txn.open_table(NOTICES)?;
    let mut notices = Vec::new();
    for row in table.range::<&[u8; 28]>((from.as_ref(), to.as_ref()))?.take(limit) {
        let (key, value) = row?;
        let (Some(time), Some(id)) = (u64_at(key.value(), 4), id_at(key.value(), 12)) else { continue };
        notices.push(Notice { pipeline: pipeline.into(), time, id, reason: reason(value.value())? });
    }
    Ok(notices)
}

pub(super) fn summary(store: &Redb, of: &Span) -> Result<Summary, StoreError> {
    store.with_database(|database| {
        let (txn, only, mut sum) = {
            // The file is read as of a moment at which the tail stands still: what a commit moves from one to the other
            // must be counted once.
            let live = store.live();
            let txn = database.begin_read()?;
            let mark = super::open::indexed_up_to(&txn)?;
            let only = of.pipeline.as_ref().map(|name| live.names.pipelines.find(name));
            let mut sum = Counts::default();
            for (id, Tailed { pipeline, standing, .. }) in live.tail.operations.range(mark..) {
                if *id > mark && only.is_none_or(|only| only == Some(*pipeline)) {
                    sum.change(None, standing);
                }
            }
            (txn, only, sum)
        };
        let wanted = |pipeline: u32| only.is_none_or(|only| only == Some(pipeline));
        for (pipeline, counts) in counts(&txn)? {
            if wanted(pipeline) {
                sum.add(&counts);
            }
        }
        let table = txn.open_table(NOTICES)?;
        let notices_waiting = match only {
            None => table.len()?,
            Some(None) => 0,
            Some(Some(pipeline)) => {
                let first = notice_key(pipeline, 0, LOWEST);
                table.range::<&[u8; 28]>(&first..=&notice_key(pipeline, Millis::MAX, HIGHEST))?.count() as u64
            }
        };
        let settings = settings(&txn)?;
        let Counts { received, by_state, bytes } = sum;
        Ok(Summary { received, by_state, bytes, notices_waiting, settings })
    })
}

/// What the derived rows count, by pipeline.
pub(super) fn counts(txn: &ReadTransaction) -> Result<BTreeMap<u32, Counts>, StoreError> {
    let mut counts: BTreeMap<u32, Counts> = BTreeMap::new();
    for row in txn.open_table(COUNTS)?.iter()? {
        let (key, value) = row?;
        let Some(pipeline) = u32_at(key.value(), 0) else { continue };
        let day = read_counts(value.value()).ok_or_else(|| unreadable("counts"))?;
        counts.entry(pipeline).or_default().add(&day);
    }
    Ok(counts)
}

fn settings(txn: &ReadTransaction) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut settings = Vec::new();
    for row in txn.open_table(SETTINGS)?.iter()? {
        let (key, value) = row?;
        let value = content(value.value()).ok_or_else(|| unreadable("settings"))?;
        settings.push((key.value().to_owned(), value.to_vec()));
    }
    Ok(settings)
}

/// The bodies of a row, put together from their parts.
fn blobs(txn: &ReadTransaction, id: Id, n: u16, count: u16) -> Result<Vec<Bytes>, StoreError> {
    let table = txn.open_table(BLOBS)?;
    let mut blobs = vec![Vec::new(); usize::from(count)];
    for row in table.range::<&[u8; 21]>(&blob_key(id, n, 0)..=&blob_key(id, n, u16::MAX))? {
        let value = row?.1;
        let mut fields =
            Fields::new(value.value()).ok_or_else(|| broken(id, "a body is not this version's"))?;
        let blob = fields.u16().and_then(|number| blobs.get_mut(usize::from(number)));
        blob.ok_or_else(|| broken(id, "a body belongs to no fact"))?.extend_from_slice(fields.rest);
    }
    Ok(blobs.into_iter().map(Bytes::from).collect())
}

fn reason(value: &[u8]) -> Result<String, StoreError> {
    let text = content(value).and_then(|text| std::str::from_utf8(text).ok());
    text.map(str::to_owned).ok_or_else(|| unreadable("notices"))
}

fn broken(id: Id, why: &str) -> StoreError {
    StoreError::Row(id, why.to_owned())
}
