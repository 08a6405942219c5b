//! What changed since a revision, and how the scripts were then: git is asked, since only it knows.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use super::connectors_beside;
use crate::check::Script;

/// The state that changes are counted from: where this branch left the other.
pub struct Base {
    /// Files that are other now, or gone, or new, as paths from the current folder.
    pub changed: BTreeSet<String>,
    /// The scripts as they were, by name.
    pub scripts: Vec<Script>,
}

/// Asks git for what changed since this branch left `revision`, what is not committed yet included.
///
/// # Errors
/// No git, no such revision, or a history that does not reach so far, in words.
pub fn since(revision: &str, paths: &[PathBuf]) -> Result<Base, String> {
    if revision.starts_with('-') {
        return Err(format!("`{revision}` is no revision"));
    }
    let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")])
        .map_err(|error| match error {
            Failed::Git(_) => format!(
                "git knows no revision `{revision}` here; where only the newest commit is fetched, fetch the whole history first"
            ),
            Failed::NoGit(why) => why,
        })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let base = git(&["merge-base", &commit, "HEAD"]).map_err(|error| match error {
        Failed::Git(_) => format!(
            "this branch and `{revision}` have no commit in common as far as they are fetched; fetch the whole history first"
        ),
        Failed::NoGit(why) => why,
    })?;
    let base = String::from_utf8_lossy(&base).trim().to_owned();
    let names = |args: &[&str]| git(args).map(|out| parted(&out)).map_err(Failed::told);
    let mut changed: BTreeSet<String> =
        names(&["diff", "--relative", "--no-renames", "--name-only", "-z", &base])?.into_iter().collect();
    changed.extend(names(&["ls-files", "--others", "--exclude-standard", "-z"])?);
    let connectors = paths.iter().filter_map(|path| connectors_beside(path));
    let folders: Vec<String> =
        paths.iter().cloned().chain(connectors).filter_map(|path| plain(&path)).collect();
    let mut list = vec!["ls-tree", "-r", "-z", "--name-only", &base, "--"];
    list.extend(folders.iter().map(String::as_str));
    let mut then: Vec<String> = names(&list)?.into_iter().filter(|name| is_script(name)).collect();
    then.sort();
    then.dedup();
    let texts = contents(&base, &then)?;
    let scripts = then.iter().zip(texts).map(|(name, bytes)| Script::from_bytes(name, &bytes)).collect();
    Ok(Base { changed, scripts })
}

/// A path as git writes it: without `.` and `..` where that can be seen from the path alone.
fn plain(path: &Path) -> Option<String> {
    let kept: PathBuf = path.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    let text = kept.to_str()?.to_owned();
    Some(if text.is_empty() { ".".to_owned() } else { text })
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

fn git(args: &[&str]) -> Result<Vec<u8>, Failed> {
    let output = Command::new("git")
        .args(args)
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
fn contents(commit: &str, names: &[String]) -> Result<Vec<Vec<u8>>, String> {
    let failed = |error: std::io::Error| format!("git cannot be asked for the scripts as they were: {error}");
    let mut child = Command::new("git")
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let asked: String = names.iter().map(|name| format!("{commit}:./{name}\n")).collect();
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
        assert_eq!(plain(Path::new("./pipelines")).as_deref(), Some("pipelines"));
        assert_eq!(plain(Path::new(".")).as_deref(), Some("."));
    }
}
