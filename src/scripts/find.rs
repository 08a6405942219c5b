//! The scripts of a folder: every `*.wj` in it and its subfolders, without names that begin with a dot.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::source::Source;

/// A script above this is refused before anything looks into it, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// What a folder holds, each list by name.
#[derive(Debug, Default)]
pub struct Found {
    pub sources: Vec<Arc<Source>>,
    pub problems: Vec<Problem>,
}

/// A script, or a folder of scripts, that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The path as it is shown.
    pub name: String,
    pub trouble: Trouble,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("the file is larger than 1 MiB")]
    TooLarge,
    /// `at` is the byte offset of the first byte that is wrong.
    #[error("the file is not UTF-8: the byte at {at} does not belong there")]
    NotUtf8 { at: usize },
    /// A link must not show what was never meant to be served.
    #[error("the link leads out of the folder")]
    LeadsOutside,
    #[error("{0}")]
    Unreadable(String),
}

/// Reads all scripts of a folder. A file that goes away while it is being read counts as not there.
///
/// # Errors
/// The folder itself cannot be read: which says nothing about the scripts in it.
pub fn find(dir: &Path) -> io::Result<Found> {
    let root = dir.canonicalize()?;
    let mut walk = Walk { root: root.clone(), found: Found::default() };
    walk.folder(dir, &mut vec![root])?;
    walk.found.sources.sort_by(|a, b| a.name.cmp(&b.name));
    walk.found.problems.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(walk.found)
}

/// Reads one script by its path, whatever its name ends in.
///
/// # Errors
/// Why it cannot be read.
pub fn read(path: &Path) -> Result<Arc<Source>, Problem> {
    let text = text(path).map_err(|trouble| Problem { name: shown(path), trouble })?;
    Ok(Arc::new(Source::new(shown(path), text)))
}

struct Walk {
    /// Without links, as are all paths that are compared with it.
    root: PathBuf,
    found: Found,
}

impl Walk {
    /// `within` are the folders that lead here, without links: a link back to one of them would never end.
    fn folder(&mut self, dir: &Path, within: &mut Vec<PathBuf>) -> io::Result<()> {
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let path = entry.path();
            if let Err(trouble) = self.entry(&path, within) {
                self.found.problems.push(Problem { name: shown(&path), trouble });
            }
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, within: &mut Vec<PathBuf>) -> Result<(), Trouble> {
        let is_script = path.extension().is_some_and(|extension| extension == "wj");
        let kind = match fs::metadata(path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => return Ok(()),
            Err(_) if !is_script => return Ok(()),
            Err(error) => return Err(unreadable(&error)),
        };
        if !kind.is_dir() && (!is_script || !kind.is_file()) {
            return Ok(());
        }
        let real = path.canonicalize().map_err(|error| unreadable(&error))?;
        if !real.starts_with(&self.root) {
            return Err(Trouble::LeadsOutside);
        }
        if kind.is_dir() {
            if within.contains(&real) {
                return Ok(());
            }
            within.push(real);
            let walked = self.folder(path, within);
            within.pop();
            return walked.map_err(|error| unreadable(&error));
        }
        match text(path) {
            Ok(text) => self.found.sources.push(Arc::new(Source::new(shown(path), text))),
            Err(Trouble::Unreadable(_)) if !path.exists() => {}
            Err(trouble) => return Err(trouble),
        }
        Ok(())
    }
}

fn text(path: &Path) -> Result<String, Trouble> {
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    // Not by its length, which may be another by now.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Trouble::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| Trouble::NotUtf8 { at: error.utf8_error().valid_up_to() })
}

fn unreadable(error: &io::Error) -> Trouble {
    Trouble::Unreadable(error.to_string())
}

