//! A request to be sent, with values in their places: encoded for the place only when it is written, once with the
//! real secrets and once with masks. No value can change the shape of the request.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::email::Mail;
use super::write::Writer;
use crate::value::{self, Bytes, Fault, Kind, Unsealed, Value};

/// A request whose texts may still be sealed.
#[derive(Clone, Debug)]
pub struct Request {
    /// Upper case.
    pub method: Arc<str>,
    /// `https://host[:port]`, from the script alone; `MAIL` for a mail.
    pub origin: Arc<str>,
    /// Each is percent-encoded as one segment; `""`, `.` and `..` were refused when it was built.
    pub segments: Vec<Value>,
    pub query: Vec<(Arc<str>, Value)>,
    pub headers: Vec<(Arc<str>, Value)>,
    pub body: Body,
}

#[derive(Clone, Debug, Default)]
pub enum Body {
    #[default]
    None,
    Json(Value),
    Form(Vec<(Arc<str>, Value)>),
    /// `multipart/form-data`: texts, and files and bytes as files. Nobody knows its boundary before it is sent.
    Multipart {
        boundary: Arc<str>,
        parts: Vec<(Arc<str>, Value)>,
    },
    Text(Value),
    Bytes(Bytes),
    /// No request over HTTP at all: a mail, written as one JSON object.
    Mail(Box<Mail>),
}

/// A request as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    pub method: Arc<str>,
    /// `http:`, `https:`, or for a mail `mailto:`.
    pub url: String,
    pub headers: Vec<(Arc<str>, String)>,
    pub body: Bytes,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenderError {
    MissingSecret(Arc<str>),
    Fault(Fault),
}

impl From<Unsealed> for RenderError {
    fn from(unsealed: Unsealed) -> RenderError {
        match unsealed {
            Unsealed::MissingSecret(name) => RenderError::MissingSecret(name),
            Unsealed::Fault(fault) => RenderError::Fault(fault),
        }
    }
}

impl From<Fault> for RenderError {
    fn from(fault: Fault) -> RenderError {
        RenderError::Fault(fault)
    }
}

impl Request {
    /// An empty request to a base URL (`https://host[:port][/path]`) and segments below it.
    ///
    /// # Errors
    /// A base that is no URL: the checker sees it first where it is written in a script.
    pub fn to(method: &str, base: &str, below: &[&str]) -> Result<Request, Fault> {
        let no_url = || Fault::own(format!("the base `{base}` is no URL"));
        let host = base.find("://").map(|at| at + 3).ok_or_else(no_url)?;
        let path = base.get(host..).and_then(|rest| rest.find('/')).map_or(base.len(), |at| host + at);
        let (origin, path) = base.split_at_checked(path).ok_or_else(no_url)?;
        let segments = path.split('/').filter(|segment| !segment.is_empty()).chain(below.iter().copied());
        Ok(Request {
            method: method.into(),
            origin: origin.into(),
            segments: segments.map(Value::text).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
        })
    }

    /// Writes the request with `secret(name)` in each secret's place.
    ///
    /// # Errors
    /// A secret that is not known, or a value that its place cannot carry.
    pub fn render(&self, secret: &dyn Fn(&str) -> Option<Arc<str>>) -> Result<Rendered, RenderError> {
        Writer::with_secrets(secret).request(self)
    }

    /// The request as history shows it: `«secret NAME»` in each secret's place.
    ///
    /// # Errors
    /// A value that its place cannot carry.
    pub fn masked(&self) -> Result<Rendered, Fault> {
        Writer::masking().request(self).map_err(|error| match error {
            RenderError::Fault(fault) => fault,
            RenderError::MissingSecret(name) => Fault::own(format!("the secret {name} has no mask")),
        })
    }
}

/// Scheme, host and port of a URL, as `Request::origin` has them; what is no URL is given back.
pub fn origin_of(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().ascii_serialization())
}

/// A value as people may see it: `«secret NAME»` in each secret's place, at any depth.
///
/// # Errors
/// A text around a secret with a part that has no text.
pub fn masked(value: &Value) -> Result<Value, Fault> {
    Writer::masking().value(value).map_err(|error| match error {
        RenderError::Fault(fault) => fault,
        RenderError::MissingSecret(name) => Fault::own(format!("the secret {name} has no mask")),
    })
}

