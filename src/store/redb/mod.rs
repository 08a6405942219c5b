//! The operations in redb, in the layout of the delivery contract: `tables` has the keys, `values` the bytes, and each
//! other file one thing that the store does with them. One lock order: `writing`, `database`, `live`.

mod apart;
mod claim;
mod commit;
mod copy;
mod derive;
mod errors;
mod list;
mod live;
mod maintain;
mod open;
mod overlay;
mod read;
mod remove;
mod retain;
mod tables;
mod values;

#[cfg(test)]
pub(super) mod disk;
#[cfg(test)]
mod power_cut;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use ::redb::{Database, ReadTransaction, ReadableDatabase};

use self::live::Live;
pub(super) use self::maintain::{compact, examine};
use super::{
    Claimed, Cursor, Filter, Hash, Lane, LaneHead, Millis, Notice, Operation, Page, Program, Span, Store,
    StoreError, Summary, Tended, Upkeep, Write, Written,
};
use crate::value::Id;

pub(super) struct Redb {
    /// The directory, as messages name it.
    place: PathBuf,
    opener: Opener,
    /// Held over a whole write, until what it changed is known in memory too.
    writing: Mutex<()>,
    /// None between a failed attempt to open it again and the next one.
    database: RwLock<Option<Database>>,
    live: Mutex<Live>,
}

/// Opens the database; called again after trouble.
type Opener = Box<dyn Fn() -> Result<Database, StoreError> + Send + Sync>;

impl Redb {
    /// Opens the store in a directory, or makes one there.
    pub(super) fn open(directory: &Path) -> Result<Redb, StoreError> {
        let place = directory.to_owned();
        let again = place.clone();
        Redb::with(place, Box::new(move || open::database(&again)))
    }

    fn with(place: PathBuf, opener: Opener) -> Result<Redb, StoreError> {
        let database = opener()?;
        let live = open::live(&database, &place, &Live::default())?;
        Ok(Redb {
            place,
            opener,
            writing: Mutex::new(()),
            database: RwLock::new(Some(database)),
            live: Mutex::new(live),
        })
    }

    /// What is known in memory. It is changed only where nothing can fail, so a panic elsewhere leaves it whole.
    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_database<T>(
        &self,
        act: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = self.database.read().unwrap_or_else(PoisonError::into_inner);
        act(database.as_ref().ok_or_else(|| errors::closed(&self.place))?)
    }

    /// Reads one state of the file. `act` must not outlive the call, so that `reopen` finds nobody reading.
    fn reading<T>(
        &self,
        act: impl FnOnce(&ReadTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with_database(|database| act(&database.begin_read()?))
    }
}

impl Store for Redb {
    fn commit(&self, batch: &[Write], now: Millis) -> Result<Vec<Written>, StoreError> {
        Ok(commit::commit(self, batch, now, commit::Derived::WhenDue)?.written)
    }

    fn claim(&self, lanes: &[(Lane, usize)], now: Millis) -> Result<Vec<Claimed>, StoreError> {
        claim::claim(self, lanes, now)
    }

    fn strays(&self, now: Millis, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        claim::strays(self, now, limit)
    }

    fn lanes(&self) -> Result<Vec<LaneHead>, StoreError> {
        claim::heads(self)
    }

    fn load(&self, id: Id) -> Result<Option<Operation>, StoreError> {
        self.reading(|txn| read::operation(self, txn, id))
    }

    fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        list::list(self, filter, after, limit)
    }

    fn program(&self, hash: Hash) -> Result<Option<Program>, StoreError> {
        self.reading(|txn| read::program(txn, hash))
    }

    fn programs(&self) -> Result<Vec<Hash>, StoreError> {
        self.reading(read::programs)
    }

    fn noticed(&self) -> Result<Vec<Arc<str>>, StoreError> {
        self.reading(|txn| read::noticed(self, txn))
    }

    fn notices(
        &self,
        pipeline: &str,
        after: Option<(Millis, Id)>,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        self.reading(|txn| read::notices(self, txn, pipeline, after, limit))
    }

    fn tend(&self, plan: &Upkeep, now: Millis) -> Result<Tended, StoreError> {
        let derived = match plan.derive && !self.live().tail.is_empty() {
            true => commit::commit(self, &[], now, commit::Derived::Now)?.derived,
            false => 0,
        };
        Ok(Tended { derived, ..retain::retain(self, plan, now)? })
    }

    fn summary(&self, of: &Span) -> Result<Summary, StoreError> {
        read::summary(self, of)
    }

    fn reopen(&self) -> Result<(), StoreError> {
        let _writing = self.writing();
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        // The file is locked until the old handle is gone.
        *database = None;
        let fresh = (self.opener)()?;
        let mut live = self.live();
        *live = open::live(&fresh, &self.place, &live)?;
        *database = Some(fresh);
        Ok(())
    }

    fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        self.reading(|txn| copy::copy(txn, path))
    }

    fn gathers(&self) -> bool {
        true
    }
}
