//! What is done with a store that no server uses: examining it without changing it, and making its file smaller.

use std::fs::{self, File, TryLockError};
use std::path::Path;

use super::super::{FILE, StoreError};
use super::overlay::Overlay;
use super::{Redb, errors, open};

/// A store that can be read as it is, and whether its file is whole; what is written to it goes nowhere.
pub(in crate::store) fn examine(directory: &Path) -> Result<(Redb, bool), StoreError> {
    let path = directory.join(FILE);
    let file = File::open(&path).map_err(|error| errors::io("cannot open", &path, &error))?;
    match file.try_lock_shared() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(directory.display().to_string())),
        Err(TryLockError::Error(error)) => return Err(errors::io("cannot lock", &path, &error)),
    }
    let backend = |file: &File| {
        let file = file.try_clone().and_then(Overlay::new);
        file.map_err(|error| errors::io("cannot open", &path, &error))
    };
    let opening = |error| errors::opening(directory, error);
    let mut database = open::builder().create_with_backend(backend(&file)?).map_err(opening)?;
    let whole = database.check_integrity().map_err(opening)?;
    drop(database);
    let place = directory.to_owned();
    let store = Redb::with(
        place.clone(),
        Box::new(move || {
            let backend = file.try_clone().and_then(Overlay::new);
            let backend = backend.map_err(|error| errors::io("cannot open", &place, &error))?;
            open::checked(open::builder().create_with_backend(backend), &place)
        }),
    )?;
    Ok((store, whole))
}

/// Gives the space of what was removed back to the disk; gives the file's bytes before and after.
pub(in crate::store) fn compact(directory: &Path) -> Result<(u64, u64), StoreError> {
    let path = directory.join(FILE);
    let size = || fs::metadata(&path).map(|found| found.len());
    let size = || size().map_err(|error| errors::io("cannot look at", &path, &error));
    let before = size()?;
    let mut database = open::database(directory)?;
    // Each pass moves pages into the gaps before them; it says when there was nothing more to move.
    while database.compact().map_err(|error| StoreError::Io(error.to_string()))? {}
    drop(database);
    Ok((before, size()?))
}
