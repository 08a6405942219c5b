//! `multipart/form-data` (RFC 7578), over a body that is in memory whole: a file's bytes are shared with it, not copied.
//! multer, the usual crate, wants a stream and a runtime, which this floor does not have.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::content_type::{ContentType, parameter};
use super::{Charset, errors};
use crate::value::{Bytes, Fault, File, Value};

const MOST_PARTS: usize = 2_000;
/// In bytes, of the headers of one part.
const LONGEST_HEAD: usize = 16 << 10;
/// RFC 2046, 5.1.1.
const LONGEST_BOUNDARY: usize = 70;

/// Names and values in the order in which they stand: texts, and files where the part has a file's name. A file field that
/// was left empty (no name and no bytes, as browsers send it) is left out.
///
/// # Errors
/// A body that does not end as its boundary says, parts without a name, texts that are none in their charset, more than
/// 2,000 parts.
pub fn pairs(body: &Bytes, boundary: &str, charset: Charset) -> Result<Vec<(Arc<str>, Value)>, Fault> {
    if boundary.is_empty() || boundary.len() > LONGEST_BOUNDARY {
        return Err(errors::no_boundary());
    }
    let broken = errors::broken_multipart;
    let delimiter = format!("\r\n--{boundary}");
    let delimiter = Delimiter { finder: Finder::new(&delimiter), length: delimiter.len() };
    let opening = delimiter.length - 2;
    // The first one may begin the body, without a line end before it.
    let mut at = if body.starts_with(format!("--{boundary}").as_bytes()) {
        Line::behind(body, opening).ok_or_else(|| broken("its first boundary does not end its line"))?
    } else {
        let found = delimiter.find(body, 0).ok_or_else(|| broken("its boundary stands nowhere"))?;
        found.line
    };
    let mut pairs = Vec::new();
    while let Line::Part(begin) = at {
        let end = delimiter.find(body, begin).ok_or_else(|| broken("it ends before its last boundary"))?;
        if pairs.len() >= MOST_PARTS {
            return Err(broken("it has more than 2000 parts"));
        }
        let part = body.get(begin..end.at).unwrap_or_default();
        pairs.extend(pair(body, part, charset)?);
        at = end.line;
    }
    Ok(pairs)
}

struct Delimiter<'a> {
    finder: Finder<'a>,
    length: usize,
}

struct Found {
    at: usize,
    line: Line,
}

/// What follows a boundary.
enum Line {
    /// A part, which begins here.
    Part(usize),
    /// Nothing any more.
    End,
}

impl Line {
    /// `None` where the text goes on: it only looked like a boundary.
    fn behind(body: &[u8], at: usize) -> Option<Line> {
        let rest = body.get(at..)?;
        if rest.starts_with(b"--") {
            return Some(Line::End);
        }
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        rest.get(blanks..)?.starts_with(b"\r\n").then_some(Line::Part(at + blanks + 2))
    }
}

impl Delimiter<'_> {
    fn find(&self, body: &[u8], from: usize) -> Option<Found> {
        // A part may be empty: then its boundary's line end is the one that ended its headers.
        let mut from = from.saturating_sub(2);
        loop {
            let at = from + self.finder.find(body.get(from..)?)?;
            match Line::behind(body, at + self.length) {
                Some(line) => return Some(Found { at, line }),
                None => from = at + 2,
            }
        }
    }
}

