//! One pipeline is flooded, and its target hangs: what the callers of the others notice of it, and what it costs in memory.
//! The real server on one core, with its history on disk; the load and the targets on the other. The same load of the others
//! with the flood and without it, in turns, each on a fresh server.
//!
//! `cargo bench --bench flood` prints how long the others wait, the ratio of each pair, and the most memory. `FLOOD=1000` is
//! how many requests a second the flood has. `taskset` must be on the machine.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing
)]

#[allow(dead_code, reason = "another bench asks for the rest")]
mod server;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use server::{Connection, Running};

const ROUNDS: usize = 5;
const SECONDS: u64 = 8;

/// The load of the others: so many connections, and so many requests a second over all of them.
const OTHERS: usize = 32;
const OTHERS_A_SECOND: u64 = 400;

/// Connections of the flood: half of it asks the target before the answer, half behind it.
const FLOOD: usize = 640;

const BODY: &str = r#"{"firstName":"Александр","phone":"+79090000001","email":"alexander@school.example","appealType":{"Code":"101","Name":"Заказать звонок"},"page":"https://school.example/landing/spring"}"#;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.get(1..).unwrap_or(&[]) {
        ["load", flood] => load(flood.parse().unwrap()),
        _ => compare(),
    }
}

fn compare() {
    let flood = std::env::var("FLOOD").unwrap_or_else(|_| "1000".to_owned());
    let (mut ratios, mut most) = (Vec::new(), 0);
    for round in 1..=ROUNDS {
        let (alone, _) = measure("0");
        let (flooded, memory) = measure(&flood);
        let ratio = flooded / alone;
        println!(
            "{round}: p99 {alone:.2} ms alone, {flooded:.2} ms beside a flood of {flood}/s, ratio {ratio:.2}; {memory} MiB"
        );
        ratios.push(ratio);
        most = most.max(memory);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}, at most {most} MiB", ratios[ROUNDS / 2]);
}

/// The 99th percentile of the others, in ms, and the most memory of the server, in MiB.
fn measure(flood: &str) -> (f64, usize) {
    let text = server::load(&["load", flood]);
    let (wait, memory) = text.split_once(' ').unwrap();
    (wait.parse().unwrap(), memory.parse().unwrap())
}

fn load(flood: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let (hanging, healthy) = (target(false).await, target(true).await);
        let dir = site(hanging, healthy);
        let server = Running::wj(dir.path(), &["--allow-private", "127.0.0.0/8"]);
        let to = server.address;
        // Two seconds to warm up, and for the flood to rise, then the measured time.
        let begin = Instant::now() + Duration::from_secs(2);
        let end = begin + Duration::from_secs(SECONDS);
        for nth in 0..if flood == 0 { 0 } else { FLOOD } {
            let path = if nth % 2 == 0 { "/asking" } else { "/behind" };
            let every = Duration::from_secs_f64(FLOOD as f64 / flood as f64);
            let first = every.mul_f64(nth as f64 / FLOOD as f64);
            tokio::spawn(async move {
                tokio::time::sleep(first).await;
                let mut connection = Connection::new(to, path, "", BODY).await;
                loop {
                    let next = Instant::now() + every;
                    connection.exchange().await;
                    tokio::time::sleep_until(next.into()).await;
                }
            });
        }
        let callers: Vec<_> = (0..OTHERS)
            .map(|nth| {
                let every = Duration::from_secs_f64(OTHERS as f64 / OTHERS_A_SECOND as f64);
                let path = if nth % 2 == 0 { "/plain" } else { "/acting" };
                tokio::spawn(async move {
                    tokio::time::sleep(every.mul_f64(nth as f64 / OTHERS as f64)).await;
                    let mut connection = Connection::new(to, path, "", BODY).await;
                    let mut waits = Vec::new();
                    loop {
                        let sent = Instant::now();
                        let status = connection.exchange().await;
                        assert_eq!(status, 200, "{path}");
                        if sent >= end {
                            return waits;
                        }
                        if sent >= begin {
                            waits.push(sent.elapsed());
                        }
                        tokio::time::sleep_until((sent + every).into()).await;
                    }
                })
            })
            .collect();
        let mut waits = Vec::new();
        for caller in callers {
            waits.extend(caller.await.unwrap());
        }
        waits.sort();
        let p99 = waits[waits.len() * 99 / 100].as_secs_f64() * 1_000.0;
        println!("{p99} {}", server.most_memory());
    });
}

/// A target that answers every request, or takes it and never says anything.
async fn target(answers: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut buffer = [0; 8192];
                // The requests are small, and come whole.
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    if answers {
                        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await);
                    }
                }
            });
        }
    });
    address
}

/// Pipelines with one target or the other, in a folder on disk.
fn site(hanging: SocketAddr, healthy: SocketAddr) -> tempfile::TempDir {
    let dir = tempfile::tempdir_in(".").unwrap();
    std::fs::create_dir(dir.path().join("pipelines")).unwrap();
    let call = |to: SocketAddr| format!("http.put \"http://{to}/x\" {{\n    json {{ name: name }}\n  }}");
    let pipeline = |name: &str, steps: String| {
        format!(
            "pipeline {name} {{\n  on POST \"/{name}\"\n  extract body {{\n    name = $.firstName on_missing empty\n  }}\n  {steps}\n}}\n"
        )
    };
    let text = [
        pipeline("plain", "respond 200".to_owned()),
        pipeline("acting", format!("respond 200\n  {}", call(healthy))),
        pipeline("behind", format!("respond 200\n  {}", call(hanging))),
        pipeline("asking", format!("{}\n  respond 200", call(hanging))),
    ];
    std::fs::write(dir.path().join("pipelines/all.wj"), text.concat()).unwrap();
    dir
}
