//! What changed since a revision, and how the scripts were then: git is asked, since only it knows.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::connectors_beside;
use crate::check::Script;

/// The state that changes are counted from: where this branch left the other.
pub struct Base {
    /// Files that are other now, or gone, or new, as paths from the root of the repository.
    changed: BTreeSet<String>,
    root: PathBuf,
    /// The scripts as they were, named as those of now are.
    pub scripts: Vec<Script>,
}

impl Base {
    /// Whether a file is other now, or gone, or new.
    pub fn has_changed(&self, path: &Path) -> bool {
        inside(&self.root, path).is_some_and(|path| self.changed.contains(&path))
    }
}

/// Asks git for what changed since this branch left `revision`, what is not committed yet included. `now` are the scripts of
/// `paths` as they are.
///
/// # Errors
/// No git, no such revision, or a history that does not reach so far, in words.
pub fn since(revision: &str, paths: &[PathBuf], now: &[Script]) -> Result<Base, String> {
    if revision.starts_with('-') {
        return Err(format!("`{revision}` is no revision"));
    }
    let here = Path::new(".");
    let commit = git(here, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")])
        .map_err(|error| match error {
            Failed::Git(_) => format!(
                "git knows no revision `{revision}` here; where only the newest commit is fetched, fetch the whole history first"
            ),
            Failed::NoGit(why) => why,
        })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let base = git(here, &["merge-base", &commit, "HEAD"]).map_err(|error| match error {
        Failed::Git(_) => format!(
            "this branch and `{revision}` have no commit in common as far as they are fetched; fetch the whole history first"
        ),
        Failed::NoGit(why) => why,
    })?;
    let base = String::from_utf8_lossy(&base).trim().to_owned();
    // From the root, since what is asked for may lie beside the current folder or above it.
    let root = git(here, &["rev-parse", "--show-toplevel"]).map_err(Failed::told)?;
    let root = PathBuf::from(String::from_utf8_lossy(&root).trim_end_matches(['\r', '\n']));
    let names = |args: &[&str]| git(&root, args).map(|out| parted(&out)).map_err(Failed::told);
    let mut changed: BTreeSet<String> =
        names(&["diff", "--no-renames", "--name-only", "-z", &base])?.into_iter().collect();
    changed.extend(names(&["ls-files", "--others", "--exclude-standard", "-z"])?);
    let connectors = paths.iter().filter_map(|path| connectors_beside(path));
    let folders: Vec<String> =
        paths.iter().cloned().chain(connectors).filter_map(|path| inside(&root, &path)).collect();
    let mut then = Vec::new();
    if !folders.is_empty() {
        let mut list = vec!["--literal-pathspecs", "ls-tree", "-r", "-z", "--name-only", &base, "--"];
        list.extend(folders.iter().map(|folder| if folder.is_empty() { "." } else { folder.as_str() }));
        then = names(&list)?.into_iter().filter(|name| is_script(name)).collect();
    }
    then.sort();
    then.dedup();
    let named: BTreeMap<String, &str> = now
        .iter()
        .map(|script| script.source.name.as_str())
        .filter_map(|name| Some((inside(&root, Path::new(name))?, name)))
        .collect();
    let texts = contents(&root, &base, &then)?;
    let named =
        |path: String, bytes: Vec<u8>| Script::from_bytes(named.get(&path).copied().unwrap_or(&path), &bytes);
    let scripts = then.into_iter().zip(texts).map(|(path, bytes)| named(path, bytes)).collect();
    Ok(Base { changed, root, scripts })
}

/// A path from a folder, with `/`, if it lies in it.
fn inside(folder: &Path, path: &Path) -> Option<String> {
    let text = relative_to(folder, path)?;
    Some(text.to_str()?.replace('\\', "/"))
}

/// A path from a folder, if it lies in it, wherever it is counted from. Asks the disk only for the current folder, and for
/// links where the path alone does not lead there.
pub fn relative_to(folder: &Path, path: &Path) -> Option<PathBuf> {
    let whole = std::env::current_dir().ok()?.join(path);
    let mut plain = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => _ = plain.pop(),
            part => plain.push(part),
        }
    }
    let from = |folder: &Path, path: &Path| path.strip_prefix(folder).ok().map(Path::to_owned);
    from(folder, &plain).or_else(|| from(&folder.canonicalize().ok()?, &plain.canonicalize().ok()?))
}

