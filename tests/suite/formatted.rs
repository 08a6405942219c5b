//! Every script of the repository, in files and on pages, goes through the formatter: nothing but blanks changes, and doing
//! it again changes nothing. What people read first, the pipelines and the pages, is in the one style already;
//! `UPDATE=1 cargo test --test suite formatted` puts it there.

use std::fs;
use std::path::{Path, PathBuf};

use wj::format::{Refusal, format};
use wj::source::Source;

use crate::cases;
use crate::fences::fenced;

/// The text in the one style; `None` if it has mistakes of syntax.
fn formatted(name: &str, text: &str) -> Option<String> {
    let formatted = match format(&Source::new(name, text)) {
        Ok(formatted) => formatted,
        Err(Refusal::Broken(_)) => return None,
        Err(Refusal::Unsafe(why)) => panic!("{name}: {why}\n{text}"),
    };
    match format(&Source::new(name, formatted.as_str())) {
        Ok(again) => assert_eq!(formatted, again, "{name}: formatting again changes it"),
        Err(refusal) => panic!("{name}: {refusal:?}\n{formatted}"),
    }
    Some(formatted)
}

#[test]
fn every_script_is_formatted_without_loss() {
    let (mut count, mut broken) = (0, 0);
    for path in files(&["pipelines", "docs", "tests/cases", "README.md"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (name, script) in scripts(&path, &text) {
            count += 1;
            broken += usize::from(formatted(&name, script).is_none());
        }
    }
    // The cases of mistakes hold none that is well.
    assert!(count - broken > 400, "{count} scripts, {broken} with mistakes");
}

#[test]
fn what_people_read_is_in_the_one_style() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for path in files(&["pipelines", "docs", "README.md"]) {
        let text = fs::read_to_string(&path).unwrap();
        let mut new = text.clone();
        // From the end, so that the places before it stay.
        for (name, script) in scripts(&path, &text).into_iter().rev() {
            let Some(formatted) = formatted(&name, script) else { continue };
            if formatted != script {
                let start = script.as_ptr() as usize - text.as_ptr() as usize;
                new.replace_range(start..start + script.len(), &formatted);
                wrong.push(name);
            }
        }
        if update && new != text {
            fs::write(&path, new).unwrap();
        }
    }
    assert!(update || wrong.is_empty(), "not in the one style: {wrong:#?}");
}

/// What the cases of `tests/cases/format` show: a script, and what becomes of it.
#[test]
fn cases() {
    cases::run("format", "formatted", |case| {
        let script = case.all("wj").next().map_or("", |block| block.body.as_str());
        formatted("case.wj", script).expect("the script of a case has no mistakes")
    });
}

/// A script file itself, or the scripts on a page, each with its place.
fn scripts<'t>(path: &Path, text: &'t str) -> Vec<(String, &'t str)> {
    let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display().to_string();
    if path.extension().is_some_and(|extension| extension == "wj") {
        return vec![(name, text)];
    }
    let blocks = fenced(text);
    // What shows a script as people bring it is left to show it.
    let shown =
        blocks.iter().filter(|block| block.kind() == "wj" && !block.words.iter().any(|w| w == "unformatted"));
    shown.map(|block| (format!("{name}:{}", block.line), &text[block.body.clone()])).collect()
}

fn files(places: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> =
        places.iter().map(|place| Path::new(env!("CARGO_MANIFEST_DIR")).join(place)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "wj" || extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