/// A value as one segment of a URL's path.
///
/// # Errors
/// What would change the shape of the path: `""`, `.`, `..`, a list or an object, and what has no text. `what` names it. A sealed text is
/// looked at when it is opened.
pub fn segment(value: Value, what: &str) -> Result<Value, Fault> {
    if matches!(value, Value::Sealed(_)) {
        return Ok(value);
    }
    let is_many = matches!(value.kind(), Some(Kind::List | Kind::Object));
    if is_many || is_no_segment(&value::render(&value)?) {
        let shown = value.shown();
        return Err(Fault::outside(format!(
            "{what} is {shown}, which cannot stand as a segment of a URL's path"
        )));
    }
    Ok(value)
}

/// Dots are folded away by whoever reads the URL, even percent-encoded ones (rust-url #874).
pub(super) fn is_no_segment(text: &str) -> bool {
    matches!(text, "" | "." | "..")
}

impl Rendered {
    /// SHA-256 over all of it. Of a masked request this is the digest that replay compares.
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        // Each part goes in behind its length, so that no two requests run together to the same bytes.
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(self.method.as_bytes());
        part(self.url.as_bytes());
        for (name, value) in &self.headers {
            part(name.as_bytes());
            part(value.as_bytes());
        }
        part(&self.body);
        hash.finalize().into()
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::value::{Number, Object, Sealed, concat};

    fn secret(name: &str) -> Value {
        Value::Sealed(Arc::new(Sealed::Secret(name.into())))
    }

    fn render(request: &Request) -> Result<Rendered, RenderError> {
        request.render(&|name| (name == "KEY").then(|| "s/ c&".into()))
    }

    fn named(name: &str, value: Value) -> (Arc<str>, Value) {
        (name.into(), value)
    }

    fn get() -> Request {
        Request::to("GET", "https://a.example", &["in"]).unwrap()
    }

    #[test]
    fn values_are_encoded_for_their_place_and_cannot_leave_it() {
        let mut request = get();
        request.segments.push(Value::text("a/b?c#d%2e ы"));
        request.query =
            vec![named("q", Value::text("a&b=c d")), named("none", Value::Empty), named("n", Value::from(7))];
        assert_eq!(
            render(&request).unwrap().url,
            "https://a.example/in/a%2Fb%3Fc%23d%252e%20%D1%8B?q=a%26b%3Dc+d&n=7"
        );
        assert_eq!(
            render(&Request::to("GET", "http://[::1]:8/x/", &[]).unwrap()).unwrap().url,
            "http://[::1]:8/x"
        );
        assert_eq!(render(&Request::to("GET", "http://h", &[]).unwrap()).unwrap().url, "http://h/");
    }

