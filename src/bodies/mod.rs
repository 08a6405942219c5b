//! Content type and bytes to a value. This version decodes JSON; forms, multipart, XML and charsets come here. Pure:
//! knows only values.

mod brackets;
mod content_type;

pub use brackets::fold;

use crate::value::{Cause, DecodeError, Fault, Scan, Value, from_json};
use content_type::ContentType;

/// What a body is, before anything reaches into it.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoding<'a> {
    /// No body: whatever is reached in it is missing.
    Nothing,
    /// JSON by its type, or plainly so. The bytes, without a byte order mark, may still turn out to be none.
    Json(&'a [u8]),
    /// A kind of body that this version does not decode, and why; the first use of it aborts with 400.
    Undecodable(Fault),
}

/// How a body is to be read: by its declared type. A missing type, a text or a form whose first character is `{` or `[`
/// and that parses is JSON too: many senders declare nothing, or the wrong thing.
pub fn decoding<'a>(content_type: Option<&[u8]>, body: &'a [u8]) -> Decoding<'a> {
    let json = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if json.is_empty() {
        return Decoding::Nothing;
    }
    let declared = match content_type.map(ContentType::parse) {
        None => None,
        Some(Some(declared)) => Some(declared),
        Some(None) => return Decoding::Undecodable(unreadable_type(content_type.unwrap_or_default())),
    };
    if let Some(declared) = &declared
        && declared.is_json()
    {
        return match &declared.charset {
            Some(charset) if !is_utf8(charset) => Decoding::Undecodable(other_charset(charset)),
            _ => Decoding::Json(json),
        };
    }
    let may_be_json = declared.as_ref().is_none_or(ContentType::is_text_or_form);
    if may_be_json && looks_like_json(json) {
        return Decoding::Json(json);
    }
    Decoding::Undecodable(match declared {
        Some(declared) => other_type(&declared.essence),
        None => no_type(),
    })
}

/// The value of a body; `None` if there is none.
///
/// # Errors
/// A body that is not what it says it is, or that this version does not decode.
pub fn decode(content_type: Option<&[u8]>, body: &[u8]) -> Result<Option<Value>, Fault> {
    match decoding(content_type, body) {
        Decoding::Nothing => Ok(None),
        Decoding::Json(json) => from_json(json).map(Some).map_err(|error| broken_json(&error)),
        Decoding::Undecodable(fault) => Err(fault),
    }
}

/// The fault of a body that says that it is JSON, and is none.
pub fn broken_json(error: &DecodeError) -> Fault {
    undecodable(format!("the body is no JSON: {}, at byte {}", error.message, error.offset))
}

/// Checked to the end, without building anything.
fn looks_like_json(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    matches!(first, Some(b'{' | b'[')) && is_json(body)
}

fn is_json(body: &[u8]) -> bool {
    Scan::new(body).is_ok_and(|mut scan| scan.skip(0).is_ok() && scan.end().is_ok())
}

fn is_utf8(charset: &str) -> bool {
    matches!(charset, "utf-8" | "utf8" | "us-ascii" | "ascii")
}

fn other_type(essence: &str) -> Fault {
    undecodable(format!("the body is `{essence}`, which this version does not decode"))
}

fn other_charset(charset: &str) -> Fault {
    undecodable(format!("the body is in the charset `{charset}`, which this version does not decode"))
}

fn no_type() -> Fault {
    undecodable("the body has no content type and is no JSON")
}

fn unreadable_type(content_type: &[u8]) -> Fault {
    undecodable(format!("the content type `{}` cannot be read", content_type.escape_ascii()))
}

fn undecodable(message: impl Into<String>) -> Fault {
    Fault { cause: Cause::Undecodable, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(content_type: &str, body: &str) -> String {
        match decode(Some(content_type.as_bytes()), body.as_bytes()) {
            Ok(Some(value)) => crate::value::to_json(&value).unwrap(),
            Ok(None) => "nothing".to_owned(),
            Err(fault) => {
                assert_eq!(fault.cause, Cause::Undecodable);
                fault.message
            }
        }
    }

    #[test]
    fn the_declared_type_decides() {
        for (content_type, body, decoded) in [
            ("application/json", "{\"a\": 1}", "{\"a\":1}"),
            ("Application/JSON; Charset=\"UTF-8\"", "[1]", "[1]"),
            ("application/vnd.api+json", "7", "7"),
            ("application/json", "\u{feff}{}", "{}"),
            ("application/json", "", "nothing"),
            (
                "application/json",
                "{a: 1}",
                "the body is no JSON: `a` where a name in double quotes should stand, at byte 1",
            ),
            (
                "application/json; charset=windows-1251",
                "{}",
                "the body is in the charset `windows-1251`, which this version does not decode",
            ),
            (
                "multipart/form-data; boundary=x",
                "{}",
                "the body is `multipart/form-data`, which this version does not decode",
            ),
            ("nonsense", "{}", "the content type `nonsense` cannot be read"),
        ] {
            assert_eq!(told(content_type, body), decoded, "{content_type} {body}");
        }
    }

    #[test]
    fn what_is_plainly_json_is_json_in_spite_of_a_text_or_form() {
        for content_type in ["text/plain", "text/html; charset=utf-8", "application/x-www-form-urlencoded"] {
            assert_eq!(told(content_type, " \n{\"a\": [1]}"), "{\"a\":[1]}", "{content_type}");
            assert!(told(content_type, "a=1").ends_with("which this version does not decode"));
            // It must parse, and a bare number or text is not plain enough.
            assert!(told(content_type, "{\"a\"").ends_with("which this version does not decode"));
            assert!(told(content_type, "7").ends_with("which this version does not decode"));
        }
        assert_eq!(decode(None, b"[1]"), Ok(Some(Value::list(vec![Value::from(1)]))));
        assert_eq!(decode(None, b""), Ok(None));
        assert_eq!(decode(None, b"x").unwrap_err().message, "the body has no content type and is no JSON");
    }
}
