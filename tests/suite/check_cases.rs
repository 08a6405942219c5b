//! What `check` finds, case by case: one or more `wj` blocks, each a file (its name behind the word), and what is found.

use std::sync::Arc;

use wj::check::{self, Options, Script};
use wj::source::Source;
use wj::value::Time;

use crate::cases;

#[test]
fn findings_are_as_written() {
    cases::run("check", "diagnostics", |case| {
        let files: Vec<Script> = case
            .all("wj")
            .map(|block| {
                let name = if block.info.is_empty() { "a.wj" } else { &block.info };
                Script::from(Arc::new(Source::new(name, block.body.as_str())))
            })
            .collect();
        // 2026-01-01.
        let now = Time { micros: 1_767_225_600_000_000, zone: None };
        let checked = check::check_with(&files, &Options { now: Some(&now), serving: None });
        let several = checked.files.len() > 1;
        let mut out = String::new();
        for file in &checked.files {
            let found = cases::render(&file.source, &file.diagnostics);
            if several && !found.is_empty() {
                out += &format!("{}:\n", file.source.name);
            }
            out += &found;
        }
        out
    });
}
