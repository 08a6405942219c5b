//! What becomes of calls, through the real binary: tries and their ends, places at a host, what counts as success, secrets.

use std::sync::{Arc, Barrier};

use serde_json::{Value as Json, json};

use crate::harness::{Does, Site, Target, err};

const TOKEN: &str = "tok/EN+0123456789=";

/// A pipeline with one action (`what` is its method and path) behind the answer.
fn behind(target: &Target, what: &str, more: &str) -> String {
    let (method, path) = what.split_once(' ').unwrap();
    format!(
        "pipeline p {{\n  on POST \"/p\"\n  respond 202\n  http.{method} \"{}{path}\" {{\n    json {{ a: 1 }}\n{more}\n  }}\n}}\n",
        target.url()
    )
}

fn only(site: &Site) -> Json {
    let id = site.history(&["--limit", "1"])[0]["id"].as_str().unwrap().to_owned();
    site.show(&id)
}

fn answer(status: u16, body: &str) -> Does {
    Does::Answers(status, body.to_owned())
}

#[test]
fn retry_after_is_kept_to_and_stands_in_the_history() {
    let target = Target::new([Does::With(429, vec![("Retry-After".into(), "60".into())], String::new())]);
    let site =
        Site::new(&[("p.wj", &behind(&target, "post /x", "    retry 5 times, first 1ms, at most 2m"))]);
    let server = site.serve(&[]);
    server.post_json("/p", "{}");
    target.next();
    let operation = loop {
        let operation = only(&site);
        if operation["due_at"].is_string() && !operation["actions"].as_array().unwrap().is_empty() {
            break operation;
        }
    };
    let time = |text: &Json| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond();
    let wait = time(&operation["due_at"]) - time(&operation["actions"][0]["at"]);
    assert!((60_000..=120_000).contains(&wait), "{wait}");
    assert_eq!(
        (&operation["status"], &operation["actions"][0]["outcome"]),
        (&json!("open"), &json!("refused"))
    );
    assert!(target.is_quiet());
}

#[test]
fn each_end_of_a_call_is_told_apart() {
    let target = Target::new([]);
    let site = Site::new(&[]);
    let mut server = site.serve(&[]);
    let large = "x".repeat(2_000);
    let redirect =
        || Does::With(302, vec![("Location".into(), format!("{}/elsewhere", target.url()))], String::new());
    let ok = "{\"ready\":true}";
    let mut count = 0;
    for (what, more, does, status, reason) in [
        ("put /x", "retry none", answer(503, ""), "failed", "answered 503"),
        ("post /x", "retry none", answer(404, ""), "failed", "answered 404"),
        ("post /x", "", answer(500, ""), "interrupted", "answered 500"),
        ("post /x", "", Does::HangsUp, "interrupted", "unknown"),
        ("post /x", "timeout 50ms", Does::Hangs, "interrupted", "no answer within 50 ms"),
        ("post /x", "on_crash retry\n    retry none", Does::HangsUp, "failed", "failed"),
        ("post /x", "accept 404, 409", answer(404, ""), "done", ""),
        ("post /x", "require $.ready", answer(200, ok), "done", ""),
        ("post /x", "require $.ready", answer(200, "{}"), "interrupted", "without `$.ready`"),
        ("put /x", "require $.ready\n    retry none", answer(200, "{}"), "failed", "without `$.ready`"),
        ("post /x", "refuse $.error", answer(200, "{\"error\":\"no\"}"), "failed", "no"),
        ("post /x", "refuse $.error", answer(200, "{\"error\":[]}"), "done", ""),
        ("post /x", "limit answer 1KB", answer(200, &large), "interrupted", "larger than 1024 bytes"),
        ("put /x", "", redirect(), "failed", "answered 302"),
        (
            "put /x",
            "retry none\n    on_fail {\n      stop \"no {failure.status}\"\n    }",
            answer(500, ""),
            "done",
            "no 500",
        ),
        ("put /x", "on_fail continue\n    retry none", answer(500, ""), "done", ""),
        (
            "put /x",
            "retry 2 times, first 1ms, at most 1ms\n    give up after 1h",
            answer(500, ""),
            "failed",
            "answered 500",
        ),
    ] {
        count += 1;
        site.write("p.wj", &behind(&target, what, &format!("    {more} # {count}")));
        server.wait_for("p.wj is served");
        target.now([does]);
        server.post_json("/p", "{}");
        server.wait_for(&format!("operation|{status}"));
        let operation = only(&site);
        let tries = if more.contains("retry 2") { 3 } else { 1 };
        assert_eq!(operation["status"], status, "{what} {more}");
        assert_eq!(operation["answer"]["status"], 202);
        assert_eq!(operation["actions"].as_array().unwrap().len(), tries, "{what} {more}: {operation}");
        assert!(operation["reason"].as_str().unwrap_or("").contains(reason), "{what} {more}: {operation}");
        for _ in 0..tries {
            assert_eq!(target.next().target, "/x");
        }
        assert!(target.is_quiet(), "{what} {more}");
    }
}