fn pair(body: &Bytes, part: &[u8], charset: Charset) -> Result<Option<(Arc<str>, Value)>, Fault> {
    let broken = errors::broken_multipart;
    let window = part.get(..part.len().min(LONGEST_HEAD)).unwrap_or_default();
    let (head, content) = match memchr::memmem::find(window, b"\r\n\r\n") {
        Some(at) => (part.get(..at).unwrap_or_default(), part.get(at + 4..).unwrap_or_default()),
        // Headers, and no content at all.
        None if part.ends_with(b"\r\n") && part.len() < LONGEST_HEAD => (part, &[][..]),
        None => return Err(broken("the headers of a part do not end")),
    };
    let head = charset.read(head, "the head of a part")?;
    let header = |name: &str| {
        let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let mut own = lines.filter(|(own, _)| own.trim().eq_ignore_ascii_case(name));
        own.next().map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition").ok_or_else(|| broken("a part has no name"))?;
    let name = parameter(disposition, "name").ok_or_else(|| broken("a part has no name"))?;
    let encoding = header("content-transfer-encoding").unwrap_or("binary");
    if !["binary", "8bit", "7bit"].iter().any(|plain| encoding.eq_ignore_ascii_case(plain)) {
        return Err(broken(&format!("a part is encoded as `{}`", encoding.escape_default())));
    }
    let declared = header("content-type");
    let media_type = declared.and_then(|declared| ContentType::parse(declared.as_bytes()));
    if let Some(file) = parameter(disposition, "filename") {
        if file.is_empty() && content.is_empty() {
            return Ok(None);
        }
        let media_type = declared.filter(|_| media_type.is_some());
        let file = File::new(&file, media_type, body.slice_ref(content));
        return Ok(Some((name.into(), file.into())));
    }
    let charset = match media_type.and_then(|media_type| media_type.charset) {
        Some(label) => Charset::find(&label).ok_or_else(|| errors::unknown_charset(&label))?,
        None => charset,
    };
    let text = charset.read(content, &format!("the part `{}`", name.escape_debug()))?;
    Ok(Some((name.into(), Value::text(&*text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8]) -> Result<Vec<(String, String)>, String> {
        let pairs =
            pairs(&Bytes::copy_from_slice(body), "b", Charset::UTF8).map_err(|fault| fault.message)?;
        let shown = pairs.into_iter().map(|(name, value)| match value {
            Value::File(file) => (
                name.to_string(),
                format!("{}|{:?}|{}", file.name(), file.media_type(), file.bytes.escape_ascii()),
            ),
            value => (name.to_string(), value.as_text().unwrap().to_owned()),
        });
        Ok(shown.collect())
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn texts_and_files_come_in_their_order() {
        let body = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n2\r\n--b\t\r\n\
            content-disposition: form-data; name=photo; filename=\"имя \\\"1\\\".png\"\r\nContent-Type: image/png\r\n\r\n\
            \x01\r\n--bb\r\n--b \r\nContent-Disposition: form-data; name=\"none\"; filename=\"\"\r\n\r\n\r\n--b\r\n\
            Content-Disposition: form-data; name=\"c\"\r\n\r\n\r\n--b--\r\nepilogue --b";
        assert_eq!(
            read(body.as_bytes()).unwrap(),
            [
                pair("a", "1\r\n2"),
                pair("photo", "имя \"1\".png|Some(\"image/png\")|\\x01\\r\\n--bb"),
                pair("c", ""),
            ]
        );
        assert_eq!(read(b"--b--").unwrap(), []);
        let charset = b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=windows-1251\r\n\r\n\xc0\r\n--b--";
        assert_eq!(read(charset).unwrap(), [pair("a", "А")]);
    }

    #[test]
    fn what_is_no_multipart_says_why() {
        let part = "Content-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n";
        for (body, why) in [
            ("".to_owned(), "its boundary stands nowhere"),
            ("a=1".to_owned(), "its boundary stands nowhere"),
            (format!("--b\r\n{part}"), "it ends before its last boundary"),
            (format!("--b\r\n{part}--b"), "it ends before its last boundary"),
            ("--b\n".to_owned(), "its first boundary does not end its line"),
            ("--b\r\nContent-Type: a/b\r\n\r\n1\r\n--b--".to_owned(), "a part has no name"),
            ("--b\r\nname\r\n1\r\n--b--".to_owned(), "the headers of a part do not end"),
            (
                format!("--b\r\nX: {}\r\n\r\n1\r\n--b--", "x".repeat(20_000)),
                "the headers of a part do not end",
            ),
            (
                format!("--b\r\nContent-Transfer-Encoding: base64\r\n{part}--b--"),
                "a part is encoded as `base64`",
            ),
            (format!("{}--b--", format!("--b\r\n{part}").repeat(2_001)), "it has more than 2000 parts"),
        ] {
            assert_eq!(
                read(body.as_bytes()),
                Err(format!("the body is no multipart/form-data: {why}")),
                "{body:.80}"
            );
        }
        let fault =
            read(b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xff\r\n--b--").unwrap_err();
        assert!(fault.starts_with("the part `a` is no UTF-8 at its byte 0"), "{fault}");
    }
}
