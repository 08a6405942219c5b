//! The door, byte by byte: raw requests over an in-memory stream, on a clock that runs only while everybody waits.

use std::sync::Mutex;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::*;
use crate::resolve::program::{Cors, Pipeline};
use crate::routing::{Refusal, pipeline};
use crate::run::{Admission, Reply};
use crate::serve::budget::Lease;
use crate::serve::{Incoming, Options, Routes};
use crate::value::Bytes;

/// Answers with what it was asked, and remembers what was rejected.
#[derive(Default)]
pub struct Echo {
    rejected: Mutex<Vec<String>>,
}

impl Handler for Echo {
    fn refuses(&self, pipeline: &Pipeline) -> Option<Refusal> {
        (&*pipeline.name == "stopped").then_some(Refusal::Stopped)
    }

    async fn handle(&self, pipeline: Arc<Pipeline>, request: Incoming, _: Lease) -> Result<Reply, Refusal> {
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let body = match &*pipeline.name {
            "slow" => {
                sleep(Duration::from_secs(60)).await;
                "late".to_owned()
            }
            "big" => "x".repeat(1 << 20),
            name => {
                let params: String =
                    request.params.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                format!("{name} {} {}{params} [{text}]", request.method, request.target)
            }
        };
        let headers = vec![("X-Op".into(), "1".into())];
        Ok(Reply { status: 200, reason: Some("Fine".into()), headers, body: Bytes::from(body) })
    }

    fn limits(&self, _: &Arc<Pipeline>, _: &Incoming) -> Result<(), Refusal> {
        Ok(())
    }

    fn admits(&self, _: &Arc<Pipeline>, request: &Incoming) -> Admission {
        match request.headers.last("x-let") {
            Some(b"refused") => Admission::Refused("a reason".into()),
            Some(b"unset") => Admission::SecretNotSet("KEY".into()),
            _ => Admission::LetIn(None),
        }
    }

    fn rejected(&self, pipeline: &Arc<Pipeline>, request: Incoming, status: u16, reason: &str) {
        let line = format!("{} {} {status} {reason}", pipeline.name, request.target);
        self.rejected.lock().unwrap().push(line);
    }
}

struct Served {
    client: DuplexStream,
    ended: JoinHandle<()>,
    network: Arc<Network<Echo>>,
    stop: watch::Sender<bool>,
}

/// A server of a pipeline for each kind of behaviour.
pub fn network(options: Options) -> Arc<Network<Echo>> {
    let list = Cors::Origins(vec!["https://a.example".into()]);
    let routes = Routes::new(vec![
        pipeline("leads", &[("POST", "/leads")], Some(Cors::Any), 100),
        pipeline("school", &[("POST,PUT", "/h/{school}")], None, 100_000),
        pipeline("list", &[("GET", "/list")], Some(list), 100),
        pipeline("any", &[("*", "/any")], Some(Cors::Any), 100),
        pipeline("slow", &[("GET", "/slow")], None, 100),
        pipeline("big", &[("GET", "/big")], None, 100),
        pipeline("stopped", &[("POST", "/stopped")], Some(Cors::Any), 100),
    ]);
    let routes = Arc::new(ArcSwap::from_pointee(routes));
    Arc::new(Network::new(options, routes, Arc::new(Echo::default())))
}

fn serve_with(options: Options) -> Served {
    let network = network(options);
    let (stop, stopped) = watch::channel(false);
    let (client, server) = duplex(4096);
    let ended = tokio::spawn(serve(network.clone(), server, "127.0.0.1".parse().unwrap(), stopped));
    Served { client, ended, network, stop }
}

