//! A request in a file: as it goes over the wire and as editors keep it (`.http`), or as JSON. Who only has a body gives it
//! alone.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostic::near;
use crate::value::Bytes;

/// A whole request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Upper case.
    pub method: Arc<str>,
    /// Path and query.
    pub target: Arc<str>,
    /// Names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Bytes,
}

impl Recorded {
    /// Reads a file: a request line, headers, an empty line and the body; or a JSON object with `method` and `path`,
    /// `headers` and `body`, as `wj history show --format json` has it under `request`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(bytes: &[u8]) -> Result<Recorded, String> {
        match Recorded::of_json(bytes) {
            Some(read) => read,
            None => Recorded::of_http(bytes),
        }
    }

    /// One with a body alone, to a place that is known otherwise.
    pub fn json(method: &str, target: &str, body: &[u8]) -> Recorded {
        Recorded {
            method: method.into(),
            target: target.into(),
            headers: vec![
                ("host".to_owned(), b"localhost".to_vec()),
                ("content-type".to_owned(), b"application/json".to_vec()),
            ],
            body: Bytes::copy_from_slice(body),
        }
    }

    /// Whether the file is a JSON document that is no request: a body alone.
    pub fn is_body(bytes: &[u8]) -> bool {
        let json = serde_json::from_slice::<Json>(bytes);
        json.is_ok_and(|json| described(&json).is_none())
    }

    fn of_json(bytes: &[u8]) -> Option<Result<Recorded, String>> {
        let json: Json = serde_json::from_slice(bytes).ok()?;
        let request = described(&json).ok_or("it is JSON without `method` and `path`".to_owned());
        Some(request.and_then(read_json))
    }

    fn of_http(bytes: &[u8]) -> Result<Recorded, String> {
        let mut rest = bytes;
        let first = loop {
            let (line, behind) =
                take_line(rest).ok_or("it holds no request: its first line is `POST /path`")?;
            rest = behind;
            let line = std::str::from_utf8(line).map_err(|_| "its first line is no text")?.trim();
            // What editors write between requests.
            if !(line.is_empty() || line.starts_with('#') || line.starts_with("//")) {
                break line;
            }
        };
        let (method, target) = request_line(first)?;
        let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
        while let Some((line, behind)) = take_line(rest) {
            rest = behind;
            if line.is_empty() {
                break;
            }
            let text = String::from_utf8_lossy(line);
            let (name, value) = text
                .split_once(':')
                .filter(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
                .ok_or_else(|| {
                    format!("`{text}` is no header; an empty line parts the headers from the body")
                })?;
            headers.push((name.to_ascii_lowercase(), value.trim().as_bytes().to_vec()));
        }
        if rest.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"###")) {
            return Err("it holds several requests (a line with `###`); keep one in a file".to_owned());
        }
        // An editor ends a file with a line end, which no sender sent, unless it says how long its body is.
        let announced = headers.iter().find(|(name, _)| name == "content-length");
        let announced =
            announced.and_then(|(_, value)| std::str::from_utf8(value).ok()?.parse::<usize>().ok());
        let body = match announced.and_then(|length| rest.get(..length)) {
            Some(exact) => exact,
            None => rest.strip_suffix(b"\n").map_or(rest, |body| body.strip_suffix(b"\r").unwrap_or(body)),
        };
        Ok(Recorded::new(method, target, headers, Bytes::copy_from_slice(body)))
    }

    fn new(method: &str, target: &str, mut headers: Vec<(String, Vec<u8>)>, body: Bytes) -> Recorded {
        // How it came here says nothing about the request.
        headers.retain(|(name, _)| {
            !matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection")
        });
        if !headers.iter().any(|(name, _)| name == "host") {
            headers.insert(0, ("host".to_owned(), b"localhost".to_vec()));
        }
        Recorded { method: method.into(), target: target.into(), headers, body }
    }
}

/// The object that describes a request: the document itself, or its `request`.
fn described(json: &Json) -> Option<&Json> {
    let is_request =
        |json: &&Json| json.get("method").is_some_and(Json::is_string) && target_of(json).is_some();
    Some(json).filter(is_request).or_else(|| json.get("request").filter(is_request))
}

