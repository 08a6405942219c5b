//! Pipelines that are stopped, and hosts that are slow, dead or to be spared, through the real binary.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::callers::{callers, wait_until};
use crate::harness::{Does, Site, Target, err, request};

/// A pipeline that answers, and then does one call.
fn behind(name: &str, target: &str, more: &str) -> String {
    format!(
        "pipeline {name} {{\n  on POST \"/{name}\"\n  respond 202\n  http.put \"{target}/{name}\" {{\n    json {{ a: 1 }}\n    {more}\n  }}\n}}\n"
    )
}

fn ok() -> Does {
    Does::Answers(200, String::new())
}

fn of<'a>(status: &'a Json, list: &str, key: &str, name: &str) -> &'a Json {
    let all = status[list].as_array().unwrap();
    all.iter().find(|one| one[key] == name).unwrap_or_else(|| panic!("no {name} in {status}"))
}

#[test]
fn a_pipeline_that_is_stopped_while_a_body_comes_does_not_take_it() {
    let site = Site::new(&[("p.wj", "pipeline p {\n  on POST \"/p\"\n  respond 202\n}\n")]);
    let server = site.serve(&[]);
    let mut caller = TcpStream::connect(server.listen).unwrap();
    caller
        .write_all(b"POST /p HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
        .unwrap();
    // By this word the server waits for the body.
    let mut word = [0; 25];
    caller.read_exact(&mut word).unwrap();
    assert!(word.starts_with(b"HTTP/1.1 100"));
    site.stdout(&["stop", "p"]);
    caller.write_all(b"{}").unwrap();
    let mut answer = String::new();
    caller.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("stopped"), "{answer}");
    assert_eq!(site.history(&[]), [] as [Json; 0]);
}

