//! The tables and their keys: big-endian bytes, so that the order of keys is the order of what they say.

use ::redb::{ReadTransaction, Table, TableDefinition, WriteTransaction};

use super::super::holds::Place;
use super::super::{Millis, StoreError};
use crate::value::Id;

pub(super) type Definition<const N: usize> = TableDefinition<'static, &'static [u8; N], &'static [u8]>;
pub(super) type Open<'txn, const N: usize> = Table<'txn, &'static [u8; N], &'static [u8]>;

/// class u8, id, n u16 → a row of facts.
pub(super) const LOG: Definition<19> = TableDefinition::new("log");
/// class u8, id, n u16, part u16 → at most 1 MiB of a body.
pub(super) const BLOBS: Definition<21> = TableDefinition::new("blobs");
/// lane u32, due u64, id → pause, flags.
pub(super) const WORK: Definition<28> = TableDefinition::new("work");
/// pipeline u32, key → id, end, answer.
pub(super) const CLAIMS: Definition<20> = TableDefinition::new("claims");
/// pipeline u32, time u64, id → reason.
pub(super) const NOTICES: Definition<28> = TableDefinition::new("notices");
/// hash → edition, files.
pub(super) const PROGRAMS: Definition<32> = TableDefinition::new("programs");
/// hash → how many operations use this program. Derived; only of programs that were counted from their first one on.
pub(super) const USES: Definition<32> = TableDefinition::new("uses");
/// pipeline u32, id → standing. Derived.
pub(super) const BY_PIPELINE: Definition<20> = TableDefinition::new("by_pipeline");
/// state u8, pipeline u32, id → nothing; not for done. Derived.
pub(super) const BY_STATE: Definition<21> = TableDefinition::new("by_state");
/// pipeline u32, day u16 → counts. Derived.
pub(super) const COUNTS: Definition<6> = TableDefinition::new("counts");
/// kind u8, number u32 → name.
pub(super) const NAMES: Definition<5> = TableDefinition::new("names");
pub(super) const SETTINGS: TableDefinition<'static, &'static str, &'static [u8]> =
    TableDefinition::new("settings");
/// `schema`, `epoch`, `indexed_up_to`.
pub(super) const META: TableDefinition<'static, &'static str, &'static [u8]> = TableDefinition::new("meta");

pub(super) fn log_key(id: Id, n: u16) -> [u8; 19] {
    join(&[&[id.class()], &id.0, &n.to_be_bytes()])
}

/// Above all rows of this class up to this id.
pub(super) fn log_above(class: u8, id: Id) -> [u8; 19] {
    join(&[&[class], &id.0, &u16::MAX.to_be_bytes()])
}

pub(super) fn blob_key(id: Id, n: u16, part: u16) -> [u8; 21] {
    join(&[&[id.class()], &id.0, &n.to_be_bytes(), &part.to_be_bytes()])
}

pub(super) fn work_key(place: Place, id: Id) -> [u8; 28] {
    join(&[&place.lane.to_be_bytes(), &place.due.to_be_bytes(), &id.0])
}

pub(super) fn claim_key(pipeline: u32, key: [u8; 16]) -> [u8; 20] {
    join(&[&pipeline.to_be_bytes(), &key])
}

pub(super) fn notice_key(pipeline: u32, time: Millis, id: Id) -> [u8; 28] {
    join(&[&pipeline.to_be_bytes(), &time.to_be_bytes(), &id.0])
}

pub(super) fn pipeline_key(pipeline: u32, id: Id) -> [u8; 20] {
    join(&[&pipeline.to_be_bytes(), &id.0])
}

pub(super) fn state_key(state: u8, pipeline: u32, id: Id) -> [u8; 21] {
    join(&[&[state], &pipeline.to_be_bytes(), &id.0])
}

/// The day is that of the id, since 1970; the field holds days up to the year 2149.
pub(super) fn count_key(pipeline: u32, id: Id) -> [u8; 6] {
    let day = (id.millis() / 86_400_000).min(u64::from(u16::MAX)) as u16;
    join(&[&pipeline.to_be_bytes(), &day.to_be_bytes()])
}

pub(super) fn name_key(kind: u8, number: u32) -> [u8; 5] {
    join(&[&[kind], &number.to_be_bytes()])
}

pub(super) const LOWEST: Id = Id([0; 16]);
pub(super) const HIGHEST: Id = Id([0xff; 16]);

