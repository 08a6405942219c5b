//! Opening: the directory and the file, whose store it is, and what the process must know before the first call.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use ::redb::backends::FileBackend;
use ::redb::{
    Builder, Database, DatabaseError, ReadTransaction, ReadableDatabase, ReadableTable, TableError,
};

use super::super::holds::{Held, Holds};
use super::super::names::Names;
use super::super::{FILE, NOBODY};
use super::super::{State, StoreError, facts};
use super::commit::{HOST, LANE, PIPELINE, work_of};
use super::live::{Changes, Live, NewRow, Tail};
use super::tables::{
    HIGHEST, LOG, LOWEST, META, NAMES, Tables, WORK, create, id_at, log_above, meta, u32_at,
};
use super::values::{Fields, LogRow, content, versioned};
use super::{derive, errors};
use crate::value::Id;

/// The layout that this version writes.
const SCHEMA: u32 = 1;

/// Pages that redb keeps in memory.
const CACHE: usize = 64 << 20;

/// The database of a directory. One that is not ours to open is left as it is.
pub(super) fn database(directory: &Path) -> Result<Database, StoreError> {
    let path = directory.join(FILE);
    if !path.exists() {
        make_directory(directory)?;
        if let Some(database) = make(directory, &path)? {
            return Ok(database);
        }
    }
    // Opening for writing changes the file, so first it is looked at without.
    match builder().open_read_only(&path) {
        Ok(database) => check(&database.begin_read()?, directory)?,
        // It was not closed: only opening it for writing mends it, which takes nothing away.
        Err(DatabaseError::RepairAborted) => {}
        Err(error) => return Err(errors::opening(directory, error)),
    }
    checked(builder().open(&path), directory)
}

/// A database that was opened, if it is a store of this version.
pub(super) fn checked(
    opened: Result<Database, DatabaseError>,
    directory: &Path,
) -> Result<Database, StoreError> {
    let database = opened.map_err(|error| errors::opening(directory, error))?;
    check(&database.begin_read()?, directory)?;
    Ok(database)
}

/// A new, empty store in a file that is not there yet, or is what a crash left of such a one.
pub(super) fn fresh(path: &Path) -> Result<Database, StoreError> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    let file = file.map_err(|error| errors::io("cannot make", path, &error))?;
    let backend = FileBackend::new(file).map_err(|error| errors::opening(path, error))?;
    let database = builder().create_with_backend(backend).map_err(|error| errors::opening(path, error))?;
    prepare(&database)?;
    Ok(database)
}

/// Lays out an empty database.
pub(super) fn prepare(database: &Database) -> Result<(), StoreError> {
    let mut txn = database.begin_write()?;
    txn.set_quick_repair(true);
    create(&txn)?;
    txn.open_table(META)?.insert("schema", versioned(&SCHEMA.to_be_bytes()).as_slice())?;
    Ok(txn.commit()?)
}

/// What the process must know: names, how deep lanes are, the tail, whose derived rows are written on the way. Holds of
/// `before` stay, where the file still has their work.
pub(super) fn live(database: &Database, place: &Path, before: &Live) -> Result<Live, StoreError> {
    let txn = database.begin_read()?;
    let epoch = match meta(&txn, "epoch")? {
        Some(value) => Fields::new(&value).and_then(|mut fields| fields.u64()),
        None => Some(0),
    };
    let epoch = epoch.ok_or_else(|| errors::damaged(place, "its `epoch` cannot be read"))? + 1;
    let mut live = Live {
        names: names(&txn).map_err(|error| errors::damaged(place, error.to_string()))?,
        holds: holds(&txn, epoch, &before.holds)?,
        tail: Tail { mark: indexed_up_to(&txn)?, ..Tail::default() },
        ..Live::default()
    };
    live.sweeps = before.sweeps.clone();
    let work = txn.open_table(WORK)?;
    for row in work.range::<&[u8; 28]>(..)? {
        if let Some(lane) = u32_at(row?.0.value(), 0) {
            *live.depths.entry(lane).or_default() += 1;
        }
    }
    index_tail(&txn, &mut live.tail)?;

    let mut txn = database.begin_write()?;
    txn.set_quick_repair(true);
    // A store of an earlier wj may lack a table.
    create(&txn)?;
    let mark = derive::bulk(&mut Tables::new(&txn), &live.tail, usize::MAX)?;
    txn.open_table(META)?.insert("epoch", versioned(&epoch.to_be_bytes()).as_slice())?;
    txn.commit()?;
    live.apply(Changes { mark, ..Changes::default() }, 0);
    Ok(live)
}

