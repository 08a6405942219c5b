//! `wj plan` through the real program: what would leave, each value with its place, and no secret.

use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value as Json;

use crate::harness::{Site, err, out};

const SCRIPT: &str = r#"const ROOM = "1234:intro"

pipeline leads {
  on POST "/hooks/{school}"
  verify bearer secret.SENDER
  extract body {
    name  = $.name               on_missing default "nobody"
    email = $.email as email     on_missing abort
    topic = $.topic              on_missing empty
  }
  let greeting = "Hello {name}"
  respond 200 "OK" { json { ok: true, school: path.school } }
  let sub = bizon.add_subscriber {
    token  = secret.BIZON_TOKEN
    pageId = ROOM
    email  = email
    time   = "2030-12-11T20:00:00.000"
  }
  when topic == "vip" {
    http.post "https://crm.example/leads/{sub.hash}" {
      header "Authorization" = "Bearer {secret.CRM_TOKEN}"
      json { text: greeting, tags: [topic, "new"], link: sub.url_default, room: if topic == "vip" then name else email }
      key auto
    }
  }
}

test "a short way" {
  send POST "/hooks/a" json { } signed
  expect aborted
}

test "a long way" {
  given bizon.add_subscriber answers 200 json { hash: "h1" }
  send POST "/hooks/a" json { email: "a@b.example", topic: "vip" } signed
  expect done
}
"#;

