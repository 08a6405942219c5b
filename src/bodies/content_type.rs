//! The value of a Content-Type header (RFC 9110, 8.3).

/// A media type in lower case, and the charset, if one is declared.
#[derive(Debug, PartialEq, Eq)]
pub struct ContentType {
    /// `application/json`, without parameters.
    pub essence: String,
    pub charset: Option<String>,
}

impl ContentType {
    /// `None` if it has no form of `type/subtype`.
    pub fn parse(header: &[u8]) -> Option<ContentType> {
        let text = std::str::from_utf8(header).ok()?;
        let mut parts = text.split(';').map(str::trim);
        let essence = parts.next()?.to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        let is_token = |token: &str| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let charset = parts.find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let is_charset = name.trim().eq_ignore_ascii_case("charset");
            is_charset.then(|| value.trim().trim_matches('"').to_ascii_lowercase())
        });
        Some(ContentType { charset: charset.filter(|charset| !charset.is_empty()), essence })
    }

    /// `application/json`, and all that ends in `+json` (RFC 6839, 3.1).
    pub fn is_json(&self) -> bool {
        matches!(&*self.essence, "application/json" | "text/json") || self.essence.ends_with("+json")
    }

    pub fn is_text_or_form(&self) -> bool {
        self.essence.starts_with("text/") || self.essence == "application/x-www-form-urlencoded"
    }
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
}
