//! What can be told about a folder from outside: for machines whose changes cannot be watched, and to see that the
//! folder itself is another one now.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Length and time of each file below the folder.
pub type Snapshot = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// Deeper folders are not looked into: a link may lead back up.
const DEEPEST: usize = 32;

/// What cannot be read is left out.
pub fn take(dir: &Path) -> Snapshot {
    let mut snapshot = Snapshot::new();
    add(dir, DEEPEST, &mut snapshot);
    snapshot
}

fn add(dir: &Path, depth: usize, snapshot: &mut Snapshot) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() && depth > 0 => add(&path, depth - 1, snapshot),
            Ok(metadata) => {
                snapshot.insert(path, (metadata.len(), metadata.modified().ok()));
            }
            Err(_) => {}
        }
    }
}

/// Which folder a path leads to: another number after it was removed and made again, or a link on the way was turned.
#[cfg(unix)]
pub fn identity(dir: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(dir).ok().filter(fs::Metadata::is_dir).map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Here only whether it is there.
#[cfg(not(unix))]
pub fn identity(dir: &Path) -> Option<(u64, u64)> {
    dir.is_dir().then_some((0, 0))
}
