//! The whole server through its real binary: the origin page's walk, its two examples, failures, retries, restarts.

use serde_json::{Value as Json, json};

use crate::harness::{Does, Server, Site, Target, err, example};

const LEAD: &str = r#"{
    "firstName": "Александр",
    "phone": "+79090000001",
    "email": "a@b.example",
    "appealType": { "Code": "101", "Name": "Заказать звонок" },
    "appealText": "target_fb"
}"#;

/// A pipeline that registers with the stub.
fn registering(target: &Target, more: &str) -> String {
    format!(
        r#"pipeline leads {{
  on POST "/hooks/leads"
  cors "*"
  extract body on_missing abort {{
    name = $.firstName
    email = $.email
  }}
  respond 200 {{ json {{ ok: true }} }}
  let sub = bizon.add_subscriber {{
    base = "{}/api/v1"
    token = secret.BIZON_TOKEN
    pageId = "1234:intro"
    email = email
    username = name
    time = "2030-12-11T20:00:00.000"
{more}
  }}
  on_failure {{ notify email "ops@school.example" }}
}}
"#,
        target.url()
    )
}

fn id_of(site: &Site) -> String {
    site.history(&["--limit", "1"])[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_whole_walk_of_the_origin_page() {
    let bizon = Target::bizon();
    let site = Site::new(&[("leads.wj", &registering(&bizon, ""))]).env("BIZON_TOKEN", "tok-EN_0123456789");
    let mut server = site.serve(&[]);
    let answer = server.post_json("/hooks/leads", LEAD);
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"ok":true}"#));
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));

    let sent = bizon.next();
    assert_eq!(sent.method, "POST");
    assert!(sent.target.starts_with("/api/v1/webinars/subpages/addSubscriber?"), "{}", sent.target);
    assert_eq!(sent.header("X-Token"), Some("tok-EN_0123456789"));
    let mut query = sent.query();
    query.sort();
    let expected = [
        ("email", "a@b.example"),
        ("pageId", "1234:intro"),
        ("time", "2030-12-11T20:00:00.000"),
        ("username", "Александр"),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));

    server.wait_for("operation|done");
    let id = id_of(&site);
    let operation = site.show(&id);
    assert_eq!(operation["status"], "done");
    assert_eq!(operation["request"]["headers"]["content-type"], "application/json");
    assert_eq!(operation["answer"]["status"], 200);
    assert_eq!(operation["steps"][0]["values"]["name"], "Александр");
    let action = &operation["actions"][0];
    assert_eq!((&action["outcome"], &action["answer"]["status"]), (&json!("ok"), &json!(200)));
    assert_eq!(action["request"]["headers"]["x-token"], "«secret BIZON_TOKEN»");
    assert!(!operation.to_string().contains("tok-EN_0123456789"));

    // The same after the server has ended, from the store alone.
    assert_eq!(server.stop(), Some(0));
    assert_eq!(site.show(&id), operation);
}

#[test]
fn the_examples_of_the_repository_are_served() {
    let site = Site::new(&[("leads.wj", &example("leads.wj")), ("quiz.wj", &example("quiz.wj"))]);
    let mut server = site.serve(&["--dry-run"]);
    let answer = server.post_json("/hooks/leads", LEAD);
    assert_eq!((answer.status, answer.reason.as_str()), (200, "OK"));
    assert_eq!(answer.json(), json!({ "ok": true, "name": "Александр" }));
    let id = answer.header("X-Operation").unwrap().to_owned();
    server.wait_for("operation|done");
    let operation = site.show(&id);
    assert_eq!((&operation["status"], &operation["dry_run"]), (&json!("done"), &json!(true)));
    // The link of the dry run flows on into the second call.
    let second = &operation["actions"][1];
    assert_eq!(second["request"]["url"], "https://crm.example/leads/dry-run%3Ahash");
    assert!(second["request"]["body"].as_str().unwrap().ends_with("link=dry-run%3Aurl_default"), "{second}");

    let quiz = r#"{"raw":[{"q":"ab6c5412","a":"3f0bb0ea"},{"q":"d337ecb3","a":"f3d4933b"}]}"#;
    let answer = server.post_json("/hooks/quiz/north", quiz);
    assert_eq!(
        answer.json(),
        json!({ "school": "north", "question": "d337ecb3", "answer": "f3d4933b", "answers": 2 })
    );
}

