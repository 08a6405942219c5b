//! The git commit that a folder is at, read from git's own files (gitrepository-layout): a process for each reload would
//! cost more, and need git where scripts only lie in a copy of the tree.

use std::fs;
use std::path::{Path, PathBuf};

/// The commit of the work tree that `dir` is in, in hex; `None` outside of one, and before the first commit.
pub fn commit(dir: &Path) -> Option<String> {
    let dir = dir.canonicalize().ok()?;
    let git = dir.ancestors().find_map(git_folder)?;
    // A linked work tree has a HEAD of its own and shares all else.
    let shared = match fs::read_to_string(git.join("commondir")) {
        Ok(path) => git.join(path.trim()),
        Err(_) => git.clone(),
    };
    let mut text = fs::read_to_string(git.join("HEAD")).ok()?;
    // A branch may be a name for another one; git itself follows five.
    for _ in 0..5 {
        let Some(name) = text.trim().strip_prefix("ref:").map(str::trim) else { break };
        text = reference(&git, &shared, name)?;
    }
    let hex = text.trim();
    (matches!(hex.len(), 40 | 64) && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| hex.to_owned())
}

/// `.git` is a folder, or a file that says where the folder is.
fn git_folder(dir: &Path) -> Option<PathBuf> {
    let git = dir.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let text = fs::read_to_string(git).ok()?;
    Some(dir.join(text.trim().strip_prefix("gitdir:")?.trim()))
}

fn reference(git: &Path, shared: &Path, name: &str) -> Option<String> {
    if !name.starts_with("refs/") || name.split('/').any(|part| part == "..") {
        return None;
    }
    let loose = [git, shared].iter().find_map(|folder| fs::read_to_string(folder.join(name)).ok());
    loose.or_else(|| {
        let packed = fs::read_to_string(shared.join("packed-refs")).ok()?;
        packed.lines().find_map(|line| {
            let (hex, own) = line.split_once(' ')?;
            (own == name).then(|| hex.to_owned())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222";

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("pipelines")).unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    fn at(files: &[(&str, &str)]) -> Option<String> {
        commit(&tree(files).path().join("pipelines"))
    }

    #[test]
    fn a_commit_is_found_in_each_of_the_places_that_git_keeps_it() {
        let packed =
            format!("# pack-refs with: peeled\n{TWO} refs/heads/main\n^{ONE}\n{ONE} refs/heads/other\n");
        let head = (".git/HEAD", "ref: refs/heads/main\n");
        assert_eq!(at(&[(".git/HEAD", ONE)]).as_deref(), Some(ONE));
        assert_eq!(at(&[head, (".git/refs/heads/main", &format!("{ONE}\n"))]).as_deref(), Some(ONE));
        assert_eq!(at(&[head, (".git/packed-refs", &packed)]).as_deref(), Some(TWO));
        let both = at(&[head, (".git/packed-refs", &packed), (".git/refs/heads/main", ONE)]);
        assert_eq!(both.as_deref(), Some(ONE));
    }

    #[test]
    fn a_linked_work_tree_has_its_own_head() {
        let root = tree(&[
            ("pipelines/.git", "gitdir: ../main/.git/worktrees/p\n"),
            ("main/.git/HEAD", ONE),
            ("main/.git/worktrees/p/HEAD", "ref: refs/heads/p\n"),
            ("main/.git/worktrees/p/commondir", "../..\n"),
            ("main/.git/refs/heads/p", TWO),
        ]);
        assert_eq!(commit(&root.path().join("pipelines")).as_deref(), Some(TWO));
    }

    #[test]
    fn where_there_is_no_commit_there_is_none() {
        assert_eq!(at(&[(".git/HEAD", "ref: refs/heads/main\n")]), None);
        assert_eq!(at(&[(".git/HEAD", "ref: refs/heads/.invalid\n")]), None);
        assert_eq!(at(&[(".git/HEAD", "ref: ../../pipelines/x\n"), ("pipelines/x", ONE)]), None);
        assert_eq!(at(&[(".git/HEAD", "rubbish")]), None);
        assert_eq!(commit(Path::new("/nowhere/at/all")), None);
    }
}
