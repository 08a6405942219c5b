//! Callers and targets that mean harm, against the real binary: nothing from outside changes the shape of a request or of
//! an answer, and nobody's request takes the server down or keeps it busy.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use serde_json::json;

use crate::harness::{Does, Server, Site, Target};

/// Answers with what it was given, in every place that an answer has.
const ECHO: &str = r#"pipeline echo {
  on POST "/echo/{part}"
  limit body 8MB
  extract body on_missing empty { value = $.value }
  extract query on_missing empty { asked = $.q }
  extract headers on_missing empty { sent = $["x-in"] }
  respond 200 {
    header "X-Body" = value
    header "X-Query" = asked
    header "X-Header" = sent
    header "X-Path" = path.part
    json { value: value, asked: asked, part: path.part }
  }
}
"#;

/// Sends what it was given, in every place that a request has, while the caller waits.
fn forwarding(target: &Target) -> String {
    format!(
        r#"pipeline forward {{
  on POST "/forward"
  extract body on_missing empty {{
    segment = $.segment on_missing default "s"
    asked = $.query
    head = $.head
    form = $.form
  }}
  let sent = http.post "{}/in/{{segment}}/end" {{
    header "X-In" = head
    query {{ q: asked, last: "1" }}
    form {{ f: form, last: "2" }}
  }}
  http.put "{}/json" {{ json {{ f: form, last: 3 }} }}
  respond 200 {{ json {{ status: sent.status }} }}
}}
"#,
        target.url(),
        target.url()
    )
}

fn refused(site: &Site, answer: &crate::harness::Answer) {
    assert_eq!(answer.status, 422, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["error"], "bad_value", "{answer:?}");
    assert!(answer.headers.iter().all(|(name, _)| !name.eq_ignore_ascii_case("x-evil")), "{answer:?}");
    let operation = site.show(body["operation"].as_str().unwrap());
    assert_eq!((&operation["status"], &operation["answer"]["status"]), (&json!("failed"), &json!(422)));
    assert!(operation["reason"].as_str().unwrap().contains("control character"), "{operation}");
}