#[test]
fn a_stopped_pipeline_refuses_requests_and_holds_its_work_over_restarts() {
    let target = Target::new([Does::Answers(500, String::new()), ok()]);
    let retry = "retry 9 times, first 1ms, at most 1ms";
    let site =
        Site::new(&[("p.wj", &behind("p", &target.url(), retry)), ("q.wj", &behind("q", &target.url(), ""))]);
    let mut server = site.serve(&[]);
    let refused = site.wj(&["stop", "pp"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = err(&refused);
    assert!(said.contains("there is no pipeline `pp` here"), "{said}");
    assert_eq!(site.stdout(&["stop", "p"]), "p: stopped; 0 open operations are held\n");
    let answer = server.post_json("/p", "{}");
    assert_eq!((answer.status, answer.header("retry-after")), (503, Some("60")));
    assert_eq!(answer.json(), json!({ "error": "stopped" }));
    assert_eq!(site.history(&[]), [] as [Json; 0]);
    assert_eq!(server.status()["refused"], json!({ "503": 1 }));
    assert!(site.stdout(&["status"]).contains("p  POST /p  (pipelines/p.wj)  stopped, 0 open are held"));
    // Another is none of its business.
    assert_eq!(server.post_json("/q", "{}").status, 202);
    server.wait_for("operation|done|q");
    server.kill();
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/p", "{}").status, 503);
    assert_eq!(site.stdout(&["start", "p"]), "p: started: it takes requests\n");
    assert_eq!(server.post_json("/p", "{}").status, 202);
    server.wait_for("operation|done|p");
    // Without a server it is kept for the next one.
    assert_eq!(server.stop(), Some(0));
    assert_eq!(
        site.stdout(&["stop", "p", "--drain"]),
        "p: is stopped when the next server starts: no server runs now\n"
    );
    let server = site.serve(&[]);
    assert_eq!(server.post_json("/p", "{}").status, 503);
    assert_eq!(of(&server.status(), "pipelines", "name", "p")["stopped"], "draining");
}

#[test]
fn work_of_a_stopped_pipeline_waits_until_it_is_started_and_drains_if_told_so() {
    let target = Target::new([Does::Answers(503, String::new())]);
    let retry = "retry 900 times, first 1ms, at most 1ms";
    let site = Site::new(&[("p.wj", &behind("p", &target.url(), retry))]);
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/p", "{}").status, 202);
    target.next();
    assert!(site.stdout(&["stop", "p"]).contains("stopped; "));
    // The last try may be out; then nothing is called any more.
    loop {
        let status = server.status();
        let pipeline = of(&status, "pipelines", "name", "p");
        if status["in_hand"] == 0 && pipeline["open"] == 1 {
            break;
        }
    }
    while !target.is_quiet() {}
    target.now([ok()]);
    let held = &site.history(&["--status", "open"])[0];
    assert!(target.is_quiet(), "{held}");
    site.stdout(&["start", "p"]);
    target.next();
    server.wait_for("operation|done");
    // With `--drain` it runs out, though nothing new comes in.
    target.now([Does::Answers(503, String::new())]);
    server.post_json("/p", "{}");
    target.next();
    site.stdout(&["stop", "p", "--drain"]);
    assert_eq!(server.post_json("/p", "{}").status, 503);
    target.now([ok()]);
    server.wait_for("operation|done");
}

#[test]
fn a_hanging_target_holds_up_nobody_elses_requests_and_refusals_come_at_once() {
    let (hanging, healthy) = (Target::new([Does::Hangs]), Target::new([ok()]));
    let ask = |name: &str, target: &Target, clause: &str| {
        format!(
            "pipeline {name} {{\n  on POST \"/{name}\"\n  let got = http.put \"{}/x\" {{\n    json {{ a: 1 }}\n    {clause}\n  }}\n  respond 200 {{ json {{ got: got.status }} }}\n}}\n",
            target.url()
        )
    };
    let site = Site::new(&[
        ("slow.wj", &ask("slow", &hanging, "give up after 20s")),
        ("well.wj", &ask("well", &healthy, "")),
        ("later.wj", &behind("later", &hanging.url(), "")),
    ]);
    let server = site.serve(&[]);
    let to = server.listen;
    let mut waiting = Vec::new();
    for _ in 0..256 {
        let mut stream = std::net::TcpStream::connect(to).unwrap();
        let text = "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}";
        std::io::Write::write_all(&mut stream, text.as_bytes()).unwrap();
        waiting.push(stream);
    }
    while server.status()["in_hand"] != 256 {}
    hanging.next();
    for _ in 0..20 {
        assert_eq!(server.post_json("/later", "{}").status, 202);
    }
    // Whose call is out, and those behind their answer; nothing of the others has left yet.
    let stored = site.history(&["--limit", "1000"]).len();
    assert_eq!(stored, 21);
    // The fastest of a few: the machine may be busy with something else.
    let fastest = |path: &str, status: u16| {
        let times = (0..5).map(|_| {
            let begun = Instant::now();
            assert_eq!(request(to, "POST", path, &[], "{}").status, status);
            begun.elapsed()
        });
        times.min().unwrap()
    };
    let (refused, answered) = (fastest("/slow", 503), fastest("/well", 200));
    assert!(refused < Duration::from_millis(100), "{refused:?}");
    assert!(answered < Duration::from_millis(500), "{answered:?}");
    assert_eq!(site.history(&["--limit", "1000"]).len(), stored + 5, "nothing of what was refused is stored");
    assert_eq!(server.status()["refused"]["503"], 5);
}

/// How long the others wait meanwhile is measured by `cargo bench --bench flood`.
#[test]
fn a_flood_against_a_hanging_target_waits_on_disk_and_the_others_go_on() {
    let (hanging, healthy) = (Target::new([Does::Hangs]), Target::new([ok()]));
    let told = "respond 200 { header \"X-Operation\" = operation.id }";
    let script = format!(
        "pipeline flooded {{\n  on POST \"/flooded\"\n  {told}\n  http.put \"{}/x\" {{ json {{ a: 1 }} }}\n}}\n",
        hanging.url()
    );
    let site = Site::new(&[("flooded.wj", &script), ("well.wj", &behind("well", &healthy.url(), ""))]);
    let mut server = site.serve(&[]);
    let told = Arc::new(AtomicUsize::new(0));
    let flood = callers(server.listen, &["/flooded"], &told);
    wait_until(&told, 1_000);
    let before = server.memory();
    for _ in 0..20 {
        assert_eq!(server.post_json("/well", "{}").status, 202);
        assert_eq!(healthy.next().method, "PUT");
    }
    wait_until(&told, 3_000);
    let status = server.status();
    let open = status["operations"]["open"].as_u64().unwrap();
    assert!(open >= 2_900, "{status}");
    assert!(status["in_hand"].as_u64().unwrap() < 100, "what waits is in nobody's hand: {status}");
    let after = server.memory();
    assert!(after < 256 && after < before + 64, "{before} MiB, then {after}");
    assert_eq!(server.post_json("/well", "{}").status, 202);
    server.wait_for("operation|well|done");
    server.kill();
    flood.into_iter().for_each(|caller| drop(caller.join()));
}

#[test]
fn the_strictest_rate_of_a_host_holds_over_all_pipelines() {
    let target = Target::new([ok()]);
    let site = Site::new(&[
        ("p.wj", &behind("p", &target.url(), "rate 100 per 1s")),
        ("q.wj", &behind("q", &target.url(), "rate 5 per 1s")),
        ("r.wj", &behind("r", &target.url(), "")),
    ]);
    let mut server = site.serve(&[]);
    assert_eq!(of(&server.status(), "hosts", "host", &target.url())["rate"], "5 per 1s");
    let begun = Instant::now();
    for path in ["/p", "/q", "/r", "/p", "/q", "/r", "/p", "/q", "/r"] {
        assert_eq!(server.post_json(path, "{}").status, 202);
    }
    for _ in 0..9 {
        server.wait_for("operation|done");
    }
    // The bucket was empty at the start: the first call is free after 200 ms, the ninth 1.8 s after the start.
    let took = begun.elapsed();
    assert!(took > Duration::from_millis(1_000), "{took:?}");
}

#[test]
fn a_dead_host_is_left_alone_and_status_says_so() {
    // Nobody listens there: the stub is gone, and its port was just free.
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let site = Site::new(&[
        ("p.wj", &behind("p", &gone, "rate 1000 per 1s\n    retry none")),
        ("later.wj", &behind("later", &gone, "")),
    ]);
    let mut server = site.serve(&[]);
    for _ in 0..20 {
        server.post_json("/p", "{}");
        server.wait_for("operation|failed|p");
    }
    for _ in 0..3 {
        assert_eq!(server.post_json("/later", "{}").status, 202);
    }
    while server.status()["in_hand"] != 0 {}
    let status = server.status();
    let host = of(&status, "hosts", "host", &gone);
    assert_eq!((&host["failed_in_a_row"], &host["waiting"]), (&json!(20), &json!(3)));
    assert!(host["open_until"].is_string(), "{host}");
    let shown = site.stdout(&["status"]);
    assert!(shown.contains(&format!("{gone} does not answer (20 calls in a row): 3 wait, ")), "{shown}");
    assert!(shown.contains(", at most 1000 per 1s"), "{shown}");
    // What waits is as it was: no attempt was made, so none is counted.
    for operation in site.history(&["--pipeline", "later"]) {
        assert_eq!((&operation["status"], &operation["actions"]), (&json!("open"), &json!([])));
    }
}
