//! redb's trouble in the words of this room.

use std::path::Path;

use ::redb::{CommitError, DatabaseError, SetDurabilityError, StorageError, TableError, TransactionError};

use super::super::StoreError;

pub(super) fn closed(place: &Path) -> StoreError {
    StoreError::Io(format!("{} is closed after an error, until it is opened again", place.display()))
}

pub(super) fn io(doing: &str, path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Io(format!("{doing} {}: {error}", path.display()))
}

pub(super) fn damaged(place: &Path, why: impl Into<String>) -> StoreError {
    StoreError::Damaged(place.display().to_string(), why.into())
}

/// A value of a table that does not hold what it should.
pub(super) fn unreadable(table: &str) -> StoreError {
    StoreError::Io(format!("a row of its table `{table}` cannot be read"))
}

/// Trouble while opening.
pub(super) fn opening(place: &Path, error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen | DatabaseError::LockProtocolMismatch => {
            StoreError::InUse(place.display().to_string())
        }
        DatabaseError::UpgradeRequired(version) => {
            damaged(place, format!("its file format is {version}, which no wj has written"))
        }
        DatabaseError::Storage(StorageError::Corrupted(why)) => damaged(place, why),
        DatabaseError::Storage(StorageError::Io(error)) if is_content(&error) => {
            damaged(place, error.to_string())
        }
        other => StoreError::Io(format!("{}: {other}", place.display())),
    }
}

/// Whether it is what the file holds that is wrong, rather than the machine.
fn is_content(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof)
}

impl From<StorageError> for StoreError {
    fn from(error: StorageError) -> StoreError {
        StoreError::Io(error.to_string())
    }
}

impl From<TableError> for StoreError {
    fn from(error: TableError) -> StoreError {
        StoreError::Io(error.to_string())
    }
}

impl From<TransactionError> for StoreError {
    fn from(error: TransactionError) -> StoreError {
        StoreError::Io(error.to_string())
    }
}

impl From<CommitError> for StoreError {
    fn from(error: CommitError) -> StoreError {
        StoreError::Io(error.to_string())
    }
}

impl From<SetDurabilityError> for StoreError {
    fn from(error: SetDurabilityError) -> StoreError {
        StoreError::Io(error.to_string())
    }
}
