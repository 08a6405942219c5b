//! Masking by value: whatever a target or a caller sends back, a known secret in it reads `«secret NAME»`.

use std::borrow::Cow;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::SHORTEST_MASKED;

/// Finds the values of secrets in texts.
pub struct Masker {
    /// `None` without secrets: then masking costs nothing.
    finder: Option<AhoCorasick>,
    /// For each pattern of `finder`, the name of its secret.
    names: Vec<Arc<str>>,
}

impl Masker {
    pub fn new<'a>(secrets: impl Iterator<Item = (&'a str, &'a str)>) -> Masker {
        let mut patterns: Vec<String> = Vec::new();
        let mut names = Vec::new();
        for (name, value) in secrets.filter(|(_, value)| value.chars().count() >= SHORTEST_MASKED) {
            for form in forms(value) {
                patterns.push(form);
                names.push(Arc::from(name));
            }
        }
        // The longest form wins where several begin at one place.
        let finder = (!patterns.is_empty())
            .then(|| AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok())
            .flatten();
        Masker { finder, names }
    }

    /// The text with each secret's value replaced by `«secret NAME»`.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match &self.finder {
            Some(finder) if finder.is_match(text) => {
                let mut masked = String::with_capacity(text.len());
                finder.replace_all_with(text, &mut masked, |found, _, out| {
                    out.push_str(&self.replacement(found.pattern().as_usize()));
                    true
                });
                Cow::Owned(masked)
            }
            _ => Cow::Borrowed(text),
        }
    }

    /// As `mask`, for bytes of any kind.
    pub fn mask_bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let finder = self.finder.as_ref().filter(|finder| finder.is_match(bytes))?;
        let mut masked = Vec::with_capacity(bytes.len());
        finder.replace_all_with_bytes(bytes, &mut masked, |found, _, out| {
            out.extend_from_slice(self.replacement(found.pattern().as_usize()).as_bytes());
            true
        });
        Some(masked)
    }

    fn replacement(&self, pattern: usize) -> String {
        self.names.get(pattern).map_or_else(String::new, |name| mask_of(name))
    }
}

/// What stands in a secret's place.
pub fn mask_of(name: &str) -> String {
    format!("«secret {name}»")
}

/// The forms that a value takes on its way: plain, percent-encoded (both cases, and with `+` for a blank), as a JSON text
/// holds it, in hexadecimal, and in base64 at each of the three alignments that a longer text can put it in.
fn forms(value: &str) -> Vec<String> {
    let mut forms = vec![value.to_owned()];
    let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    forms.push(encoded.replace('+', "%20"));
    forms.push(lower_escapes(&encoded));
    forms.push(encoded);
    if let Ok(json) = serde_json::to_string(value) {
        forms.push(json.trim_matches('"').to_owned());
    }
    forms.push(value.bytes().map(|byte| format!("{byte:02x}")).collect());
    for padding in 0..3 {
        forms.extend(base64_inside(value.as_bytes(), padding));
    }
    forms.sort();
    forms.dedup();
    forms.retain(|form| form.chars().count() >= SHORTEST_MASKED);
    forms
}

fn lower_escapes(encoded: &str) -> String {
    let mut out = String::with_capacity(encoded.len());
    let mut escape = 0;
    for c in encoded.chars() {
        if c == '%' {
            escape = 3;
        }
        out.push(if escape > 0 { c.to_ascii_lowercase() } else { c });
        escape = std::cmp::max(escape, 1) - 1;
    }
    out
}

/// The characters of base64 that depend on the value alone when `before` bytes precede it, in the usual and the URL
/// alphabet.
fn base64_inside(value: &[u8], before: usize) -> [String; 2] {
    let mut bits: Vec<u8> = Vec::with_capacity(value.len() * 8);
    for byte in value {
        bits.extend((0..8).rev().map(|bit| byte >> bit & 1));
    }
    // The first character that holds no bit of what stands before, and whole characters only.
    let skip = (6 - before * 8 % 6) % 6;
    let sextets: Vec<u8> = bits
        .get(skip..)
        .unwrap_or(&[])
        .chunks_exact(6)
        .map(|chunk| chunk.iter().fold(0, |sextet, bit| sextet << 1 | bit))
        .collect();
    let write = |last: [char; 2]| -> String {
        sextets
            .iter()
            .map(|sextet| match *sextet {
                0..=25 => (b'A' + sextet) as char,
                26..=51 => (b'a' + sextet - 26) as char,
                52..=61 => (b'0' + sextet - 52) as char,
                62 => last[0],
                _ => last[1],
            })
            .collect()
    };
    [write(['+', '/']), write(['-', '_'])]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masker() -> Masker {
        Masker::new([("TOKEN", "s3cr3t/tök en\"!"), ("SHORT", "abc")].into_iter())
    }

    #[test]
    fn every_form_is_masked_and_short_ones_are_left() {
        let masker = masker();
        for text in [
            "s3cr3t/tök en\"!",
            "s3cr3t%2Ft%C3%B6k+en%22%21",
            "s3cr3t%2Ft%C3%B6k%20en%22%21",
            "s3cr3t%2ft%c3%b6k+en%22%21",
            "s3cr3t/tök en\\\"!",
            "7333637233742f74c3b66b20656e2221",
        ] {
            assert_eq!(masker.mask(&format!("a {text} b")), "a «secret TOKEN» b", "{text}");
        }
        assert_eq!(masker.mask("abc"), "abc");
    }

    #[test]
    fn base64_is_masked_at_every_alignment() {
        // base64 of "s3cr3t/tök en\"!" behind "", "u", "us", "use", by another tool.
        for text in [
            "czNjcjN0L3TDtmsgZW4iIQ==",
            "dXMzY3IzdC90w7ZrIGVuIiE=",
            "dXNzM2NyM3QvdMO2ayBlbiIh",
            "dXNlczNjcjN0L3TDtmsgZW4iIQ==",
        ] {
            assert!(masker().mask(text).contains("«secret TOKEN»"), "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_masked_too() {
        let masked = masker().mask_bytes(b"\xff s3cr3t/t\xc3\xb6k en\"! \xfe");
        assert_eq!(
            masked.as_deref(),
            Some("«secret TOKEN»".as_bytes()).map(|m| [b"\xff ", m, b" \xfe"].concat()).as_deref()
        );
        assert_eq!(masker().mask_bytes(b"nothing"), None);
    }
}
