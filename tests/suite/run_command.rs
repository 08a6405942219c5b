//! `wj run` through the real program: one request carried out for real, against stubs on this machine.

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use serde_json::{Value as Json, json};

use crate::harness::{Does, Site, Target, err, out};

const TOKEN: &str = "tok/EN+0123456789=";

fn script(target: &Target) -> String {
    format!(
        "pipeline leads {{\n  on POST \"/leads\"\n  verify bearer secret.SENDER\n  extract body {{ name = $.name on_missing abort }}\n  \
         respond 200 \"OK\"\n  let made = http.post \"{}/in\" {{\n    header \"Authorization\" = \"Bearer {{secret.CRM_TOKEN}}\"\n    \
         json {{ name: name }}\n    retry 3 times, first 1ms, at most 1ms\n    key auto\n  }}\n  extract made.body {{ id = $.id on_missing abort }}\n}}\n",
        target.url()
    )
}

fn site(target: &Target, name: &str) -> Site {
    let request = format!("POST /leads\nContent-Type: application/json\n\n{{\"{name}\": \"Анна\"}}\n");
    Site::new(&[("leads.wj", &script(target)), ("lead.http", &request)])
}

fn run(site: &Site, more: &[&str]) -> Output {
    let args =
        ["run", "pipelines/leads.wj", "--request", "pipelines/lead.http", "--allow-private", "127.0.0.0/8"];
    site.wj(&[&args, more].concat())
}