#[test]
fn before_the_answer_nobody_waits_longer_than_was_said() {
    let target = Target::new([Does::Hangs]);
    let ask = |what: &str, more: &str| {
        format!(
            "pipeline ask {{\n  on POST \"/ask\"\n  let got = http.{what} \"{}/x\" {{\n    json {{ a: 1 }}\n    {more}\n  }}\n  respond 200\n}}\n",
            target.url()
        )
    };
    let site = Site::new(&[("ask.wj", &ask("put", "timeout 100ms"))]);
    let mut server = site.serve(&[]);
    let asked = |status: u16| {
        let began = std::time::Instant::now();
        let answer = server.post_json("/ask", "{}");
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(began.elapsed().as_secs() < 4, "{:?}", began.elapsed());
        answer
    };
    let body = asked(502).json();
    assert_eq!((&body["error"], body["operation"].is_string()), (&json!("action_failed"), true));
    for more in [
        "give up after 200ms",
        "timeout 50ms\n    retry 9 times, first 1ms, at most 5ms\n    give up after 300ms",
    ] {
        site.write("ask.wj", &ask("put", more));
        server.wait_for("ask.wj is served");
        let asked = || server.post_json("/ask", "{}").status;
        assert_eq!(asked(), 502);
        assert_eq!(only(&site)["status"], "failed", "{more}");
    }
    // Tries go on while the caller waits, and the one that succeeds is answered.
    target.now([answer(503, ""), Does::HangsUp, answer(200, "")]);
    site.write("ask.wj", &ask("put", "retry 9 times, first 1ms, at most 5ms"));
    server.wait_for("ask.wj is served");
    assert_eq!(server.post_json("/ask", "{}").status, 200);
    assert_eq!(only(&site)["actions"].as_array().unwrap().len(), 3);
    // What may have taken effect is not called again.
    while !target.is_quiet() {}
    target.now([Does::HangsUp, answer(200, "")]);
    site.write("ask.wj", &ask("post", "timeout 9s"));
    server.wait_for("ask.wj is served");
    assert_eq!(server.post_json("/ask", "{}").status, 502);
    assert_eq!(only(&site)["status"], "interrupted");
    target.next();
    assert!(target.is_quiet());
}

#[test]
fn a_host_has_sixteen_places_and_the_next_waits_in_the_store() {
    let gate = Arc::new(Barrier::new(17));
    let target = Target::new([answer(200, "")]);
    let site = Site::new(&[("p.wj", &behind(&target, "post /x", ""))]);
    let mut server = site.serve(&[]);
    // It begins with one place, and has one more for each answer.
    for _ in 0..15 {
        server.post_json("/p", "{}");
        server.wait_for("operation|done");
        target.next();
    }
    target.now([Does::Meets(gate.clone(), 200)]);
    for _ in 0..20 {
        assert_eq!(server.post_json("/p", "{}").status, 202);
    }
    for _ in 0..16 {
        target.next();
    }
    // The four that wait are rows alone: nothing of them is in hand, and no intent is recorded.
    while server.status()["in_hand"] != 16 {}
    assert!(target.is_quiet());
    assert_eq!(server.status()["calls_out"], 16);
    let open = site.history(&["--status", "open"]);
    let intents = open.iter().filter(|operation| operation["events"].to_string().contains("intent")).count();
    assert_eq!((open.len(), intents), (20, 16));
    target.now([answer(200, "")]);
    gate.wait();
    for _ in 0..20 {
        server.wait_for("operation|done");
    }
    assert_eq!(site.history(&["--status", "done"]).len(), 35);
}

