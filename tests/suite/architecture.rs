//! The order of the rooms in `src/lib.rs` is the architecture: a room uses only rooms above it. And each foreign crate is
//! known to the rooms that own it, and no room of the language touches the outside.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Crates that one room hides from all others.
const OWNERS: &[(&str, &[&str])] = &[
    ("clap", &["cli"]),
    ("comfy_table", &["cli"]),
    ("encoding_rs", &["bodies"]),
    ("hmac", &["builtins", "gates"]),
    ("http_body_util", &["admin", "serve"]),
    // In `deliver` for the trait of a request's body alone, which reqwest takes and does not give out.
    ("hyper", &["admin", "deliver", "serve"]),
    ("hyper_util", &["admin", "serve"]),
    ("jsonpath_rust", &["extract"]),
    ("lettre", &["deliver"]),
    ("lsp_server", &["lsp"]),
    ("lsp_types", &["lsp"]),
    ("miette", &["cli"]),
    ("md5", &["builtins", "gates"]),
    ("notify", &["scripts"]),
    ("pest", &["syntax"]),
    ("pest_derive", &["syntax"]),
    ("postcard", &["store"]),
    ("quick_xml", &["bodies"]),
    ("redb", &["store"]),
    ("reqwest", &["deliver"]),
    ("rustls", &["deliver"]),
    ("similar", &["cli", "lsp"]),
    ("subtle", &["gates"]),
];

/// The first room that may touch files, network, clock and environment.
const FIRST_OUTSIDE: &str = "scripts";

/// What nothing above it may name.
const OUTSIDE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "thread::sleep",
    "RandomState",
    "tokio::",
];

#[test]
fn a_room_uses_only_rooms_above_it() {
    let rooms = rooms();
    let floor: BTreeMap<&str, usize> =
        rooms.iter().enumerate().map(|(at, room)| (room.as_str(), at)).collect();
    let mut wrong = Vec::new();
    for (place, room, line) in code() {
        let Some(own) = floor.get(room.as_str()) else { continue };
        for used in crate_paths(&line) {
            if let Some(other) = floor.get(used.as_str())
                && other > own
            {
                wrong.push(format!("{place} '{room}' reaches up to '{used}'"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_foreign_crate_is_known_to_its_room_only() {
    let mut wrong = Vec::new();
    for (place, room, line) in code() {
        for (name, owners) in OWNERS {
            if names_crate(&line, name) && !owners.contains(&room.as_str()) {
                wrong
                    .push(format!("{place} '{room}' knows '{name}', which is for '{}'", owners.join("', '")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_language_touches_nothing_outside() {
    let rooms = rooms();
    let first = rooms.iter().position(|room| room == FIRST_OUTSIDE).unwrap();
    let mut wrong = Vec::new();
    for (place, room, line) in code() {
        let inside = rooms.iter().position(|known| *known == room).is_some_and(|at| at < first);
        for word in OUTSIDE.iter().filter(|word| inside && line.contains(**word)) {
            wrong.push(format!("{place} '{room}' touches the outside: {word}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_room_of_the_source_tree_is_on_the_map() {
    let rooms = rooms();
    let mut folders: Vec<String> = fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let mut sorted = rooms.clone();
    sorted.sort();
    assert_eq!(folders, sorted);
}

#[test]
fn the_reader_of_this_test_sees_what_it_should() {
    assert_eq!(crate_paths("use crate::resolve::model::Model;"), ["resolve"]);
    assert_eq!(crate_paths("use crate::{lint, resolve::Resolved};"), ["lint", "resolve"]);
    assert_eq!(crate_paths("let x = crate::check::explain(crate::value::a());"), ["check", "value"]);
    assert!(names_crate("use redb::Database;", "redb"));
    assert!(names_crate("    redb::Builder::new()", "redb"));
    assert!(names_crate("#[derive(clap::Args)]", "clap"));
    assert!(!names_crate("use crate::store::redb::Redb;", "redb"));
    assert!(!names_crate("let notify = facts.notify;", "notify"));
}

/// The rooms as `src/lib.rs` lists them, top first.
fn rooms() -> Vec<String> {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let rooms: Vec<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    assert!(rooms.len() > 10, "{rooms:?}");
    rooms
}

/// Every line of code of every room, `use` lists over several lines as one: place, room, text. Comments are left out, and
/// so are test modules, which stand at the end of their file.
fn code() -> Vec<(String, String, String)> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    files.sort();
    let mut lines = Vec::new();
    for file in files {
        let shown = file.strip_prefix(root()).unwrap().display().to_string();
        let Some((room, _)) = shown.strip_prefix("src/").and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        if is_test_module(&file) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let mut open: Option<(usize, String)> = None;
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("#[cfg(test)]") {
                break;
            }
            let line = line.split("//").next().unwrap_or("");
            let (start, joined) = match open.take() {
                Some((start, before)) => (start, before + " " + line.trim()),
                None => (number, line.to_owned()),
            };
            let trimmed = joined.trim_start();
            if (trimmed.starts_with("use ") || trimmed.starts_with("pub use ")) && !joined.contains(';') {
                open = Some((start, joined));
                continue;
            }
            lines.push((format!("{shown}:{}", start + 1), room.to_owned(), joined));
        }
    }
    assert!(lines.len() > 1000);
    lines
}

/// `tests.rs` and `…_tests.rs` are test modules in a file of their own.
fn is_test_module(file: &Path) -> bool {
    file.file_stem().is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The rooms that a line names by `crate::ROOM` or `crate::{ROOM, ROOM::…}`.
fn crate_paths(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            let mut wanted = true;
            for letter in list.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 1 && (letter == ',' || letter == ':' || letter == '}') || depth == 0 {
                    if wanted && !word.is_empty() {
                        found.push(word.clone());
                    }
                    word.clear();
                    wanted = letter == ',';
                } else if depth == 1 && wanted && !letter.is_whitespace() {
                    word.push(letter);
                }
                if depth == 0 {
                    break;
                }
            }
        } else {
            found
                .push(rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect());
        }
    }
    found
}

/// `NAME::` or `use NAME;` where `NAME` is no part of a longer path.
fn names_crate(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let behind = &line[at + name.len()..];
        let own = !before.is_some_and(|letter| {
            letter.is_alphanumeric() || letter == '_' || letter == ':' || letter == '.'
        });
        let used = line[..at].trim_start().starts_with("use ") && line[..at].trim_end().ends_with("use");
        own && (behind.starts_with("::") || used && behind.starts_with([';', ' ']))
    })
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
