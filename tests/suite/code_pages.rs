//! Every code has a page, every page a code, and every script on a page does what the page says of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use wj::check::{self, Options, Script};
use wj::diagnostic::Code;
use wj::source::Source;
use wj::value::Time;

use super::fences::fenced;

#[test]
fn every_page_belongs_to_a_code_and_says_so_in_its_first_line() {
    let codes: BTreeMap<&str, &Code> = check::all_codes().into_iter().map(|code| (code.id, code)).collect();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codes")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if !file.strip_suffix(".md").is_some_and(|id| codes.contains_key(id)) {
            wrong.push(format!("docs/codes/{file} belongs to no code"));
        }
    }
    for code in codes.values() {
        let title = format!("# {} {}", code.id, code.name);
        if code.page.lines().next() != Some(&title) {
            wrong.push(format!("docs/codes/{}.md does not begin with `{title}`", code.id));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn codes_and_names_are_given_once_and_rooms_list_theirs_in_order() {
    let codes = check::all_codes();
    let ids: Vec<&str> = codes.iter().map(|code| code.id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "an id is given twice: {ids:?}");
    let mut names: Vec<&str> = codes.iter().map(|code| code.name).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "a name is given twice: {names:?}");
    assert!(wj::syntax::CODES.is_sorted_by_key(|code| code.id));
    assert!(wj::resolve::CODES.is_sorted_by_key(|code| code.id));
}

#[test]
fn scripts_on_the_pages_do_what_the_pages_say() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for code in check::all_codes() {
        let mut examples = 0;
        for (kind, script) in scripts(code.page) {
            count += 1;
            examples += 1;
            let found = findings(script);
            let own = found.iter().any(|(id, _)| *id == code.id);
            let errors: Vec<&String> = found.iter().filter_map(|(_, error)| error.as_ref()).collect();
            match kind.as_str() {
                "wrong" if !own => {
                    wrong.push(format!("{}: not found in\n{script}found: {found:?}\n", code.id))
                }
                "right" if own => wrong.push(format!("{}: found in what is right:\n{script}", code.id)),
                "right" if !errors.is_empty() => {
                    wrong.push(format!("{}: what is right has errors:\n{script}{errors:?}\n", code.id));
                }
                "wrong" | "right" => {}
                other => wrong.push(format!("{}: a script is `wrong` or `right`, not `{other}`", code.id)),
            }
        }
        if examples == 0 && !WITHOUT_SCRIPT.contains(&code.id) {
            wrong.push(format!("{}: its page shows no script", code.id));
        }
    }
    assert!(count > 0);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// About a file as such, several files or the environment, which no text on a page can show.
const WITHOUT_SCRIPT: &[&str] = &["WJ0106", "WJ0501", "WJ0504", "WJ0505", "WJ0507", "WJ0509", "WJ0902"];

/// Codes found in a script, with the message of those that are errors.
fn findings(script: &str) -> Vec<(&'static str, Option<String>)> {
    let source = Script::from(Arc::new(Source::new("page.wj", script)));
    // 2026-01-01.
    let now = Time { micros: 1_767_225_600_000_000, zone: None };
    let checked = check::check_with(&[source], &Options { now: Some(&now), ..Options::default() });
    let findings = checked.files.iter().flat_map(|file| &file.diagnostics);
    findings.map(|finding| (finding.code.id, finding.is_error().then(|| finding.message.clone()))).collect()
}

/// The scripts of a page: what stands behind ```` ```wj ````, and the text.
fn scripts(page: &'static str) -> Vec<(String, &'static str)> {
    let blocks = fenced(page).into_iter().filter(|block| block.kind() == "wj");
    let kind = |words: &[String]| {
        let told: Vec<&str> =
            words.iter().map(String::as_str).filter(|word| *word != "unformatted").collect();
        told.join(" ")
    };
    blocks.map(|block| (kind(&block.words[1..]), &page[block.body])).collect()
}
