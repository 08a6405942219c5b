//! `test` blocks: literate cases in process, and `wj test` through the real program.

use std::sync::Arc;

use serde_json::Value as Json;
use wj::check;
use wj::rehearse::{Site as Rehearsal, rehearse};
use wj::routing::Routes;
use wj::source::Source;

use crate::cases;
use crate::harness::Site;

/// The blocks of a case: `wj`, and `results`: a line a test, and below a failing one what failed, by line.
#[test]
fn tests_pass_and_fail_as_written() {
    cases::run("rehearse", "results", |case| {
        let sources: Vec<Arc<Source>> = case
            .all("wj")
            .map(|block| {
                let name = if block.info.is_empty() { "a.wj" } else { &block.info };
                Arc::new(Source::new(name, block.body.as_str()))
            })
            .collect();
        let checked = check::check(&sources);
        let mut out = String::new();
        for file in &checked.files {
            let errors: Vec<_> =
                file.diagnostics.iter().filter(|finding| finding.is_error()).cloned().collect();
            out += &cases::render(&file.source, &errors);
        }
        let routes =
            Routes::new(checked.files.iter().flat_map(|file| file.pipelines.iter().cloned()).collect());
        let files = |_: &Source, path: &str| match path {
            "lead.json" => Ok(bytes(r#"{"name": "Анна"}"#)),
            "lead.form" => Ok(bytes("name=Anna")),
            _ => Err("there is no such file".to_owned()),
        };
        let site = Rehearsal { routes: &routes, files: &files };
        for test in checked.files.iter().flat_map(|file| &file.tests) {
            let failures = rehearse(test, &site);
            out += &format!("{}: {}\n", if failures.is_empty() { "ok" } else { "failed" }, test.title);
            for failure in failures {
                let line = test.source.position(failure.span.start).line;
                out += &format!("  {line}: {} ({})\n", failure.message, failure.label);
                if let (Some(expected), Some(came)) = (&failure.expected, &failure.came) {
                    out += &format!("    expected {expected}\n    came {came}\n");
                }
                let help = failure.help.iter().flat_map(|help| help.lines());
                out.extend(help.map(|line| format!("    {line}\n")));
            }
        }
        out
    });
}

#[test]
fn the_tests_of_the_example_pipelines_pass() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_wj"))
        .args(["test", "pipelines", "--format", "json"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let results = lines(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(results.len() >= 5 && results.iter().all(|test| test["passed"] == true), "{results:?}");
}

const TWO: &str = "pipeline p {\n  on POST \"/p\"\n  extract body { a = $.a on_missing abort }\n  respond 200 \"OK\"\n}\n\n\
    test \"it answers\" {\n  send POST \"/p\" file \"fixtures/a.json\"\n  expect status 200\n}\n\n\
    test \"it refuses\" {\n  send POST \"/p\" json { }\n  expect status 400\n}\n";

#[test]
fn a_failing_test_ends_with_1_and_shows_what_came_and_where() {
    let site = Site::new(&[("a.wj", TWO), ("fixtures/a.json", "{\"a\": 1}")]);
    let output = site.wj(&["test"]);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err, "1 of 2 tests failed\n");
    assert!(out.contains("ok     pipelines/a.wj:7 it answers"), "{out}");
    assert!(out.contains("FAILED pipelines/a.wj:12 it refuses"), "{out}");
    for part in
        ["the answer has the status 422, and 400 was expected", "pipelines/a.wj:14:3", "ended as aborted"]
    {
        assert!(out.contains(part), "no `{part}` in\n{out}");
    }
    let results = lines(&site.wj(&["test", "--format", "json"]).stdout);
    assert_eq!(results[0]["passed"], true);
    let failure = &results[1]["failures"][0];
    assert_eq!((failure["line"].as_u64(), failure["expected"].as_str()), (Some(14), Some("400")));
    assert_eq!(failure["came"], "422");
}

#[test]
fn a_filter_chooses_and_one_that_fits_nothing_is_told() {
    let site = Site::new(&[("a.wj", TWO), ("fixtures/a.json", "{\"a\": 1}")]);
    let output = site.wj(&["test", "--filter", "answers"]);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), err.as_str()), (Some(0), "1 test passed\n"), "{out}");
    let none = site.wj(&["test", "--filter", "nothing like it"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(texts(&none).1.contains("no test has `nothing like it`"));
    assert_eq!(site.wj(&["test", "nowhere"]).status.code(), Some(2));
}

#[test]
fn a_broken_file_is_reported_and_does_not_stop_the_tests_of_others() {
    let broken = "pipeline q {\n  on POST \"/q\"\n  respnd 200\n}\n";
    let site = Site::new(&[("a.wj", TWO), ("b.wj", broken), ("fixtures/a.json", "{\"a\": 1}")]);
    let output = site.wj(&["test", "--filter", "answers"]);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err, "1 test passed, and 1 file with errors could not be tested\n");
    assert!(out.contains("pipelines/b.wj:3:3"), "{out}");
}

#[test]
fn a_fixture_outside_of_the_scripts_folder_is_not_read() {
    let text = TWO.replace("fixtures/a.json", "../outside.json");
    let site = Site::new(&[("a.wj", &text)]);
    std::fs::write(site.dir.path().join("outside.json"), "{\"a\": 1}").unwrap();
    let (out, _) = texts(&site.wj(&["test", "--filter", "answers"]));
    assert!(out.contains("it leads out of the script's folder"), "{out}");
}

fn bytes(text: &str) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(text.as_bytes())
}

fn lines(out: &[u8]) -> Vec<Json> {
    String::from_utf8_lossy(out).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn texts(output: &std::process::Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}
