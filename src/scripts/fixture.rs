//! Files that the tests of a script name: beside it or below it, nothing else.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path};

use crate::source::Source;
use crate::value::Bytes;

/// More than any pipeline takes as a body.
const MOST_BYTES: u64 = 64 << 20;

/// Reads a file by its path relative to the folder of the script that names it.
///
/// # Errors
/// In words: a path that leads out of that folder, also by a link; no such file; one that is too large.
pub fn fixture(script: &Source, path: &str) -> Result<Bytes, String> {
    let relative = Path::new(path);
    if relative.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err("it leads out of the script's folder".to_owned());
    }
    let folder = match Path::new(&script.name).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    let found = folder.join(relative).canonicalize().map_err(|error| error.to_string())?;
    if !found.starts_with(&folder) {
        return Err("it is a link that leads out of the script's folder".to_owned());
    }
    let metadata = fs::metadata(&found).map_err(|error| error.to_string())?;
    if !metadata.is_file() {
        return Err("it is not an ordinary file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(&found).map_err(|error| error.to_string())?;
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err("it is larger than 64 MB".to_owned());
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_lies_below_its_script() {
        let dir = tempfile::tempdir().unwrap();
        let script = Source::new(dir.path().join("pipelines/a.wj").to_str().unwrap(), "");
        fs::create_dir_all(dir.path().join("pipelines/fixtures")).unwrap();
        fs::write(dir.path().join("pipelines/fixtures/lead.json"), "{}").unwrap();
        fs::write(dir.path().join("secret.txt"), "s").unwrap();
        assert_eq!(fixture(&script, "fixtures/lead.json").unwrap(), "{}");
        assert_eq!(fixture(&script, "./fixtures/lead.json").unwrap(), "{}");
        for outside in
            ["../secret.txt", "fixtures/../../secret.txt", "/etc/hostname", "fixtures", "none.json"]
        {
            assert!(fixture(&script, outside).is_err(), "{outside}");
        }
        #[cfg(unix)]
        {
            let link = dir.path().join("pipelines/link.txt");
            std::os::unix::fs::symlink(dir.path().join("secret.txt"), link).unwrap();
            assert!(fixture(&script, "link.txt").unwrap_err().contains("link"));
        }
    }
}
