//! Writes a request: every value encoded for the place where it stands, sealed texts opened or masked.

use std::borrow::Cow;
use std::sync::Arc;

use url::form_urlencoded;

use super::email::Mail;
use super::request::{Body, RenderError, Rendered, Request, is_no_segment};
use crate::builtins::is_email;
use crate::value::{self, Bytes, Fault, Object, Sealed, Value};

/// Gives the value of a secret by its name.
type Secrets<'a> = &'a dyn Fn(&str) -> Option<Arc<str>>;

/// Writes one request, with the real secrets or with masks.
pub(super) struct Writer<'a> {
    /// `None` where masks are written.
    secrets: Option<Secrets<'a>>,
}

impl<'a> Writer<'a> {
    pub(super) fn with_secrets(secrets: Secrets<'a>) -> Writer<'a> {
        Writer { secrets: Some(secrets) }
    }

    pub(super) fn masking() -> Writer<'a> {
        Writer { secrets: None }
    }

    pub(super) fn request(&self, request: &Request) -> Result<Rendered, RenderError> {
        if let Body::Mail(mail) = &request.body {
            return self.mail(request, mail);
        }
        let url = self.url(request)?;
        let mut headers = Vec::with_capacity(request.headers.len() + 1);
        for (name, value) in &request.headers {
            if value.is_empty() {
                continue;
            }
            let text = self.text(value)?;
            if let Some(control) = text.chars().find(|c| c.is_control()) {
                let code = u32::from(control);
                return Err(Fault::outside(format!(
                    "header `{name}` cannot carry {}: it holds the control character U+{code:04X}",
                    value.shown()
                ))
                .into());
            }
            headers.push((name.clone(), text.into_owned()));
        }
        let (body, content_type) = self.body(&request.body)?;
        let given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let Some(content_type) = content_type.filter(|_| !given) {
            headers.push(("content-type".into(), content_type.into_owned()));
        }
        Ok(Rendered { method: request.method.clone(), url, headers, body })
    }