#[test]
fn the_second_action_gets_what_the_first_returned_and_a_key_of_its_own() {
    let (bizon, crm) = (
        Target::bizon(),
        Target::new([Does::Answers(503, String::new()), Does::Answers(201, String::new())]),
    );
    let call = format!(
        r#"
  }}
  http.post "{}/leads/{{sub.hash}}" {{
    header "Authorization" = "Bearer {{secret.CRM_TOKEN}}"
    query {{ from: "wj & co" }}
    form {{ name: name, link: sub.url_default }}
    retry 6 times, first 1ms, at most 2ms
    key auto"#,
        crm.url()
    );
    let site = Site::new(&[("leads.wj", &registering(&bizon, &call))])
        .env("BIZON_TOKEN", "tok-EN_0123456789")
        .env("CRM_TOKEN", "crm-0123456789");
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/hooks/leads", LEAD).status, 200);
    server.wait_for("operation|done");
    let (first, second) = (crm.next(), crm.next());
    assert_eq!(first.target, "/leads/h1?from=wj+%26+co");
    assert_eq!(first.header("Authorization"), Some("Bearer crm-0123456789"));
    let form = [("name", "Александр"), ("link", "https://b.example/click/h1")];
    assert_eq!(first.form(), form.map(|(name, value)| (name.to_owned(), value.to_owned())));
    // Every attempt of one action carries one key, so that the target can tell.
    let key = first.header("Idempotency-Key").unwrap();
    assert_eq!((key.len(), second.header("Idempotency-Key")), (36, Some(key)));
}

