//! Content type and bytes to a value: JSON, forms, multipart, XML, tokens, texts in any charset, bytes. Pure: knows only values.

mod brackets;
mod charset;
mod content_type;
mod errors;
mod form;
mod jwt;
mod multipart;
mod xml;

use std::sync::Arc;

use url::form_urlencoded;

pub use brackets::{TooMany, fold};
pub use charset::Charset;
pub use jwt::Jwt;

use crate::value::{Bytes, Fault, Object, Scan, Value, from_json};
use content_type::ContentType;

/// No body is read into more values: what JSON may hold too.
const MOST_VALUES: usize = 200_000;

/// What a body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Form,
    /// The claims of a JSON Web Token in its compact form (RFC 7519). Who signed it is for `verify` to say.
    Jwt,
    Multipart,
    Xml,
    Text,
    Bytes,
}

impl Format {
    /// By the words of `read body as …`.
    pub const ALL: [(&str, Format); 7] = [
        ("bytes", Format::Bytes),
        ("form", Format::Form),
        ("json", Format::Json),
        ("jwt", Format::Jwt),
        ("multipart", Format::Multipart),
        ("text", Format::Text),
        ("xml", Format::Xml),
    ];
}

/// What a script says of a body, over what its sender declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub format: Option<Format>,
    pub charset: Option<Charset>,
}

/// A body, read as what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// No body: whatever is reached in it is missing.
    Nothing,
    /// JSON by its type, or plainly so, or the claims of a token. UTF-8 without a byte order mark, which may still turn out to be none.
    Json(Bytes),
    Xml(Value),
    /// A form or a multipart body.
    Fields(Fields),
    /// A text, or bytes.
    Whole(Value),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Fields {
    /// Names with brackets folded.
    pub value: Value,
    /// As they were sent.
    pub pairs: Vec<(Arc<str>, Value)>,
}

impl Fields {
    fn new(pairs: Vec<(Arc<str>, Value)>) -> Result<Fields, Fault> {
        let value = fold(pairs.iter().map(|(name, value)| (name, value.clone())));
        Ok(Fields { value: value.map_err(|TooMany| errors::too_many_values())?, pairs })
    }

    /// For each name as it was sent, brackets and all, the list of its values.
    pub fn all(&self) -> Value {
        let mut lists: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        for (name, value) in &self.pairs {
            let at = *places.entry(name).or_insert(lists.len());
            if at == lists.len() {
                lists.push((name.clone(), Vec::new()));
            }
            if let Some((_, list)) = lists.get_mut(at) {
                list.push(value.clone());
            }
        }
        let lists = lists.into_iter().map(|(name, list)| (name, Value::list(list)));
        Value::object(lists.collect::<Object>())
    }
}

