//! Bodies as tests write them, turned into bytes with their type. In tests `secret.X` is the text `test-X`.

use std::convert::Infallible;
use std::sync::Arc;

use url::form_urlencoded;

use super::failure::{self, Failure};
use super::scene::Scene;
use crate::resolve::program::Expr;
use crate::resolve::test_program::Body;
use crate::source::Span;
use crate::value::{self, Bytes, Sealed, Value};

/// What a secret is in a test.
pub(super) fn test_secret(name: &str) -> Arc<str> {
    format!("test-{name}").into()
}

/// A value with its secrets as they are in a test.
pub(super) fn opened(value: &Value) -> Value {
    // Every secret has a text here, and a function of secrets that fails leaves nothing to send.
    let open = |sealed: &Sealed| -> Result<Arc<str>, Infallible> {
        Ok(sealed.open(&|name| Some(test_secret(name))).unwrap_or_default())
    };
    match value::opened(value, &open) {
        Ok(opened) => opened.into_owned(),
    }
}

/// A body, and the type that it says of itself.
pub(super) struct Written {
    pub bytes: Bytes,
    pub content_type: Option<&'static str>,
}

impl Scene<'_> {
    pub(super) fn value(&self, expr: &Expr, span: Span) -> Result<Value, Box<Failure>> {
        let value = self.evaluate(expr).map_err(|fault| failure::unusable_value(span, &fault))?;
        Ok(opened(&value))
    }

    /// The value as one text.
    pub(super) fn text(&self, expr: &Expr, span: Span) -> Result<String, Box<Failure>> {
        let value = self.value(expr, span)?;
        let text = value::render(&value).map_err(|fault| failure::unusable_value(span, &fault))?;
        Ok(text.into_owned())
    }

    pub(super) fn body(&self, body: &Body, span: Span) -> Result<Written, Box<Failure>> {
        Ok(match body {
            Body::Json(expr) => {
                let json = value::to_json(&self.value(expr, span)?);
                let json = json.map_err(|fault| failure::unusable_value(expr.span, &fault))?;
                Written { bytes: json.into(), content_type: Some("application/json") }
            }
            Body::Text(expr) => Written {
                bytes: self.text(expr, span)?.into(),
                content_type: Some("text/plain; charset=utf-8"),
            },
            Body::Form(expr) => {
                let form = match self.value(expr, span)? {
                    Value::Text(text) => text.as_ref().to_owned(),
                    object @ Value::Object(_) => {
                        form(&object).map_err(|fault| failure::unusable_value(expr.span, &fault))?
                    }
                    other => return Err(failure::not_a_form(expr.span, &other.shown())),
                };
                Written { bytes: form.into(), content_type: Some("application/x-www-form-urlencoded") }
            }
            Body::File { path, span } => {
                let bytes = (self.site.files)(&self.test.source, path)
                    .map_err(|why| failure::unreadable_file(*span, path, &why))?;
                Written { bytes, content_type: content_type(path) }
            }
        })
    }
}

/// A form as `form { … }` of a test sends it.
///
/// # Errors
/// A value that has no text.
pub fn form(object: &Value) -> Result<String, value::Fault> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    pairs(String::new(), object, &mut form)?;
    Ok(form.finish())
}

/// The members as PHP and Rails write them: `leads[add][0][id]`.
fn pairs(
    name: String,
    value: &Value,
    form: &mut form_urlencoded::Serializer<'_, String>,
) -> Result<(), value::Fault> {
    match value {
        Value::Empty => {}
        Value::Object(object) => {
            for (member, value) in object.iter() {
                let inner = if name.is_empty() { member.to_string() } else { format!("{name}[{member}]") };
                pairs(inner, value, form)?;
            }
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                pairs(format!("{name}[{at}]"), item, form)?;
            }
        }
        Value::Null => {
            form.append_pair(&name, "");
        }
        other => {
            form.append_pair(&name, &value::render(other)?);
        }
    }
    Ok(())
}

/// By the file's ending; a file of any other kind declares nothing, and is read by what is in it.
fn content_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "json" => "application/json",
        "form" => "application/x-www-form-urlencoded",
        "txt" => "text/plain; charset=utf-8",
        "xml" => "application/xml",
        "csv" => "text/csv",
        "html" => "text/html; charset=utf-8",
        _ => return None,
    })
}
