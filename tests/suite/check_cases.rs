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
        let checked = check::check_with(&files, &Options { now: Some(&now), ..Options::default() });
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

/// Whatever is missing or comes twice: checking ends, and what it says stands inside of the text.
#[test]
fn a_script_without_a_line_or_a_word_is_checked() {
    const SCRIPT: &str = include_str!("../cases/syntax/everything.wj");
    let lines: Vec<&str> = SCRIPT.split_inclusive('\n').collect();
    let without = (0..lines.len()).step_by(5).map(|at| [&lines[..at], &lines[at + 1..]].concat().concat());
    let twice =
        (0..lines.len()).step_by(9).map(|at| [&lines[..at], &lines[at..=at], &lines[at..]].concat().concat());
    let cut = SCRIPT.match_indices(' ').step_by(31).map(|(at, _)| SCRIPT[..at].to_owned());
    let texts: Vec<String> = without.chain(twice).chain(cut).collect();
    for text in texts {
        let source = Arc::new(Source::new("a.wj", text));
        for file in check::check(std::slice::from_ref(&source)).files {
            for finding in &file.diagnostics {
                let fixes = finding.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
                let labels = finding.labels.iter().map(|label| label.span);
                for span in std::iter::once(finding.span).chain(fixes).chain(labels) {
                    assert!(source.text.get(span.range()).is_some(), "{finding:?} in\n{}", source.text);
                }
            }
        }
    }
}

/// Each of these grew without bound, or went deeper than any stack.
#[test]
fn values_that_double_or_nest_again_and_again_are_refused() {
    let script = |first: &str, next: &dyn Fn(usize) -> String, keyword: &str, count: usize| {
        let steps: String = (0..count).map(|at| format!("{keyword} x{} = {}\n", at + 1, next(at))).collect();
        match keyword {
            "const" => format!(
                "const x0 = {first}\n{steps}pipeline p {{\n  on POST \"/\"\n  respond 200 {{ json x{count} }}\n}}\n"
            ),
            _ => format!(
                "pipeline p {{\n  on POST \"/\"\n  extract body {{ x0 = $.a on_missing abort }}\n{steps}  respond 200 {{ json x{count} }}\n}}\n"
            ),
        }
    };
    let double_list = |at: usize| format!("[x{at}, x{at}]");
    let double_text = |at: usize| format!("\"{{x{at}}}{{x{at}}}\"");
    let through_function = |at: usize| format!("[first([x{at}]), last([x{at}])]");
    let nest = |at: usize| format!("{{ a: x{at} }}");
    for (text, refused) in [
        (script("[1]", &double_list, "const", 60), true),
        (script("\"0123456789\"", &double_text, "const", 60), true),
        (script("[1]", &nest, "const", 2_000), true),
        (script("", &double_list, "let", 60), true),
        (script("", &through_function, "let", 60), true),
        (script("", &nest, "let", 2_000), true),
        (script("", &nest, "let", 60), false),
        (script("[1]", &double_list, "const", 10), false),
        // What grows in a run is bounded there.
        (script("", &double_text, "let", 60), false),
    ] {
        let checked = check::check(&[Arc::new(Source::new("a.wj", text.clone()))]);
        let errors: Vec<&str> = checked.files[0]
            .diagnostics
            .iter()
            .filter(|found| found.is_error())
            .map(|found| found.code.id)
            .collect();
        assert_eq!(errors.contains(&"WJ0903"), refused, "{errors:?}\n{}", &text[..200.min(text.len())]);
        assert!(errors.iter().all(|id| *id == "WJ0903"), "{errors:?}");
    }
}