fn is_script(name: &str) -> bool {
    name.ends_with(".wj") && !name.split('/').any(|part| part.starts_with('.') && part != "." && part != "..")
}

fn parted(out: &[u8]) -> Vec<String> {
    let names = out.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

enum Failed {
    NoGit(String),
    Git(String),
}

impl Failed {
    fn told(self) -> String {
        match self {
            Failed::NoGit(why) | Failed::Git(why) => why,
        }
    }
}

fn git(folder: &Path, args: &[&str]) -> Result<Vec<u8>, Failed> {
    let output = Command::new("git")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failed::NoGit(format!("git cannot be asked what changed: {error}")))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => {
            let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(Failed::Git(if why.is_empty() { format!("`git {}` failed", args.join(" ")) } else { why }))
        }
    }
}

/// The files of a commit, all by one process.
fn contents(root: &Path, commit: &str, names: &[String]) -> Result<Vec<Vec<u8>>, String> {
    let failed = |error: std::io::Error| format!("git cannot be asked for the scripts as they were: {error}");
    let mut child = Command::new("git")
        .args(["cat-file", "--batch"])
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let asked: String = names.iter().map(|name| format!("{commit}:{name}\n")).collect();
    let stdin = child.stdin.take();
    // Both pipes would fill up if one side waited for the other.
    let writer = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(asked.as_bytes())));
    let mut out = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut out).map_err(failed)?;
    }
    drop(writer.join());
    child.wait().map_err(failed)?;
    let mut rest = out.as_slice();
    let mut texts = Vec::with_capacity(names.len());
    for name in names {
        let (text, behind) = object(rest).ok_or_else(|| format!("git does not give `{name}` as it was"))?;
        texts.push(text.to_vec());
        rest = behind;
    }
    Ok(texts)
}

/// One object of `cat-file --batch`: a line that ends in its size, its bytes, and a line end.
fn object(out: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = out.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(out.get(..end)?).ok()?;
    let size: usize = head.rsplit(' ').next()?.parse().ok()?;
    let begin = end + 1;
    Some((out.get(begin..begin + size)?, out.get(begin + size + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_read_one_behind_the_other() {
        let out = b"1f blob 3\na\nb\n2f blob 0\n\n";
        let (first, rest) = object(out).unwrap();
        assert_eq!(first, b"a\nb");
        assert_eq!(object(rest).unwrap(), (&b""[..], &b""[..]));
        assert!(object(b"HEAD:./x missing\n").is_none());
    }

    #[test]
    fn scripts_are_told_from_other_files_as_everywhere() {
        assert!(is_script("pipelines/a.wj") && is_script("./a.wj"));
        assert!(!is_script("pipelines/.old/a.wj") && !is_script("a.json"));
    }

    #[test]
    fn paths_are_counted_from_a_folder_wherever_one_stands() {
        let here = std::env::current_dir().unwrap();
        let inside = |path: &str| inside(&here, Path::new(path));
        assert_eq!(inside("./pipelines").as_deref(), Some("pipelines"));
        assert_eq!(inside(".").as_deref(), Some(""));
        assert_eq!(inside("src/../pipelines/./a.wj").as_deref(), Some("pipelines/a.wj"));
        assert_eq!(inside(here.join("a.wj").to_str().unwrap()).as_deref(), Some("a.wj"));
        assert_eq!(inside(".."), None);
    }
}
