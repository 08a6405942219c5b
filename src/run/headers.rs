//! The headers of a request, in one block: they are kept with every operation and rarely looked at, so they cost one
//! allocation and no parsing.

use crate::value::Bytes;

/// Lines of `name: value`, names in lower case, in the order they came. A header value holds no line end (RFC 9110, 5.5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Bytes);

impl Headers {
    /// `name` must be in lower case. A line end inside a value is written as a blank.
    pub fn collect<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Headers {
        let mut block = Vec::with_capacity(512);
        for (name, value) in headers {
            block.extend_from_slice(name.as_bytes());
            block.extend_from_slice(b": ");
            let from = block.len();
            block.extend_from_slice(value);
            if memchr::memchr(b'\n', value).is_some() {
                block.iter_mut().skip(from).filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
            }
            block.push(b'\n');
        }
        Headers(block.into())
    }

    pub fn from_block(block: Bytes) -> Headers {
        Headers(block)
    }

    pub fn as_block(&self) -> &Bytes {
        &self.0
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.split(|byte| *byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(line.get(..colon)?).ok()?;
            Some((name, line.get(colon + 2..)?))
        })
    }

    /// The last value of a header, by its lower-case name.
    pub fn last(&self, name: &str) -> Option<&[u8]> {
        // Looked for from the end, without reading the other names as text.
        let mut rest = self.0.strip_suffix(b"\n")?;
        loop {
            let begin = memchr::memrchr(b'\n', rest).map_or(0, |end| end + 1);
            let line = rest.get(begin..)?;
            if let Some(value) = line.strip_prefix(name.as_bytes()).and_then(|line| line.strip_prefix(b": "))
            {
                return Some(value);
            }
            rest = rest.get(..begin.checked_sub(1)?)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_come_back_as_they_were() {
        let headers = Headers::collect([("a", &b"1: 2"[..]), ("b", b""), ("a", b"\xff")].into_iter());
        let all: Vec<_> = headers.iter().collect();
        assert_eq!(all, [("a", &b"1: 2"[..]), ("b", b""), ("a", b"\xff")]);
        assert_eq!(headers.last("a"), Some(&b"\xff"[..]));
        assert_eq!(headers.last("c"), None);
    }
}
