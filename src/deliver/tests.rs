//! Against targets on this machine that misbehave in each way there is.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::actions::Answer;
use crate::value::Bytes;

const LONG: Duration = Duration::from_secs(20);

fn deliver() -> Deliver {
    let allow_private = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    Deliver::new(Options { allow_private, ..Options::default() }).unwrap()
}

fn request(method: &str, url: String, body: &'static str) -> Rendered {
    let headers = vec![(Arc::from("X-Test"), "é".to_owned())];
    Rendered { method: method.into(), url, headers, body: Bytes::from_static(body.as_bytes()) }
}

/// Takes one request whole, says `answer`, and closes; gives what it was sent.
async fn target(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in?a=1", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let text = whole_request(&mut stream).await;
        stream.write_all(&answer).await.unwrap();
        text
    });
    (url, served)
}

async fn whole_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut byte = [0];
    loop {
        assert_eq!(stream.read(&mut byte).await.unwrap(), 1, "{text}");
        text.push(byte[0] as char);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        if body.len() >= length.map_or(0, |digits| digits.parse().unwrap()) {
            return text;
        }
    }
}

async fn sent(request: Rendered, timeout: Duration, limit: u64) -> Attempt {
    deliver().send(&request, timeout, limit).await
}

fn lost(attempt: Attempt, why: &str) {
    let Attempt::Lost(reason) = &attempt else { panic!("{attempt:?}") };
    assert!(reason.contains(why), "{reason}");
    assert!(!reason.contains("a=1"), "{reason}");
}

fn not_sent(attempt: Attempt, why: &str) {
    let Attempt::NotSent(reason) = &attempt else { panic!("{attempt:?}") };
    assert!(reason.contains(why), "{reason}");
    assert!(!reason.contains("a=1"), "{reason}");
}

#[tokio::test]
async fn a_whole_answer_comes_back_as_it_is() {
    let (url, served) =
        target(b"HTTP/1.1 201 Made\r\nX-A: \xff\r\nX-B: 1\r\nContent-Length: 2\r\n\r\nhi".to_vec()).await;
    let attempt = sent(request("POST", url, "body"), LONG, 2).await;
    let headers = [("x-a", "\u{fffd}"), ("x-b", "1"), ("content-length", "2")];
    let headers = headers.map(|(name, value)| (Arc::from(name), Arc::from(value))).to_vec();
    let answer = Answer { status: 201, headers, body: Bytes::from_static(b"hi"), dry_run: false };
    assert_eq!(attempt, Attempt::Answered(answer));
    let text = served.await.unwrap();
    assert!(text.starts_with("POST /in?a=1 HTTP/1.1\r\n") && text.ends_with("\r\n\r\nbody"), "{text}");
    assert!(text.contains(concat!("user-agent: wj/", env!("CARGO_PKG_VERSION"), "\r\n")), "{text}");
    assert!(text.contains("content-length: 4\r\n") && !text.contains("encoding"), "{text}");
}

#[tokio::test]
async fn a_request_without_a_body_says_so_only_where_one_is_usual() {
    for (method, says) in [("POST", true), ("DELETE", false), ("GET", false), ("PURGE", false)] {
        let (url, served) = target(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await;
        let attempt = sent(request(method, url, ""), LONG, 0).await;
        assert!(matches!(attempt, Attempt::Answered(Answer { status: 204, .. })), "{attempt:?}");
        let text = served.await.unwrap();
        assert_eq!(text.contains("content-length: 0\r\n"), says, "{text}");
        assert!(!text.contains("transfer-encoding"), "{text}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (url, _) =
        target(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec())
            .await;
    let attempt = sent(request("GET", url, ""), LONG, 0).await;
    assert!(matches!(attempt, Attempt::Answered(Answer { status: 302, .. })), "{attempt:?}");
}

#[tokio::test]
async fn answers_that_do_not_come_whole_are_lost() {
    let large_headers =
        format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "a".repeat(33 * 1024));
    for (answer, why) in [
        ("", "connection closed"),
        ("HTTP/1.1 200 OK\r\nContent-Le", "connection closed"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "end of file before message length reached"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "Invalid chunk size"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", "unexpected"),
        ("not http at all\r\n\r\n", "invalid HTTP version"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901", "larger than 10 bytes"),
        ("HTTP/1.1 200 OK\r\n\r\n12345678901", "larger than 10 bytes"),
        (&large_headers, "headers are larger"),
    ] {
        let (url, _) = target(answer.as_bytes().to_vec()).await;
        lost(sent(request("POST", url, "body"), LONG, 10).await, why);
    }
}

#[tokio::test]
async fn a_request_without_a_body_that_got_out_is_lost_too() {
    let (url, _) = target(Vec::new()).await;
    lost(sent(request("DELETE", url, ""), LONG, 10).await, "connection closed");
}

/// A target that waits for the first bytes, says `begin` and that it did, and then nothing, with its connection open.
async fn silent(begin: &'static [u8]) -> (String, oneshot::Receiver<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/in?a=1", listener.local_addr().unwrap());
    let (begun, asked) = oneshot::channel();
    let held = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0]).await.unwrap();
        stream.write_all(begin).await.unwrap();
        // The test that is served may be over already.
        let _ = begun.send(());
        std::future::pending::<()>().await;
        drop(stream);
    });
    (url, asked, held)
}