/// The id that begins at a byte of a key.
pub(super) fn id_at(key: &[u8], at: usize) -> Option<Id> {
    Some(Id(key.get(at..at + 16)?.try_into().ok()?))
}

pub(super) fn u32_at(key: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(key.get(at..at + 4)?.try_into().ok()?))
}

pub(super) fn u64_at(key: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(at..at + 8)?.try_into().ok()?))
}

/// The tables of one write, opened as they are needed: opening one costs a look-up, and changing it a page.
pub(super) struct Tables<'txn> {
    txn: &'txn WriteTransaction,
    log: Option<Open<'txn, 19>>,
    blobs: Option<Open<'txn, 21>>,
    work: Option<Open<'txn, 28>>,
    claims: Option<Open<'txn, 20>>,
    notices: Option<Open<'txn, 28>>,
    by_pipeline: Option<Open<'txn, 20>>,
    by_state: Option<Open<'txn, 21>>,
    counts: Option<Open<'txn, 6>>,
}

impl<'txn> Tables<'txn> {
    pub(super) fn new(txn: &'txn WriteTransaction) -> Tables<'txn> {
        Tables {
            txn,
            log: None,
            blobs: None,
            work: None,
            claims: None,
            notices: None,
            by_pipeline: None,
            by_state: None,
            counts: None,
        }
    }

    pub(super) fn log(&mut self) -> Result<&mut Open<'txn, 19>, StoreError> {
        opened(self.txn, &mut self.log, LOG)
    }

    pub(super) fn blobs(&mut self) -> Result<&mut Open<'txn, 21>, StoreError> {
        opened(self.txn, &mut self.blobs, BLOBS)
    }

    pub(super) fn work(&mut self) -> Result<&mut Open<'txn, 28>, StoreError> {
        opened(self.txn, &mut self.work, WORK)
    }

    pub(super) fn claims(&mut self) -> Result<&mut Open<'txn, 20>, StoreError> {
        opened(self.txn, &mut self.claims, CLAIMS)
    }

    pub(super) fn notices(&mut self) -> Result<&mut Open<'txn, 28>, StoreError> {
        opened(self.txn, &mut self.notices, NOTICES)
    }

    pub(super) fn by_pipeline(&mut self) -> Result<&mut Open<'txn, 20>, StoreError> {
        opened(self.txn, &mut self.by_pipeline, BY_PIPELINE)
    }

    pub(super) fn by_state(&mut self) -> Result<&mut Open<'txn, 21>, StoreError> {
        opened(self.txn, &mut self.by_state, BY_STATE)
    }

    pub(super) fn counts(&mut self) -> Result<&mut Open<'txn, 6>, StoreError> {
        opened(self.txn, &mut self.counts, COUNTS)
    }

    /// For the tables that are written rarely, and so opened for one row.
    pub(super) fn txn(&self) -> &'txn WriteTransaction {
        self.txn
    }
}

/// Makes all tables, so that reading never finds one missing.
pub(super) fn create(txn: &WriteTransaction) -> Result<(), StoreError> {
    txn.open_table(LOG)?;
    txn.open_table(BLOBS)?;
    txn.open_table(WORK)?;
    txn.open_table(CLAIMS)?;
    txn.open_table(NOTICES)?;
    txn.open_table(PROGRAMS)?;
    txn.open_table(USES)?;
    txn.open_table(BY_PIPELINE)?;
    txn.open_table(BY_STATE)?;
    txn.open_table(COUNTS)?;
    txn.open_table(NAMES)?;
    txn.open_table(SETTINGS)?;
    txn.open_table(META)?;
    Ok(())
}

/// A value of `meta`.
pub(super) fn meta(txn: &ReadTransaction, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(txn.open_table(META)?.get(key)?.map(|value| value.value().to_vec()))
}

fn opened<'a, 'txn, const N: usize>(
    txn: &'txn WriteTransaction,
    slot: &'a mut Option<Open<'txn, N>>,
    definition: Definition<N>,
) -> Result<&'a mut Open<'txn, N>, StoreError> {
    let table = match slot.take() {
        Some(table) => table,
        None => txn.open_table(definition)?,
    };
    Ok(slot.insert(table))
}

fn join<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut key = [0; N];
    let mut rest = key.as_mut_slice();
    for part in parts {
        let Some((to, after)) = rest.split_at_mut_checked(part.len()) else { break };
        to.copy_from_slice(part);
        rest = after;
    }
    key
}