/// As it was given, with `/`, and without a leading `./`.
fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let parts = match parts.split_first() {
        Some((first, rest)) if first == "." && !rest.is_empty() => rest,
        _ => &parts,
    };
    parts.join("/").replacen("//", "/", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Named<T> = Vec<(String, T)>;

    /// Writes files, and gives names and texts of what is found, and the problems, without the folder's own name.
    fn found(files: &[(&str, &[u8])], links: &[(&str, &str)]) -> (Named<String>, Named<Trouble>) {
        let outer = tempfile::tempdir().unwrap();
        let dir = outer.path().join("pipelines");
        fs::write(outer.path().join("outside.wj"), "secret").unwrap();
        for (name, text) in files {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for (name, target) in links {
            std::os::unix::fs::symlink(target, dir.join(name)).unwrap();
        }
        let found = find(&dir).unwrap();
        let short = |name: &str| name.strip_prefix(&format!("{}/", shown(&dir))).unwrap().to_owned();
        let sources =
            found.sources.iter().map(|source| (short(&source.name), source.text.to_string())).collect();
        let problems =
            found.problems.iter().map(|problem| (short(&problem.name), problem.trouble.clone())).collect();
        (sources, problems)
    }

    fn pairs(all: &[(&str, &str)]) -> Named<String> {
        all.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn scripts_are_found_in_order_and_dots_are_skipped() {
        let (sources, problems) = found(
            &[
                ("b.wj", b"2"),
                ("a/z.wj", "ж".as_bytes()),
                ("a.wj", b"1"),
                (".git/c.wj", b"no"),
                (".d.wj", b"no"),
                ("fixtures/lead.json", b"{}"),
                ("e.wj.bak", b"no"),
            ],
            &[],
        );
        assert_eq!(sources, pairs(&[("a.wj", "1"), ("a/z.wj", "ж"), ("b.wj", "2")]));
        assert_eq!(problems, []);
    }

    #[test]
    fn links_stay_inside() {
        let (sources, problems) = found(
            &[("sub/a.wj", b"1"), ("..data/v/b.wj", b"2"), ("x.json", b"")],
            &[
                ("sub/back", ".."),
                ("out", "/"),
                ("out.wj", "../outside.wj"),
                ("out.json", "../outside.wj"),
                ("gone.wj", "nowhere"),
                ("gone.json", "nowhere"),
                ("b.wj", "..data/v/b.wj"),
                ("v", "..data/v"),
            ],
        );
        assert_eq!(sources, pairs(&[("b.wj", "2"), ("sub/a.wj", "1"), ("v/b.wj", "2")]));
        let [(gone, Trouble::Unreadable(_)), outside @ ..] = &problems[..] else { panic!("{problems:?}") };
        assert_eq!(gone, "gone.wj");
        let leads_outside = |name: &str| (name.to_owned(), Trouble::LeadsOutside);
        assert_eq!(outside, [leads_outside("out"), leads_outside("out.wj")]);
    }

    #[test]
    fn what_is_no_text_is_a_problem_at_its_place() {
        let large = vec![b'#'; LARGEST as usize + 1];
        let (sources, problems) = found(
            &[("a.wj", b"ab\xff"), ("b.wj", &large), ("c.wj", large.split_at(1).1), ("d.wj", b"")],
            &[],
        );
        assert_eq!(sources.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["c.wj", "d.wj"]);
        let expected =
            [("a.wj".to_owned(), Trouble::NotUtf8 { at: 2 }), ("b.wj".to_owned(), Trouble::TooLarge)];
        assert_eq!(problems, expected);
    }

    #[test]
    fn a_folder_that_is_not_there_is_no_empty_folder() {
        let outer = tempfile::tempdir().unwrap();
        assert!(find(&outer.path().join("none")).is_err());
        assert!(read(&outer.path().join("none.wj")).is_err());
    }

    #[test]
    fn paths_are_shown_as_they_were_given() {
        for (path, name) in
            [("./a/b.wj", "a/b.wj"), ("a.wj", "a.wj"), ("/x/a.wj", "/x/a.wj"), ("../a.wj", "../a.wj")]
        {
            assert_eq!(shown(Path::new(path)), name);
        }
    }
}