fn fed(site: &Site, args: &[&str], stdin: &str) -> Output {
    let mut child = site
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The line of a plan about one value, with its blanks narrowed.
fn line(plan: &str, name: &str) -> String {
    let narrow = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let found = plan.lines().map(narrow).find(|line| line.starts_with(name));
    found.unwrap_or_else(|| panic!("no line {name} in\n{plan}"))
}

#[test]
fn every_value_has_the_place_that_it_came_from_and_no_secret_is_shown() {
    let site = Site::new(&[("leads.wj", SCRIPT)])
        .env("BIZON_TOKEN", "a-real-token")
        .env("CRM_TOKEN", "another-token");
    let request = "POST /hooks/north HTTP/1.1\nContent-Type: application/json\nX-Note: a-real-token\n\n\
        {\"email\": \"anna@school.example\", \"topic\": \"vip\"}\n";
    site.write("lead.http", request);
    let output = site.wj(&["plan", "pipelines/leads.wj", "--request", "pipelines/lead.http"]);
    let plan = out(&output);
    assert!(output.status.success(), "{}", err(&output));
    assert!(!plan.contains("a-real-token") && !plan.contains("another-token"), "{plan}");
    for (name, is) in [
        ("json ok", "json ok true ← pipelines/leads.wj:12"),
        ("json school", "json school \"north\" ← pipelines/leads.wj:12 path.school"),
        ("token", "token «secret BIZON_TOKEN» ← pipelines/leads.wj:14 secret.BIZON_TOKEN"),
        ("pageId", "pageId \"1234:intro\" ← pipelines/leads.wj:15 ROOM"),
        ("email", "email \"anna@school.example\" ← pipelines/leads.wj:8 $.email as email"),
        (
            "header Authorization",
            "header Authorization Bearer «secret CRM_TOKEN» ← pipelines/leads.wj:21 \"Bearer {secret.CRM_TOKEN}\" (21 secret.CRM_TOKEN)",
        ),
        (
            "json text",
            "json text \"Hello nobody\" ← pipelines/leads.wj:11 \"Hello {name}\" (7 \"nobody\", since $.name is missing)",
        ),
        ("json tags[0]", "json tags[0] \"vip\" ← pipelines/leads.wj:9 $.topic"),
        ("json tags[1]", "json tags[1] \"new\" ← pipelines/leads.wj:22"),
        ("json link", "json link \"dry-run:url_default\" ← pipelines/leads.wj:13 sub.url_default"),
        ("json room", "json room \"nobody\" ← pipelines/leads.wj:7 \"nobody\", since $.name is missing"),
        ("path", "path \"dry-run:hash\" ← pipelines/leads.wj:13 sub.hash"),
        ("verify", "verify bearer is not asked here"),
        ("it ends", "it ends as done"),
        (
            "the answer of",
            "the answer of `bizon.add_subscriber` is used, and is not known here: status 200, no body, and `dry-run:hash`, \
             `dry-run:url_default`, `dry-run:url_userdomain` were taken. A test that gives it (`--test`) shows more",
        ),
    ] {
        assert_eq!(line(&plan, name), is);
    }
    assert!(plan.find("answer 200").unwrap() < plan.find("call bizon.add_subscriber").unwrap(), "{plan}");
    // What stands in the order of the script stays in it, and nothing but these two is sent.
    assert_eq!(plan.matches("\ncall ").count(), 2, "{plan}");
}

#[test]
fn a_request_comes_from_stdin_from_json_or_from_the_furthest_test() {
    let site = Site::new(&[("leads.wj", SCRIPT)]);
    let described = r#"{"method":"POST","path":"/hooks/a","body":{"email":"x@y.example"}}"#;
    let output = fed(&site, &["plan", "pipelines/leads.wj", "--format", "json"], described);
    let plan: Json = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(plan["ends_as"], "done", "{plan}");
    assert_eq!(plan["steps"][1]["call"]["values"][2]["value"], "\"x@y.example\"");
    assert_eq!(plan["steps"][1]["call"]["values"][2]["line"], 8);
    let plan = out(&site.wj(&["plan", "pipelines/leads.wj"]));
    assert!(
        plan.starts_with("the first request of the test \"a long way\" (pipelines/leads.wj:33)"),
        "{plan}"
    );
    assert_eq!(line(&plan, "path"), "path \"h1\" ← pipelines/leads.wj:13 sub.hash");
    let plan = out(&site.wj(&["plan", "pipelines/leads.wj", "--test", "short"]));
    assert!(plan.contains("answer 422  ← pipelines/leads.wj:6\n"), "{plan}");
    assert!(plan.contains("it ends as aborted: pipeline `leads`: field `email`"), "{plan}");
}

#[test]
fn an_answer_that_is_not_known_is_said_to_be_made_up() {
    let script = "pipeline a {\n  on POST \"/a\"\n  let found = http.get \"https://crm.example/x\"\n  \
        extract found.body { id = $.id on_missing abort }\n  respond 200 { json { id: id } }\n}\n";
    let site = Site::new(&[("a.wj", script)]);
    // A document that is no request is the body of the one request that the script takes.
    let output = fed(&site, &["plan", "pipelines/a.wj"], "{}");
    assert!(output.status.success(), "{}", err(&output));
    assert!(
        out(&output).contains(
            "the answer of `http.get` is used, and is not known here: status 200 and no body were taken. A test"
        ),
        "{}",
        out(&output)
    );
    let output = fed(&site, &["plan", "pipelines/a.wj", "--format", "json"], "{}");
    let plan: Json = serde_json::from_str(&out(&output)).unwrap();
    let guessed = serde_json::json!([{ "action": "http.get", "status": 200, "returns": {} }]);
    assert_eq!(plan["guessed"], guessed);
}

#[test]
fn without_a_request_it_is_told_what_one_looks_like_and_mistakes_end_with_their_status() {
    let script = "pipeline a {\n  on POST \"/a\"\n  extract body { id = $.id on_missing abort }\n  \
        respond 200 { json { id: id } }\n}\n";
    let site = Site::new(&[("a.wj", script), ("broken.wj", "pipeline {\n"), ("no.http", "hello\n")]);
    let none = site.wj(&["plan", "pipelines/a.wj"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(
        err(&none).contains("POST /a\nContent-Type: application/json\n\n{ \"id\": \"…\" }"),
        "{}",
        err(&none)
    );
    let plan = |args: &[&str]| site.wj(&[&["plan"], args].concat());
    let wrong = plan(&["pipelines/a.wj", "--request", "pipelines/no.http"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("its first line is `hello`"), "{}", err(&wrong));
    assert_eq!(plan(&["pipelines/a.wj", "--request", "nowhere.http"]).status.code(), Some(2));
    assert_eq!(plan(&["pipelines/broken.wj"]).status.code(), Some(1));
    assert_eq!(plan(&["pipelines/a.wj", "--test", "none such"]).status.code(), Some(2));
    for command in ["plan", "run"] {
        let said = r#"{"method":"POST","path":"/a","jsn":{"id":1},"header":{}}"#;
        let wrong = fed(&site, &[command, "pipelines/a.wj"], said);
        assert_eq!(wrong.status.code(), Some(2), "{}", out(&wrong));
        let told = "error: stdin is no request: `jsn` is no part of a request; did you mean `body`?";
        assert!(err(&wrong).contains(told), "{}", err(&wrong));
    }
    let other = fed(&site, &["plan", "pipelines/a.wj"], "GET /b\n");
    assert_eq!(other.status.code(), Some(1));
    assert!(out(&other).contains("no pipeline runs: no pipeline takes this path"), "{}", out(&other));
}