    fn url(&self, request: &Request) -> Result<String, RenderError> {
        let mut url = String::with_capacity(128);
        url.push_str(&request.origin);
        for segment in &request.segments {
            let text = self.text(segment)?;
            if matches!(segment, Value::Sealed(_)) && is_no_segment(&text) {
                return Err(
                    Fault::outside("a secret's value cannot stand as a segment of a URL's path").into()
                );
            }
            url.push('/');
            self.encoded(segment, &text, percent_encode, &mut url);
        }
        if request.segments.is_empty() {
            url.push('/');
        }
        let mut query = String::new();
        self.pairs(&request.query, &mut query)?;
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query);
        }
        Ok(url)
    }

    fn body(&self, body: &Body) -> Result<(Bytes, Option<Cow<'static, str>>), RenderError> {
        let (body, content_type) = match body {
            Body::None => return Ok((Bytes::new(), None)),
            Body::Multipart { boundary, parts } => {
                let content_type = format!("multipart/form-data; boundary={boundary}");
                return Ok((self.multipart(boundary, parts)?, Some(content_type.into())));
            }
            Body::Json(json) => (value::to_json(&*self.opened(json)?)?.into(), "application/json"),
            Body::Form(pairs) => {
                let mut form = String::new();
                self.pairs(pairs, &mut form)?;
                (form.into(), "application/x-www-form-urlencoded")
            }
            Body::Text(text) => (self.text(text)?.into_owned().into(), "text/plain; charset=utf-8"),
            Body::Bytes(bytes) => (bytes.clone(), "application/octet-stream"),
            Body::Mail(_) => return Err(Fault::own("a mail is no part of a request over HTTP").into()),
        };
        Ok((body, Some(content_type.into())))
    }

    /// By RFC 7578. A list with bytes in it is a part for each of its items.
    fn multipart(&self, boundary: &str, parts: &[(Arc<str>, Value)]) -> Result<Bytes, RenderError> {
        let mut out = Vec::new();
        for (name, value) in parts.iter().filter(|(_, value)| !value.is_empty()) {
            match value {
                Value::List(items) if items.iter().any(|item| item.as_bytes().is_some()) => {
                    for item in items.iter().filter(|item| !item.is_empty()) {
                        self.multipart_part(boundary, name, item, &mut out)?;
                    }
                }
                value => self.multipart_part(boundary, name, value, &mut out)?,
            }
        }
        out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok(out.into())
    }

    fn multipart_part(
        &self,
        boundary: &str,
        name: &str,
        value: &Value,
        out: &mut Vec<u8>,
    ) -> Result<(), RenderError> {
        let named = part_name(name);
        out.extend_from_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{named}\"").as_bytes(),
        );
        match (value, value.as_bytes()) {
            (value, Some(bytes)) => {
                let (file, media_type) = match value {
                    Value::File(file) => (part_name(file.name()), file.media_type()),
                    _ => (named, None),
                };
                // The sender's word, which must not end its line.
                let media_type = media_type
                    .filter(|word| word.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()))
                    .unwrap_or("application/octet-stream");
                out.extend_from_slice(
                    format!("; filename=\"{file}\"\r\nContent-Type: {media_type}\r\n\r\n").as_bytes(),
                );
                out.extend_from_slice(bytes);
            }
            (value, None) => {
                out.extend_from_slice(b"\r\n\r\n");
                out.extend_from_slice(self.text(value)?.as_bytes());
            }
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// A mail is one JSON object: a text in it stays a text, whatever it holds. What becomes a header of the mail is
    /// looked at here, so that it is a fault of this request and nothing is sent.
    fn mail(&self, request: &Request, mail: &Mail) -> Result<Rendered, RenderError> {
        let to = self.address("to", &mail.to)?;
        let mut url = String::from("mailto:");
        self.encoded(&mail.to, &to, percent_encode, &mut url);
        let mut parts = Object::new();
        parts.set("to", Value::text(to));
        parts.set("subject", Value::text(self.line("subject", &mail.subject)?));
        parts.set("text", Value::text(self.text(&mail.text)?));
        if !mail.html.is_empty() {
            parts.set("html", Value::text(self.text(&mail.html)?));
        }
        if !mail.reply_to.is_empty() {
            parts.set("reply_to", Value::text(self.address("reply_to", &mail.reply_to)?));
        }
        if !mail.id.is_empty() {
            parts.set("id", Value::text(self.text(&mail.id)?));
        }
        let body = value::to_json(&Value::object(parts))?.into();
        Ok(Rendered { method: request.method.clone(), url, headers: Vec::new(), body })
    }

    fn address<'v>(&self, name: &str, value: &'v Value) -> Result<Cow<'v, str>, RenderError> {
        let text = self.text(value)?;
        let is_mask = self.secrets.is_none() && matches!(value, Value::Sealed(_));
        match is_mask || is_email(&text) {
            true => Ok(text),
            false => {
                Err(Fault::outside(format!("`{name}` is {}, and takes an e-mail address", value.shown()))
                    .into())
            }
        }
    }

    fn line<'v>(&self, name: &str, value: &'v Value) -> Result<Cow<'v, str>, RenderError> {
        let text = self.text(value)?;
        match text.chars().find(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            None => Ok(text),
            Some(control) => Err(Fault::outside(format!(
                "`{name}` cannot carry {}: it holds the control character U+{:04X}",
                value.shown(),
                u32::from(control)
            ))
            .into()),
        }
    }

    /// `application/x-www-form-urlencoded`, by the URL standard; `empty` ones are left out.
    fn pairs(&self, pairs: &[(Arc<str>, Value)], out: &mut String) -> Result<(), RenderError> {
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            if !out.is_empty() {
                out.push('&');
            }
            form_encode(name, out);
            out.push('=');
            self.encoded(value, &self.text(value)?, form_encode, out);
        }
        Ok(())
    }

    /// Writes `text`, which is `value`'s, by `encode`. A mask stays readable: it is for people, and goes nowhere.
    fn encoded(&self, value: &Value, text: &str, encode: fn(&str, &mut String), out: &mut String) {
        match value {
            Value::Sealed(sealed) if self.secrets.is_none() => {
                let mut encoded = String::new();
                encode(text, &mut encoded);
                for mask in sealed.masks(&mask) {
                    let mut hidden = String::new();
                    encode(&mask, &mut hidden);
                    encoded = encoded.replace(&hidden, &mask);
                }
                out.push_str(&encoded);
            }
            _ => encode(text, out),
        }
    }

    fn text<'v>(&self, value: &'v Value) -> Result<Cow<'v, str>, RenderError> {
        match value {
            Value::Sealed(sealed) => Ok(Cow::Owned(self.open(sealed)?.as_ref().to_owned())),
            other => Ok(value::render(&*self.opened(other)?).map(|text| Cow::Owned(text.into_owned()))?),
        }
    }

    /// The value with its sealed texts opened or masked.
    pub(super) fn value(&self, value: &Value) -> Result<Value, RenderError> {
        self.opened(value).map(Cow::into_owned)
    }

    fn opened<'v>(&self, value: &'v Value) -> Result<Cow<'v, Value>, RenderError> {
        value::opened(value, &|sealed| self.open(sealed))
    }

    fn open(&self, sealed: &Sealed) -> Result<Arc<str>, RenderError> {
        Ok(match self.secrets {
            Some(secrets) => sealed.open(secrets)?,
            None => sealed.masked(&mask)?,
        })
    }
}

/// A name between the quotes of a part's head, as browsers write it (HTML, 4.10.21.8).
fn part_name(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

/// How history shows a secret.
fn mask(name: &str) -> String {
    format!("«secret {name}»")
}

/// All but the unreserved characters (RFC 3986, 2.3).
fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            const HEX: [char; 16] =
                ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
            out.push('%');
            out.extend([byte >> 4, byte & 15].iter().filter_map(|half| HEX.get(usize::from(*half))));
        }
    }
}

fn form_encode(text: &str, out: &mut String) {
    out.extend(form_urlencoded::byte_serialize(text.as_bytes()));
}
