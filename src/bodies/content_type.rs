//! The value of a Content-Type header (RFC 9110, 8.3).

use std::borrow::Cow;

/// A media type in lower case, and the charset, if one is declared.
#[derive(Debug, PartialEq, Eq)]
pub struct ContentType<'a> {
    /// `application/json`, without parameters.
    pub essence: Cow<'a, str>,
    pub charset: Option<String>,
    /// Of a multipart body, as written.
    pub boundary: Option<String>,
}

impl ContentType<'_> {
    /// `None` if it has no form of `type/subtype`.
    pub fn parse(header: &[u8]) -> Option<ContentType<'_>> {
        let text = std::str::from_utf8(header).ok()?;
        let (essence, has_parameters) = match text.split_once(';') {
            Some((essence, _)) => (essence.trim(), true),
            None => (text.trim(), false),
        };
        let (kind, subtype) = essence.split_once('/')?;
        let is_token = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let in_lower_case = !essence.bytes().any(|byte| byte.is_ascii_uppercase());
        let essence = match in_lower_case {
            true => Cow::Borrowed(essence),
            false => Cow::Owned(essence.to_ascii_lowercase()),
        };
        if !has_parameters {
            return Some(ContentType { essence, charset: None, boundary: None });
        }
        let charset = parameter(text, "charset").map(|charset| charset.trim().to_ascii_lowercase());
        let boundary = parameter(text, "boundary");
        Some(ContentType { charset: charset.filter(|charset| !charset.is_empty()), boundary, essence })
    }

    /// `application/json`, and all that ends in `+json` (RFC 6839, 3.1).
    pub fn is_json(&self) -> bool {
        matches!(&*self.essence, "application/json" | "text/json") || self.essence.ends_with("+json")
    }

    pub fn is_form(&self) -> bool {
        &*self.essence == "application/x-www-form-urlencoded"
    }

    pub fn is_multipart(&self) -> bool {
        &*self.essence == "multipart/form-data"
    }

    /// `application/xml`, `text/xml`, and all that ends in `+xml` (RFC 7303, 4.2).
    pub fn is_xml(&self) -> bool {
        matches!(&*self.essence, "application/xml" | "text/xml") || self.essence.ends_with("+xml")
    }

    /// RFC 7519, 10.3.1.
    pub fn is_jwt(&self) -> bool {
        &*self.essence == "application/jwt"
    }

    pub fn is_text(&self) -> bool {
        self.essence.starts_with("text/")
    }

    pub fn is_bytes(&self) -> bool {
        &*self.essence == "application/octet-stream"
    }
}

/// A parameter of a header's value, `; name=value` or `; name="value"`, its quotes and escapes taken off (RFC 9110, 5.6.6).
/// Only a quote and a backslash count as escaped: paths of Windows are sent as they are.
pub fn parameter(header: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = header.split_once(';')?;
    loop {
        let (name, behind) = rest.split_once('=')?;
        // A parameter without a value stands before it.
        let name = name.rsplit(';').next().unwrap_or(name).trim();
        let behind = behind.trim_start();
        let (value, next) = match behind.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = behind.find(';').unwrap_or(behind.len());
                let (value, next) = behind.split_at_checked(end)?;
                (value.trim().to_owned(), next)
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next;
    }
}

/// The text up to its closing quote, and what stands behind.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '"' => break,
            '\\' if chars.as_str().starts_with(['"', '\\']) => value.extend(chars.next()),
            char => value.push(char),
        }
    }
    (value, chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_with_its_charset() {
        for (header, essence, charset) in [
            ("application/json", "application/json", None),
            ("TEXT/Plain ; charset = \"Windows-1251\"; x=y", "text/plain", Some("windows-1251")),
            ("multipart/form-data; boundary=----x", "multipart/form-data", None),
            ("application/json;charset=", "application/json", None),
        ] {
            let parsed = ContentType::parse(header.as_bytes()).unwrap();
            assert_eq!((&*parsed.essence, parsed.charset.as_deref()), (essence, charset), "{header}");
        }
        for header in ["", "json", "/json", "application/", "a b/c"] {
            assert_eq!(ContentType::parse(header.as_bytes()), None, "{header}");
        }
        assert_eq!(ContentType::parse(b"application/\xff"), None);
    }

    #[test]
    fn a_parameter_is_found_behind_all_others() {
        for (header, wanted, value) in [
            ("a/b; boundary=x", "boundary", Some("x")),
            ("a/b; flag; charset=\"a;b\"; Boundary = \"x y\" ", "boundary", Some("x y")),
            (r#"form-data; filename="a\"b\c\\d"; name=n"#, "filename", Some(r#"a"b\c\d"#)),
            (r#"form-data; filename="name=x"; name=n"#, "name", Some("n")),
            ("form-data; name=\"open", "name", Some("open")),
            ("a/b; boundary", "boundary", None),
            ("a/b", "boundary", None),
        ] {
            assert_eq!(parameter(header, wanted).as_deref(), value, "{header}");
        }
    }
}
