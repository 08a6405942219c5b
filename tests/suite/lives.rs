//! Starts, stops and sudden ends of the real binary: what was acknowledged is never lost, and what keeps a server from
//! starting is said plainly.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Barrier};

use crate::callers::{callers, wait_until};
use crate::harness::{Does, Server, Site, Target, err};
use crate::store_contract::subject;
use wj::store::{Fact, Program, State, Work, Write as Written};

const SIMPLE: &str =
    "pipeline simple {\n  on POST \"/simple\"\n  respond 200 { header \"X-Operation\" = operation.id }\n}\n";

/// Answers, and then calls the target.
fn acting(target: &Target, more: &str) -> String {
    format!(
        "pipeline acting {{\n  on POST \"/acting\"\n  respond 200 {{ header \"X-Operation\" = operation.id }}\n  http.put \"{0}/one\" {{ json {{ a: 1 }} }}\n{more}}}\n",
        target.url()
    )
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

    // The next start goes on with the rest.
    target.now([Does::Answers(200, String::new())]);
    let mut server = site.serve(&[]);
    assert_eq!(target.next().target, "/two");
    server.wait_for("operation|done");
    let id = left["id"].as_str().unwrap();
    assert!(!site.show(id)["events"].to_string().contains("resumed"), "it was an orderly stop");
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
    target.now([Does::Answers(200, String::new())]);
    let mut server = site.serve(&[]);
    server.wait_for("operation|done");
    assert_eq!(site.history(&[])[0]["events"][0]["resumed"], 1);
}

#[test]
fn what_no_script_here_can_run_is_left_to_a_person_at_once() {
    let site = Site::new(&[("simple.wj", SIMPLE)]);
    let place = site.dir.path().join(".wj");
    let store = wj::store::open(place.to_str().unwrap()).unwrap();
    // Two whose time is far off: one with a text that is no script, and one with a text of an edition to come.
    let open = |n: u64, text: &str, edition| {
        let later = Work { pause: u64::MAX / 2, ..subject::work(u64::MAX / 2, false) };
        let mut accept = subject::accept(n, "leads", State::Open, Some(later));
        let files = vec![("leads.wj".to_owned(), text.replace("simple", "leads"))];
        accept.program = Arc::new(Program { hash: [n as u8; 32], edition, files });
        let mut received = subject::received("{}");
        if let Fact::Received(received) = &mut received {
            received.program = accept.program.hash;
        }
        accept.row = subject::row(n, State::Open, &[received]);
        Written::Accept(Box::new(accept))
    };
    store
        .commit(&[open(1, "pipeline leads {", 1), open(2, SIMPLE, 2), open(3, SIMPLE, 1)], subject::NOW)
        .unwrap();
    drop(store);
    let mut server = site.serve(&[]);
    server.wait_for("2 open operations were begun with scripts that this version cannot run");
    for _ in 0..2 {
        server.wait_for("interrupted: its script can no longer be run by this version");
    }
    assert_eq!(server.stop(), Some(0));
    assert_eq!(site.history(&["--status", "interrupted"]).len(), 2);
    assert_eq!(site.history(&["--status", "open"]).len(), 1);
    let id = subject::id(2).to_string();
    let refused = site.wj(&["history", "settle", &id, "--failed"]);
    assert!(err(&refused).contains("can no longer be run"), "{refused:?}");
}

fn refusal(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), err(output))
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
    assert_eq!(status["operations"]["received"], 10_000);
    assert!(server.memory() < first + 10, "{} MiB after {first}", server.memory());
}
