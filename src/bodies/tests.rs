use super::*;
use crate::value::{Cause, to_json};

fn told_as(reading: Reading, content_type: Option<&str>, body: &[u8]) -> String {
    let body = Bytes::copy_from_slice(body);
    match decode(content_type.map(str::as_bytes), reading, &body) {
        Ok(Some(value @ Value::Bytes(_))) => value.shown(),
        Ok(Some(value)) => to_json(&value).unwrap(),
        Ok(None) => "nothing".to_owned(),
        Err(fault) => {
            assert_eq!(fault.cause, Cause::Undecodable);
            fault.message
        }
    }
}

fn told(content_type: &str, body: &str) -> String {
    told_as(Reading::default(), Some(content_type), body.as_bytes())
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
            "application/x-www-form-urlencoded",
            "a[b][0]=1+2%2B&x&a[b][1]=",
            "{\"a\":{\"b\":[\"1 2+\",\"\"]},\"x\":\"\"}",
        ),
        ("application/x-www-form-urlencoded", "\u{feff}a=1&&=2\r\n", "{\"a\":\"1\"}"),
        (
            "multipart/form-data; boundary=x",
            "{}",
            "the body is no multipart/form-data: its boundary stands nowhere",
        ),
        (
            "multipart/form-data",
            "--x--",
            "the body is `multipart/form-data` without a boundary that its content type names",
        ),
        ("text/xml", "\u{feff}<a>1</a>", "{\"a\":\"1\"}"),
        ("application/atom+xml", "<a>1</a>", "{\"a\":\"1\"}"),
        ("text/plain", "\u{feff}a=1", "\"a=1\""),
        ("application/octet-stream", "{}", "2 bytes"),
        (
            "image/png",
            "{}",
            "the body is `image/png`, which is not decoded: `read body as bytes` takes it as it is, `read body as json` and the like read it as what it is",
        ),
        ("text/plain; charset=klingon", "x", "the body is in the charset `klingon`, which nobody knows"),
        ("nonsense", "{}", "the content type `nonsense` cannot be read"),
    ] {
        assert_eq!(told(content_type, body), decoded, "{content_type} {body}");
    }
}

#[test]
fn a_script_says_otherwise() {
    for (format, charset, content_type, body, decoded) in [
        (Format::Json, None, Some("image/png"), &b"[1]"[..], "[1]"),
        (Format::Form, None, None, b"a=1", "{\"a\":\"1\"}"),
        (
            Format::Form,
            Some("windows-1251"),
            Some("text/plain; charset=utf-8"),
            b"a=%C0%fe\xe9",
            "{\"a\":\"Аюй\"}",
        ),
        (Format::Text, None, Some("application/json"), b"{}", "\"{}\""),
        (Format::Text, Some("utf-16le"), None, b"\xff\xfe\x10\x04", "\"А\""),
        (Format::Bytes, None, Some("nonsense"), b"{}", "2 bytes"),
        (Format::Xml, None, Some("text/plain"), b"<a>1</a>", "{\"a\":\"1\"}"),
        (Format::Multipart, None, Some("multipart/mixed; boundary=x"), b"--x--", "{}"),
    ] {
        let reading =
            Reading { format: Some(format), charset: charset.map(|label| Charset::find(label).unwrap()) };
        assert_eq!(told_as(reading, content_type, body), decoded, "{format:?} {charset:?}");
    }
    for (word, format) in Format::ALL {
        assert_eq!(format!("{format:?}").to_lowercase(), word);
    }
}

#[test]
fn other_charsets_are_read_by_their_header_or_declaration() {
    let plain = |content_type: &str, body: &[u8]| told_as(Reading::default(), Some(content_type), body);
    assert_eq!(plain("application/json; charset=windows-1251", b"{\"a\":\"\xc0\"}"), "{\"a\":\"А\"}");
    assert_eq!(plain("text/plain; charset=koi8-r", b"\xc1"), "\"а\"");
    assert_eq!(
        plain("application/xml", b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xc0</a>"),
        "{\"a\":\"А\"}"
    );
    assert_eq!(
        plain(
            "application/xml; charset=utf-8",
            "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>А</a>".as_bytes()
        ),
        "{\"a\":\"А\"}"
    );
    for content_type in ["text/plain", "text/plain; charset=us-ascii", "text/xml"] {
        assert!(
            plain(content_type, b"a\xff").starts_with("the body is no UTF-8 at its byte 1"),
            "{content_type}"
        );
    }
    let form = plain("application/x-www-form-urlencoded", b"a%0a=%ff");
    assert!(form.starts_with("`a\\n` in the form is no UTF-8 at its byte 0: "), "{form}");
    assert_eq!(
        plain("text/plain; charset=shift_jis", b"\x81"),
        "the body holds bytes that are no characters in Shift_JIS"
    );
}

#[test]
fn what_is_plainly_json_is_json_in_spite_of_a_text_or_form() {
    for content_type in
        ["text/plain", "text/html; charset=utf-8", "application/x-www-form-urlencoded", "text/xml"]
    {
        assert_eq!(told(content_type, " \n{\"a\": [1]}"), "{\"a\":[1]}", "{content_type}");
    }
    // It must parse, and a bare number or text is not plain enough.
    assert_eq!(told("text/plain", "{\"a\""), "\"{\\\"a\\\"\"");
    assert_eq!(told("application/x-www-form-urlencoded", "7"), "{\"7\":\"\"}");
    let untyped = |body: &str| told_as(Reading::default(), None, body.as_bytes());
    assert_eq!(untyped("[1]"), "[1]");
    assert_eq!(untyped(""), "nothing");
    assert_eq!(untyped("x"), "the body has no content type and is no JSON: `read body as …` says what it is");
}

#[test]
fn all_values_of_a_name_are_kept_in_their_order() {
    let body = Bytes::from_static(b"a=1&b[]=x&a=2&b[]=y");
    let Ok(Read::Fields(fields)) =
        read(Some(b"application/x-www-form-urlencoded"), Reading::default(), &body)
    else {
        panic!("no form")
    };
    assert_eq!(to_json(&fields.value).unwrap(), r#"{"a":"2","b":["x","y"]}"#);
    assert_eq!(to_json(&fields.all()).unwrap(), r#"{"a":["1","2"],"b[]":["x","y"]}"#);
}
