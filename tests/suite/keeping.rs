//! What is kept of the history, and the commands that look after the store, through the real binary.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::harness::{Does, Site, Target};

const GOOD: &str = r#"pipeline good {
  on POST "/good"
  respond 200 { header "X-Operation" = operation.id }
}
"#;

fn parsed(lines: &str) -> Vec<Json> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn scripts_and_the_configuration_say_how_long_operations_are_kept() {
    let target = Target::new([Does::Answers(500, String::new())]);
    let pipeline = |name: &str, keep: &str, call: &str| {
        format!("pipeline {name} {{\n  on POST \"/{name}\"\n  {keep}\n  respond 200\n{call}}}\n")
    };
    let call = format!("  http.get \"{}/x\" {{ retry none }}\n", target.url());
    let site = Site::new(&[
        ("short.wj", &pipeline("short", "keep 1s", "")),
        ("failing.wj", &pipeline("failing", "keep 1s\n  keep_failed 30d", &call)),
        ("overruled.wj", &pipeline("overruled", "keep 1s", "")),
        ("unsaid.wj", &pipeline("unsaid", "", "")),
    ]);
    std::fs::write(
        site.dir.path().join("wj.toml"),
        "keep = \"2d, 1GB\"\n[pipelines.overruled]\nkeep = \"1d\"\nkeep_failed = \"90d\"\n",
    )
    .unwrap();
    let mut server = site.serve(&[]);
    for name in ["short", "failing", "overruled", "unsaid"] {
        assert_eq!(server.post_json(&format!("/{name}"), "{}").status, 200);
    }
    server.wait_for("operation failed");
    server.wait_for("1 operations and|kept no longer");
    let left: Vec<String> =
        site.history(&[]).iter().map(|one| one["pipeline"].as_str().unwrap().to_owned()).collect();
    assert_eq!(left, ["unsaid", "overruled", "failing"]);
    assert_eq!(server.status()["operations"]["received"], 3);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_configuration_that_means_nothing_stops_a_start() {
    let site = Site::new(&[("good.wj", GOOD)]);
    for (toml, why) in [
        ("keep = \"30\"\n", "1 | keep = \"30\"\n  |        ^^^^\n`keep` needs a unit"),
        ("[pipelines.good]\nkeep_failed = \"soon\"\n", "^^^^^^\n`soon` is nothing that `keep_failed` takes"),
        ("[pipelines.good]\nkeep_failed = \"soon\"\n", "error at line 2, column 15"),
        ("[pipelines.good]\nkept = \"30d\"\n", "unknown field `kept`"),
    ] {
        std::fs::write(site.dir.path().join("wj.toml"), toml).unwrap();
        let output = site.wj(&["serve"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && error.contains(why), "{error}");
    }
}

#[test]
fn a_pipeline_with_nothing_left_to_remove_is_refused() {
    let target = Target::new([Does::Answers(500, String::new())]);
    let script = format!(
        "pipeline full {{\n  on POST \"/full\"\n  keep 30d, 1KB\n  respond 200\n  http.get \"{}/x\" {{ retry none }}\n}}\n",
        target.url()
    );
    let site = Site::new(&[("full.wj", &script), ("good.wj", GOOD)]);
    let mut server = site.serve(&[]);
    let body = format!("{{\"a\": \"{}\"}}", "x".repeat(2_000));
    assert_eq!(server.post_json("/full", &body).status, 200);
    server.wait_for("pipeline full is refused with 503");
    let answer = server.post_json("/full", "{}");
    assert_eq!((answer.status, answer.body.as_str()), (503, r#"{"error":"history_full"}"#));
    assert!(answer.header("Retry-After").is_some());
    assert_eq!(server.post_json("/good", "{}").status, 200);
    assert_eq!(server.status()["history_full"], serde_json::json!(["full"]));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn whose_history_is_full_is_told_to_people() {
    let hook = Target::new([Does::Answers(200, String::new())]);
    let script = format!(
        "pipeline full {{\n  on POST \"/full\"\n  keep 30d, 1KB\n  respond 200\n  wait 30d\n  on_failure {{ notify http \"{}/hook\" }}\n}}\n",
        hook.url()
    );
    let site = Site::new(&[("full.wj", &script)]);
    let mut server = site.serve(&[]);
    let body = format!("{{\"a\": \"{}\"}}", "x".repeat(2_000));
    assert_eq!(server.post_json("/full", &body).status, 200);
    let told: serde_json::Value = serde_json::from_str(&hook.next().body).unwrap();
    assert_eq!(told["history_full"], true);
    assert_eq!(
        (&told["pipeline"], &told["failed"], &told["not_named"]),
        (&"full".into(), &0.into(), &0.into())
    );
    assert!(told["operations"].as_array().unwrap().is_empty(), "it is of no operation");
    server.wait_for("told of its history, which is full");
    assert_eq!(server.status()["operations"]["notices_waiting"], 0);
    assert_eq!(server.post_json("/full", "{}").status, 503);
    assert_eq!(server.stop(), Some(0));
    // It is known by now, also to the next server; that it is full again behind some room is news.
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/full", "{}").status, 503);
    assert_eq!(server.status()["operations"]["notices_waiting"], 0);
    site.write("full.wj", &script.replace("1KB", "1MB"));
    server.wait_for("pipeline full is served again");
    site.write("full.wj", &script);
    server.wait_for("a notice that its history is full is queued");
    assert_eq!(server.status()["operations"]["notices_waiting"], 1);
    assert!(hook.is_quiet(), "its round has not come yet");
}

#[test]
fn a_backup_is_made_beside_a_server_and_without_one() {
    let site = Site::new(&[("good.wj", GOOD)]);
    let server = site.serve(&[]);
    for _ in 0..5 {
        server.post_json("/good", "{\"name\": \"Anna\"}");
    }
    let said = site.stdout(&["backup", "one.redb"]);
    let refused = site.wj(&["backup", "one.redb"]);
    assert!(String::from_utf8(refused.stderr).unwrap().contains("is there already"));
    assert_eq!(refused.status.code(), Some(1));
    let size = std::fs::metadata(site.dir.path().join("one.redb")).unwrap().len();
    assert_eq!(said, format!("one.redb: {size} bytes\n"));
    let expected = site.history(&[]);
    assert_eq!(server.stop(), Some(0));
    site.stdout(&["backup", "--data", ".wj", "two.redb"]);
    let named = site.stdout(&["backup"]);
    assert!(named.starts_with("wj-20") && named.contains(".redb: "), "{named}");
    for copy in ["one.redb", "two.redb"] {
        let data = site.dir.path().join(copy).with_extension("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::rename(site.dir.path().join(copy), data.join("store.redb")).unwrap();
        assert_eq!(site.history(&["--data", data.to_str().unwrap()]), expected, "{copy}");
    }
    let server = site.serve(&["--data", "one.data"]);
    assert_eq!(server.post_json("/good", "{}").status, 200);
    assert_eq!(site.history(&["--data", "one.data"]).len(), 6);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn compacting_needs_the_store_for_itself() {
    let kept = GOOD.replace("  respond", "  keep 30d, 1MB\n  respond");
    let site = Site::new(&[("good.wj", &kept)]);
    let none = site.wj(&["compact"]);
    assert!(String::from_utf8(none.stderr).unwrap().contains("there is no history in .wj"));
    let server = site.serve(&[]);
    let body = format!("{{\"a\": \"{}\"}}", "x".repeat(900_000));
    for _ in 0..4 {
        server.post_json("/good", &body);
    }
    let refused = site.wj(&["compact"]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(
        refused.status.code() == Some(1) && error.contains("a server runs on .wj: stop it first"),
        "{error}"
    );
    // Upkeep comes by each second.
    let until = Instant::now() + Duration::from_secs(30);
    while site.history(&[]).len() > 1 {
        assert!(Instant::now() < until, "nothing was removed");
    }
    assert_eq!(server.stop(), Some(0));
    let before = site.history(&[]);
    let file = site.dir.path().join(".wj/store.redb");
    let bytes = std::fs::metadata(&file).unwrap().len();
    let said = site.stdout(&["compact"]);
    let now = std::fs::metadata(&file).unwrap().len();
    assert!(now < bytes, "{bytes} to {now}");
    assert!(said.ends_with(&format!("{now} now\n")), "{said}");
    assert_eq!(site.history(&[]), before);
}

#[test]
fn an_export_is_all_of_it_with_a_server_and_without() {
    let site = Site::new(&[("good.wj", GOOD)]);
    let server = site.serve(&[]);
    for n in 0..7 {
        server.post_json("/good", &format!("{{\"n\": {n}}}"));
    }
    let beside = site.stdout(&["history", "export"]);
    assert_eq!(parsed(&beside).len(), 7);
    assert_eq!(parsed(&beside), site.history(&[]));
    assert!(parsed(&beside)[0]["request"]["body"].to_string().contains('6'), "{beside}");
    let none = site.stdout(&["history", "export", "--status", "failed"]);
    assert_eq!(none, "");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(site.stdout(&["history", "export"]), beside);
    let one = parsed(&beside)[2]["received_at"].as_str().unwrap().to_owned();
    assert_eq!(parsed(&site.stdout(&["history", "export", "--until", &one])).len(), 4);
}

#[test]
fn a_list_that_follows_shows_each_operation_once() {
    let site = Site::new(&[("good.wj", GOOD)]);
    let alone = site.wj(&["history", "list", "--follow"]);
    let error = String::from_utf8(alone.stderr).unwrap();
    assert!(alone.status.code() == Some(1) && error.contains("no server runs on .wj"), "{error}");
    let server = site.serve(&[]);
    let post = || server.post_json("/good", "{}").header("x-operation").unwrap().to_owned();
    let old = [post(), post(), post()];
    let mut following = site
        .command(&["history", "list", "--follow", "--limit", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(following.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut next = || lines.next().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    assert_eq!([next(), next()], [old[1].clone(), old[2].clone()]);
    // Each look reads ten seconds back: what was there and was not asked for is not shown, and nothing is shown twice.
    let new = [post(), post()];
    assert_eq!([next(), next()], new);
    let last = post();
    assert_eq!(next(), last);
    assert_eq!(server.stop(), Some(0));
    let output = following.wait_with_output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("is gone"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_doctor_finds_what_is_wrong_and_changes_nothing() {
    let target = Target::new([Does::Answers(500, String::new())]);
    let failing = format!(
        "pipeline failing {{\n  on POST \"/failing\"\n  respond 200\n  http.get \"{}/x\" {{ retry none }}\n}}\n",
        target.url()
    );
    let site = Site::new(&[("good.wj", GOOD), ("failing.wj", &failing)]);
    let examine = |args: &[&str]| {
        let output = site.wj(&[&["doctor", "--format", "json"], args].concat());
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["ok"] == Json::Bool(true), output.status.success(), "{report}");
        report
    };
    let trouble = |report: &Json| -> Vec<String> {
        let checks = report["checks"].as_array().unwrap().iter().filter(|check| check["ok"] == false);
        checks.map(|check| check["check"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(trouble(&examine(&[])), ["store"]);
    let mut server = site.serve(&[]);
    server.post_json("/good", "{}");
    server.post_json("/failing", "{}");
    server.wait_for("operation failed");
    let beside = examine(&[]);
    assert!(trouble(&beside).is_empty(), "{beside}");
    assert_eq!(server.stop(), Some(0));
    let file = site.dir.path().join(".wj/store.redb");
    let before = std::fs::read(&file).unwrap();
    let alone = examine(&[]);
    assert!(trouble(&alone).is_empty(), "{alone}");
    let text = site.stdout(&["doctor"]);
    assert!(text.contains("ok       rows: 2 operations of "), "{text}");
    assert!(std::fs::read(&file).unwrap() == before);

    // A byte in the middle of what was stored: the checksum of its page is wrong.
    let at = before.windows(8).position(|part| part == b"/failing").unwrap();
    let mut damaged = before.clone();
    damaged[at] ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    let report = examine(&[]);
    assert!(trouble(&report).contains(&"store".to_owned()), "{report}");
    assert!(std::fs::read(&file).unwrap() == damaged);
    std::fs::write(&file, b"no store").unwrap();
    assert_eq!(trouble(&examine(&[])), ["store"]);
    std::fs::write(site.dir.path().join("wj.toml"), "lisen = 1\n").unwrap();
    assert_eq!(trouble(&examine(&["--data", ".wj"])), ["settings", "store"]);
}