fn target_of(json: &Json) -> Option<&str> {
    let is_target = |text: &&str| text.starts_with('/');
    let text = |name: &str| json.get(name).and_then(Json::as_str);
    text("target").or_else(|| text("path")).or_else(|| text("url")).filter(is_target)
}

/// What describes a request. The last is what `wj history show` adds, and says where it came from.
const PARTS: [&str; 7] = ["method", "path", "target", "url", "headers", "body", "body_hex"];
const ADDED: &str = "ip";

/// What others call the body.
const BODIES: [&str; 6] = ["json", "form", "text", "data", "payload", "content"];

/// # Errors
/// A member that means nothing: whatever it holds would be left out without a word.
fn only_known(json: &Json) -> Result<(), String> {
    for name in json.as_object().into_iter().flat_map(|members| members.keys()) {
        if PARTS.contains(&&**name) || name == ADDED {
            continue;
        }
        let is_body = BODIES.contains(&&**name) || near(name, BODIES).is_some();
        let meant = near(name, PARTS).or(is_body.then_some("body"));
        return Err(match meant {
            Some(meant) => format!("`{name}` is no part of a request; did you mean `{meant}`?"),
            None => {
                format!("`{name}` is no part of a request; there are `method`, `path`, `headers` and `body`")
            }
        });
    }
    let places =
        ["target", "path", "url"].into_iter().filter(|name| json.get(name).is_some_and(Json::is_string));
    if let [first, second, ..] = places.collect::<Vec<_>>().as_slice() {
        return Err(format!("`{first}` and `{second}` say the same; keep one of them"));
    }
    let is_nothing = |name: &str| json.get(name).is_none_or(Json::is_null);
    if !is_nothing("headers") && !json.get("headers").is_some_and(Json::is_object) {
        return Err("`headers` is no object of names and texts".to_owned());
    }
    if !is_nothing("body_hex") && !json.get("body_hex").is_some_and(Json::is_string) {
        return Err("`body_hex` is no text of hexadecimal digits".to_owned());
    }
    if !is_nothing("body") && !is_nothing("body_hex") {
        return Err("`body` and `body_hex` say the same; keep one of them".to_owned());
    }
    Ok(())
}

fn read_json(json: &Json) -> Result<Recorded, String> {
    only_known(json)?;
    let method = json.get("method").and_then(Json::as_str).unwrap_or_default().to_ascii_uppercase();
    let target = target_of(json).unwrap_or_default();
    let mut headers = Vec::new();
    for (name, value) in json.get("headers").and_then(Json::as_object).into_iter().flatten() {
        let text = match value {
            Json::String(text) => text.clone(),
            other => return Err(format!("the header `{name}` is {other}, and takes a text")),
        };
        headers.push((name.to_ascii_lowercase(), text.into_bytes()));
    }
    let body = match json.get("body") {
        None | Some(Json::Null) => match json.get("body_hex").and_then(Json::as_str) {
            Some(hex) => unhex(hex).ok_or("`body_hex` is no text of hexadecimal digits")?,
            None => Vec::new(),
        },
        Some(Json::String(text)) => text.clone().into_bytes(),
        Some(json) => {
            if !headers.iter().any(|(name, _)| name == "content-type") {
                headers.push(("content-type".to_owned(), b"application/json".to_vec()));
            }
            json.to_string().into_bytes()
        }
    };
    Ok(Recorded::new(&method, target, headers, body.into()))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(high << 4 | low),
        _ => None,
    });
    pairs.collect()
}

/// `POST /path?x=1 HTTP/1.1`, also with a whole URL, of which only path and query count.
fn request_line(line: &str) -> Result<(&str, &str), String> {
    let wrong = || format!("its first line is `{line}`, and should be `POST /path`");
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().ok_or_else(wrong)?, words.next().ok_or_else(wrong)?);
    let version = words.next();
    let is_method = method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    if !is_method || version.is_some_and(|version| !version.starts_with("HTTP/")) || words.next().is_some() {
        return Err(wrong());
    }
    let path = match target.find("://") {
        Some(at) => {
            let rest = target.get(at + 3..).unwrap_or_default();
            rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/")
        }
        None => target,
    };
    if path.starts_with('/') { Ok((method, path)) } else { Err(wrong()) }
}

