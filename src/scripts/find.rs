//! Which files are scripts: every `*.wj` of a folder and its subfolders. Names with a leading dot are left out, `.git` with
//! them; a link is followed to a file inside the folder only.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::LoadError;

/// A script on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// As people see it: with `/`, as the folder was named.
    pub name: String,
    pub path: PathBuf,
    /// It is a link that leads out of the folder, or nowhere: it is not to be read.
    pub leads_outside: bool,
}

/// The scripts of a folder, by name; of a file itself, whatever it is called.
///
/// # Errors
/// A path that is not there, or a folder that cannot be listed.
pub fn find(root: &Path) -> Result<Vec<Found>, LoadError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => LoadError::NotThere(root.to_owned()),
        _ => LoadError::Io(root.to_owned(), error),
    };
    let canonical = root.canonicalize().map_err(failed)?;
    if !canonical.is_dir() {
        return Ok(vec![Found { name: name(root), path: root.to_owned(), leads_outside: false }]);
    }
    let mut walk = Walk { root: canonical, files: Vec::new(), links: Vec::new() };
    walk.folder(root)?;
    let own: BTreeSet<PathBuf> = walk.files.iter().filter_map(|file| file.path.canonicalize().ok()).collect();
    // A link to a script that is found anyway would be the same script twice.
    let links =
        walk.links.into_iter().filter(|(target, _)| !target.as_ref().is_some_and(|path| own.contains(path)));
    let mut found = walk.files;
    found.extend(links.map(|(_, link)| link));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

struct Walk {
    /// Without links in it.
    root: PathBuf,
    files: Vec<Found>,
    /// With what they lead to, if that lies inside.
    links: Vec<(Option<PathBuf>, Found)>,
}

impl Walk {
    fn folder(&mut self, folder: &Path) -> Result<(), LoadError> {
        let failed = |error: io::Error| LoadError::Io(folder.to_owned(), error);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let kind = entry.file_type().map_err(failed)?;
            let path = entry.path();
            if kind.is_dir() {
                self.folder(&path)?;
            } else if kind.is_symlink() {
                self.link(path);
            } else if is_script(&path) {
                self.files.push(Found { name: name(&path), path, leads_outside: false });
            }
        }
        Ok(())
    }

    /// Folders are entered as such only: a link to one inside shows nothing new, and one outside is not for us.
    fn link(&mut self, path: PathBuf) {
        let target = path.canonicalize().ok().filter(|target| target.starts_with(&self.root));
        let is_folder = fs::metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        let leads_outside = target.is_none();
        let concerns_us = if is_folder { leads_outside } else { is_script(&path) };
        if !concerns_us {
            return;
        }
        self.links.push((target, Found { name: name(&path), path, leads_outside }));
    }
}

fn is_script(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wj")
}

fn name(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let shown = parts.join("/");
    let shown = shown.strip_prefix("//").map_or(shown.clone(), |rest| format!("/{rest}"));
    shown.strip_prefix("./").map_or(shown.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path) -> Vec<(String, bool)> {
        let prefix = format!("{}/", root.display());
        let found = find(root).unwrap();
        found.into_iter().map(|found| (found.name.replace(&prefix, ""), found.leads_outside)).collect()
    }

    #[test]
    fn scripts_of_all_folders_are_found_and_dot_names_are_not() {
        let dir = tempfile::tempdir().unwrap();
        for file in ["b.wj", "a/z.wj", "a/.hidden.wj", ".git/x.wj", "notes.txt", "a.wj"] {
            let path = dir.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let found: Vec<String> = names(dir.path()).into_iter().map(|(name, _)| name).collect();
        assert_eq!(found, ["a.wj", "a/z.wj", "b.wj"]);
    }

    #[test]
    fn a_path_that_is_not_there_is_said_to_be_so() {
        let error = find(Path::new("/no/such/folder")).unwrap_err();
        assert!(matches!(error, LoadError::NotThere(_)), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_only() {
        use std::os::unix::fs::symlink;
        let (dir, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(outside.path().join("out.wj"), "").unwrap();
        fs::create_dir(dir.path().join(".data")).unwrap();
        fs::write(dir.path().join(".data/real.wj"), "").unwrap();
        fs::write(dir.path().join("own.wj"), "").unwrap();
        symlink(outside.path().join("out.wj"), dir.path().join("out.wj")).unwrap();
        symlink(outside.path(), dir.path().join("folder")).unwrap();
        symlink(dir.path().join("nowhere"), dir.path().join("gone.wj")).unwrap();
        symlink(dir.path().join(".data/real.wj"), dir.path().join("linked.wj")).unwrap();
        symlink(dir.path().join("own.wj"), dir.path().join("again.wj")).unwrap();
        symlink(dir.path(), dir.path().join("cycle")).unwrap();
        let expected =
            [("folder", true), ("gone.wj", true), ("linked.wj", false), ("out.wj", true), ("own.wj", false)];
        assert_eq!(names(dir.path()), expected.map(|(name, outside)| (name.to_owned(), outside)));
    }
}