#[test]
fn a_key_stays_the_same_over_tries_and_over_a_persons_retry() {
    let target = Target::new([answer(500, ""), answer(500, ""), answer(400, ""), answer(200, "")]);
    let more = "    key auto\n    retry 5 times, first 1ms, at most 1ms";
    let site = Site::new(&[("p.wj", &behind(&target, "post /x", more))]);
    let mut server = site.serve(&[]);
    server.post_json("/p", "{}");
    server.wait_for("operation|failed");
    site.stdout(&["history", "retry", only(&site)["id"].as_str().unwrap()]);
    server.wait_for("operation|done");
    let keys: Vec<String> =
        (0..4).map(|_| target.next().header("Idempotency-Key").unwrap().to_owned()).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    server.post_json("/p", "{}");
    assert_ne!(target.next().header("Idempotency-Key"), Some(keys[0].as_str()));
}

#[test]
fn no_secret_is_told_kept_or_logged_in_any_form() {
    // What a target may make of it: as it is, percent-encoded, in base64 alone and behind something else.
    let forms = [
        TOKEN,
        "tok%2FEN%2B0123456789%3D",
        "dG9rL0VOKzAxMjM0NTY3ODk9",
        "dXNlcjp0b2svRU4rMDEyMzQ1Njc4OT0=",
        "746f6b2f454e2b303132333435363738393d",
    ];
    let said = format!("{{\"error\":\"bad token {}\"}}", forms.join(" "));
    let headers = vec![("X-Echo".to_owned(), forms.join(","))];
    let target = Target::new([Does::With(400, headers, said)]);
    let more = "    header \"Authorization\" = \"Bearer {secret.CRM_TOKEN}\"\n    query { key: secret.CRM_TOKEN }\n    refuse $.error";
    let site = Site::new(&[("p.wj", &behind(&target, "post /x", more))]).env("CRM_TOKEN", TOKEN);
    let mut server = site.serve(&[]);
    server.post_json("/p", &json!({ "stolen": TOKEN }).to_string());
    server.wait_for("operation|failed");
    let sent = target.next();
    assert_eq!(sent.header("Authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(sent.query(), [("key".to_owned(), TOKEN.to_owned())]);
    let id = only(&site)["id"].as_str().unwrap().to_owned();
    let mut shown = vec![
        site.stdout(&["history", "show", &id]),
        site.stdout(&["history", "show", &id, "--format", "json"]),
        site.stdout(&["history", "list", "--format", "json"]),
        site.stdout(&["history", "list"]),
        site.stdout(&["status", "--format", "json"]),
        server.log.join("\n"),
    ];
    assert!(shown[1].contains("«secret CRM_TOKEN»"));
    // Neither can it be found by searching for it.
    assert_eq!(site.history(&["--text", TOKEN]).len(), 0);
    assert_eq!(server.stop(), Some(0));
    // The caller's own request is stored as it came, in a file for the owner alone; nothing else of it is.
    let store = std::fs::read(site.dir.path().join(".wj/store.redb")).unwrap();
    let found = |form: &str| store.windows(form.len()).filter(|part| *part == form.as_bytes()).count();
    assert!(found(TOKEN) >= 1);
    assert_eq!(forms[1..].iter().map(|form| found(form)).collect::<Vec<_>>(), [0; 4]);
    assert!(found("«secret CRM_TOKEN»") > 0);
    shown.push(site.stdout(&["history", "show", &id]));
    for text in &shown {
        for form in forms {
            assert!(!text.contains(form), "{form} in {text}");
        }
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(site.dir.path().join(".wj/store.redb")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_dry_run_needs_no_secret_sends_nothing_and_retries_nothing_that_was_meant() {
    let target = Target::new([]);
    let more = "    header \"Authorization\" = \"Bearer {secret.CRM_TOKEN}\"";
    let site = Site::new(&[("p.wj", &behind(&target, "post /x", more))]);
    let mut server = site.serve(&[]);
    server.post_json("/p", "{}");
    server.wait_for("operation|interrupted");
    let meant = only(&site)["id"].as_str().unwrap().to_owned();
    assert_eq!(server.stop(), Some(0));

    let mut server = site.serve(&["--dry-run"]);
    server.post_json("/p", "{}");
    server.wait_for("operation|done");
    let action = &only(&site)["actions"][0];
    assert_eq!((&action["dry_run"], &action["answer"]["status"]), (&json!(true), &json!(200)));
    assert_eq!(action["request"]["headers"]["authorization"], "Bearer «secret CRM_TOKEN»");
    let refused = site.wj(&["history", "retry", &meant]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("--dry-run"), "{refused:?}");
    assert_eq!(site.show(&meant)["status"], "interrupted");
    assert!(target.is_quiet());
}
