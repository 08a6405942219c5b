//! Starts, stops and sudden ends of the real binary: what was acknowledged is never lost, and what keeps a server from
//! starting is said plainly.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Output;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::JoinHandle;

use crate::harness::{Does, Server, Site, Target};

const SIMPLE: &str =
    "pipeline simple {\n  on POST \"/simple\"\n  respond 200 { header \"X-Operation\" = operation.id }\n}\n";

/// Answers, and then calls the target.
fn acting(target: &Target, more: &str) -> String {
    format!(
        "pipeline acting {{\n  on POST \"/acting\"\n  respond 200 {{ header \"X-Operation\" = operation.id }}\n  http.put \"{0}/one\" {{ json {{ a: 1 }} }}\n{more}}}\n",
        target.url()
    )
}

/// Callers that post again and again over connections of their own until the server is gone; each gives the ids that it was told.
fn callers(to: SocketAddr, paths: &[&'static str], told: &Arc<AtomicUsize>) -> Vec<JoinHandle<Vec<String>>> {
    let call = |path: &'static str| {
        let told = told.clone();
        std::thread::spawn(move || {
            let mut ids = Vec::new();
            let Ok(stream) = TcpStream::connect(to) else { return ids };
            let mut reader = BufReader::new(stream);
            let request = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}");
            while reader.get_mut().write_all(request.as_bytes()).is_ok() {
                let mut id = None;
                loop {
                    let mut line = String::new();
                    match reader.read_line(&mut line) {
                        Ok(read) if read > 0 => {}
                        _ => return ids,
                    }
                    id = line.strip_prefix("x-operation: ").map(|id| id.trim().to_owned()).or(id);
                    if line == "\r\n" {
                        break;
                    }
                }
                ids.push(id.unwrap());
                told.fetch_add(1, Ordering::Relaxed);
            }
            ids
        })
    };
    paths.iter().flat_map(|path| (0..4).map(move |_| *path)).map(call).collect()
}

