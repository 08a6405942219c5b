//! A server that is killed again and again under load, every third time once more while it is still going on with what the
//! last one left. What was acknowledged is in the history exactly once; at the target, what is reported came at most once,
//! and what is repeatable was not lost.
//!
//! Thirty rounds; `WJ_CRASH_ROUNDS=1000 cargo test --test suite crash_loop -- --nocapture` makes it a thousand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::callers::{callers, wait_until};
use crate::harness::{Does, Site, Target};

/// Acknowledgements between two kills.
const TOLD: usize = 60;

const PATHS: [&str; 5] = ["/simple", "/repeated", "/reported", "/asking", "/waiting"];

/// How a reported call that was out is told of, also where a start did not come so far as to say it.
const WAS_OUT: &str = "the server ended while the call was out";
const NOT_KNOWN: &str = "whether the call at step 2 took effect is not known";

fn scripts(target: &Target) -> String {
    let url = target.url();
    let told = "respond 200 { header \"X-Operation\" = operation.id }";
    let call = |method: &str, name: &str| {
        format!("http.{method} \"{url}/{name}/{{operation.id}}\" {{ json {{ a: 1 }} }}")
    };
    [
        ("simple", told.to_owned()),
        ("repeated", format!("{told}\n  {}\n  {}", call("put", "repeated"), call("put", "again"))),
        ("reported", format!("{told}\n  {}", call("post", "reported"))),
        ("asking", format!("{}\n  {told}", call("put", "asking"))),
        ("waiting", format!("{told}\n  wait 5ms\n  {}", call("put", "waiting"))),
    ]
    .map(|(name, steps)| format!("pipeline {name} {{\n  on POST \"/{name}\"\n  {steps}\n}}\n"))
    .concat()
}

#[test]
fn what_was_acknowledged_survives_every_kill_exactly_once() {
    let rounds = std::env::var("WJ_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(30);
    let target = Target::new([Does::Answers(200, String::new())]);
    let site = Site::new(&[("all.wj", &scripts(&target))]);
    let mut acknowledged: BTreeMap<String, &str> = BTreeMap::new();
    let mut arrived: BTreeMap<String, usize> = BTreeMap::new();
    let (mut kills, tally) = (0, |arrived: &mut BTreeMap<String, usize>| {
        for request in target.requests.try_iter() {
            *arrived.entry(request.target).or_default() += 1;
        }
    });
    for round in 0..rounds {
        let server = site.serve(&[]);
        let told = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> =
            PATHS.into_iter().map(|path| (path, callers(server.listen, &[path], &told))).collect();
        wait_until(&told, TOLD);
        server.kill();
        kills += 1;
        for (path, callers) in callers {
            for id in callers.into_iter().flat_map(|caller| caller.join().unwrap()) {
                assert_eq!(acknowledged.insert(id, path), None, "an id was given twice");
            }
        }
        tally(&mut arrived);
        if round % 3 == 2 {
            // At once, or when the first call of what was left has come.
            let server = site.serve(&[]);
            if round % 2 == 0
                && let Ok(request) = target.requests.recv_timeout(Duration::from_millis(500))
            {
                *arrived.entry(request.target).or_default() += 1;
            }
            server.kill();
            kills += 1;
        }
    }

    let server = site.serve(&[]);
    let mut history = settled(&site);
    // What was in hand at three kills in a row is taken for their cause, and waits for a person.
    let suspected: Vec<String> = history
        .iter()
        .filter(|operation| {
            let why = operation["reason"].as_str().unwrap_or("");
            why.starts_with("stopped the server") && !why.ends_with(NOT_KNOWN)
        })
        .map(|operation| operation["id"].as_str().unwrap().to_owned())
        .collect();
    for some in suspected.chunks(100) {
        let mut args = vec!["history", "retry"];
        args.extend(some.iter().map(String::as_str));
        site.stdout(&args);
        history = settled(&site);
    }
    drop(server);
    tally(&mut arrived);

    let mut known: BTreeMap<&str, &Json> = BTreeMap::new();
    for operation in &history {
        let id = operation["id"].as_str().unwrap();
        assert!(known.insert(id, operation).is_none(), "{id} is there twice");
    }
    let came = |name: &str, id: &str| arrived.get(&format!("/{name}/{id}")).copied().unwrap_or(0);
    let (mut unknown, mut again) = (0, 0);
    for (id, path) in &acknowledged {
        let operation = known.get(id.as_str()).unwrap_or_else(|| panic!("{id} of {path} is lost"));
        let name = path.trim_start_matches('/');
        let (status, reason) = (operation["status"].as_str().unwrap(), operation["reason"].as_str());
        if name == "reported" {
            assert!(came(name, id) <= 1, "it came {} times: {operation}", came(name, id));
            if status == "interrupted" {
                let why = reason.unwrap();
                assert!(why.ends_with(WAS_OUT) || why.ends_with(NOT_KNOWN), "{id}: {why}");
                unknown += 1;
                continue;
            }
        }
        assert_eq!((status, reason), ("done", None), "{operation}");
        for name in [name, "again"].into_iter().filter(|name| *name != "simple") {
            let must = name != "again" || *path == "/repeated";
            assert!(!must || came(name, id) >= 1, "the call of {id} to /{name} is lost");
            again += came(name, id).saturating_sub(1);
        }
    }
    println!(
        "{kills} kills, {} acknowledged, {} in the history, {} calls came; reported: none twice, {unknown} left to a person; repeatable: none lost, {again} came again; {} stood under suspicion",
        acknowledged.len(),
        history.len(),
        arrived.values().sum::<usize>(),
        suspected.len()
    );
    assert!(acknowledged.len() >= rounds * TOLD);
}

/// The whole history, once nothing is open any more. A thousand rounds leave thousands of operations, so only standing still
/// is a fault.
fn settled(site: &Site) -> Vec<Json> {
    let (mut fewest, mut until) = (u64::MAX, Instant::now());
    loop {
        let status = site.stdout(&["status", "--format", "json"]);
        let open = serde_json::from_str::<Json>(&status).unwrap()["operations"]["open"].as_u64().unwrap();
        if open == 0 {
            return lines(site);
        }
        if open < fewest {
            (fewest, until) = (open, Instant::now() + Duration::from_secs(60));
        }
        assert!(Instant::now() < until, "{open} stay open: {status}");
    }
}

/// Every operation, newest first.
fn lines(site: &Site) -> Vec<Json> {
    site.history(&["--limit", "10000000"])
}
