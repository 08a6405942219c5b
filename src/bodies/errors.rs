//! Why a body cannot be decoded: the reason that the history tells of an abort with 400.

use crate::value::{Cause, DecodeError, Fault};

pub(super) fn broken_json(error: &DecodeError) -> Fault {
    undecodable(format!("the body is no JSON: {}, at byte {}", error.message, error.offset))
}

pub(super) fn other_type(essence: &str) -> Fault {
    undecodable(format!(
        "the body is `{essence}`, which is not decoded: `read body as bytes` takes it as it is, `read body as json` and the like read it as what it is"
    ))
}

pub(super) fn no_type() -> Fault {
    undecodable("the body has no content type and is no JSON: `read body as …` says what it is")
}

pub(super) fn unreadable_type(content_type: &[u8]) -> Fault {
    undecodable(format!("the content type `{}` cannot be read", content_type.escape_ascii()))
}

pub(super) fn unknown_charset(label: &str) -> Fault {
    undecodable(format!("the body is in the charset `{}`, which nobody knows", label.escape_default()))
}

pub(super) fn no_utf8(what: &str, valid: usize) -> Fault {
    undecodable(format!(
        "{what} is no UTF-8 at its byte {valid}: if it is in another charset, `read body as form charset \"windows-1251\"` says so"
    ))
}

pub(super) fn other_characters(what: &str, charset: &str) -> Fault {
    undecodable(format!("{what} holds bytes that are no characters in {charset}"))
}

pub(super) fn too_many_values() -> Fault {
    undecodable("the body holds more values than are read into memory")
}

pub(super) fn no_jwt() -> Fault {
    undecodable(
        "the body is no JWT: that is three parts in base64url, joined by dots, of which the first two are JSON",
    )
}

pub(super) fn no_boundary() -> Fault {
    undecodable("the body is `multipart/form-data` without a boundary that its content type names")
}

pub(super) fn broken_multipart(why: &str) -> Fault {
    undecodable(format!("the body is no multipart/form-data: {why}"))
}

pub(super) fn broken_xml(why: &str, offset: u64) -> Fault {
    undecodable(format!("the body is no XML: {why}, at byte {offset}"))
}

fn undecodable(message: impl Into<String>) -> Fault {
    Fault { cause: Cause::Undecodable, message: message.into() }
}