/// Sends all of it, closes the sending side, and gives all that comes back, without the date.
async fn exchange_with(options: Options, request: &str) -> String {
    let served = serve_with(options);
    let (mut reader, mut writer) = tokio::io::split(served.client);
    let request = request.as_bytes().to_vec();
    let sender = tokio::spawn(async move {
        // The server may close before it has taken all.
        let _ = writer.write_all(&request).await;
        let _ = writer.shutdown().await;
    });
    let mut answer = Vec::new();
    reader.read_to_end(&mut answer).await.unwrap();
    drop(reader);
    sender.await.unwrap();
    served.ended.await.unwrap();
    let text = String::from_utf8(answer).unwrap();
    text.split_inclusive("\r\n").filter(|line| !line.starts_with("date: ")).collect()
}

async fn exchange(request: &str) -> String {
    exchange_with(Options::default(), request).await
}

fn refused(answer: &str, status: u16, code: &str) {
    let line = answer.strip_prefix("HTTP/1.").unwrap_or_default();
    assert!(line.get(1..).unwrap_or_default().starts_with(&format!(" {status} ")), "{answer}");
    assert!(answer.ends_with(&format!("\r\n\r\n{{\"error\":\"{code}\"}}")), "{answer}");
    assert!(answer.contains("content-type: application/json\r\n"), "{answer}");
    assert!(!answer.contains("100 Continue"), "{answer}");
}

