//! Answers as they go over the wire: the engine's, and the door's own small JSON.

use http_body_util::Full;
use hyper::ext::ReasonPhrase;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

use crate::routing::{Headers, Refusal};
use crate::run::Reply;
use crate::value::Bytes;

pub type Answer = Response<Full<Bytes>>;

/// The door's answer.
pub fn refuse(refusal: Refusal) -> Answer {
    let mut answer = write(refusal.reply());
    if refusal.closes() {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// The whole answer for a head that hyper's parser refused, as bytes.
pub fn parser_refusal(refusal: Refusal) -> Vec<u8> {
    let (status, body) = (refusal.status(), refusal.body());
    let known = StatusCode::from_u16(status).ok();
    let reason = known.and_then(|status| status.canonical_reason()).unwrap_or_default();
    format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        status,
        body.len()
    )
    .into_bytes()
}

/// Adds what the door decided. What no header can carry is left out.
pub fn add_headers(headers: Headers, answer: &mut HeaderMap) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            answer.append(HeaderName::from_static(name), value);
        }
    }
}

/// An answer without a body.
pub fn no_content() -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

/// The engine's answer. Whatever belongs to the connection is hyper's to say, and left out here. What the engine should
/// have refused (a control character in a header, a status that is none) is answered 500, never silently mended.
pub fn write(reply: Reply) -> Answer {
    let status = StatusCode::from_u16(reply.status).ok().filter(|status| !status.is_informational());
    let (Some(status), Some(headers)) = (status, headers(&reply)) else { return refuse(Refusal::Internal) };
    let bodiless = matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let body = if bodiless { Bytes::new() } else { reply.body };
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    if let Some(reason) = reply.reason.filter(|reason| status.canonical_reason() != Some(reason.as_ref())) {
        let Ok(reason) = ReasonPhrase::try_from(reason.as_bytes()) else { return refuse(Refusal::Internal) };
        answer.extensions_mut().insert(reason);
    }
    answer
}

fn headers(reply: &Reply) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(reply.headers.len() + 2);
    for (name, value) in &reply.headers {
        let name = header_name(name)?;
        let value = header_value(value)?;
        if !belongs_to_connection(&name) {
            headers.append(name, value);
        }
    }
    Some(headers)
}

/// What nearly every answer has is neither parsed nor copied again.
fn header_name(name: &str) -> Option<HeaderName> {
    match name {
        "content-type" => Some(header::CONTENT_TYPE),
        name => HeaderName::from_bytes(name.as_bytes()).ok(),
    }
}

fn header_value(value: &str) -> Option<HeaderValue> {
    match value {
        "application/json" => Some(HeaderValue::from_static("application/json")),
        "text/plain; charset=utf-8" => Some(HeaderValue::from_static("text/plain; charset=utf-8")),
        value => HeaderValue::from_bytes(value.as_bytes()).ok(),
    }
}

/// RFC 9110, 7.6.1, and the length, which follows from the body.
fn belongs_to_connection(name: &HeaderName) -> bool {
    matches!(
        *name,
        header::CONNECTION
            | header::CONTENT_LENGTH
            | header::TRANSFER_ENCODING
            | header::TE
            | header::TRAILER
            | header::UPGRADE
    ) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, reason: Option<&str>, headers: &[(&str, &str)]) -> Answer {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        write(Reply { status, reason: reason.map(Into::into), headers, body: Bytes::from_static(b"x") })
    }

    #[test]
    fn an_answer_is_written_as_the_engine_gave_it() {
        let answer = reply(200, Some("Все хорошо"), &[("X-A", "é"), ("X-A", "2"), ("Content-Length", "7")]);
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers().get_all("x-a").iter().count(), 2);
        assert_eq!(answer.headers().get("content-length"), None);
        let reason = answer.extensions().get::<ReasonPhrase>().unwrap();
        assert_eq!(reason.as_bytes(), "Все хорошо".as_bytes());
        assert!(reply(200, Some("OK"), &[]).extensions().is_empty());
    }

    #[test]
    fn what_would_break_the_answer_is_500() {
        assert_eq!(reply(200, None, &[("X-A", "a\r\nb: c")]).status(), 500);
        assert_eq!(reply(200, None, &[("X A", "a")]).status(), 500);
        assert_eq!(reply(200, Some("a\r\nb"), &[]).status(), 500);
        assert_eq!(reply(100, None, &[]).status(), 500);
        assert_eq!(reply(77, None, &[]).status(), 500);
    }
}
