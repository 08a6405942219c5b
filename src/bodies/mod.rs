//! Content type and bytes to a value: how a body is to be read. This version reads JSON and plain text; forms, multipart and
//! XML are named as what they are and not read. Pure.

mod brackets;

pub use brackets::fold;

/// How a body is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// It says that it is JSON: if it is none, it cannot be decoded.
    Json,
    /// It looks like JSON, though its content type does not say so: if it is none, it is what `Guess` says.
    Guessed(Plain),
    Plain(Plain),
}

/// What a body is that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plain {
    /// UTF-8.
    Text,
    Bytes,
    /// A format or charset that this version does not read, named for people.
    Unread(&'static str),
}

/// Decides by the declared content type (RFC 9110, 8.3); where that is missing, text or a form, a body that begins as JSON
/// may be JSON all the same.
pub fn format(content_type: Option<&[u8]>, body: &[u8]) -> Format {
    let declared = content_type.map(|value| String::from_utf8_lossy(value).to_ascii_lowercase());
    let (essence, params) = match declared.as_deref() {
        None => ("", ""),
        Some(declared) => declared.split_once(';').unwrap_or((declared, "")),
    };
    let essence = essence.trim();
    if essence == "application/json" || essence.ends_with("+json") || essence == "text/json" {
        return Format::Json;
    }
    let plain = match essence {
        "" | "text/plain" => text(params),
        "application/x-www-form-urlencoded" => Plain::Unread("a form"),
        "multipart/form-data" => return Format::Plain(Plain::Unread("multipart/form-data")),
        "application/xml" | "text/xml" => return Format::Plain(Plain::Unread("XML")),
        other if other.ends_with("+xml") => return Format::Plain(Plain::Unread("XML")),
        other if other.starts_with("text/") => text(params),
        _ => return Format::Plain(Plain::Bytes),
    };
    let first = without_mark(body).iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(first, Some(b'{' | b'[')) { Format::Guessed(plain) } else { Format::Plain(plain) }
}

/// A body without the UTF-8 byte order mark that some senders put before it.
pub fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn text(params: &str) -> Plain {
    let charset = params.split(';').find_map(|param| param.trim().strip_prefix("charset="));
    match charset.map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8" | "us-ascii" | "ascii") => Plain::Text,
        Some(_) => Plain::Unread("a charset other than UTF-8"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declared_type_decides_and_what_looks_like_json_may_be_it() {
        for (declared, body, expected) in [
            (Some("application/json; charset=utf-8"), "x", Format::Json),
            (Some("application/vnd.api+json"), "", Format::Json),
            (Some("Application/JSON"), "{}", Format::Json),
            (None, " {}", Format::Guessed(Plain::Text)),
            (None, "\u{feff}[]", Format::Guessed(Plain::Text)),
            (None, "hello", Format::Plain(Plain::Text)),
            (Some("text/plain"), "[1]", Format::Guessed(Plain::Text)),
            (
                Some("text/plain; charset=\"windows-1251\""),
                "a",
                Format::Plain(Plain::Unread("a charset other than UTF-8")),
            ),
            (Some("application/x-www-form-urlencoded"), "a=1", Format::Plain(Plain::Unread("a form"))),
            (Some("application/x-www-form-urlencoded"), "{}", Format::Guessed(Plain::Unread("a form"))),
            (
                Some("multipart/form-data; boundary=x"),
                "{",
                Format::Plain(Plain::Unread("multipart/form-data")),
            ),
            (Some("application/soap+xml"), "<a/>", Format::Plain(Plain::Unread("XML"))),
            (Some("image/png"), "{", Format::Plain(Plain::Bytes)),
        ] {
            assert_eq!(format(declared.map(str::as_bytes), body.as_bytes()), expected, "{declared:?} {body}");
        }
    }
}
