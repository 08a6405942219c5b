//! What the documentation shows is true: every script on a page is checked, and every ```` ```console ```` session is
//! replayed with the real program. `UPDATE=1 cargo test --test suite docs` writes the sessions' output anew.
//!
//! A page is a clone of the repository: its sessions run in a folder of their own that holds the example pipelines.
//! ```` ```wj pipelines/first.wj ```` (or `json`, `toml` with a file's name) is a file that is written there when the page
//! comes to it. A line that holds only `…` stands for any lines that the program prints there.

mod session;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use session::Session;
use wj::check::{self, Options, Script};
use wj::source::Source;
use wj::value::Time;

use super::fences::fenced;

#[test]
fn scripts_on_pages_have_no_errors_unless_they_are_marked_wrong() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, text) in pages() {
        // Files of the page that the scripts below them see.
        let mut connectors: Vec<&str> = Vec::new();
        for block in fenced(&text).iter().filter(|block| block.kind() == "wj") {
            count += 1;
            let place = format!("{name}:{}", block.line);
            let script = &text[block.body.clone()];
            let errors = errors(script, &connectors);
            if block.words.iter().any(|word| word.starts_with("connectors/")) {
                connectors.push(script);
            }
            let marked = block.words.iter().any(|word| word == "wrong");
            if marked && errors.is_empty() {
                wrong.push(format!("{place}: marked `wrong`, and has no error"));
            }
            // The code that it gives stands in the text around it.
            let told = |code: &str| text.contains(code) || name == "README.md";
            wrong.extend(
                errors
                    .iter()
                    .filter(|(code, _)| !marked || !told(code))
                    .map(|(code, message)| format!("{place}: {code} {message}")),
            );
        }
    }
    assert!(count > 10, "only {count} scripts found");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn sessions_on_pages_print_what_stands_there() {
    let update = std::env::var_os("UPDATE").is_some();
    let (mut count, mut failed) = (0, Vec::new());
    for (name, text) in pages() {
        let blocks = fenced(&text);
        if !blocks.iter().any(|block| block.kind() == "console") {
            continue;
        }
        let mut session = Session::new();
        let mut changes = Vec::new();
        for block in &blocks {
            let body = &text[block.body.clone()];
            if block.kind() != "console" {
                let file = block
                    .words
                    .iter()
                    .skip(1)
                    .find(|word| !["wrong", "unformatted"].contains(&word.as_str()));
                if let Some(file) = file {
                    session.write(file, body);
                }
                continue;
            }
            count += 1;
            let played = session.play(body).unwrap_or_else(|problem| {
                panic!("{name}:{}: {problem}", block.line);
            });
            match played {
                session::Played::AsShown => {}
                session::Played::Otherwise(now) if update && !body.lines().any(|line| line == "…") => {
                    changes.push((block.body.clone(), now));
                }
                session::Played::Otherwise(now) => {
                    failed.push(format!("{name}:{}\n--- shown\n{body}--- printed\n{now}", block.line));
                }
            }
        }
        let mut text = text.clone();
        for (place, now) in changes.into_iter().rev() {
            text.replace_range(place, &now);
        }
        if update {
            fs::write(root().join(&name), text).unwrap();
        }
    }
    assert!(count > 0);
    assert!(failed.is_empty(), "\n{}", failed.join("\n"));
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut wrong = Vec::new();
    for (name, text) in pages() {
        let file = root().join(&name);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            let (to, heading) = link.split_once('#').unwrap_or((link, ""));
            let to = if to.is_empty() { file.clone() } else { file.parent().unwrap().join(to) };
            let page = fs::read_to_string(&to);
            let known = |page: &String| heading.is_empty() || anchors(page).any(|own| own == heading);
            if !page.as_ref().is_ok_and(known) {
                wrong.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The names that GitHub gives to a page's headings.
fn anchors(page: &str) -> impl Iterator<Item = String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

/// README and every page of `docs`, but for those of codes, which have a test of their own.
fn pages() -> Vec<(String, String)> {
    let mut files = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("docs/codes") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    let named = files.into_iter().filter(|file| file.exists()).map(|file| {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(&file).unwrap())
    });
    named.collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Code and message of each error in a script.
fn errors(script: &str, connectors: &[&str]) -> Vec<(&'static str, String)> {
    let texts = std::iter::once(&script).chain(connectors).enumerate();
    let sources: Vec<Script> =
        texts.map(|(at, text)| Script::from(Arc::new(Source::new(format!("page{at}.wj"), *text)))).collect();
    // 2026-01-01.
    let now = Time { micros: 1_767_225_600_000_000, zone: None };
    let checked = check::check_with(&sources, &Options { now: Some(&now), ..Options::default() });
    let findings = checked.files.first().into_iter().flat_map(|file| &file.diagnostics);
    findings
        .filter(|finding| finding.is_error())
        .map(|finding| (finding.code.id, finding.message.clone()))
        .collect()
}