fn wait_until(told: &AtomicUsize, count: usize) {
    while told.load(Ordering::Relaxed) < count {
        std::thread::yield_now();
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill_exactly_once() {
    let target = Target::new([Does::Answers(200, String::new())]);
    let site = Site::new(&[("simple.wj", SIMPLE), ("acting.wj", &acting(&target, ""))]);
    let mut all = Vec::new();
    for _ in 0..2 {
        let server = site.serve(&[]);
        let told = Arc::new(AtomicUsize::new(0));
        let callers = callers(server.listen, &["/simple", "/acting"], &told);
        wait_until(&told, 150);
        server.kill();
        all.extend(callers.into_iter().flat_map(|caller| caller.join().unwrap()));
    }
    // The next start leaves nothing open.
    let server = site.serve(&[]);
    let history = site.history(&["--limit", "100000"]);
    let mut counts = std::collections::BTreeMap::new();
    for operation in &history {
        *counts.entry(operation["id"].as_str().unwrap()).or_insert(0) += 1;
        let status = operation["status"].as_str().unwrap();
        let reason = operation["reason"].as_str().unwrap_or("");
        assert!(status == "done" || (status, reason) == ("interrupted", "the server stopped"), "{operation}");
    }
    assert!(all.len() >= 300 && counts.values().all(|count| *count == 1));
    let lost: Vec<_> = all.iter().filter(|id| !counts.contains_key(id.as_str())).collect();
    assert!(lost.is_empty(), "{} of {}", lost.len(), all.len());
    drop(server);
}

#[test]
fn a_stop_under_load_loses_nothing_and_ends_with_0() {
    let target = Target::new([Does::Answers(200, String::new())]);
    let site = Site::new(&[("simple.wj", SIMPLE), ("acting.wj", &acting(&target, ""))]);
    let server = site.serve(&[]);
    let told = Arc::new(AtomicUsize::new(0));
    let callers = callers(server.listen, &["/simple", "/acting"], &told);
    wait_until(&told, 100);
    assert_eq!(server.stop(), Some(0));
    let all: Vec<String> = callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
    let history = site.history(&["--limit", "100000"]);
    let known: std::collections::BTreeSet<&str> =
        history.iter().map(|operation| operation["id"].as_str().unwrap()).collect();
    assert!(all.len() >= 100 && all.iter().all(|id| known.contains(id.as_str())));
    assert_eq!(known.len(), history.len());
}

#[test]
fn a_stop_finishes_who_waits_and_what_is_out_and_begins_nothing() {
    let gate = Arc::new(Barrier::new(3));
    // Two hosts: each begins with one call at a time.
    let target = Target::new([Does::Meets(gate.clone(), 200)]);
    let other = Target::new([Does::Meets(gate.clone(), 200)]);
    let url = other.url();
    let acting = acting(&target, &format!("  http.post \"{}/two\" {{ json {{ a: 1 }} }}\n", target.url()));
    let asking = format!(
        "pipeline asking {{\n  on POST \"/asking\"\n  let got = http.put \"{url}/ask\" {{ json {{ a: 1 }} }}\n  respond 200 {{ json {{ got: got.status }} }}\n}}\n"
    );
    let site = Site::new(&[("acting.wj", &acting), ("asking.wj", &asking)]);
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/acting", "{}").status, 200);
    let to = server.listen;
    let waiting = std::thread::spawn(move || crate::harness::request(to, "POST", "/asking", &[], "{}"));
    assert_eq!([target.next().target, other.next().target], ["/one", "/ask"]);
    server.signal("TERM");
    server.wait_for("stopping");
    gate.wait();
    assert_eq!(waiting.join().unwrap().json(), serde_json::json!({ "got": 200 }));
    assert_eq!(server.ended(), Some(0));
    assert!(target.is_quiet() && other.is_quiet(), "a call began behind an answer");
    assert_eq!(site.history(&["--pipeline", "asking"])[0]["status"], "done");
    let left = &site.history(&["--pipeline", "acting"])[0];
    assert_eq!((left["status"].as_str(), left["actions"].as_array().unwrap().len()), (Some("open"), 1));
    // No intent is recorded for what did not begin.
    assert!(!left["events"].to_string().contains("intent"), "{left}");

    // The next start leaves it to a person, who orders the rest.
    target.now([Does::Answers(200, String::new())]);
    let mut server = site.serve(&[]);
    let id = left["id"].as_str().unwrap();
    site.stdout(&["history", "retry", id]);
    assert_eq!(target.next().target, "/two");
    server.wait_for("operation|done");
}

#[test]
fn a_second_signal_does_not_wait_for_what_is_out() {
    let target = Target::new([Does::Hangs]);
    let site = Site::new(&[("acting.wj", &acting(&target, ""))]);
    let mut server = site.serve(&[]);
    server.post_json("/acting", "{}");
    target.next();
    server.signal("TERM");
    server.wait_for("stopping: ");
    server.signal("INT");
    server.wait_for("stopping at once");
    assert_eq!(server.ended(), Some(0));
    let server = site.serve(&[]);
    assert_eq!(site.history(&[])[0]["reason"], "the server stopped");
    drop(server);
}

fn refusal(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_keeps_a_server_from_starting_is_said() {
    let site = Site::new(&[("simple.wj", SIMPLE)]);
    let serve = |more: &[&str]| {
        let mut all = vec!["serve"];
        for flag in ["--listen", "--admin"].into_iter().filter(|flag| !more.contains(flag)) {
            all.extend([flag, "127.0.0.1:0"]);
        }
        all.extend(more);
        let (code, said) = refusal(&site.wj(&all));
        assert!(!said.contains("panicked") && !said.contains("listening"), "{said}");
        (code, said)
    };
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().to_string();
    let file = site.path("simple.wj");
    let below_a_file = format!("{}/data", file.display());
    for (more, code, parts) in [
        (&["--listen", &port][..], 2, &[&port, "cannot be listened on"][..]),
        (&["--admin", &port], 2, &[&port, "cannot be listened on"]),
        (&["--admin", "0.0.0.0:0"], 2, &["0.0.0.0:0", "reachable from other machines"]),
        (&["nowhere"], 2, &["nowhere"]),
        (&["--data", file.to_str().unwrap()], 1, &["simple.wj"]),
        (&["--data", &below_a_file], 1, &["simple.wj/data"]),
        (&["--config", "none.toml"], 2, &["none.toml"]),
        (&["--allow-private", "10.0.0.0/99"], 2, &["10.0.0.0/99"]),
    ] {
        let (own, said) = serve(more);
        assert_eq!(own, Some(code), "{more:?}: {said}");
        assert!(parts.iter().all(|part| said.contains(part)), "{more:?}: {said}");
    }
    for (text, part) in [
        ("lissten = \"127.0.0.1:0\"\n", "lissten"),
        ("calls_per_host = 0\n", "calls_per_host"),
        ("listen = \"here\"\n", "listen"),
        ("listen = \n", "wj.toml"),
    ] {
        std::fs::write(site.dir.path().join("wj.toml"), text).unwrap();
        let (own, said) = serve(&[]);
        assert_eq!(own, Some(2), "{text}: {said}");
        assert!(said.contains(part) && said.contains("wj.toml"), "{text}: {said}");
    }
}

#[test]
fn a_second_server_on_one_store_is_refused_at_once() {
    let site = Site::new(&[("simple.wj", SIMPLE)]);
    let server = site.serve(&[]);
    let began = std::time::Instant::now();
    let (code, said) = refusal(&site.wj(&["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]));
    assert_eq!(code, Some(1));
    assert!(said.contains(".wj is in use by another process"), "{said}");
    assert!(began.elapsed().as_secs() < 4, "{:?}", began.elapsed());
    // The first one is none the worse for it.
    assert_eq!(server.post_json("/simple", "{}").status, 200);
    assert_eq!(site.history(&[]).len(), 1);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_damaged_store_is_refused_and_left_as_it_is() {
    let site = Site::new(&[("simple.wj", SIMPLE)]);
    let server = site.serve(&[]);
    for _ in 0..5 {
        server.post_json("/simple", "{}");
    }
    assert_eq!(server.stop(), Some(0));
    let path = site.dir.path().join(".wj/store.redb");
    let whole = std::fs::read(&path).unwrap();
    let noise = |from: usize, to: usize| {
        let mut bytes = whole.clone();
        let mut state = 88_172_645_463_325_252_u64;
        for byte in &mut bytes[from..to] {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *byte = state as u8;
        }
        bytes
    };
    let cut = whole[..whole.len() / 3].to_vec();
    for (what, bytes) in [
        ("noise", noise(0, whole.len())),
        ("head", noise(0, 4_096)),
        ("text", b"hello".to_vec()),
        ("cut", cut),
    ] {
        std::fs::write(&path, &bytes).unwrap();
        for args in [&["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"][..], &["history"]] {
            let (code, said) = refusal(&site.wj(args));
            assert_eq!(code, Some(1), "{what} {args:?}: {said}");
            assert!(said.contains("damaged") && said.contains("left untouched"), "{what} {args:?}: {said}");
        }
        assert!(std::fs::read(&path).unwrap() == bytes, "{what}: it was changed");
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(site.history(&[]).len(), 5);
}

#[test]
fn in_memory_the_newest_ten_thousand_are_kept() {
    let site = Site::new(&[("simple.wj", SIMPLE)]);
    let server = site.serve(&["--data", "memory:"]);
    let body = "x".repeat(1_000);
    let request = format!("POST /simple HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{body}");
    let count = |server: &Server, wanted: usize| {
        let mut stream = TcpStream::connect(server.listen).unwrap();
        let batch = request.repeat(50);
        let mut space = [0; 65_536];
        for _ in 0..wanted / 50 {
            stream.write_all(batch.as_bytes()).unwrap();
            let mut answers = 0;
            while answers < 50 {
                let size = stream.read(&mut space).unwrap();
                answers += space[..size].windows(11).filter(|part| *part == b"x-operation").count();
            }
        }
    };
    count(&server, 10_500);
    let first = server.memory();
    count(&server, 5_000);
    let status = server.status();
    assert_eq!(status["operations"]["received"], 15_500);
    assert!(server.memory() < first + 10, "{} MiB after {first}", server.memory());
}