fn refused_for_good(answer: &str, status: u16, code: &str) {
    refused(answer, status, code);
    assert!(answer.contains("connection: close\r\n"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_request_reaches_its_pipeline_and_its_answer_the_caller() {
    let answer = exchange("POST /h/a%20b?q=%31 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi").await;
    assert_eq!(
        answer,
        "HTTP/1.1 200 Fine\r\nx-op: 1\r\ncontent-length: 43\r\n\r\nschool POST /h/a%20b?q=%31 school=a b [hi]\r\n"
            .replace("43", "42")
            .trim_end_matches("\r\n")
    );
}

#[tokio::test(start_paused = true)]
async fn an_absolute_target_and_an_old_version_are_understood() {
    let answer = exchange("GET http://x:80/any?a HTTP/1.1\r\nHost: other\r\n\r\n").await;
    assert!(answer.ends_with("any GET /any?a []"), "{answer}");
    let answer = exchange("GET /any HTTP/1.0\r\n\r\n").await;
    assert!(answer.contains(" 200 Fine") && answer.ends_with("any GET /any []"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn requests_sent_at_once_are_answered_in_order() {
    let one = "POST /h/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na";
    let two =
        "POST /h/2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n2\r\ncd\r\n0\r\n\r\n";
    let answer = exchange(&format!("{one}{two}{one}")).await;
    let bodies: Vec<&str> =
        answer.split("HTTP/1.1 200 Fine").filter_map(|one| one.split("school POST ").nth(1)).collect();
    assert_eq!(bodies, ["/h/1 school=1 [a]", "/h/2 school=2 [bcd]", "/h/1 school=1 [a]"]);
}

#[tokio::test(start_paused = true)]
async fn a_host_is_asked_for_as_the_standard_says() {
    for head in [
        "GET /any HTTP/1.1\r\n\r\n",
        "GET /any HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /any HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /any HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET /any HTTP/1.1\r\nHost:\r\n\r\n",
        "GET ftp://x/any HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        refused_for_good(&exchange(head).await, 400, "bad_request");
    }
}

#[tokio::test(start_paused = true)]
async fn what_two_readers_could_frame_in_two_ways_is_refused() {
    for headers in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: gzip",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999999",
    ] {
        let answer = exchange(&format!("POST /h/1 HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n0\r\n\r\n")).await;
        refused_for_good(&answer, 400, "bad_request");
    }
    let old = "POST /h/1 HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    refused_for_good(&exchange(old).await, 400, "bad_request");
}

#[tokio::test(start_paused = true)]
async fn what_the_parser_refuses_says_so_in_json_too() {
    refused_for_good(&exchange("GET / HTTP/1.1\r\nHost : x\r\n\r\n").await, 400, "bad_request");
    refused_for_good(&exchange("\0\0\0\0\r\n\r\n").await, 400, "bad_request");
    let long = format!("GET /any HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(33 * 1024));
    refused_for_good(&exchange(&long).await, 431, "headers_too_large");
    let many = format!("GET /any HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: a\r\n".repeat(101));
    refused_for_good(&exchange(&many).await, 431, "headers_too_large");
}

#[tokio::test(start_paused = true)]
async fn unknown_paths_and_other_methods_are_told_apart() {
    refused(&exchange("GET /nope HTTP/1.1\r\nHost: x\r\n\r\n").await, 404, "not_found");
    refused(&exchange("GET /h/%FF HTTP/1.1\r\nHost: x\r\n\r\n").await, 400, "bad_request");
    let answer = exchange("GET /h/1 HTTP/1.1\r\nHost: x\r\n\r\n").await;
    refused(&answer, 405, "method_not_allowed");
    assert!(answer.contains("allow: POST, PUT\r\n"), "{answer}");
    let answer = exchange("GET /leads HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.contains("allow: POST, OPTIONS\r\n"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: *\r\n"), "{answer}");
    // Answered as GET is, without the body; where there is no GET, refused.
    let answer = exchange("HEAD /list HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    let answer = exchange("HEAD /h/1 HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 405 ") && answer.ends_with("\r\n\r\n"), "{answer}");
    let answer = exchange("HEAD /any HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.contains("content-length: 16\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn options_are_answered_without_running_anything() {
    let answer = exchange("OPTIONS /h/1 HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 204 ") && answer.contains("allow: POST, PUT\r\n"), "{answer}");
    assert!(!answer.contains("access-control"), "{answer}");
    let preflight = "Host: x\r\nOrigin: https://b.example\r\nAccess-Control-Request-Method: POST\r\n\
        Access-Control-Request-Headers: content-type, x-a\r\n\r\n";
    for (path, methods) in [("/leads", "POST, OPTIONS"), ("/any", "POST")] {
        let answer = exchange(&format!("OPTIONS {path} HTTP/1.1\r\n{preflight}")).await;
        assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
        assert!(answer.contains("access-control-allow-origin: *\r\n"), "{answer}");
        assert!(answer.contains(&format!("access-control-allow-methods: {methods}\r\n")), "{answer}");
        assert!(answer.contains("access-control-allow-headers: content-type, x-a\r\n"), "{answer}");
        assert!(answer.contains("access-control-max-age: 600\r\n"), "{answer}");
        assert!(!answer.contains("content-length"), "{answer}");
    }
    let answer = exchange("OPTIONS /any HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.ends_with("any OPTIONS /any []"), "{answer}");
    let answer = exchange("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_listed_origin_is_named_and_another_is_not() {
    let with = |origin: &str| format!("GET /list HTTP/1.1\r\nHost: x\r\nOrigin: {origin}\r\n\r\n");
    let answer = exchange(&with("https://a.example")).await;
    assert!(answer.contains("access-control-allow-origin: https://a.example\r\n"), "{answer}");
    assert!(answer.contains("vary: Origin\r\n"), "{answer}");
    let answer = exchange(&with("https://b.example")).await;
    assert!(answer.contains("vary: Origin\r\n") && !answer.contains("allow-origin"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_body_over_the_limit_is_refused_in_any_framing() {
    let expecting = "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n".to_owned();
    let sized = format!("Content-Length: 101\r\n\r\n{}", "x".repeat(101));
    let chunked = format!("Transfer-Encoding: chunked\r\n\r\n65\r\n{}\r\n0\r\n\r\n", "x".repeat(101));
    for rest in [expecting, sized, chunked] {
        let answer = exchange(&format!("POST /leads HTTP/1.1\r\nHost: x\r\n{rest}")).await;
        refused_for_good(&answer, 413, "body_too_large");
        assert!(answer.contains("access-control-allow-origin: *\r\n"), "{answer}");
    }
    let fits = format!("POST /leads HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{}", "x".repeat(100));
    assert!(exchange(&fits).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn a_refused_body_that_is_already_under_way_does_not_destroy_the_answer() {
    let body = "x".repeat(300_000);
    let answer =
        exchange(&format!("POST /h/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n{body}")).await;
    refused_for_good(&answer, 413, "body_too_large");
    let answer =
        exchange(&format!("POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n{body}")).await;
    refused_for_good(&answer, 404, "not_found");
}

#[tokio::test(start_paused = true)]
async fn packed_bodies_are_refused_and_remembered() {
    let mut served = serve_with(Options::default());
    let send = "POST /leads HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx";
    served.client.write_all(send.as_bytes()).await.unwrap();
    served.client.shutdown().await.unwrap();
    let mut answer = String::new();
    served.client.read_to_string(&mut answer).await.unwrap();
    refused(&answer, 415, "unsupported_encoding");
    assert_eq!(*served.network.handler.rejected.lock().unwrap(), ["leads /leads 415 unsupported_encoding"]);
    assert_eq!(served.network.counts().refused().find(|(_, count)| *count > 0), Some((415, 1)));
    let identity = send.replace("gzip", "Identity");
    assert!(exchange(&identity).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_100_continue_is_asked_to_go_on_only_by_a_route() {
    let mut served = serve_with(Options::default());
    let head = "POST /leads HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    served.client.write_all(head.as_bytes()).await.unwrap();
    let mut asked = [0; 25];
    served.client.read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    served.client.write_all(b"hi").await.unwrap();
    served.client.shutdown().await.unwrap();
    let mut answer = String::new();
    served.client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("leads POST /leads [hi]"), "{answer}");
    for head in [
        head.replace("/leads", "/nope"),
        head.replace("POST", "PUT"),
        head.replace("Expect", "Content-Encoding: br\r\nExpect"),
    ] {
        let answer = exchange(&head).await;
        assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("connection: close\r\n"), "{answer}");
        assert!(!answer.contains("100 Continue"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_in_flight_share_one_budget() {
    let options = Options { bodies_in_flight: 10, ..Options::default() };
    let send = |size: usize| {
        format!("POST /leads HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n{}", "x".repeat(size))
    };
    let answer = exchange_with(options.clone(), &send(11)).await;
    refused(&answer, 503, "busy");
    assert!(answer.contains("retry-after: 1\r\n"), "{answer}");
    let answer = exchange_with(options, &send(10).repeat(3)).await;
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 3, "{answer}");
}

/// Sends, sends no more, and gives the seconds until the server closed the connection, with what it said.
async fn silence_after(sent: &[u8]) -> (u64, String) {
    let mut served = serve_with(Options::default());
    served.client.write_all(sent).await.unwrap();
    let mut answer = String::new();
    let before = Instant::now();
    served.client.read_to_string(&mut answer).await.unwrap();
    drop(served.client);
    served.ended.await.unwrap();
    (before.elapsed().as_secs(), answer)
}

#[tokio::test(start_paused = true)]
async fn silent_connections_are_closed() {
    assert_eq!(silence_after(b"").await, (10, String::new()));
    assert_eq!(silence_after(b"GET /any HTTP/1.1\r\nHos").await, (10, String::new()));
    let (seconds, answer) = silence_after(b"GET /any HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!((seconds, answer.contains("any GET /any")), (30, true));
    let (seconds, answer) = silence_after(b"GET /any HTTP/1.1\r\nHost: x\r\n\r\nGET").await;
    assert_eq!((seconds, answer.contains("any GET /any")), (30, true), "{answer}");
    let (seconds, answer) =
        silence_after(b"POST /h/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx").await;
    assert_eq!(seconds, 30);
    refused_for_good(&answer, 408, "request_timeout");
}

/// Each part comes well in time; it is their sum that counts.
#[tokio::test(start_paused = true)]
async fn dripping_helps_nobody() {
    for (first, drop, seconds) in [
        ("", "X", 10),
        ("POST /h/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n", "x", 30),
        ("POST /h/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 30),
    ] {
        let served = serve_with(Options::default());
        let (mut reader, mut writer) = tokio::io::split(served.client);
        let before = Instant::now();
        writer.write_all(first.as_bytes()).await.unwrap();
        let dripping = tokio::spawn(async move {
            while writer.write_all(drop.as_bytes()).await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let mut answer = Vec::new();
        reader.read_to_end(&mut answer).await.unwrap();
        assert_eq!(before.elapsed().as_secs(), seconds);
        served.ended.await.unwrap();
        assert!(before.elapsed().as_secs() <= seconds + 2);
        dripping.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_the_answer_is_cut_off() {
    let mut served = serve_with(Options::default());
    let before = Instant::now();
    served.client.write_all(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    served.ended.await.unwrap();
    assert_eq!(before.elapsed().as_secs(), 30);
    let mut answer = Vec::new();
    served.client.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() < 1 << 20);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_being_handled_has_no_deadline_here() {
    let (seconds, answer) = silence_after(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(seconds, 60 + 30);
    assert!(answer.ends_with("late"), "{answer}");
    // Nor is it given up when the sender has closed its side.
    assert!(exchange("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.ends_with("late"));
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_the_request_finish_and_closes_the_idle() {
    let mut idle = serve_with(Options::default());
    idle.client.write_all(b"GET /any HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    idle.client.read_exact(&mut [0; 12]).await.unwrap();
    let mut busy = serve_with(Options::default());
    busy.client.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(1)).await;
    let before = Instant::now();
    idle.stop.send(true).unwrap();
    busy.stop.send(true).unwrap();
    idle.ended.await.unwrap();
    assert_eq!(before.elapsed().as_secs(), 0);
    let mut answer = String::new();
    busy.client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("connection: close\r\n") && answer.ends_with("late"), "{answer}");
    busy.ended.await.unwrap();
    assert_eq!(before.elapsed().as_secs(), 59);
}

#[tokio::test(start_paused = true)]
async fn who_is_not_let_in_is_told_nothing_and_kept_for_people() {
    let request = |sent: &str| {
        format!(
            "POST /leads HTTP/1.1\r\nHost: a\r\nX-Let: {sent}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
        )
    };
    let served = serve_with(Options::default());
    let network = served.network.clone();
    let (mut reader, mut writer) = tokio::io::split(served.client);
    writer.write_all(request("refused").as_bytes()).await.unwrap();
    let mut answer = String::new();
    reader.read_to_string(&mut answer).await.unwrap();
    refused(&answer, 401, "unauthorized");
    assert!(answer.contains("access-control-allow-origin: *\r\n") && !answer.contains("reason"), "{answer}");
    assert_eq!(*network.handler.rejected.lock().unwrap(), ["leads /leads 401 a reason"]);
    let answer = exchange(&request("unset")).await;
    refused(&answer, 503, "secret_not_set");
    assert!(answer.contains("retry-after: 60\r\n") && !answer.contains("KEY"), "{answer}");
    assert!(exchange(&request("yes")).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_let_in_is_told_so_by_its_head_alone() {
    let served = serve_with(Options::default());
    let (mut reader, mut writer) = tokio::io::split(served.client);
    // Half of a body, and the rest never comes.
    let request = "POST /stopped HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{";
    writer.write_all(request.as_bytes()).await.unwrap();
    let begun = Instant::now();
    let mut answer = vec![0; 4096];
    let size = reader.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(answer.get(..size).unwrap()).into_owned();
    assert!(begun.elapsed() < Duration::from_millis(100), "{:?}", begun.elapsed());
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 60\r\n"), "{answer}");
    assert!(
        answer.contains("access-control-allow-origin: *\r\n") && answer.contains("connection: close"),
        "{answer}"
    );
    assert_eq!(served.network.counts().refused().find(|(status, _)| *status == 503), Some((503, 1)));
    assert!(served.network.handler.rejected.lock().unwrap().is_empty());
}
