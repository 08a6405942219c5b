//! `wj check`, `wj explain` and `wj eval` through the real program: statuses, streams and formats.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::harness::err;

const HEALTHY: &str = r#"pipeline leads {
  on POST "/leads"
  respond 200 "OK"
}

test "a lead is taken" {
  send POST "/leads" json { }
  expect status 200
}
"#;

#[test]
fn without_findings_the_status_is_0_and_stdout_is_empty() {
    let dir = scripts(&[("pipelines/a.wj", HEALTHY), ("pipelines/b/c.wj", "# nothing yet\n")]);
    let run = wj(dir.path(), &["check"]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", "no findings in 2 files\n"));
}

#[test]
fn an_error_gives_1_and_a_warning_only_if_denied() {
    let warning = HEALTHY.replace("respond", "let x = 1\n  respond");
    let dir = scripts(&[("pipelines/a.wj", &warning)]);
    let run = wj(dir.path(), &["check"]);
    assert_eq!((run.status, run.err.as_str()), (0, "1 warning in 1 file\n"), "{}", run.out);
    assert!(run.out.contains("WJ0602 unused-let"), "{}", run.out);
    assert_eq!(wj(dir.path(), &["check", "--deny-warnings"]).status, 1);
    let error = warning.replace("respond", "respnd");
    let dir = scripts(&[("pipelines/a.wj", &error), ("pipelines/b.wj", HEALTHY)]);
    let run = wj(dir.path(), &["check"]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("error"), "{}", run.err);
}

#[test]
fn what_cannot_be_looked_at_gives_2() {
    let dir = scripts(&[]);
    let run = wj(dir.path(), &["check"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("there is no `pipelines`"), "{}", run.err);
    assert_eq!(wj(dir.path(), &["check", "nowhere.wj"]).status, 2);
    assert_eq!(wj(dir.path(), &["check", "--no-such-flag"]).status, 2);
    assert_eq!(wj(dir.path(), &["check", "--format", "no-such-format"]).status, 2);
}

#[test]
fn json_columns_count_code_points_from_1_and_the_end_is_exclusive() {
    let text =
        "pipeline leads {\n  on POST \"/leads\"\n  respond 200 { text \"Заявка 😀 {имя_клиента}\" }\n}\n";
    let dir = scripts(&[("pipelines/заявки.wj", text)]);
    let run = wj(dir.path(), &["check", "--format", "json"]);
    assert_eq!(run.status, 1);
    let found: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let unknown = found.iter().find(|finding| finding["severity"] == "error").unwrap();
    assert_eq!(unknown["file"], "pipelines/заявки.wj");
    let place = ["line", "column", "end_line", "end_column"].map(|name| unknown[name].as_u64().unwrap());
    assert_eq!(place, [3, 33, 3, 44], "{unknown}");
    assert!(unknown["code"].as_str().unwrap().starts_with("WJ0"), "{unknown}");
    assert!(unknown["message"].as_str().unwrap().contains("имя_клиента"), "{unknown}");
    assert!(unknown.get("help").is_some());
}

#[test]
fn ten_mistakes_give_ten_findings_and_the_healthy_pipeline_is_checked() {
    let text = r#"const PAGE = "1234:intro"

pipeline one {
  on PSOT "/one"
  extract body {
    email = $.email on_missing abort
    phone = $.phone
    topic = raw.1.q on_missing empty
  }
  respnd 200 "OK"
  respond 999
  http.psot "https://crm.example/a"
  http.post "https://crm.example/b" {
    jsn { email: emial }
    header "X-Phone" = secret.crm_token + 1
  }
  bizon.add_subscriber {
    token  = secret.BIZON_TOKEN
    pageId = PAGE
    emial  = email
  }
  let x = tirm(topic)
}

pipeline two {
  on POST "/two"
  let unread = 1
  respond 200 "OK"
}
"#;
    let dir = scripts(&[("pipelines/a.wj", text)]);
    let run = wj(dir.path(), &["check", "--format", "json"]);
    let found: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |finding: &Value| finding["line"].as_u64().unwrap();
    let errors: std::collections::BTreeSet<u64> =
        found.iter().filter(|finding| finding["severity"] == "error").map(line).collect();
    for wrong in [4, 7, 8, 10, 11, 12, 14, 15, 20, 22] {
        assert!(errors.contains(&wrong), "nothing about line {wrong}:\n{}", run.out);
    }
    let unread = found.iter().find(|finding| line(finding) == 27).unwrap();
    assert_eq!(unread["name"], "unused-let");
}

#[test]
fn short_is_a_line_a_finding_and_files_are_in_order() {
    let dir = scripts(&[("pipelines/b.wj", "pipline b {\n}\n"), ("pipelines/a.wj", "pipline a {\n}\n")]);
    let run = wj(dir.path(), &["check", "--format", "short"]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert!(lines[0].starts_with("pipelines/a.wj:1:1: error[WJ01"), "{}", run.out);
    assert!(lines.iter().any(|line| line.starts_with("pipelines/b.wj:1:1: error[WJ01")), "{}", run.out);
    assert!(lines.is_sorted(), "{}", run.out);
}

#[test]
fn two_files_that_claim_one_route_are_shown_both() {
    let other = HEALTHY.replace("pipeline leads", "pipeline others");
    let dir = scripts(&[("pipelines/a.wj", HEALTHY), ("pipelines/b.wj", &other)]);
    let run = wj(dir.path(), &["check"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("pipelines/b.wj:2:3") && run.out.contains("pipelines/a.wj:2:3"), "{}", run.out);
}

const SENDS: &str = r#"const CRM = "https://crm.example/v1"

pipeline leads {
  on POST "/leads"
  verify github secret.HOOK_KEY
  respond 202
  http.post "{CRM}/leads" {
    header "Authorization" = "Bearer {secret.CRM_TOKEN}"
    json { ok: true }
    key auto
  }
  email.send { to = "a@b.example", subject = "a lead", text = "come" }
  bizon.add_subscriber {
    token = secret.BIZON_TOKEN
    pageId = "1:a"
    email = "a@b.example"
    time = "2099-12-11T20:00:00.000"
  }
  on_failure {
    notify email "ops@school.example"
    notify http "https://chat.example:8443/hook"
  }
}

test "a lead is taken" {
  send POST "/leads" json {} signed
  expect status 202
}
"#;

#[test]
fn env_looks_for_the_secrets_in_the_environment() {
    let dir = scripts(&[("pipelines/a.wj", SENDS), ("hook", "eight-letters\n")]);
    let without = wj(dir.path(), &["check", "--format", "short"]);
    assert_eq!((without.status, without.out.as_str()), (0, ""), "{}", without.err);
    let run = |args: &[&str]| {
        let mut command = command(dir.path(), args);
        command.env("CRM_TOKEN", "a-token-of-the-crm").env("HOOK_KEY_FILE", dir.path().join("hook"));
        let output = command.env_remove("BIZON_TOKEN").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let told = "pipelines/a.wj:14:13: warning[WJ0509]: the secret `BIZON_TOKEN` is not set here\n".to_owned();
    assert_eq!(run(&["check", "--env", "--format", "short"]), (Some(0), told.clone()));
    assert_eq!(run(&["check", "--env", "--format", "short", "--deny-warnings"]), (Some(1), told));
}

#[test]
fn hosts_are_all_that_anything_may_be_sent_to() {
    let dir = scripts(&[("pipelines/a.wj", SENDS)]);
    let run = wj(dir.path(), &["check", "--hosts"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(
        lines,
        [
            "https://chat.example:8443  pipelines/a.wj:3:10  notify http in leads",
            "https://crm.example  pipelines/a.wj:7:3  http.post in leads",
            "https://online.bizon365.ru  pipelines/a.wj:13:3  bizon.add_subscriber in leads",
            "smtp:  pipelines/a.wj:3:10  notify email in leads",
            "smtp:  pipelines/a.wj:12:3  email.send in leads",
        ]
    );
    let json = wj(dir.path(), &["check", "--hosts", "--format", "json"]);
    let first: Value = serde_json::from_str(json.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["host"], "https://chat.example:8443");
    assert_eq!(wj(dir.path(), &["check", "--hosts", "--format", "sarif"]).status, 2);
    let dir = scripts(&[("pipelines/a.wj", &SENDS.replace("respond", "respnd"))]);
    let run = wj(dir.path(), &["check", "--hosts"]);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert!(run.err.contains("its hosts are not known"), "{}", run.err);
}

#[test]
fn a_pipe_gets_no_colours_and_no_control_characters() {
    let dir = scripts(&[("pipelines/a.wj", "pipeline a {\n  respnd \"\u{1b}[31mred\u{202e}\"\n}\n")]);
    for format in ["text", "short", "json"] {
        let run = wj(dir.path(), &["check", "--format", format]);
        assert_eq!(run.status, 1);
        assert!(!run.out.contains('\u{1b}'), "{format}: {:?}", run.out);
    }
    let run = wj(dir.path(), &["check"]);
    assert!(run.out.contains("␛[31m") && !run.out.contains('\u{202e}'), "{}", run.out);
}

#[test]
fn a_file_that_is_no_text_is_an_error_at_its_place() {
    let dir = scripts(&[("pipelines/good.wj", HEALTHY)]);
    fs::write(dir.path().join("pipelines/bad.wj"), b"# one\n# \xcf\xf0\n").unwrap();
    fs::write(dir.path().join("pipelines/big.wj"), vec![b'#'; 1024 * 1024 + 1]).unwrap();
    let run = wj(dir.path(), &["check", "--format", "short"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("pipelines/bad.wj:2:3: error[WJ0501]"), "{}", run.out);
    assert!(run.out.contains("pipelines/big.wj:1:1: error[WJ0106]"), "{}", run.out);
    assert_eq!(run.out.lines().count(), 2, "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_is_refused_with_a_message() {
    let dir = scripts(&[("pipelines/a.wj", HEALTHY), ("outside.wj", HEALTHY)]);
    std::os::unix::fs::symlink(dir.path().join("outside.wj"), dir.path().join("pipelines/link.wj")).unwrap();
    let run = wj(dir.path(), &["check", "--format", "short"]);
    assert_eq!(run.status, 1);
    assert!(run.out.starts_with("pipelines/link.wj:1:1: error[WJ0504]"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let text = "pipeline a {\n".to_owned() + &"  respnd 1\n".repeat(5_000) + "}\n";
    let dir = scripts(&[("pipelines/a.wj", &text)]);
    let mut child = command(dir.path(), &["check", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = child.wait_with_output().unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(!err(&run).contains("panic"));
}

#[test]
fn explain_shows_the_page_by_code_and_by_name() {
    let dir = scripts(&[]);
    let by_code = wj(dir.path(), &["explain", "wj0601"]);
    assert_eq!(by_code.status, 0);
    assert!(by_code.out.starts_with("# WJ0601 unused-field\n"), "{}", by_code.out);
    assert_eq!(by_code.out, wj(dir.path(), &["explain", "unused-field"]).out);
    let unknown = wj(dir.path(), &["explain", "unused-feild"]);
    assert_eq!(unknown.status, 1);
    assert!(unknown.err.contains("did you mean WJ0601 unused-field?"), "{}", unknown.err);
    let all = wj(dir.path(), &["explain"]);
    assert_eq!(all.status, 0);
    assert!(
        all.out.lines().count() > 20 && all.out.contains("WJ0502  error    duplicate-route"),
        "{}",
        all.out
    );
}

#[test]
fn eval_gives_what_a_path_selects() {
    let dir = scripts(&[("lead.json", r#"{"raw":["x",{"q":12345678901234567890.10}],"n":null}"#)]);
    let value = wj(dir.path(), &["eval", "$.raw[1].q", "lead.json"]);
    assert_eq!((value.status, value.out.as_str()), (0, "12345678901234567890.10\n"), "{}", value.err);
    let list = wj(dir.path(), &["eval", "$..q", "lead.json", "--list"]);
    assert_eq!((list.status, list.out.as_str()), (0, "[12345678901234567890.10]\n"));
    let nothing = wj(dir.path(), &["eval", "$.raw[7]", "lead.json", "--list"]);
    assert_eq!((nothing.status, nothing.out.as_str()), (0, "[]\n"));
    let missing = wj(dir.path(), &["eval", "$.raw[7]", "lead.json"]);
    assert_eq!((missing.status, missing.out.as_str()), (1, ""));
    assert!(missing.err.contains("$.raw[7]"), "{}", missing.err);
    assert_eq!(wj(dir.path(), &["eval", "$.a", "no-such-file.json"]).status, 2);
}

#[test]
fn eval_reads_stdin() {
    let dir = scripts(&[]);
    let run = wj_with_stdin(dir.path(), &["eval", r#"["raw"][1]["q"]"#], br#"{"raw":[1,{"q":"yes"}]}"#);
    assert_eq!((run.status, run.out.as_str()), (0, "\"yes\"\n"), "{}", run.err);
    let run = wj_with_stdin(dir.path(), &["eval", "$.a"], b"{");
    assert_eq!(run.status, 1);
    assert!(run.err.contains("stdin is no JSON document"), "{}", run.err);
}

#[test]
fn eval_shows_where_a_bad_path_is_bad() {
    let dir = scripts(&[]);
    let run = wj_with_stdin(dir.path(), &["eval", "$.a["], b"{}");
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert!(run.err.contains("$.a["), "{}", run.err);
}

pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

pub fn scripts(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

pub fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wj"));
    command.args(args).current_dir(dir);
    command
}

pub fn wj(dir: &Path, args: &[&str]) -> Run {
    wj_with_stdin(dir, args, b"")
}

fn wj_with_stdin(dir: &Path, args: &[&str], stdin: &[u8]) -> Run {
    let mut child = command(dir, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who refuses its arguments reads nothing.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    Run {
        status: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}
