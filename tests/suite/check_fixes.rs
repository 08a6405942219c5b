//! `wj check --fix`: over every script of the cases, and through the real program.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use wj::check::{self, Fixed, Options, Script};
use wj::source::Source;

use crate::cases::{self, Case};
use crate::check_cli::{scripts, wj};
use crate::fences::fenced;

/// Findings whose fix needs no asking, each told on the page of the guide.
const GUIDE: &str = include_str!("../../docs/guide/checking.md");

fn script_of(text: &str) -> Script {
    Script::from(Arc::new(Source::new("case.wj", text)))
}

/// A script by itself, mended.
fn fix(script: &Script) -> Option<Fixed> {
    check::fix(script, &check::connectors_of(std::slice::from_ref(script)), &Options::default())
}

/// What the cases of `tests/cases/fix` show: a script, and what `--fix` makes of it.
#[test]
fn cases_of_fixes() {
    cases::run("fix", "fixed", |case: &Case| {
        let script = script_of(case.all("wj").next().map_or("", |block| block.body.as_str()));
        let fixed = fix(&script);
        fixed.map_or_else(|| script.source.text.to_string(), |fixed| fixed.script.source.text.to_string())
    });
}

/// A fix leaves fewer mistakes of syntax, or as many and fewer findings, and there is nothing more to fix after it; at least
/// twenty kinds of findings are mended somewhere in the cases, and the guide names them all.
#[test]
fn what_is_mended_is_better_and_done() {
    let mut mended: BTreeMap<&str, usize> = BTreeMap::new();
    for text in all_scripts() {
        let script = script_of(&text);
        let Some(fixed) = fix(&script) else {
            continue;
        };
        let findings = |script: &Script| {
            let checked = check::check_with(std::slice::from_ref(script), &Options::default());
            (wj::syntax::parse(&script.source).diagnostics.len(), checked.files[0].diagnostics.len())
        };
        assert!(
            findings(&fixed.script) < findings(&script),
            "{text}\n--- became\n{}",
            fixed.script.source.text
        );
        assert!(fix(&fixed.script).is_none(), "more to fix:\n{}", fixed.script.source.text);
        let names = |script: &Script| {
            let checked = check::check_with(std::slice::from_ref(script), &Options::default());
            let findings = checked.files.into_iter().flat_map(|file| file.diagnostics);
            findings
                .filter(|finding| finding.fixes.iter().any(|fix| fix.safe))
                .map(|finding| finding.code.name)
                .collect::<Vec<_>>()
        };
        let left = names(&fixed.script);
        for name in names(&script).into_iter().filter(|name| !left.contains(name)) {
            *mended.entry(name).or_default() += 1;
        }
    }
    assert!(mended.len() >= 20, "{mended:#?}");
    let told: BTreeSet<&str> =
        mended.keys().copied().filter(|name| GUIDE.contains(&format!("`{name}`"))).collect();
    let missing: Vec<&&str> = mended.keys().filter(|name| !told.contains(**name)).collect();
    assert!(missing.is_empty(), "not in docs/guide/checking.md: {missing:?}");
}

fn all_scripts() -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["syntax", "check", "fix"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(folder);
        let mut files: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "md")) {
            let text = fs::read_to_string(file).unwrap();
            let blocks = fenced(&text);
            let scripts = blocks.iter().filter(|block| block.kind() == "wj");
            found.extend(scripts.map(|block| text[block.body.clone()].to_owned()));
        }
    }
    found
}

const SLIPS: &str = "pipeline leads {\n  on post \"leads\"\n  respnd 200 “OK”\n}\n";
const MENDED: &str = "pipeline leads {\n  on POST \"/leads\"\n  respond 200 \"OK\"\n}\n";

#[test]
fn fix_writes_the_file_and_reports_what_is_left() {
    let dir = scripts(&[("pipelines/a.wj", SLIPS)]);
    let run = wj(dir.path(), &["check", "--fix", "--format", "short"]);
    assert_eq!(fs::read_to_string(dir.path().join("pipelines/a.wj")).unwrap(), MENDED);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("no-test") || run.out.contains("test"), "{}", run.out);
    assert!(run.err.starts_with("mended 4 findings in 1 file\n"), "{}", run.err);
    let again = wj(dir.path(), &["check", "--fix"]);
    assert!(again.err.starts_with("mended 0 findings in 0 files\n"), "{}", again.err);
}

/// A connector that is mended is known to its callers at once, in whichever file they stand.
#[test]
fn what_calls_a_mended_connector_is_mended_in_the_same_go() {
    let shop = |param: &str| {
        format!(
            "connector shop \"Shop\" {{\n  action add \"Adds\" {{\n    param {param} \"the name\"\n    http.post \
             \"https://shop.example/add\" {{ json {{ name: name }} }}\n  }}\n}}\n"
        )
    };
    let call = |rest: &str| format!("pipeline p {{\n  on POST \"/p\"\n  respond 200\n  {rest}\n}}\n");
    let (caller, shop_file) = ("pipelines/a.wj", "pipelines/shop.wj");
    let broken = call("shop.ad { name = \"x\" } wait 5m");
    let dir = scripts(&[(caller, &broken), (shop_file, &shop("name: text,"))]);
    let diff = wj(dir.path(), &["check", "--diff"]);
    assert!(diff.out.contains("+  shop.add { name = \"x\" }"), "{}", diff.out);
    let run = wj(dir.path(), &["check", "--fix"]);
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read(shop_file), shop("name text"));
    assert_eq!(read(caller), call("shop.add { name = \"x\" } \nwait 5m"), "{}{}", run.out, run.err);
    assert!(run.err.starts_with("mended 3 findings in 2 files\n"), "{}", run.err);
}

#[test]
fn diff_shows_the_fixes_and_writes_nothing() {
    let dir = scripts(&[("pipelines/a.wj", SLIPS)]);
    let run = wj(dir.path(), &["check", "--diff"]);
    assert_eq!(run.status, 1);
    assert!(run.out.starts_with("--- a/pipelines/a.wj\n+++ b/pipelines/a.wj\n@@ "), "{}", run.out);
    assert!(
        run.out.contains("\n-  respnd 200 “OK”\n") && run.out.contains("\n+  respond 200 \"OK\"\n"),
        "{}",
        run.out
    );
    assert_eq!(fs::read_to_string(dir.path().join("pipelines/a.wj")).unwrap(), SLIPS);
    fs::write(dir.path().join("pipelines/a.wj"), MENDED).unwrap();
    let run = wj(dir.path(), &["check", "--diff"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""));
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_left_and_told() {
    use std::os::unix::fs::PermissionsExt;
    let dir = scripts(&[("pipelines/a.wj", SLIPS)]);
    let path = dir.path().join("pipelines/a.wj");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    wj(dir.path(), &["check", "--fix"]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
    let names: Vec<_> =
        fs::read_dir(dir.path().join("pipelines")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.wj"], "nothing is left beside it");
}
