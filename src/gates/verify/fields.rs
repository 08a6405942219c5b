//! Fields of a body that a signature covers, or that hold one.

use std::sync::Arc;

use url::form_urlencoded;

use super::{Draft, Refused, Seen};
use crate::value::{Object, Value, from_json, render, to_json};

/// The body as an object.
pub(super) fn object<'s>(seen: &'s Seen<'_>) -> Result<&'s Object, Refused> {
    match seen.value()? {
        Value::Object(object) => Ok(object),
        other => Err(Refused::because(format!("the body is {}, not an object", other.shown()))),
    }
}

/// A field's text, digits as they came.
pub(super) fn text(object: &Object, name: &str) -> Result<String, Refused> {
    match object.get(name) {
        Some(value) if !value.is_empty() => plain(value, name),
        _ => Err(Refused::because(format!("the field `{name}` is missing"))),
    }
}

pub(super) fn plain(value: &Value, name: &str) -> Result<String, Refused> {
    match value {
        Value::Text(_) | Value::Number(_) | Value::Bool(_) => {
            render(value).map(|text| text.into_owned()).map_err(|fault| Refused::because(fault.message))
        }
        other => Err(Refused::because(format!("the field `{name}` is {}", other.shown()))),
    }
}

/// Sets a field: in a form behind what stands there, in JSON as a member.
pub(super) fn set(draft: &mut Draft, names: &[Arc<str>], text: &str) -> Result<(), String> {
    let (first, inner) = names.split_first().ok_or("a field has a name")?;
    if draft.body.is_empty() || draft.body.trim_ascii_start().starts_with(b"{") {
        let document = match draft.body.is_empty() {
            true => Value::object(Object::new()),
            false => from_json(&draft.body).map_err(|error| error.message)?,
        };
        draft.body = to_json(&with(document, names, text)).map_err(|fault| fault.message)?.into();
        if !draft.has_header("content-type") {
            draft.set_header("Content-Type", "application/json");
        }
        return Ok(());
    }
    let multipart = draft.seen().optional_header("content-type");
    if multipart.is_ok_and(|given| given.is_some_and(|given| given.starts_with(b"multipart/"))) {
        return Err("a multipart body is not signed by a field of its own".to_owned());
    }
    let name = inner.iter().fold(first.to_string(), |name, key| format!("{name}[{key}]"));
    let old = form_urlencoded::parse(&draft.body).filter(|(own, _)| *own != name);
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(old).append_pair(&name, text);
    draft.body = form.finish().into();
    Ok(())
}

/// It calls itself, no deeper than a path has names.
fn with(value: Value, names: &[Arc<str>], text: &str) -> Value {
    let Some((first, rest)) = names.split_first() else { return Value::text(text) };
    let mut object = match value {
        Value::Object(object) => (*object).clone(),
        _ => Object::new(),
    };
    let inner = object.get(first).cloned().unwrap_or_default();
    object.set(first.clone(), with(inner, rest, text));
    Value::object(object)
}