/// Derived rows are written for all operations up to this id.
pub(super) fn indexed_up_to(txn: &ReadTransaction) -> Result<Id, StoreError> {
    let Some(value) = meta(txn, "indexed_up_to")? else { return Ok(LOWEST) };
    content(&value).and_then(|id| id_at(id, 0)).ok_or_else(|| errors::unreadable("meta"))
}

/// A new file is there after a power cut only when its directory is synced too.
pub(super) fn sync_directory_of(path: &Path) -> Result<(), StoreError> {
    let directory = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Ok(()),
    };
    let synced = File::open(directory).and_then(|directory| directory.sync_all());
    synced.map_err(|error| errors::io("cannot sync", directory, &error))
}

pub(super) fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    builder
}

fn make_directory(directory: &Path) -> Result<(), StoreError> {
    if !directory.exists() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|error| errors::io("cannot make", directory, &error))?;
        sync_directory_of(directory)?;
    }
    // The directory may lie in the repository of the scripts; what is in it must not be committed.
    let path = directory.join(".gitignore");
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => file.write_all(b"*\n").map_err(|error| errors::io("cannot write", &path, &error)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(errors::io("cannot write", &path, &error)),
    }
}

/// Makes the file under another name and gives it its own once it is whole, so that a crash leaves none or a good one.
/// The lock goes with the file: of two processes that do this at once, one finds the other's. None if the file was there
/// after all.
fn make(directory: &Path, path: &Path) -> Result<Option<Database>, StoreError> {
    let new = directory.join("store.redb.new");
    let made = match fresh(&new) {
        Err(StoreError::InUse(_)) => return Err(StoreError::InUse(directory.display().to_string())),
        Err(StoreError::Damaged(..)) => {
            // What a crash left: nobody has it open, and nothing was ever kept in it.
            fs::remove_file(&new).map_err(|error| errors::io("cannot remove", &new, &error))?;
            fresh(&new)?
        }
        other => other?,
    };
    if path.exists() {
        fs::remove_file(&new).map_err(|error| errors::io("cannot remove", &new, &error))?;
        return Ok(None);
    }
    fs::rename(&new, path).map_err(|error| errors::io("cannot rename", &new, &error))?;
    sync_directory_of(path)?;
    Ok(Some(made))
}

fn check(txn: &ReadTransaction, place: &Path) -> Result<(), StoreError> {
    let schema = match txn.open_table(META) {
        Ok(table) => table.get("schema")?.map(|value| value.value().to_vec()),
        Err(TableError::TableDoesNotExist(_)) => None,
        Err(error) => return Err(errors::damaged(place, error.to_string())),
    };
    let Some(schema) = schema else { return Err(errors::damaged(place, "it holds no operations of wj")) };
    match content(&schema).and_then(|schema| u32_at(schema, 0)) {
        Some(SCHEMA) => Ok(()),
        Some(newer) if newer > SCHEMA => Err(StoreError::Newer(place.display().to_string(), newer)),
        _ => Err(errors::damaged(place, "its layout has no number that was ever used")),
    }
}

fn names(txn: &ReadTransaction) -> Result<Names, StoreError> {
    let mut names = Names::default();
    let table = txn.open_table(NAMES)?;
    for row in table.iter()? {
        let (key, value) = row?;
        let [kind, ..] = key.value();
        let value = content(value.value()).ok_or_else(|| errors::unreadable("names"))?;
        let number = u32_at(key.value(), 1);
        let taken = match *kind {
            LANE => u32_at(value, 0).zip(u32_at(value, 4)).map(|pair| names.lanes.take(pair)),
            kind => std::str::from_utf8(value).ok().map(Arc::from).and_then(|text: Arc<str>| match kind {
                PIPELINE => Some(names.pipelines.take(&text)),
                HOST => Some(names.hosts.take(&text)),
                _ => None,
            }),
        };
        // They were numbered in the order in which they are read.
        if taken.is_none() || taken != number {
            return Err(errors::unreadable("names"));
        }
    }
    Ok(names)
}

