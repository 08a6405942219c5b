//! Puts a changed script in the place of the old one, whole or not at all: a reader never sees half of it, and a full disk
//! costs nothing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a script over the one at `path`, which keeps its permissions; through a link, over what the link leads to.
///
/// # Errors
/// Whatever the system says; the old text stands then as it did.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let permissions = fs::metadata(&path)?.permissions();
    // A file that may not be written to is not to be replaced either.
    File::options().write(true).open(&path)?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = write_new(&beside, text, permissions).and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // Whether the rest can be cleaned away changes nothing about what is told.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_new(path: &Path, text: &str, permissions: fs::Permissions) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()
}