/// The first line without its end, and what stands behind it.
fn take_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if bytes.is_empty() {
        return None;
    }
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let line = bytes.get(..end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Some((line, bytes.get(end + 1..).unwrap_or_default()))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_as_it_goes_over_the_wire_and_as_editors_keep_it() {
        let wire =
            b"POST /hooks/a?x=1 HTTP/1.1\r\nHost: a.example\r\nX-Name:  b\r\nContent-Length: 3\r\n\r\nab\n";
        let read = Recorded::parse(wire).unwrap();
        assert_eq!((&*read.method, &*read.target, &read.body[..]), ("POST", "/hooks/a?x=1", &b"ab\n"[..]));
        let names: Vec<&str> = read.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((names, &read.headers[1].1[..]), (vec!["host", "x-name"], &b"b"[..]));
        let editor =
            b"### A lead\n# recorded\nPOST https://a.example/hooks/a\nContent-Type: text/plain\n\nab\n";
        let read = Recorded::parse(editor).unwrap();
        assert_eq!((&*read.target, &read.body[..]), ("/hooks/a", &b"ab"[..]));
        assert_eq!(Recorded::parse(b"GET /a").unwrap().body, Bytes::new());
    }

    #[test]
    fn json_describes_a_request_or_is_its_body() {
        let read = Recorded::parse(br#"{"method":"post","path":"/a","headers":{"X-A":"1"},"body":{"b":1}}"#)
            .unwrap();
        assert_eq!((&*read.method, &read.body[..]), ("POST", &br#"{"b":1}"#[..]));
        let shown = br#"{"id":"1","request":{"method":"POST","target":"/a?b","ip":"::1","headers":{},"body":"b=1","path":{"c":"d"}}}"#;
        assert_eq!(&*Recorded::parse(shown).unwrap().target, "/a?b");
        let hex = br#"{"method":"POST","target":"/a","body_hex":"00ff"}"#;
        assert_eq!(&Recorded::parse(hex).unwrap().body[..], b"\0\xff");
        assert!(Recorded::is_body(br#"{"method":"POST"}"#) && !Recorded::is_body(shown));
    }

    #[test]
    fn what_is_no_request_is_told() {
        for (text, told) in [
            ("", "holds no request"),
            ("# a\n", "holds no request"),
            ("post /a\n", "its first line is `post /a`"),
            ("POST a\n", "its first line is `POST a`"),
            ("POST /a b\n", "its first line"),
            ("POST /a\nno header\n", "`no header` is no header"),
            ("POST /a\n\nb\n###\nGET /b\n", "several requests"),
            ("{}", "without `method` and `path`"),
            (
                r#"{"method":"POST","path":"/a","jsn":{"b":1}}"#,
                "`jsn` is no part of a request; did you mean `body`?",
            ),
            (r#"{"method":"POST","path":"/a","data":{"b":1}}"#, "did you mean `body`?"),
            (
                r#"{"method":"POST","path":"/a","header":{"b":"1"}}"#,
                "`header` is no part of a request; did you mean `headers`?",
            ),
            (r#"{"request":{"method":"POST","target":"/a","headres":{}}}"#, "did you mean `headers`?"),
            (
                r#"{"method":"POST","path":"/a","cookies":[]}"#,
                "`cookies` is no part of a request; there are `method`, `path`",
            ),
            (r#"{"method":"POST","path":"/a","url":"/b"}"#, "`path` and `url` say the same"),
            (r#"{"method":"POST","path":"/a","headers":["b"]}"#, "`headers` is no object"),
            (r#"{"method":"POST","path":"/a","body_hex":1}"#, "`body_hex` is no text"),
            (r#"{"method":"POST","path":"/a","body":"b","body_hex":"00"}"#, "keep one of them"),
        ] {
            let error = Recorded::parse(text.as_bytes()).unwrap_err();
            assert!(error.contains(told), "{text:?}: {error}");
        }
    }
}
