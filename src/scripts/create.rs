//! Puts a file where none is.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a new file, and makes the folders on the way to it.
///
/// # Errors
/// A file that is there already stays as it is; else whatever the system says.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = File::options().write(true).create_new(true).open(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half a script would be taken for one; whether it can be cleaned away changes nothing about what is told.
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c.wj");
        create(&path, "one").unwrap();
        assert_eq!(create(&path, "two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(path).unwrap(), "one");
    }
}