    #[test]
    fn secrets_are_real_on_the_wire_and_readable_masks_in_history() {
        let mut request = get();
        request.segments.push(secret("KEY"));
        request.query.push(named("k", secret("KEY")));
        request
            .headers
            .push(named("Authorization", concat(&[Value::text("Bearer "), secret("KEY")]).unwrap()));
        let mut object = Object::new();
        object.set("deep", Value::list(vec![secret("KEY"), Value::text("\"")]));
        request.body = Body::Json(Value::object(object));
        let real = render(&request).unwrap();
        assert_eq!(real.url, "https://a.example/in/s%2F%20c%26?k=s%2F+c%26");
        assert_eq!(real.headers[0].1, "Bearer s/ c&");
        assert_eq!(real.body, r#"{"deep":["s/ c&","\""]}"#);
        let masked = request.masked().unwrap();
        assert_eq!(masked.url, "https://a.example/in/«secret KEY»?k=«secret KEY»");
        assert_eq!(masked.headers[0].1, "Bearer «secret KEY»");
        assert_eq!(masked.body, r#"{"deep":["«secret KEY»","\""]}"#);
        request.query.push(named("other", secret("OTHER")));
        assert_eq!(render(&request), Err(RenderError::MissingSecret("OTHER".into())));
        assert!(request.masked().is_ok());
    }

    #[test]
    fn a_header_carries_no_control_character() {
        for bad in ["a\r\nx: y", "a\0", "\u{7f}", "\u{85}"] {
            let mut request = get();
            request.headers.push(named("X-Name", Value::text(bad)));
            let Err(RenderError::Fault(fault)) = render(&request) else { panic!("{bad:?} went through") };
            assert!(fault.message.starts_with("header `X-Name` cannot carry "), "{}", fault.message);
            assert_eq!(request.masked(), Err(fault));
        }
        let mut request = get();
        request.headers.push(named("X-Name", Value::text("Анна")));
        request.headers.push(named("X-None", Value::Empty));
        assert_eq!(render(&request).unwrap().headers, [("X-Name".into(), "Анна".to_owned())]);
    }

    #[test]
    fn a_body_has_its_content_type_unless_one_is_given() {
        let with = |body: Body| {
            let mut request = get();
            request.body = body;
            request
        };
        let form = with(Body::Form(vec![named("имя", Value::text("a b")), named("no", Value::Empty)]));
        let form = render(&form).unwrap();
        assert_eq!(form.headers, [("content-type".into(), "application/x-www-form-urlencoded".to_owned())]);
        assert_eq!(form.body, "%D0%B8%D0%BC%D1%8F=a+b");
        let mut text = with(Body::Text(Value::Number(Number::from_json_digits("1.10"))));
        assert_eq!(render(&text).unwrap().headers[0].1, "text/plain; charset=utf-8");
        text.headers.push(named("Content-Type", Value::text("text/csv")));
        assert_eq!(render(&text).unwrap().headers, [("Content-Type".into(), "text/csv".to_owned())]);
        let json = render(&with(Body::Json(Value::Null))).unwrap();
        assert_eq!((json.headers[0].1.as_str(), &json.body[..]), ("application/json", &b"null"[..]));
        assert!(render(&with(Body::Json(Value::Duration(1)))).is_err());
    }

    #[test]
    fn no_name_and_no_type_of_a_file_changes_the_shape_of_a_multipart_body() {
        let evil = "a\"\r\nX-Evil: 1\r\n\r\n--b--";
        let file =
            |media_type| crate::value::File::new(evil, Some(media_type), Bytes::from_static(b"\xff\0"));
        let mut request = get();
        let parts = vec![
            named(evil, Value::text("1")),
            named("f", file("image/png\r\nX-Evil: 1").into()),
            named("g", file("image/png; x=1").into()),
            named("k", secret("KEY")),
            named("none", Value::Empty),
            named("l", Value::list(vec![Value::Bytes(Bytes::from_static(b"x")), Value::text("y")])),
        ];
        request.body = Body::Multipart { boundary: "b".into(), parts };
        let rendered = render(&request).unwrap();
        assert_eq!(rendered.headers, [("content-type".into(), "multipart/form-data; boundary=b".to_owned())]);
        let name = "a%22%0D%0AX-Evil: 1%0D%0A%0D%0A--b--";
        let part = |head: &str, body: &str| {
            format!("--b\r\nContent-Disposition: form-data; name={head}\r\n\r\n{body}\r\n")
        };
        let bytes = "application/octet-stream";
        let whole = [
            part(&format!("\"{name}\""), "1"),
            part(&format!("\"f\"; filename=\"{name}\"\r\nContent-Type: {bytes}"), "\u{fffd}\0"),
            part(&format!("\"g\"; filename=\"{name}\"\r\nContent-Type: image/png; x=1"), "\u{fffd}\0"),
            part("\"k\"", "s/ c&"),
            part(&format!("\"l\"; filename=\"l\"\r\nContent-Type: {bytes}"), "x"),
            part("\"l\"", "y"),
            "--b--\r\n".to_owned(),
        ];
        assert_eq!(String::from_utf8_lossy(&rendered.body), whole.concat());
        assert!(String::from_utf8_lossy(&request.masked().unwrap().body).contains("\r\n«secret KEY»\r\n"));
    }

    #[test]
    fn what_is_no_segment_is_a_fault_when_built_and_when_opened() {
        for bad in ["", ".", ".."] {
            let fault = segment(Value::text(bad), "`id`").unwrap_err();
            assert!(fault.message.contains("cannot stand as a segment"), "{}", fault.message);
            let mut request = get();
            request.segments.push(segment(secret("KEY"), "`key`").unwrap());
            assert!(matches!(request.render(&|_| Some(bad.into())), Err(RenderError::Fault(_))));
        }
        assert!(segment(Value::Empty, "`id`").is_err());
        assert!(segment(Value::list(vec![Value::text("a")]), "`id`").is_err());
        assert!(segment(Value::text("..."), "`id`").is_ok());
    }

    #[test]
    fn a_digest_tells_requests_apart() {
        let request = get();
        let mut other = get();
        other.headers.push(named("a", Value::text("b")));
        let digest = |request: &Request| request.masked().unwrap().digest();
        assert_eq!(digest(&request), digest(&get()));
        assert_ne!(digest(&request), digest(&other));
    }
}