/// Reads a body: as the script says, else by its declared type. A missing type, a text or a form whose first character is
/// `{` or `[` and that parses is JSON too: many senders declare nothing, or the wrong thing.
///
/// # Errors
/// A body that is not what it says it is, or whose type nobody knows: its first use aborts with 400.
pub fn read(content_type: Option<&[u8]>, reading: Reading, body: &Bytes) -> Result<Read, Fault> {
    let plain = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if plain.is_empty() {
        return Ok(Read::Nothing);
    }
    let declared = match content_type.map(ContentType::parse) {
        None => None,
        Some(Some(declared)) => Some(declared),
        // Whoever says what the body is need not be told by its sender.
        Some(None) if reading.format.is_some() => None,
        Some(None) => return Err(errors::unreadable_type(content_type.unwrap_or_default())),
    };
    let format = match reading.format {
        Some(format) => format,
        None => format(declared.as_ref(), plain)?,
    };
    let named = match (reading.charset, declared.as_ref().and_then(|declared| declared.charset.as_ref())) {
        (Some(charset), _) => Some(charset),
        (None, Some(_)) if format == Format::Bytes => None,
        (None, Some(label)) => Some(Charset::find(label).ok_or_else(|| errors::unknown_charset(label))?),
        (None, None) => None,
    };
    let charset = named.unwrap_or(Charset::UTF8);
    Ok(match format {
        // Its reader checks UTF-8 by itself, and faster.
        Format::Json if charset == Charset::UTF8 => Read::Json(body.slice_ref(plain)),
        Format::Json => Read::Json(charset.read(body, "the body")?.into_owned().into()),
        Format::Jwt => Read::Json(Jwt::parse(plain).ok_or_else(errors::no_jwt)?.claims.into()),
        Format::Form => Read::Fields(Fields::new(form::pairs(plain, charset)?)?),
        Format::Multipart => {
            let boundary = declared.as_ref().and_then(|declared| declared.boundary.as_deref());
            let boundary = boundary.ok_or_else(errors::no_boundary)?;
            Read::Fields(Fields::new(multipart::pairs(body, boundary, charset)?)?)
        }
        Format::Xml => {
            let charset = match (named, xml::declared_charset(plain)) {
                (None, Some(label)) => Charset::find(label).ok_or_else(|| errors::unknown_charset(label))?,
                _ => charset,
            };
            Read::Xml(xml::value(&charset.read(plain, "the body")?)?)
        }
        Format::Text => Read::Whole(Value::text(&*charset.read(body, "the body")?)),
        Format::Bytes => Read::Whole(Value::Bytes(body.clone())),
    })
}

/// The value of a body; `None` if there is none.
///
/// # Errors
/// As for `read`, and JSON that is none.
pub fn decode(content_type: Option<&[u8]>, reading: Reading, body: &Bytes) -> Result<Option<Value>, Fault> {
    read(content_type, reading, body)?.value()
}

impl Read {
    /// # Errors
    /// JSON that is none.
    pub fn value(&self) -> Result<Option<Value>, Fault> {
        Ok(match self {
            Read::Nothing => None,
            Read::Json(json) => Some(from_json(json).map_err(|error| errors::broken_json(&error))?),
            Read::Xml(value) | Read::Whole(value) => Some(value.clone()),
            Read::Fields(fields) => Some(fields.value.clone()),
        })
    }
}

/// The fault of a body that says that it is JSON, and is none.
pub fn broken_json(error: &crate::value::DecodeError) -> Fault {
    errors::broken_json(error)
}

/// What the query of a request holds. It is short, and its names cannot make too much.
pub fn query(query: &str) -> Value {
    let pairs = form_urlencoded::parse(query.as_bytes()).map(|(name, text)| (name, Value::text(&*text)));
    fold(pairs).unwrap_or_default()
}

fn format(declared: Option<&ContentType<'_>>, body: &[u8]) -> Result<Format, Fault> {
    let Some(declared) = declared else {
        return if looks_like_json(body) { Ok(Format::Json) } else { Err(errors::no_type()) };
    };
    if declared.is_json() {
        return Ok(Format::Json);
    }
    if (declared.is_text() || declared.is_form()) && looks_like_json(body) {
        return Ok(Format::Json);
    }
    Ok(if declared.is_form() {
        Format::Form
    } else if declared.is_multipart() {
        Format::Multipart
    } else if declared.is_xml() {
        Format::Xml
    } else if declared.is_text() {
        Format::Text
    } else if declared.is_jwt() {
        Format::Jwt
    } else if declared.is_bytes() {
        Format::Bytes
    } else {
        return Err(errors::other_type(&declared.essence));
    })
}

/// Checked to the end, without building anything.
fn looks_like_json(body: &[u8]) -> bool {
    let first = body.iter().find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    matches!(first, Some(b'{' | b'[')) && is_json(body)
}

fn is_json(body: &[u8]) -> bool {
    Scan::new(body).is_ok_and(|mut scan| scan.skip(0).is_ok() && scan.end().is_ok())
}

#[cfg(test)]
mod tests;