/// The holds that still have their work, and where it is by now: a commit that failed may have reached the disk.
fn holds(txn: &ReadTransaction, epoch: u64, before: &Holds) -> Result<Holds, StoreError> {
    let log = txn.open_table(LOG)?;
    let mut holds = Holds::new(epoch);
    for id in before.ids() {
        let Some(Held { fence, .. }) = before.get(id).filter(|held| held.fence != NOBODY) else { continue };
        if let Some((place, _)) = work_of(&log, id)? {
            holds.hold(id, Held { fence, place });
        }
    }
    Ok(holds)
}

/// Reads what lies above the mark, class by class.
fn index_tail(txn: &ReadTransaction, tail: &mut Tail) -> Result<(), StoreError> {
    let log = txn.open_table(LOG)?;
    for class in 0..16 {
        let above = (
            std::ops::Bound::Excluded(&log_above(class, tail.mark)),
            std::ops::Bound::Included(&log_above(class, HIGHEST)),
        );
        for row in log.range::<&[u8; 19]>(above)? {
            let (key, value) = row?;
            let id = id_at(key.value(), 1).ok_or_else(|| errors::unreadable("log"))?;
            let row = LogRow::read(value.value()).ok_or_else(|| errors::unreadable("log"))?;
            let program = match row.index.state {
                State::Rejected => None,
                _ => facts::program_of(row.facts),
            };
            tail.row(&NewRow { id, pipeline: row.pipeline, index: row.index, program });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::super::super::{Filter, Store};
    use super::super::Redb;
    use super::*;

    /// A directory with a store that was closed.
    fn closed() -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("data");
        drop(Redb::open(&place).unwrap());
        (directory, place)
    }

    /// Opening fails, and changes nothing.
    fn refused(place: &Path) -> StoreError {
        let before = fs::read(place.join(FILE)).unwrap();
        let error = Redb::open(place).err().unwrap();
        assert!(fs::read(place.join(FILE)).unwrap() == before, "{error}: the file was changed");
        error
    }

    fn set_schema(place: &Path, schema: u32) {
        let database = builder().open(place.join(FILE)).unwrap();
        let txn = database.begin_write().unwrap();
        let value = versioned(&schema.to_be_bytes());
        txn.open_table(META).unwrap().insert("schema", value.as_slice()).unwrap();
        txn.commit().unwrap();
    }

    #[test]
    fn a_new_store_is_for_its_owner_and_not_for_git() {
        let (_directory, place) = closed();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place), mode(&place.join(FILE))), (0o700, 0o600));
        assert_eq!(fs::read_to_string(place.join(".gitignore")).unwrap(), "*\n");
        let mut names: Vec<_> =
            fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [".gitignore", FILE]);
    }

    #[test]
    fn a_store_in_use_is_left_to_who_uses_it() {
        let directory = tempfile::tempdir().unwrap();
        let store = Redb::open(directory.path()).unwrap();
        assert!(matches!(Redb::open(directory.path()).err(), Some(StoreError::InUse(_))));
        drop(store);
        assert!(Redb::open(directory.path()).is_ok());
    }

    #[test]
    fn a_newer_store_is_refused_and_left_untouched() {
        let (_directory, place) = closed();
        set_schema(&place, SCHEMA + 1);
        assert!(matches!(refused(&place), StoreError::Newer(_, 2)));
    }

    #[test]
    fn what_is_no_store_is_refused_and_left_untouched() {
        let (_directory, place) = closed();
        let file = place.join(FILE);
        let good = fs::read(&file).unwrap();
        let cut = good.get(..good.len() / 2).unwrap();
        let noise: Vec<u8> =
            (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        for content in [noise.as_slice(), cut, good.get(..200).unwrap(), b"words", b""] {
            fs::write(&file, content).unwrap();
            let error = refused(&place);
            assert!(matches!(error, StoreError::Damaged(..)), "{} bytes: {error}", content.len());
        }
        fs::remove_file(&file).unwrap();
        drop(builder().create(&file).unwrap());
        assert!(matches!(refused(&place), StoreError::Damaged(..)));
    }

    #[test]
    fn a_crash_while_it_was_made_leaves_no_store_and_no_hindrance() {
        let directory = tempfile::tempdir().unwrap();
        for left in [&b""[..], b"half a page"] {
            fs::write(directory.path().join("store.redb.new"), left).unwrap();
            let store = Redb::open(directory.path()).unwrap();
            assert!(store.list(&Filter::default(), None, 1).unwrap().items.is_empty());
            drop(store);
            fs::remove_file(directory.path().join(FILE)).unwrap();
        }
    }
}
