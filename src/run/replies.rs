//! Answers to the caller: those that a script writes, and the small JSON ones for what went wrong. These tell a code, and at
//! most the name that the script has for a field; paths and data go to the history.

use std::sync::{Arc, LazyLock};

use super::Reply;
use super::frame::Frame;
use crate::resolve::program::{Respond, RespondBody};
use crate::value::{self, Bytes, Cause, Fault, Id, Object, Value};

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// Shared, so that an answer costs no allocation for what it nearly always has.
static CONTENT_TYPE: LazyLock<Arc<str>> = LazyLock::new(|| "content-type".into());
static BODY_TYPES: LazyLock<[Arc<str>; 2]> = LazyLock::new(|| [JSON.into(), TEXT.into()]);

fn content_type(value: &str) -> (Arc<str>, Arc<str>) {
    let shared = BODY_TYPES.iter().find(|own| ***own == *value);
    (CONTENT_TYPE.clone(), shared.cloned().unwrap_or_else(|| value.into()))
}

impl Reply {
    /// The 200 without a body that goes out where a script says nothing.
    pub(super) fn empty() -> Reply {
        Reply { status: 200, reason: None, headers: Vec::new(), body: Bytes::new() }
    }

    pub(super) fn text(status: u16, text: &str) -> Reply {
        let body = Bytes::copy_from_slice(text.as_bytes());
        Reply { status, reason: None, headers: vec![content_type(TEXT)], body }
    }
}

/// The answer for a fault before any other: 422, 500 or 400.
pub fn fault_reply(fault: &Fault, operation: Id) -> Reply {
    match fault.cause {
        Cause::Outside => error(422, "bad_value", None, operation),
        Cause::Own => error(500, "internal", None, operation),
        Cause::Undecodable => error(400, "undecodable_body", None, operation),
    }
}

/// `{"error":"missing","field":"phone","operation":"0192…"}`.
pub(super) fn error(status: u16, error: &str, field: Option<&str>, operation: Id) -> Reply {
    let mut body = String::with_capacity(96);
    body.push_str("{\"error\":");
    value::write_string(error, &mut body);
    if let Some(field) = field {
        body.push_str(",\"field\":");
        value::write_string(field, &mut body);
    }
    body.push_str(&format!(",\"operation\":\"{operation}\"}}"));
    let headers = vec![content_type(JSON)];
    Reply { status, reason: None, headers, body: body.into() }
}

/// What `failure` is bound to in an `on_fail` block.
pub(super) fn failure(reason: String, status: Option<u16>) -> Value {
    let mut object = Object::new();
    object.set("text", Value::text(reason));
    object.set("status", status.map_or(Value::Empty, |status| Value::from(i64::from(status))));
    Value::object(object)
}

impl Frame {
    /// The answer of a `respond`.
    pub(super) fn reply(&self, respond: &Respond) -> Result<Reply, Fault> {
        let mut headers: Vec<(Arc<str>, Arc<str>)> = Vec::with_capacity(respond.headers.len() + 1);
        for (name, expr) in &respond.headers {
            let value = self.look(expr)?;
            if value.is_empty() {
                continue;
            }
            let text: Arc<str> = match &*value {
                Value::Text(text) => text.clone(),
                other => self.rendered(expr, other)?.into(),
            };
            if let Some(control) = text.chars().find(|c| c.is_control()) {
                return Err(Fault::outside(format!(
                    "header `{name}` cannot carry {}: it holds the control character U+{:04X}",
                    value.shown(),
                    u32::from(control)
                )));
            }
            headers.push((name.clone(), text));
        }
        let (body, body_type) = self.reply_body(respond)?;
        // RFC 9110, 15.3.5 and 15.4.5: these end with their headers.
        let (body, body_type) =
            if matches!(respond.status, 204 | 304) { (Bytes::new(), None) } else { (body, body_type) };
        if let Some(body_type) = body_type
            && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        {
            headers.push(content_type(body_type));
        }
        Ok(Reply { status: respond.status, reason: respond.reason.clone(), headers, body })
    }

    fn reply_body(&self, respond: &Respond) -> Result<(Bytes, Option<&'static str>), Fault> {
        Ok(match &respond.body {
            // The status text is the body too.
            RespondBody::None => match &respond.reason {
                Some(text) => (Bytes::copy_from_slice(text.as_bytes()), Some(TEXT)),
                None => (Bytes::new(), None),
            },
            RespondBody::Json(expr) => {
                let mut json = String::with_capacity(128);
                self.json_into(expr, &mut json)?;
                (json.into(), Some(JSON))
            }
            RespondBody::Text(expr) => {
                let value = self.look(expr)?;
                (self.rendered(expr, &value)?.into_owned().into(), Some(TEXT))
            }
            RespondBody::Body(expr) => match &*self.look(expr)? {
                Value::Empty | Value::Null => (Bytes::new(), None),
                Value::Bytes(bytes) => (bytes.clone(), Some("application/octet-stream")),
                Value::File(file) => (file.bytes.clone(), Some("application/octet-stream")),
                Value::Text(text) => (Bytes::copy_from_slice(text.as_bytes()), Some(TEXT)),
                other => {
                    return Err(Fault::outside(format!(
                        "{}, where `body` takes bytes or a text",
                        self.told(expr, other)
                    )));
                }
            },
        })
    }
}
