//! `dedupe` through the real binary: one key is carried out once, whoever sends it when, and over a restart.

use std::net::SocketAddr;
use std::sync::{Arc, Barrier};

use serde_json::json;

use crate::harness::{Answer, Does, Site, Target, request};

/// A pipeline that dedupes by `id` and does `steps`.
fn script(steps: &str) -> String {
    format!(
        "pipeline p {{\n  on POST \"/p\"\n  extract body {{ id = $.id on_missing abort }}\n  dedupe by id within 1h\n{steps}\n}}\n"
    )
}

fn post(to: SocketAddr, path: &str, body: &str) -> Answer {
    request(to, "POST", path, &[("Content-Type", "application/json")], body)
}

const SAYS: &str =
    "  respond 201 \"made\" {\n    header \"X-Op\" = operation.id\n    json { op: operation.id }\n  }\n";

#[test]
fn one_key_is_carried_out_once_however_many_send_it_at_once() {
    let meeting = Arc::new(Barrier::new(2));
    let target = Target::new([Does::Meets(meeting.clone(), 200), Does::Answers(500, String::new())]);
    let call = format!("  http.post \"{}/x\" {{\n    json {{ id: id }}\n  }}\n", target.url());
    let site = Site::new(&[("p.wj", &script(&format!("{call}{SAYS}")))]);
    let server = site.serve(&[]);
    let listen = server.listen;
    let answers: Vec<_> = std::thread::scope(|scope| {
        let sent: Vec<_> =
            (0..16).map(|_| scope.spawn(move || post(listen, "/p", r#"{"id":"7"}"#))).collect();
        assert_eq!(target.next().body, r#"{"id":"7"}"#);
        meeting.wait();
        sent.into_iter().map(|answer| answer.join().unwrap()).collect()
    });
    let first = answers[0].json()["op"].as_str().unwrap().to_owned();
    for answer in &answers {
        assert_eq!((answer.status, answer.reason.as_str()), (201, "made"));
        assert_eq!((answer.header("x-op"), &answer.json()), (Some(first.as_str()), &json!({ "op": first })));
    }
    assert!(target.is_quiet(), "one call");
    let operations = site.history(&[]);
    let of = |status: &str| operations.iter().filter(|operation| operation["status"] == status).count();
    assert_eq!((of("done"), of("duplicate")), (1, 15));
    let repeat = operations.iter().find(|operation| operation["status"] == "duplicate").unwrap();
    assert_eq!(repeat["reason"], format!("duplicate of {first}"));
    assert_eq!(repeat["actions"], json!([]));
    // Another key is another matter.
    assert_eq!(server.post_json("/p", r#"{"id":"8"}"#).status, 502);
}

#[test]
fn a_restart_forgets_no_key_and_another_body_is_marked() {
    let site = Site::new(&[("p.wj", &script(SAYS))]);
    let server = site.serve(&[]);
    let first = server.post_json("/p", r#"{"id":7}"#).json();
    server.kill();
    let server = site.serve(&[]);
    assert_eq!(server.post_json("/p", r#"{"id":7}"#).json(), first);
    assert_eq!(server.post_json("/p", r#"{"id":7,"more":true}"#).json(), first);
    // The text counts: a sender may write the number 7 at one time and the text "7" at another.
    assert_eq!(server.post_json("/p", r#"{"id":"7"}"#).json(), first);
    assert_ne!(server.post_json("/p", r#"{"id":"07"}"#).json(), first);
    assert_eq!(server.post_json("/p", r#"{"id":""}"#).status, 422);
    let first = first["op"].as_str().unwrap();
    let repeats: Vec<_> = site
        .history(&["--status", "duplicate"])
        .iter()
        .map(|operation| operation["reason"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        repeats,
        [
            format!("duplicate of {first}, with another body"),
            format!("duplicate of {first}, with another body"),
            format!("duplicate of {first}"),
        ]
    );
}

#[test]
fn what_came_to_nothing_is_tried_again_and_what_nobody_knows_is_not() {
    let target =
        Target::new([Does::Answers(500, String::new()), Does::Answers(200, String::new()), Does::HangsUp]);
    let call =
        |method: &str| format!("  http.{method} \"{}/x\" {{\n    json {{ id: id }}\n  }}\n", target.url());
    let site = Site::new(&[
        ("p.wj", &script(&format!("{}{SAYS}", call("put")))),
        (
            "q.wj",
            &script(&format!("{}{SAYS}", call("post")))
                .replace("pipeline p", "pipeline q")
                .replace("/p\"", "/q\""),
        ),
    ]);
    let server = site.serve(&[]);
    let send = |path: &str| server.post_json(path, r#"{"id":"7"}"#);
    assert_eq!(send("/p").status, 502);
    assert_eq!(send("/p").status, 201);
    assert_eq!(send("/p").status, 201);
    // Of a reported call that was lost nobody knows what came: a person decides, and until then it is nobody's.
    assert_eq!(send("/q").status, 502);
    let repeat = send("/q");
    assert_eq!((repeat.status, repeat.header("retry-after")), (409, Some("60")));
    let first = &site.history(&["--status", "interrupted"])[0];
    assert_eq!(repeat.json(), json!({ "error": "interrupted", "operation": first["id"] }));
    assert_eq!((0..3).map(|_| target.next().method).collect::<Vec<_>>(), ["PUT", "PUT", "POST"]);
    assert!(target.is_quiet());
}

#[test]
fn who_waits_for_a_first_one_that_fails_takes_its_place() {
    let meeting = Arc::new(Barrier::new(2));
    let target = Target::new([Does::Meets(meeting.clone(), 500), Does::Answers(200, String::new())]);
    let call = format!("  http.put \"{}/x\" {{\n    json {{ id: id }}\n  }}\n", target.url());
    let site = Site::new(&[("p.wj", &script(&format!("{call}{SAYS}")))]);
    let server = site.serve(&[]);
    let listen = server.listen;
    let send = move || post(listen, "/p", r#"{"id":"7"}"#).status;
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(send);
        target.next();
        let second = scope.spawn(send);
        meeting.wait();
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!((first, second), (502, 201));
    assert_eq!(target.next().method, "PUT");
}
