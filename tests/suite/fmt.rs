//! `wj fmt` through the real program.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::check_cli::{command, scripts, wj};

const UGLY: &str = "pipeline a{\r\non POST '/a'\r\nrespond 200 'OK'# yes\r\n}\r\n";
const NEAT: &str = "pipeline a {\n  on POST \"/a\"\n  respond 200 \"OK\"  # yes\n}\n";
const BROKEN: &str = "pipeline a {\n  respnd 200\n}\n";

#[test]
fn files_are_rewritten_once() {
    let dir = scripts(&[("pipelines/a.wj", UGLY), ("pipelines/sub/b.wj", &NEAT.replace("/a", "/b"))]);
    let run = wj(dir.path(), &["fmt"]);
    assert_eq!((run.status, run.out.as_str()), (0, "pipelines/a.wj\n"), "{}", run.err);
    assert_eq!(run.err, "1 changed of 2 files\n");
    assert_eq!(fs::read_to_string(dir.path().join("pipelines/a.wj")).unwrap(), NEAT);
    let run = wj(dir.path(), &["fmt", "--check"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{}", run.err);
}

#[test]
fn check_names_the_files_and_diff_shows_the_changes_and_neither_writes() {
    let dir = scripts(&[("pipelines/a.wj", UGLY), ("pipelines/b.wj", NEAT)]);
    let run = wj(dir.path(), &["fmt", "--check"]);
    assert_eq!((run.status, run.out.as_str()), (1, "pipelines/a.wj\n"));
    let run = wj(dir.path(), &["fmt", "--diff"]);
    assert_eq!(run.status, 1);
    assert!(run.out.starts_with("--- a/pipelines/a.wj\n+++ b/pipelines/a.wj\n"), "{}", run.out);
    assert!(run.out.contains("+  respond 200 \"OK\"  # yes\n"), "{}", run.out);
    assert_eq!(fs::read_to_string(dir.path().join("pipelines/a.wj")).unwrap(), UGLY);
}

#[test]
fn a_file_with_mistakes_is_left_and_told_and_the_others_are_formatted() {
    let dir = scripts(&[("pipelines/a.wj", BROKEN), ("pipelines/b.wj", UGLY)]);
    fs::write(dir.path().join("pipelines/c.wj"), b"\xcf\xf0").unwrap();
    let run = wj(dir.path(), &["fmt"]);
    assert_eq!((run.status, run.out.as_str()), (1, "pipelines/b.wj\n"));
    assert!(run.err.contains("`respnd` means nothing"), "{}", run.err);
    assert!(run.err.contains("`pipelines/c.wj` is left as it is"), "{}", run.err);
    assert!(run.err.ends_with("1 changed of 3 files, 2 left with mistakes\n"), "{}", run.err);
    assert_eq!(fs::read_to_string(dir.path().join("pipelines/a.wj")).unwrap(), BROKEN);
    assert_eq!(wj(dir.path(), &["fmt", "nowhere"]).status, 2);
    assert_eq!(wj(dir.path(), &["fmt", "-", "pipelines"]).status, 2);
}

#[test]
fn stdin_becomes_stdout() {
    let dir = scripts(&[]);
    let run = |args: &[&str], text: &str| {
        let mut child = command(dir.path(), args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(run(&["fmt", "-"], UGLY), (0, NEAT.to_owned(), String::new()));
    let (status, out, err) = run(&["fmt", "-"], BROKEN);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("<stdin>") && err.contains("respnd"), "{err}");
    assert_eq!(run(&["fmt", "--check", "-"], UGLY).0, 1);
    assert_eq!(run(&["fmt", "--check", "-"], NEAT).0, 0);
}
