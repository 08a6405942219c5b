//! A copy of one state of the store into a new file, while it serves.

use std::fs;
use std::path::Path;

use ::redb::{Database, Durability, Key, ReadTransaction, ReadableTable, TableDefinition, Value};

use super::super::StoreError;
use super::{errors, open, tables};

/// Rows of one step of the copy: what it holds in memory at once.
const STEP: usize = 4_096;

pub(super) fn copy(txn: &ReadTransaction, path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Err(StoreError::Io(format!("{} is there already", path.display())));
    }
    // Under another name until it is whole: half a copy must not look like one.
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    if part.exists() {
        fs::remove_file(part).map_err(|error| errors::io("cannot remove", part, &error))?;
    }
    let copied = open::fresh(part).and_then(|database| {
        table(txn, &database, tables::LOG)?;
        table(txn, &database, tables::BLOBS)?;
        table(txn, &database, tables::WORK)?;
        table(txn, &database, tables::CLAIMS)?;
        table(txn, &database, tables::NOTICES)?;
        table(txn, &database, tables::PROGRAMS)?;
        table(txn, &database, tables::USES)?;
        table(txn, &database, tables::BY_PIPELINE)?;
        table(txn, &database, tables::BY_STATE)?;
        table(txn, &database, tables::COUNTS)?;
        table(txn, &database, tables::NAMES)?;
        table(txn, &database, tables::SETTINGS)?;
        table(txn, &database, tables::META)?;
        // The steps were not synced; an empty durable one after them makes all of them so.
        database.begin_write()?.commit()?;
        Ok(())
    });
    let named = copied
        .and_then(|()| fs::rename(part, path).map_err(|error| errors::io("cannot rename", part, &error)));
    match named {
        Ok(()) => open::sync_directory_of(path),
        Err(error) => {
            let _ = fs::remove_file(part);
            Err(error)
        }
    }
}

fn table<K: Key + 'static, V: Value + 'static>(
    from: &ReadTransaction,
    to: &Database,
    definition: TableDefinition<'static, K, V>,
) -> Result<(), StoreError> {
    let source = from.open_table(definition)?;
    let mut rows = source.iter()?.peekable();
    loop {
        let mut txn = to.begin_write()?;
        txn.set_durability(Durability::None)?;
        {
            let mut target = txn.open_table(definition)?;
            for row in rows.by_ref().take(STEP) {
                let (key, value) = row?;
                target.insert(key.value(), value.value())?;
            }
        }
        txn.commit()?;
        if rows.peek().is_none() {
            return Ok(());
        }
    }
}