#[test]
fn what_is_missing_aborts_with_its_reason_in_the_history() {
    let site = Site::new(&[("leads.wj", &example("leads.wj"))]);
    let server = site.serve(&["--dry-run"]);
    let answer = server.post_json("/hooks/leads", r#"{"firstName":"Анна"}"#);
    assert_eq!(answer.status, 422);
    let body = answer.json();
    assert_eq!((&body["error"], &body["field"]), (&json!("missing"), &json!("phone")));
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
    let operation = site.show(body["operation"].as_str().unwrap());
    assert_eq!(operation["status"], "aborted");
    let reason = operation["reason"].as_str().unwrap();
    assert!(reason.contains("phone") && reason.contains("$.phone"), "{reason}");

    let broken = server.post_json("/hooks/leads", "{\"firstName\": ");
    assert_eq!(broken.status, 400, "{broken:?}");
    assert_eq!(site.history(&["--status", "aborted"]).len(), 2);
}

#[test]
fn an_action_without_its_secret_waits_for_a_retry() {
    let bizon = Target::bizon();
    let mut site = Site::new(&[("leads.wj", &registering(&bizon, ""))]);
    let mut server = site.serve(&[]);
    assert!(server.log.iter().any(|line| line.contains("secret BIZON_TOKEN is not set")), "{:?}", server.log);
    assert_eq!(server.post_json("/hooks/leads", LEAD).status, 200);
    server.wait_for("operation|interrupted");
    let id = id_of(&site);
    let operation = site.show(&id);
    assert_eq!(operation["status"], "interrupted");
    assert_eq!(operation["reason"], "not sent: secret BIZON_TOKEN is not set");
    assert!(bizon.is_quiet());
    let shown = site.stdout(&["history", "show", &id]);
    assert!(shown.contains("notice     to ops@school.example is queued"), "{shown}");

    // Ordered while no server runs; it goes on at the next start, now that the secret is there.
    assert_eq!(server.stop(), Some(0));
    assert!(site.stdout(&["history", "retry", &id]).contains("when the server starts"));
    site.set_env("BIZON_TOKEN", "tok-EN_0123456789");
    let mut server = site.serve(&[]);
    assert_eq!(bizon.next().header("X-Token"), Some("tok-EN_0123456789"));
    server.wait_for("operation|done");
    assert_eq!(site.show(&id)["status"], "done");
}

#[test]
fn a_failure_is_retried_and_then_kept_with_its_notice() {
    let bizon = Target::new([
        Does::Answers(500, "down".into()),
        Does::HangsUp,
        Does::Answers(200, r#"{"errors":["no such page"]}"#.into()),
    ]);
    let script = registering(&bizon, "    retry 5 times, first 1ms, at most 2ms");
    let site = Site::new(&[("leads.wj", &script)]).env("BIZON_TOKEN", "tok-EN_0123456789");
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/hooks/leads", LEAD).status, 200);
    server.wait_for("operation|failed");
    let id = id_of(&site);
    let operation = site.show(&id);
    let outcomes: Vec<_> =
        operation["actions"].as_array().unwrap().iter().map(|a| a["outcome"].clone()).collect();
    assert_eq!(outcomes, ["unknown", "unknown", "refused"]);
    assert_eq!(operation["status"], "failed");
    assert_eq!(operation["notice"]["to"][0], "ops@school.example");

    // A person orders a retry at the running server, and the target is well again.
    bizon.now([Does::Answers(200, r#"{"hash":"h9"}"#.into())]);
    assert!(site.stdout(&["history", "retry", &id]).contains("goes on now"));
    server.wait_for("operation|done");
    let operation = site.show(&id);
    assert_eq!((&operation["status"], &operation["actions"][3]["attempt"]), (&json!("done"), &json!(4)));
    // What is done is not retried.
    let refused = site.wj(&["history", "retry", &id]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("it is done"), "{refused:?}");
}

#[test]
fn before_the_answer_a_failure_is_a_502() {
    let target = Target::new([Does::Answers(500, String::new())]);
    let script = format!(
        "pipeline ask {{\n  on POST \"/ask\"\n  let got = http.post \"{}/x\" {{ json {{ a: 1 }} }}\n  respond 200 {{ json {{ got: got.status }} }}\n}}\n",
        target.url()
    );
    let site = Site::new(&[("ask.wj", &script)]);
    let mut server = site.serve(&[]);
    let answer = server.post_json("/ask", "{}");
    assert_eq!(answer.status, 502, "{answer:?}");
    server.wait_for("operation|interrupted");
    // A POST without a key is reported: nobody knows whether a 500 took effect.
    let operation = &site.history(&[])[0];
    assert_eq!((&operation["status"], &operation["answer"]["status"]), (&json!("interrupted"), &json!(502)));

    target.now([Does::Answers(404, String::new())]);
    assert_eq!(server.post_json("/ask", "{}").status, 502);
    server.wait_for("operation|failed");

    target.now([Does::Answers(201, String::new())]);
    assert_eq!(server.post_json("/ask", "{}").json(), json!({ "got": 201 }));
}

#[test]
fn a_start_goes_on_with_what_the_last_server_left_open() {
    let target = Target::new([Does::Hangs]);
    let script = registering(&target, "    timeout 60s");
    let site = Site::new(&[("leads.wj", &script)]).env("BIZON_TOKEN", "tok-EN_0123456789");
    let server = site.serve(&[]);
    assert_eq!(server.post_json("/hooks/leads", LEAD).status, 200);
    target.next();
    assert_eq!(site.history(&[])[0]["status"], "open");
    server.kill();
    // Without a server the store is read in place.
    assert_eq!(site.history(&[])[0]["status"], "open");

    // The pipeline's file is gone by now: what is open goes on with the script that it began with.
    std::fs::remove_file(site.path("leads.wj")).unwrap();
    target.now([Does::Answers(200, r#"{"hash":"h"}"#.into())]);
    let mut server = site.serve(&[]);
    assert!(server.log.iter().any(|line| line.contains("1 operations were left open")), "{:?}", server.log);
    server.wait_for("operation|done");
    let operation = site.show(&id_of(&site));
    assert_eq!(operation["events"], json!([{ "resumed": 1 }, { "end": "done", "reason": "" }]));
    assert_eq!(target.next().header("host"), Some(&*target.address.to_string()));
}

#[test]
fn a_reported_call_that_was_out_is_left_to_a_person_who_says_how_it_went() {
    let target = Target::new([Does::Answers(200, r#"{"id":1}"#.into())]);
    let url = target.url();
    let script = format!(
        "pipeline orders {{\n  on POST \"/orders\"\n  respond 202\n  let made = http.post \"{url}/orders\" {{\n    json {{ a: 1 }}\n    timeout 60s\n  }}\n  extract made.body {{ id = $.id on_missing abort }}\n  http.put \"{url}/paid/{{id}}\" {{ json {{ a: 1 }} }}\n}}\n"
    );
    let site = Site::new(&[("orders.wj", &script)]);
    let mut server = site.serve(&[]);
    // A host takes one more call at once for each that it answered.
    server.post_json("/orders", "{}");
    server.wait_for("operation|done");
    assert_eq!([target.next().method, target.next().method], ["POST", "PUT"]);
    target.now([Does::Hangs]);
    for _ in 0..3 {
        server.post_json("/orders", "{}");
        target.next();
    }
    server.kill();
    // Without a server an order waits for the next start.
    let ids: Vec<String> =
        site.history(&[]).iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert!(site.stdout(&["history", "cancel", &ids[0]]).contains("cancelled"));
    target.now([Does::Answers(200, String::new())]);
    let mut server = site.serve(&[]);
    server.wait_for("operation|interrupted");
    server.wait_for("operation|interrupted");
    let statuses: Vec<Json> = site.history(&[]).iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["aborted", "interrupted", "interrupted", "done"]);
    assert!(target.is_quiet(), "nothing is called again");
    let reason = "the outcome of `http.post` is unknown: the server ended while the call was out";
    assert_eq!(site.show(&ids[1])["reason"], reason);

    let body = site.dir.path().join("answer.json");
    std::fs::write(&body, r#"{"id": 77}"#).unwrap();
    let body = body.to_str().unwrap();
    let refused = site.wj(&["history", "settle", &ids[1], "--status", "500"]);
    assert!(err(&refused).contains("leaves it open whether it took effect"));
    let told = site.stdout(&["history", "settle", &ids[1], "--status", "201", "--body", body]);
    assert!(told.contains("settled; it goes on now"), "{told}");
    assert_eq!(target.next().target, "/paid/77");
    server.wait_for("operation|done");
    assert_eq!(server.stop(), Some(0));

    // And the other one without a server.
    let told = site.stdout(&["history", "settle", &ids[2], "--failed"]);
    assert!(told.contains("it goes on when the server starts"), "{told}");
    let mut server = site.serve(&[]);
    server.wait_for("operation|failed");
    assert_eq!(site.show(&ids[2])["reason"], "`http.post` failed: failed, as a person said");
    assert!(target.is_quiet());
}

#[test]
fn a_replay_carries_requests_out_anew_with_todays_script() {
    let target = Target::new([Does::Answers(404, String::new())]);
    let script = |path: &str| {
        format!(
            "pipeline p {{\n  on POST \"/p/{{who}}\"\n  respond 202\n  http.put \"{}/{path}/{{path.who}}\" {{ json {{ a: 1 }} }}\n}}\n",
            target.url()
        )
    };
    let site = Site::new(&[("p.wj", &script("old"))]);
    let mut server = site.serve(&[]);
    for who in ["a", "b"] {
        server.post_json(&format!("/p/{who}"), "{}");
        assert_eq!(target.next().target, format!("/old/{who}"));
        server.wait_for("operation|failed");
    }
    target.now([Does::Answers(200, String::new())]);
    site.write("p.wj", &script("new"));
    site.stdout(&["reload", "--wait"]);
    let replay = ["history", "replay", "--since", "2020-01-01", "--status", "failed", "--rate", "100"];
    let estimate = site.stdout(&[&replay[..], &["--dry-run"]].concat());
    assert_eq!(estimate, "2 to replay (p 2), 100 a second: about 1 s\n");
    assert!(target.is_quiet());
    let replayed = site.stdout(&replay);
    assert_eq!(replayed.lines().filter(|line| line.contains("replayed as")).count(), 2, "{replayed}");
    // The oldest first.
    assert_eq!([target.next().target, target.next().target], ["/new/a", "/new/b"]);
    server.wait_for("operation|done");
    server.wait_for("operation|done");
    let history = site.history(&[]);
    let ids: Vec<&str> = history.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(history[0]["events"][0], json!({ "linked": ids[2] }));
    let events = history[2]["events"].as_array().unwrap();
    assert_eq!((&events[1]["ordered"], &events[2]), (&json!("replay"), &json!({ "linked": ids[0] })));
    assert_eq!(history[2]["status"], "failed");

    // Not a second time by mistake, nor without a server.
    let refused = site.wj(&replay);
    assert!(err(&refused).contains("replayed as"), "{refused:?}");
    site.stdout(&[&replay[..], &["--again"]].concat());
    assert_eq!(target.next().target, "/new/a");
    assert_eq!(server.stop(), Some(0));
    assert!(String::from_utf8_lossy(&site.wj(&replay).stderr).contains("no server runs"));
}

#[test]
fn a_private_target_is_refused_unless_it_is_allowed() {
    let target = Target::bizon();
    let site = Site::new(&[("leads.wj", &registering(&target, "    retry none"))])
        .env("BIZON_TOKEN", "tok-EN_0123456789");
    let command = site.command(&["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
    let mut server = Server::start(command);
    assert_eq!(server.post_json("/hooks/leads", LEAD).status, 200);
    server.wait_for("operation|failed");
    let operation = site.show(&id_of(&site));
    let reason = operation["reason"].as_str().unwrap();
    assert!(reason.contains("private") || reason.contains("127.0.0.1"), "{reason}");
    assert!(target.is_quiet());
}

#[test]
fn secrets_that_come_back_are_masked_on_arrival() {
    let token = "tok-EN_0123456789";
    let target = Target::new([Does::Answers(200, format!(r#"{{"hash":"h","echo":"{token}"}}"#))]);
    let site = Site::new(&[("leads.wj", &registering(&target, ""))]).env("BIZON_TOKEN", token);
    let mut server = site.serve(&[]);
    server.post_json("/hooks/leads", LEAD);
    server.wait_for("operation|done");
    let operation = site.show(&id_of(&site));
    assert_eq!(operation["actions"][0]["answer"]["body"], r#"{"hash":"h","echo":"«secret BIZON_TOKEN»"}"#);
}

#[test]
fn memory_says_that_nothing_outlives_the_process() {
    let site = Site::new(&[("ping.wj", &example("ping.wj"))]);
    let server = site.serve(&["--data", "memory:"]);
    assert!(server.log.iter().any(|line| line.contains("nothing outlives the process")), "{:?}", server.log);
    assert_eq!(server.send("GET", "/ping", &[], "").status, 200);
    assert_eq!(server.status()["operations"]["done"], 1);
    assert!(!site.dir.path().join(".wj").exists());
}
