//! Each case of `tests/cases/syntax`: a script, and what reading it alone says about it.

use std::cell::RefCell;
use std::fmt::Write;

use wj::source::Source;
use wj::syntax::ast::{File, Item};

use crate::cases::{self, Case};

#[test]
fn slips() {
    cases::run("syntax", "diagnostics", |case| {
        let source = source(case);
        cases::render(&source, &wj::syntax::parse(&source).diagnostics)
    });
}

#[test]
fn what_is_read_in_spite_of_mistakes() {
    cases::run("syntax/recovery", "read", |case| {
        let source = source(case);
        let parsed = wj::syntax::parse(&source);
        let findings = parsed.diagnostics.len();
        format!("{}{findings} findings\n", outline(&parsed.file))
    });
}

/// Each change that a finding offers leaves fewer findings, and nothing new.
#[test]
fn what_is_offered_mends() {
    let failed = RefCell::new(Vec::new());
    cases::run("syntax", "diagnostics", |case| {
        let source = source(case);
        let before = wj::syntax::parse(&source).diagnostics;
        for (finding, fix) in before.iter().flat_map(|d| d.fixes.iter().map(move |fix| (d, fix))) {
            let mut text = source.text.to_string();
            let mut edits = fix.edits.clone();
            edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
            for edit in edits {
                text.replace_range(edit.span.range(), &edit.text);
            }
            let mended = Source::new("case.wj", text.as_str());
            let after = wj::syntax::parse(&mended).diagnostics;
            if after.len() >= before.len() {
                let said = cases::render(&mended, &after);
                failed.borrow_mut().push(format!("{}: {}\n{text}{said}", case.title, finding.message));
            }
        }
        cases::render(&source, &before)
    });
    let failed = failed.into_inner();
    assert!(failed.is_empty(), "{} fixes do not mend:\n{}", failed.len(), failed.join("\n"));
}

fn source(case: &Case) -> Source {
    let script = case.all("wj").next().map_or("", |block| block.body.as_str());
    Source::new("case.wj", script)
}

/// A line an item: its kind, its name, and how many statements it holds.
fn outline(file: &File) -> String {
    let mut out = String::new();
    for item in &file.items {
        let broken = |broken: bool| if broken { ", broken" } else { "" };
        match item {
            Item::Const(c) => writeln!(out, "const {}", c.name.text),
            Item::Pipeline(p) => {
                writeln!(out, "pipeline {}: {} statements{}", p.name.text, p.body.len(), broken(p.broken))
            }
            Item::Connector(c) => {
                writeln!(out, "connector {}: {} actions{}", c.name.text, c.actions.len(), broken(c.broken))
            }
            Item::Test(t) => writeln!(out, "test: {} steps{}", t.steps.len(), broken(t.broken)),
        }
        .unwrap();
    }
    out
}
