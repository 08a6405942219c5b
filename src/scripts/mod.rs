//! Finds, reads, writes and watches `*.wj` files, and says which git commit they are at. The one room that reads scripts
//! from disk.

mod changes;
mod commit;
mod create;
mod find;
mod fixture;
mod quiet;
mod snapshot;
mod watch;
mod write;

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::check::{MAX_FILE_BYTES, Script};

pub use changes::{Base, relative_to, since};
pub use commit::commit;
pub use create::create;
pub use find::{Found, find};
pub use fixture::fixture;
pub use watch::{Changed, watch};
pub use write::write;

/// A path that was named and cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("there is no `{}`; name the folder or the file of the scripts", .0.display())]
    NotThere(PathBuf),
    #[error("cannot look into `{}`: {reason}", .0.display(), reason = .1)]
    Io(PathBuf, io::Error),
}

/// Reads the files named and every script of the folders named, by name, and those of the folder `connectors` beside each
/// of them. A file that cannot be read is among them, with the reason.
///
/// # Errors
/// A path that is not there, or a folder that cannot be listed.
pub fn load(paths: &[PathBuf]) -> Result<Vec<Script>, LoadError> {
    Ok(find_all(paths)?.iter().map(read).collect())
}

/// The files named and the scripts of the folders named, by name, each once.
///
/// # Errors
/// A path that is not there, or a folder that cannot be listed.
pub fn find_all(paths: &[PathBuf]) -> Result<Vec<Found>, LoadError> {
    let mut found = Vec::new();
    for path in paths {
        found.extend(find(path)?);
        if let Some(connectors) = connectors_beside(path).filter(|folder| folder.is_dir()) {
            found.extend(find(&connectors)?);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

/// Where the connectors of a project lie: in `connectors`, beside the folder of its scripts. `None` where that folder is
/// the root, or called `connectors` itself.
pub fn connectors_beside(path: &Path) -> Option<PathBuf> {
    let folder = if path.is_dir() { path } else { path.parent()? };
    // `.` and `a/..` have no parent by name alone.
    let named = folder.components().next_back();
    let beside = match named {
        Some(std::path::Component::Normal(_)) => folder.parent()?.join(CONNECTORS),
        _ => {
            let canonical = folder.canonicalize().ok()?;
            canonical.parent()?.join(CONNECTORS)
        }
    };
    (!folder.ends_with(CONNECTORS)).then_some(beside)
}

/// The folder of a project's connectors.
const CONNECTORS: &str = "connectors";

/// Reads one file that `find` found.
pub fn read(found: &Found) -> Script {
    if found.leads_outside {
        return Script::outside_link(&found.name);
    }
    match read_bytes(&found.path) {
        Ok(bytes) => Script::from_bytes(&found.name, &bytes),
        Err(Unread::TooLarge(bytes)) => Script::too_large(&found.name, bytes),
        Err(Unread::Io(error)) => Script::unreadable(&found.name, &error.to_string()),
    }
}

enum Unread {
    TooLarge(usize),
    Io(io::Error),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Unread {
        Unread::Io(error)
    }
}

/// What is no ordinary file (a pipe) could give bytes for ever, or none.
fn read_bytes(path: &Path) -> Result<Vec<u8>, Unread> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(Unread::Io(io::Error::other("it is not an ordinary file")));
    }
    if metadata.len() > MAX_FILE_BYTES as u64 {
        return Err(Unread::TooLarge(usize::try_from(metadata.len()).unwrap_or(usize::MAX)));
    }
    let mut bytes = Vec::new();
    // The file may have grown since: one byte more than is allowed tells it.
    File::open(path)?.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