#[test]
fn no_value_changes_the_shape_of_an_answer() {
    let site = Site::new(&[("echo.wj", ECHO)]);
    let server = site.serve(&[]);
    for evil in ["a\r\nX-Evil: 1", "a\nb", "a\0b", "\u{85}", "\u{7f}"] {
        refused(&site, &server.post_json("/echo/a", &json!({ "value": evil }).to_string()));
    }
    for evil in ["%0d%0aX-Evil:%201", "%00", "%0A"] {
        refused(&site, &server.post_json(&format!("/echo/{evil}"), "{}"));
        refused(&site, &server.post_json(&format!("/echo/a?q={evil}"), "{}"));
    }
    // What is only unusual goes through as it is.
    let odd = "\u{202e}имя\u{2066} \"\\ </script> ${x} {value}";
    let answer = server.post_json("/echo/a%2Fb%3F", &json!({ "value": odd }).to_string());
    assert_eq!(answer.json(), json!({ "value": odd, "part": "a/b?" }));
    assert_eq!((answer.header("X-Body"), answer.header("X-Path")), (Some(odd), Some("a/b?")));
    // Bytes that are no text never reach a pipeline in the path, and are marked elsewhere.
    assert_eq!(server.post_json("/echo/%ff", "{}").status, 400);
    assert_eq!(server.post_json("/echo/a?q=%ff", "{}").json()["asked"], "\u{fffd}");
    let answer = server.raw(
        b"POST /echo/a HTTP/1.1\r\nHost: a\r\nX-In: \xff\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert!(answer.contains("x-header: \u{fffd}\r\n"), "{answer}");
    // Of a header that came twice the last counts.
    let twice = server.send("POST", "/echo/a?q=1&q=2", &[("X-In", "1"), ("X-In", "2")], "{}");
    assert_eq!((twice.header("X-Header"), twice.header("X-Query")), (Some("2"), Some("2")));
}

#[test]
fn no_value_changes_the_shape_of_a_request() {
    let target = Target::new([Does::Answers(200, String::new())]);
    let site = Site::new(&[("forward.wj", &forwarding(&target))]);
    let server = site.serve(&[]);
    let evil = "../x?a=b&c#d%2e%2e\r\nX-Evil: 1\0\u{202e}\"}, \"g\": [\\";
    let body = json!({ "segment": evil, "query": evil, "form": evil, "head": "a" }).to_string();
    assert_eq!(server.post_json("/forward", &body).status, 200);
    let sent = target.next();
    let path = sent.target.split('?').next().unwrap();
    assert!(
        path.starts_with("/in/..%2Fx%3Fa%3Db%26c%23d%252e%252e%0D%0AX-Evil") && path.ends_with("/end"),
        "{path}"
    );
    assert_eq!(path.matches('/').count(), 3);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(sent.query(), [pair("q", evil), pair("last", "1")]);
    assert_eq!(sent.form(), [pair("f", evil), pair("last", "2")]);
    assert_eq!(sent.header("x-evil"), None);
    let body: serde_json::Value = serde_json::from_str(&target.next().body).unwrap();
    assert_eq!(body, json!({ "f": evil, "last": 3 }));

    refused(&site, &server.post_json("/forward", r#"{"head":"a\r\nX-Evil: 1"}"#));
    for segment in ["", ".", ".."] {
        let answer = server.post_json("/forward", &json!({ "segment": segment }).to_string());
        assert_eq!(answer.status, 422, "{segment:?}");
    }
    assert!(target.is_quiet());
    // A list in the place of a text is a list in JSON, and a text elsewhere.
    assert_eq!(server.post_json("/forward", r#"{"query":["a","b"],"form":{"x":1}}"#).status, 200);
    assert_eq!(target.next().query(), [pair("q", r#"["a","b"]"#), pair("last", "1")]);
}

#[test]
fn bodies_made_to_cost_much_cost_little() {
    let whole = "pipeline whole {\n  on POST \"/whole\"\n  limit body 8MB\n  respond 200 { json body }\n}\n";
    let site = Site::new(&[("echo.wj", ECHO), ("whole.wj", whole)]);
    let server = site.serve(&["--data", "memory:"]);
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(5_000), close.repeat(5_000));
    for body in
        [deep("[", "]"), deep("{\"a\":", ""), deep("[", ""), format!("{{\"value\":{}}}", deep("[", "]"))]
    {
        for path in ["/whole", "/echo/a"] {
            let answer = server.post_json(path, &body);
            assert_eq!((answer.status, &answer.json()["error"]), (400, &json!("undecodable_body")), "{path}");
        }
    }
    // Many keys, all different and all the same.
    let keys = |name: &dyn Fn(usize) -> String| {
        let members: Vec<String> = (0..40_000).map(|n| format!("\"{}\":{n}", name(n))).collect();
        format!("{{{}}}", members.join(","))
    };
    let began = std::time::Instant::now();
    assert_eq!(server.post_json("/whole", &keys(&|n| format!("k{n}"))).status, 200);
    assert_eq!(server.post_json("/whole", &keys(&|_| "k".into())).json(), json!({ "k": 39_999 }));
    assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
}

#[test]
fn a_body_of_any_kind_that_means_harm_ends_in_a_4xx_and_a_row() {
    let whole = "pipeline whole {\n  on POST \"/whole\"\n  limit body 8MB\n  extract body on_missing empty { a = $.a, b = $.b[0].c }\n  respond 200 {\n    header \"X-Operation\" = operation.id\n    json { a: a, b: b }\n  }\n}\n";
    let site = Site::new(&[("whole.wj", whole)]);
    let server = site.serve(&[]);
    let form = "application/x-www-form-urlencoded";
    let multipart = "multipart/form-data; boundary=x";
    let part = |name: &str| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n1\r\n");
    let began = std::time::Instant::now();
    let (mut sent, mut rows) = (0, 0);
    let json = "application/json";
    for (content_type, body) in [
        (json, format!("{{\"a\":{}}}", "[".repeat(5_000)).into_bytes()),
        (json, "[".repeat(1_000_000).into_bytes()),
        (json, b"{\"a\":\"\xff\"}".to_vec()),
        (json, b"{\"a\":\"\\ud800\"}".to_vec()),
        (json, b"{\"a\":\"a\nb\"}".to_vec()),
        (json, b"{\"a\":1}{\"a\":2}".to_vec()),
        (json, b"{\"a\":NaN}".to_vec()),
        (form, b"a=%ff".to_vec()),
        (form, b"\xff=1".to_vec()),
        (form, format!("a{}=1&", "[]".repeat(31)).repeat(10_000).into_bytes()),
        (form, "a[]&".repeat(300_000).into_bytes()),
        (multipart, part("a").into_bytes()),
        (multipart, part("a").repeat(50_000).into_bytes()),
        (multipart, "\r\n--x".repeat(1_000_000).into_bytes()),
        (multipart, format!("--x\r\n{}\r\n1\r\n--x--\r\n", "A: b\r\n".repeat(200_000)).into_bytes()),
        (multipart, part(&"a".repeat(1_000_000)).into_bytes()),
        ("multipart/form-data; boundary=\"\"", part("a").into_bytes()),
        (multipart, format!("--x\r\n{}", "A".repeat(1 << 20)).into_bytes()),
        ("multipart/form-data", part("a").into_bytes()),
        ("text/xml", "<a>".repeat(5_000).into_bytes()),
        ("text/xml", format!("<a>{}</a>", "<b/>".repeat(300_000)).into_bytes()),
        (
            "text/xml",
            b"<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;\">]><a>&y;</a>".to_vec(),
        ),
        ("text/xml", b"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a>&passwd;</a>".to_vec()),
        ("text/xml", b"<a>\xff</a>".to_vec()),
        ("text/xml", b"<a><b></a></b>".to_vec()),
        ("text/plain; charset=none", b"x".to_vec()),
        ("application/x-www-form-urlencoded; charset=utf-7", b"a=+AGE-".to_vec()),
        ("application/json; charset=windows-1251", b"{\"a\":\"\x98\"".to_vec()),
        ("\u{1}", b"{}".to_vec()),
    ] {
        let mut request = format!(
            "POST /whole HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        request.extend(&body);
        let answer = server.raw(&request);
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 400 "), "{content_type} {shown}: {answer:.200}");
        sent += 1;
        rows += usize::from(answer.contains("undecodable_body"));
    }
    // The head that hyper itself refuses has no row, all others have one.
    let aborted = site.history(&["--status", "aborted", "--limit", "100"]);
    assert_eq!((rows, aborted.len()), (sent - 1, sent - 1));
    assert!(aborted.iter().all(|row| row["answer"]["status"] == 400 && row["reason"] != ""), "{aborted:?}");
    // What is only unusual goes through: as many keys as there may be, whatever they are, and any characters in them.
    let keys: String = (0..150_000).map(|n| format!("k{n}=1&")).collect();
    assert_eq!(server.send("POST", "/whole", &[("Content-Type", form)], &keys).status, 200);
    let odd =
        server.send("POST", "/whole", &[("Content-Type", form)], "a=%00%0d%0aX-Evil:+1&b[0][c]=%1b%5b2J");
    assert_eq!(odd.json(), json!({ "a": "\0\r\nX-Evil: 1", "b": "\u{1b}[2J" }));
    let deep = format!("a{}=1&b[][c]=2", "[b]".repeat(5_000));
    assert_eq!(server.send("POST", "/whole", &[("Content-Type", form)], &deep).json(), json!({ "b": "2" }));
    // Seconds on a machine of one's own; what hangs hangs for longer.
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
    assert!(server.memory() < 400, "{} MiB", server.memory());
}

#[test]
fn a_body_over_the_limit_is_refused_in_both_framings_and_the_next_request_is_served() {
    let site =
        Site::new(&[("echo.wj", "pipeline p {\n  on POST \"/p\"\n  limit body 64KB\n  respond 200\n}\n")]);
    let server = site.serve(&[]);
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    let mut chunked = b"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    chunked.extend(chunk.repeat(1_600).bytes());
    for request in [
        chunked,
        b"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\nx".to_vec(),
        b"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nx".to_vec(),
    ] {
        let answer = server.raw(&request);
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("connection: close"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1);
    }
    let packed = server.send("POST", "/p", &[("Content-Encoding", "gzip")], "x");
    assert_eq!((packed.status, &packed.json()["error"]), (415, &json!("unsupported_encoding")));
    assert_eq!(server.post_json("/p", "{}").status, 200);
    // Kept for people, though nothing ran; written behind the answer, so asked for until it is there.
    let rejected = loop {
        let rejected = site.history(&["--status", "rejected"]);
        if rejected.len() == 4 {
            break rejected;
        }
    };
    assert_eq!(rejected.iter().filter(|operation| operation["answer"]["status"] == 413).count(), 3);
    let status = server.status();
    assert_eq!((&status["refused"]["413"], &status["refused"]["415"]), (&json!(3), &json!(1)));
    assert!(site.stdout(&["status"]).contains("refused at the door since the start: 413: 3, 415: 1"));
}

#[test]
fn the_door_answers_every_request_by_the_standard() {
    let more = "pipeline got {\n  on GET \"/got\"\n  respond 200 { text \"got\" }\n}\n\
                pipeline any {\n  on any \"/any\"\n  cors \"*\"\n  respond 200 { text request.method }\n}\n";
    let site = Site::new(&[("echo.wj", ECHO), ("more.wj", more)]);
    let server = site.serve(&["--data", "memory:"]);
    let head = |line: &str, headers: &str| {
        let answer = server.raw(format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n").as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{line}: {answer:?}"));
        let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
        let allow = head.lines().find_map(|line| line.strip_prefix("allow: ")).unwrap_or("").to_owned();
        (status, allow, body.to_owned())
    };
    let host = "Host: a\r\n";
    for (line, headers, status, allow) in [
        ("GET /got", host, 200, ""),
        ("GET http://other.example/got", host, 200, ""),
        ("HEAD /got", host, 200, ""),
        ("DELETE /got", host, 405, "GET, HEAD"),
        ("OPTIONS /got", host, 204, "GET, HEAD"),
        ("PUT /echo/a", host, 405, "POST"),
        ("HEAD /echo/a", host, 405, "POST"),
        ("HEAD /any", host, 200, ""),
        ("BREW /any", host, 200, ""),
        ("OPTIONS *", host, 204, ""),
        ("GET /none", host, 404, ""),
        ("OPTIONS /none", host, 404, ""),
        ("HEAD /none", host, 404, ""),
        ("GET /got/", host, 404, ""),
        ("GET /got", "", 400, ""),
        ("GET /got", "Host: a\r\nHost: a\r\n", 400, ""),
        ("GET /got", "Host: a b\r\n", 400, ""),
        ("GET /got", "Host: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400, ""),
        ("GET /got", "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", 400, ""),
        ("GET /got", "Host: a\r\nContent-Length: 0\r\nContent-Length: 1\r\n", 400, ""),
        ("GET /got", "Host: a\r\nContent-Length: +1\r\n", 400, ""),
        ("GET /got", "Host: a\r\nX-A: 1\r\n folded\r\n", 400, ""),
        ("GET /got", "Host: a\r\nX-A : 1\r\n", 400, ""),
    ] {
        let (own, allowed, body) = head(line, headers);
        assert_eq!((own, allowed.as_str()), (status, allow), "{line} {headers:?}: {body}");
        assert!(body.is_empty() || !line.starts_with("HEAD"), "{line}: {body}");
    }
    // Several at once on one connection are answered in their order; behind a refusal nothing more is read.
    let got = "GET /got HTTP/1.1\r\nHost: a\r\n\r\n";
    let post = "POST /echo/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}";
    let bad = "GET /got HTTP/1.1\r\n\r\n";
    let answers = server.raw(format!("{got}{post}{got}{bad}{got}{got}").as_bytes());
    let statuses: Vec<&str> =
        answers.match_indices("HTTP/1.1 ").map(|(at, _)| &answers[at + 9..at + 12]).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status != "100").copied().collect::<Vec<_>>(),
        ["200", "200", "200", "400"]
    );
}

#[test]
fn a_head_that_means_harm_ends_in_a_4xx_or_means_what_it_says() {
    let site = Site::new(&[("echo.wj", ECHO)]);
    let server = site.serve(&["--data", "memory:"]);
    let began = std::time::Instant::now();
    let status = |line: &str, headers: &str| {
        let body = "Connection: close\r\nContent-Length: 2\r\n\r\n{}";
        let answer = server.raw(format!("POST {line} HTTP/1.1\r\nHost: a\r\n{headers}{body}").as_bytes());
        answer.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok()).unwrap_or(0)
    };
    let many = |count: usize| (0..count).map(|n| format!("X-{n}: 1\r\n")).collect::<String>();
    for (line, headers, wanted) in [
        ("/echo/a".to_owned(), many(200), 431),
        ("/echo/a".to_owned(), format!("X-In: {}\r\n", "a".repeat(100_000)), 431),
        (format!("/echo/{}", "a".repeat(100_000)), String::new(), 431),
        (format!("/echo/a?{}", "q=1&".repeat(20_000)), String::new(), 431),
        // As much as a head may hold.
        (format!("/echo/a?{}", "a&".repeat(10_000)), String::new(), 200),
        (format!("/echo/a?q{}=1", "[q]".repeat(5_000)), String::new(), 200),
        (format!("/echo/a?{}", "q[]=1&".repeat(2_000)), String::new(), 200),
        ("/echo/a?q=%&q2=%zz&%=&==&[]=&]=[".to_owned(), String::new(), 200),
        ("/echo/a".to_owned(), format!("Cookie: {}\r\n", "a=\"; ".repeat(2_000)), 200),
        ("/echo/a".to_owned(), "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n".into(), 415),
        ("/echo/a".to_owned(), "Content-Encoding: br, identity\r\n".into(), 415),
        ("/echo/%".to_owned(), String::new(), 400),
        ("/echo/%c0%af".to_owned(), String::new(), 400),
        ("/echo/a/../a".to_owned(), String::new(), 404),
    ] {
        assert_eq!(status(&line, &headers), wanted, "{line:.40} {headers:.40}");
    }
    // Of two types the last counts, as of any header that came twice.
    let types = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Type", "application/json")];
    assert_eq!(server.send("POST", "/echo/a", &types, "{\"value\": 1}").json()["value"], 1);
    assert_eq!(server.send("POST", "/echo/a", &types, "value=1").status, 400);
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

/// A pipeline that asks the target while its caller waits.
fn asking(target: &Target, more: &str) -> String {
    format!(
        "pipeline ask {{\n  on POST \"/ask\"\n  let got = http.post \"{}/x\" {{\n    json {{ a: 1 }}\n{more}\n  }}\n  respond 200 {{\n    header \"X-Operation\" = operation.id\n    json {{ got: got.status }}\n  }}\n}}\n",
        target.url()
    )
}

fn hung_up(server: &Server, path: &str) {
    let mut stream = TcpStream::connect(server.listen).unwrap();
    write!(stream, "POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}").unwrap();
    stream.shutdown(Shutdown::Both).unwrap();
}

#[test]
fn a_caller_who_hangs_up_changes_nothing() {
    let target = Target::new([Does::Answers(201, String::new())]);
    let site = Site::new(&[("ask.wj", &asking(&target, ""))]);
    let mut server = site.serve(&[]);
    for _ in 0..20 {
        hung_up(&server, "/ask");
        target.next();
        server.wait_for("operation|done");
    }
    let done = site.history(&["--status", "done"]);
    assert_eq!(done.len(), 20);
    assert!(done.iter().all(|operation| operation["answer"]["status"] == 200));
}

#[test]
fn hanging_up_buys_nobody_more_than_256_requests_without_an_answer() {
    let target = Target::new([Does::Hangs]);
    let site = Site::new(&[("ask.wj", &asking(&target, "    timeout 60s\n    give up after 60s"))]);
    let server = site.serve(&["--data", "memory:"]);
    let mut callers: Vec<TcpStream> = (0..128).map(|_| TcpStream::connect(server.listen).unwrap()).collect();
    for caller in &mut callers {
        write!(caller, "POST /ask HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}").unwrap();
    }
    // The other half comes one by one and does not wait. Once all are in, the next is refused at the door.
    let refused = (0..10_000).find_map(|_| {
        hung_up(&server, "/ask");
        let mut stream = TcpStream::connect(server.listen).unwrap();
        write!(stream, "POST /ask HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_millis(20))).unwrap();
        let mut answer = [0; 512];
        match stream.read(&mut answer) {
            Ok(size) if size > 0 => Some(String::from_utf8_lossy(&answer[..size]).into_owned()),
            _ => None,
        }
    });
    let refused = refused.unwrap();
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 1"), "{refused}");
    assert!(refused.ends_with(r#"{"error":"busy"}"#));
    assert_eq!(server.status()["in_hand"], 256);
    // A host that never answered has one call at a time; the rest stand in line.
    assert_eq!(server.status()["calls_out"], 1);
}

#[test]
fn half_sent_bodies_have_one_budget() {
    let site = Site::new(&[("p.wj", "pipeline p {\n  on POST \"/p\"\n  limit body 1MB\n  respond 200\n}\n")]);
    let server = site.serve(&["--data", "memory:"]);
    let half =
        format!("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n{}", "x".repeat(512 << 10));
    let mut streams = Vec::new();
    for _ in 0..300 {
        let mut stream = TcpStream::connect(server.listen).unwrap();
        drop(stream.write_all(half.as_bytes()));
        streams.push(stream);
    }
    // 64 MiB hold 127 of them; who comes later is told so.
    let mut busy = 0;
    for stream in &mut streams {
        stream.set_read_timeout(Some(std::time::Duration::from_millis(1))).unwrap();
        let mut answer = [0; 64];
        if stream.read(&mut answer).is_ok_and(|size| size > 0) {
            assert!(answer.starts_with(b"HTTP/1.1 503 "), "{}", String::from_utf8_lossy(&answer));
            busy += 1;
        }
    }
    assert!(busy >= 150, "{busy}");
    assert!(server.memory() < 250, "{} MiB", server.memory());
    drop(streams);
}

#[test]
fn what_a_terminal_would_obey_is_shown() {
    let site = Site::new(&[("echo.wj", ECHO)]);
    let server = site.serve(&[]);
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}";
    server.post_json("/echo/a%1b%5b2J", &json!({ "value": evil }).to_string());
    let id = site.history(&[])[0]["id"].as_str().unwrap().to_owned();
    for args in [&["history", "show", &id][..], &["history", "list"], &["history"], &["status"]] {
        let text = site.stdout(args);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{args:?}: {text:?}");
        assert!(!text.contains('\u{202e}'));
    }
    drop(server);
}