#[tokio::test]
async fn a_time_out_after_the_request_left_is_lost() {
    for begin in
        [&b""[..], b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nha"]
    {
        for (method, body) in [("POST", "body"), ("GET", "")] {
            let (url, asked, held) = silent(begin).await;
            let sending = tokio::spawn(sent(request(method, url, body), LONG, 10));
            asked.await.unwrap();
            // From here on the clock jumps to the end of the wait.
            tokio::time::pause();
            lost(sending.await.unwrap(), "no answer within 20 s");
            tokio::time::resume();
            held.abort();
        }
    }
}

/// A listener whose queue is full: the kernel drops what would connect, as a machine that is off would.
#[tokio::test]
async fn a_time_out_while_connecting_is_not_sent() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(connected) =
        tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await
    {
        queued.push(connected.unwrap());
    }
    tokio::time::pause();
    for (method, body) in [("POST", "body"), ("GET", "")] {
        let request = request(method, format!("http://{address}/?a=1"), body);
        not_sent(sent(request.clone(), Duration::from_millis(60), 10).await, "no answer within 60 ms");
        // The client gives up by itself before the longest time-outs.
        not_sent(sent(request, LONG, 10).await, "did not take the connection in time");
    }
}

#[tokio::test]
async fn a_target_that_is_not_there_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for body in ["body", ""] {
        let attempt = sent(request("POST", format!("http://{address}/?a=1"), body), LONG, 10).await;
        not_sent(attempt, "Connection refused");
    }
    let attempt = sent(request("POST", "http://nowhere.invalid/?a=1".into(), "body"), LONG, 10).await;
    not_sent(attempt, "`nowhere.invalid` cannot be found");
}

#[tokio::test]
async fn tls_that_fails_is_not_sent() {
    let (url, _, _) = silent(b"this is not TLS\r\n").await;
    let attempt = sent(request("POST", url.replace("http:", "https:"), "body"), LONG, 10).await;
    assert!(matches!(attempt, Attempt::NotSent(_)), "{attempt:?}");
}

#[tokio::test]
async fn private_addresses_are_refused_unless_allowed() {
    let guarded = Deliver::new(Options::default()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for host in ["127.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "localhost"] {
        let request = request("GET", format!("http://{host}:{port}/?a=1"), "");
        not_sent(guarded.send(&request, LONG, 10).await, "private address");
    }
    let answering = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        whole_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    });
    let attempt = sent(request("GET", format!("http://localhost:{port}/"), ""), LONG, 10).await;
    assert!(matches!(attempt, Attempt::Answered(_)), "{attempt:?}");
    answering.await.unwrap();
}

#[tokio::test]
async fn in_haste_what_stands_in_the_way_of_every_try_is_final() {
    let hasty = Deliver::new(Options { is_hasty: true, ..Options::default() }).unwrap();
    for (host, allows) in [
        ("127.0.0.1", "127.0.0.1 is a private address, which `--allow-private 127.0.0.0/8` would allow"),
        ("10.1.2.3", "`--allow-private 10.1.2.3/32`"),
        ("[fd00::1]", "`--allow-private fd00::1/128`"),
        ("localhost", "`localhost` is at "),
    ] {
        let attempt = hasty.send(&request("GET", format!("http://{host}:9/?a=1"), ""), LONG, 10).await;
        let Attempt::Refused(reason) = &attempt else { panic!("{host}: {attempt:?}") };
        assert!(reason.contains(allows), "{host}: {reason}");
    }
    let mail = request(
        "POST",
        "mailto:a@b.example".into(),
        r#"{"to":"a@b.example","subject":"a","text":"b","id":"c"}"#,
    );
    let attempt = hasty.send(&mail, LONG, 10).await;
    assert!(matches!(&attempt, Attempt::Refused(why) if why.contains("`[smtp]`")), "{attempt:?}");
    // Who is not there now may be there for the next try.
    let gone = hasty.send(&request("GET", "http://nowhere.invalid/".into(), ""), LONG, 10).await;
    not_sent(gone, "`nowhere.invalid` cannot be found");
}

#[tokio::test]
async fn what_cannot_be_written_is_not_sent() {
    let url = || "http://127.0.0.1:9/".to_owned();
    let with = |name: &str, value: &str| Rendered {
        headers: vec![(name.into(), value.into())],
        ..request("GET", url(), "")
    };
    not_sent(sent(with("X-A", "a\r\nb"), LONG, 10).await, "`X-A` cannot be written");
    not_sent(sent(with("X A", "a"), LONG, 10).await, "`X A` cannot be written");
    not_sent(sent(with("Content-Length", "5"), LONG, 10).await, "belongs to the connection");
    not_sent(sent(request("G T", url(), ""), LONG, 10).await, "no method");
    not_sent(sent(request("GET", "file:///etc/passwd".into(), ""), LONG, 10).await, "URL");
}
