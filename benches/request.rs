//! The request path beside a bare hyper server that does the same by hand: parse, pick, answer; in memory, and with a durable
//! group commit of as many bytes. One core for the server, one for the load, 64 connections, in turns.
//!
//! `cargo bench --bench request` prints requests a second and the ratio of each pair. `taskset` must be on the machine.

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

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use redb::TableDefinition;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use server::{Connection, Running};

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 5;
const SECONDS: u64 = 3;

const LEAD: &str = r#"{"firstName":"Александр","phone":"+79090000001","email":"alexander@school.example","appealType":{"Code":"101","Name":"Заказать звонок"},"appealText":"target_fb","page":"https://school.example/landing/spring","utm":{"source":"fb","medium":"cpc","campaign":"spring"},"ok":true}"#;

const SCRIPT: &str = r#"pipeline leads {
  on POST "/hooks/leads"
  cors "*"
  extract body on_missing empty {
    name  = $.firstName
    phone = $.phone
    email = $.email
    topic = $.appealType.Code
    text  = $.appealText
  }
  respond 200 { json { ok: true, name: name, phone: phone, email: email, topic: topic, text: text } }
}
"#;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.get(1..).unwrap_or(&[]) {
        ["bare", store, bytes] => bare(store, bytes.parse().unwrap()),
        ["load", to] => println!("{}", load(to.parse().unwrap())),
        _ => compare(),
    }
}

fn compare() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("pipelines")).unwrap();
    std::fs::write(dir.path().join("pipelines/leads.wj"), SCRIPT).unwrap();
    let row = row_bytes(dir.path());
    println!("one operation is {row} bytes in the store\n");
    for (what, data, store) in [("in memory", "memory:", "none"), ("durable", ".wj", "redb")] {
        let mut ratios = Vec::new();
        for round in 1..=ROUNDS {
            let own = measure(Running::wj(dir.path(), &["--data", data]));
            let by_hand = measure(Running::itself(dir.path(), &["bare", store, &row.to_string()]));
            let ratio = own / by_hand;
            println!("{what} {round}: wj {own:.0}/s, bare hyper {by_hand:.0}/s, ratio {ratio:.2}");
            ratios.push(ratio);
        }
        ratios.sort_by(f64::total_cmp);
        println!("{what}: median ratio {:.2}\n", ratios[ROUNDS / 2]);
    }
}

/// What wj keeps of one such request, so that the bare server keeps as much.
fn row_bytes(dir: &Path) -> usize {
    let server = Running::wj(dir, &["--data", ".wj"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        assert_eq!(connected(server.address).await.exchange().await, 200);
    });
    let mut socket = UnixStream::connect(dir.join(".wj/wj.sock")).unwrap();
    socket.write_all(b"GET /history?limit=1 HTTP/1.1\r\nHost: wj\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let json: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    json["operations"][0]["bytes"].as_u64().unwrap() as usize
}

/// Requests a second, the load coming from the second core.
fn measure(server: Running) -> f64 {
    server::load(&["load", &server.address.to_string()]).parse().unwrap()
}

async fn connected(to: SocketAddr) -> Connection {
    let headers = "User-Agent: bench\r\nAccept: */*\r\nOrigin: https://school.example\r\n";
    Connection::new(to, "/hooks/leads", headers, LEAD).await
}

fn load(to: SocketAddr) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        // A second to warm up, then the measured time.
        let begin = Instant::now() + Duration::from_secs(1);
        let end = begin + Duration::from_secs(SECONDS);
        let callers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                tokio::spawn(async move {
                    let mut connection = connected(to).await;
                    let mut count = 0u64;
                    loop {
                        assert_eq!(connection.exchange().await, 200);
                        let now = Instant::now();
                        if now >= end {
                            return count;
                        }
                        count += u64::from(now >= begin);
                    }
                })
            })
            .collect();
        let mut total = 0;
        for caller in callers {
            total += caller.await.unwrap();
        }
        total as f64 / SECONDS as f64
    })
}

#[derive(serde::Deserialize)]
struct Lead {
    #[serde(rename = "firstName")]
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    #[serde(rename = "appealType")]
    kind: Option<Appeal>,
    #[serde(rename = "appealText")]
    text: Option<String>,
}

#[derive(serde::Deserialize)]
struct Appeal {
    #[serde(rename = "Code")]
    code: Option<String>,
}

#[derive(serde::Serialize)]
struct Answer {
    ok: bool,
    name: Option<String>,
    phone: Option<String>,
    email: Option<String>,
    topic: Option<String>,
    text: Option<String>,
}

const LOG: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("log");

/// What somebody would write by hand.
fn bare(store: &str, row: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let commits = (store == "redb").then(|| Arc::new(Commits::start()));
    runtime.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        eprintln!("listening on http://{}", listener.local_addr().unwrap());
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            drop(stream.set_nodelay(true));
            let commits = commits.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request: Request<Incoming>| {
                    let commits = commits.clone();
                    async move { Ok::<_, Infallible>(answer(request, commits.as_deref(), row).await) }
                });
                drop(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await,
                );
            });
        }
    });
}

async fn answer(request: Request<Incoming>, commits: Option<&Commits>, row: usize) -> Response<Full<Bytes>> {
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let lead: Lead = serde_json::from_slice(&body).unwrap();
    let answer = serde_json::to_vec(&Answer {
        ok: true,
        name: lead.name,
        phone: lead.phone,
        email: lead.email,
        topic: lead.kind.and_then(|kind| kind.code),
        text: lead.text,
    })
    .unwrap();
    if let Some(commits) = commits {
        let mut value = Vec::with_capacity(row);
        value.extend_from_slice(&body);
        value.extend_from_slice(&answer);
        value.resize(row, b' ');
        commits.commit(value).await;
    }
    let mut response = Response::new(Full::new(Bytes::from(answer)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("access-control-allow-origin", HeaderValue::from_static("*"));
    response
}

/// A thread that commits what is queued, all at once.
struct Commits {
    queue: std::sync::mpsc::Sender<(Vec<u8>, oneshot::Sender<()>)>,
}

impl Commits {
    fn start() -> Commits {
        let dir = tempfile::tempdir_in(".").unwrap();
        let database =
            redb::Builder::new().set_cache_size(64 << 20).create(dir.path().join("bare.redb")).unwrap();
        let (queue, waiting) = std::sync::mpsc::channel::<(Vec<u8>, oneshot::Sender<()>)>();
        std::thread::spawn(move || {
            let _dir = dir;
            let mut count = 0u128;
            while let Ok(first) = waiting.recv() {
                let mut batch = vec![first];
                while let Some(next) = (batch.len() < 256).then(|| waiting.try_recv().ok()).flatten() {
                    batch.push(next);
                }
                let mut transaction = database.begin_write().unwrap();
                transaction.set_quick_repair(true);
                {
                    let mut table = transaction.open_table(LOG).unwrap();
                    for (value, _) in &batch {
                        count += 1;
                        table.insert(&count.to_be_bytes()[..], value.as_slice()).unwrap();
                    }
                }
                transaction.commit().unwrap();
                for (_, done) in batch {
                    done.send(()).unwrap_or(());
                }
            }
        });
        Commits { queue }
    }

    async fn commit(&self, value: Vec<u8>) {
        let (done, committed) = oneshot::channel();
        self.queue.send((value, done)).unwrap();
        committed.await.unwrap();
    }
}
