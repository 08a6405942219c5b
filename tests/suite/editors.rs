//! What editors are given: the extension for Visual Studio Code and its grammar. That grammar and the one that wj reads by name the
//! same words, and the ordinary tool packages the extension.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use crate::harness::{err, out};

fn extension() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/vscode")
}

fn json(path: &str) -> Json {
    serde_json::from_str(&fs::read_to_string(extension().join(path)).unwrap()).unwrap()
}

/// The keywords of `grammar/wj.pest`.
pub fn keywords() -> BTreeSet<String> {
    let grammar = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/wj.pest")).unwrap();
    let rules =
        grammar.lines().filter_map(|line| line.strip_prefix("k_")?.split_once('"')?.1.split_once('"'));
    rules.map(|(word, _)| word.to_owned()).collect()
}

#[test]
fn the_grammar_of_the_extension_knows_every_word() {
    let grammar = json("syntaxes/wj.tmLanguage.json");
    let rules = &grammar["repository"];
    let mut patterns = vec![rules["constant"]["match"].as_str().unwrap()];
    patterns.extend(
        rules["word"]["patterns"].as_array().unwrap().iter().map(|rule| rule["match"].as_str().unwrap()),
    );
    let known: BTreeSet<&str> = patterns
        .iter()
        .flat_map(|pattern| pattern.split(|c: char| !(c.is_alphanumeric() || c == '_')))
        .collect();
    let words = keywords();
    assert!(words.len() > 60, "{words:?}");
    let unknown: Vec<&String> = words.iter().filter(|word| !known.contains(&***word)).collect();
    assert!(unknown.is_empty(), "in grammar/wj.pest and not in wj.tmLanguage.json: {unknown:?}");
}

#[test]
fn the_extension_says_of_commands_what_the_server_says() {
    let code = fs::read_to_string(extension().join("src/extension.js")).unwrap();
    for command in ["wj.runTest", "wj.plan"] {
        assert!(code.contains(&format!("\"{command}\"")), "{command}");
    }
    for command in json("package.json")["contributes"]["commands"].as_array().unwrap() {
        let name = command["command"].as_str().unwrap();
        assert!(code.contains(&format!("\"{name}\"")), "{name} is declared and carried out by nobody");
    }
    assert_eq!(json("package.json")["version"], env!("CARGO_PKG_VERSION"));
}

/// Where npm is, and what `npm ci` brings: the tests themselves fetch nothing.
fn npm(args: &[&str]) -> Option<String> {
    if Command::new("npm").arg("--version").output().is_err() || !extension().join("node_modules").is_dir() {
        println!("not tried: it needs npm, and `npm ci` in editors/vscode before");
        return None;
    }
    let run = Command::new("npm").args(args).current_dir(extension()).output().unwrap();
    assert!(run.status.success(), "npm {args:?}: {}\n{}", out(&run), err(&run));
    Some(out(&run))
}

#[test]
fn the_engine_of_the_editor_reads_the_grammar_as_it_is_meant() {
    if let Some(out) = npm(&["test"]) {
        assert!(out.contains("fail 0") && !out.contains("pass 0"), "{out}");
    }
}

#[test]
fn the_ordinary_tool_packages_the_extension() {
    let out = tempfile::tempdir().unwrap();
    let package = out.path().join("wj.vsix");
    if npm(&["run", "package", "--", "--out", package.to_str().unwrap()]).is_none() {
        return;
    }
    let bytes = fs::read(&package).unwrap();
    let holds = |file: &str| bytes.windows(file.len()).any(|part| part == file.as_bytes());
    for file in
        ["extension/out/extension.js", "extension/syntaxes/wj.tmLanguage.json", "extension/package.json"]
    {
        assert!(holds(file), "{file} is not in the package");
    }
    assert!(!holds("extension/test/") && !holds("node_modules"), "the package holds what is none of its own");
}