#[test]
fn a_request_is_carried_out_with_its_retries_and_the_trace_is_shown() {
    let answer = |status, body: &str| Does::Answers(status, body.to_owned());
    let target =
        Target::new([answer(503, ""), answer(200, &format!("{{\"id\": 7, \"echo\": \"{TOKEN}\"}}"))]);
    let site = site(&target, "name").env("CRM_TOKEN", TOKEN).env("SENDER", "a-sender-key");
    let output = run(&site, &["--signed", "--format", "json"]);
    assert!(output.status.success(), "{}", err(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(TOKEN) && !text.contains("a-sender-key"), "{text}");
    let operation: Json = serde_json::from_str(&text).unwrap();
    assert_eq!((&operation["status"], &operation["answer"]["status"]), (&json!("done"), &json!(200)));
    let outcomes: Vec<&Json> =
        operation["actions"].as_array().unwrap().iter().map(|tried| &tried["outcome"]).collect();
    assert_eq!(outcomes, ["unknown", "ok"]);
    let bound = operation["steps"].as_array().unwrap().iter().find(|step| step["values"]["id"] == 7).unwrap();
    assert_eq!(bound["line"], 12);
    for _ in 0..2 {
        let sent = target.next();
        assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", "/in"));
        assert_eq!(sent.header("authorization"), Some(&*format!("Bearer {TOKEN}")));
        assert_eq!(sent.body, r#"{"name":"Анна"}"#);
    }
    assert!(target.is_quiet());
    // Nothing is left behind.
    assert!(!site.dir.path().join(".wj").exists());
}

#[test]
fn what_ends_otherwise_ends_with_1_and_what_is_refused_calls_nobody() {
    let target = Target::new([Does::Answers(200, "{}".to_owned())]);
    let broken = site(&target, "nam").env("CRM_TOKEN", TOKEN).env("SENDER", "a-sender-key");
    let output = run(&broken, &["--signed"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let text = out(&output);
    assert!(
        text.contains("aborted: pipeline `leads`: field `name`") && text.contains("answer     422"),
        "{text}"
    );
    let refused = run(&broken, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("refused with 401: verify bearer:"), "{}", err(&refused));
    for (request, why) in [
        (
            "POST /leads\nContent-Encoding: gzip\n\nx\n",
            "refused with 415: the body is packed (`Content-Encoding`)",
        ),
        ("GET /leads\n\n", "refused with 405: the path is known, and no pipeline takes it with this method"),
    ] {
        broken.write("other.http", request);
        let refused = broken.wj(&["run", "pipelines/leads.wj", "--request", "pipelines/other.http"]);
        assert_eq!(refused.status.code(), Some(1));
        assert!(err(&refused).contains(why), "{}", err(&refused));
    }
    let unset = site(&target, "name").env("SENDER", "a-sender-key");
    let untried = run(&unset, &["--signed"]);
    assert_eq!(untried.status.code(), Some(2));
    assert!(err(&untried).contains("secret CRM_TOKEN is not set"), "{}", err(&untried));
    let none = unset.wj(&["run", "pipelines/leads.wj"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(
        err(&none).contains("there is no request") && err(&none).contains("POST /leads"),
        "{}",
        err(&none)
    );
    assert!(target.is_quiet());
}

#[test]
fn private_targets_are_called_only_where_that_is_allowed() {
    let target = Target::new([Does::Answers(200, "{\"id\": 1}".to_owned())]);
    let site = site(&target, "name").env("CRM_TOKEN", TOKEN).env("SENDER", "a-sender-key");
    let output = site.wj(&["run", "pipelines/leads.wj", "--request", "pipelines/lead.http", "--signed"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let text = out(&output);
    assert!(text.contains("status     failed"), "{text}");
    assert!(target.is_quiet());
}

#[test]
fn what_no_try_can_change_ends_at_once_and_says_what_would_allow_it() {
    // Nothing is said of tries, so a server would go on for a day.
    let script = "pipeline a {\n  on POST \"/a\"\n  respond 200 \"OK\"\n  http.get \"HOST/in\"\n}\n";
    let site = Site::new(&[("a.http", "POST /a\n\n")]);
    for (host, why) in [
        (
            "http://127.0.0.1:9",
            "127.0.0.1 is a private address, which `--allow-private 127.0.0.0/8` would allow",
        ),
        ("http://localhost:9", "`localhost` is at "),
    ] {
        site.write("a.wj", &script.replace("HOST", host));
        let output = site.wj(&["run", "pipelines/a.wj", "--request", "pipelines/a.http"]);
        assert_eq!(output.status.code(), Some(1), "{}", err(&output));
        assert_eq!(err(&output), "", "there was nothing to wait for");
        let text = out(&output);
        assert!(text.contains("status     failed: `http.get` failed: ") && text.contains(why), "{text}");
        assert_eq!(text.matches("\naction ").count(), 1, "{text}");
    }
    let mail = "pipeline a {\n  on POST \"/a\"\n  respond 200 \"OK\"\n  email.send { to = \"a@b.example\", subject = \"a\", text = \"b\" }\n}\n";
    site.write("a.wj", mail);
    let output = site.wj(&["run", "pipelines/a.wj", "--request", "pipelines/a.http"]);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(out(&output).contains("no mail server is set: `wj.toml` has no `[smtp]`"), "{}", out(&output));
    site.write(
        "../wj.toml",
        "[smtp]\nhost = \"127.0.0.1\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword = \"MAIL_PW\"\n",
    );
    let output = site.wj(&["run", "pipelines/a.wj", "--request", "pipelines/a.http"]);
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(err(&output).contains("secret MAIL_PW is not set"), "{}", err(&output));
}

#[test]
fn each_pause_names_the_action_how_its_try_failed_and_which_try_that_was() {
    let target = Target::new([Does::Answers(503, "busy".to_owned())]);
    let script = format!(
        "pipeline a {{\n  on POST \"/a\"\n  respond 200 \"OK\"\n  wait 1ms\n  http.get \"{}/in\" {{ RETRY }}\n}}\n",
        target.url()
    );
    let site = Site::new(&[("a.http", "POST /a\n\n")]);
    for (retry, tries) in [
        ("retry 3 times, first 59m, at most 59m", "try 1 of 4 failed"),
        (
            "retry 3 times, first 59m, at most 59m\n    give up after 3h",
            "try 1 of at most 4 within 3h failed",
        ),
        ("", "try 1 of as many as fit into 1d failed"),
    ] {
        site.write("a.wj", &script.replace("RETRY", retry));
        let args =
            ["run", "pipelines/a.wj", "--request", "pipelines/a.http", "--allow-private", "127.0.0.0/8"];
        let mut child = site.command(&args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let waited = said.next().unwrap();
        assert!(waited.starts_with("`wait` (pipelines/a.wj:4): it goes on at 2"), "{waited}");
        let failed = said.next().unwrap();
        let expected = format!("`http.get` (pipelines/a.wj:5): {tries}: answered 503; the next is at 2");
        assert!(failed.starts_with(&expected) && failed.ends_with("(Ctrl-C)"), "{failed}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
