//! Follows the messages of a connection on the bytes as they come in, for one question: does a head announce its body
//! both by `Content-Length` and by `Transfer-Encoding`? hyper drops the length then, so that nobody behind it can tell;
//! a proxy before us may have believed the length, and such a request is refused (RFC 9112, 6.3 and 11.2).

use memchr::memchr;

/// Longer lines are no header that matters here. Heads are bounded elsewhere.
const LINE: usize = 64;

pub struct Framing {
    place: Place,
    /// The begin of a line that has not come to its end.
    line: Vec<u8>,
    length: Option<u64>,
    chunked: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before a request line, where empty lines may stand.
    Start,
    Head,
    /// Within a body or a chunk of this many more bytes.
    Bytes {
        left: u64,
        chunked: bool,
    },
    ChunkSize,
    Trailers,
}

impl Framing {
    pub fn new() -> Framing {
        Framing { place: Place::Start, line: Vec::new(), length: None, chunked: false }
    }

    /// Takes the next bytes. True if a head among them is framed in two ways.
    pub fn take(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            if let Place::Bytes { left, chunked } = self.place {
                let skipped = left.min(bytes.len() as u64);
                bytes = bytes.get(skipped as usize..).unwrap_or_default();
                self.place = match (left - skipped, chunked) {
                    (0, true) => Place::ChunkSize,
                    (0, false) => Place::Start,
                    (left, chunked) => Place::Bytes { left, chunked },
                };
                continue;
            }
            let end = memchr(b'\n', bytes);
            let (part, rest) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
            bytes = rest;
            if end.is_none() || !self.line.is_empty() {
                let room = LINE.saturating_sub(self.line.len());
                self.line.extend_from_slice(part.get(..room.min(part.len())).unwrap_or_default());
                if end.is_none() {
                    return false;
                }
                let line = std::mem::take(&mut self.line);
                if self.line_ended(line.trim_ascii_end()) {
                    return true;
                }
            } else if self.line_ended(part.trim_ascii_end()) {
                return true;
            }
        }
        false
    }

    fn line_ended(&mut self, line: &[u8]) -> bool {
        match self.place {
            Place::Start if line.is_empty() => {}
            Place::Start => {
                self.place = Place::Head;
                self.length = None;
                self.chunked = false;
            }
            Place::Head if line.is_empty() => {
                self.place = match (self.length, self.chunked) {
                    (Some(_), true) => return true,
                    (_, true) => Place::ChunkSize,
                    (Some(left @ 1..), false) => Place::Bytes { left, chunked: false },
                    (_, false) => Place::Start,
                };
            }
            Place::Head => self.header(line),
            Place::ChunkSize if line.is_empty() => {}
            Place::ChunkSize => {
                let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
                let size = digits.fold(0_u64, |size, digit| {
                    size.saturating_mul(16)
                        .saturating_add(u64::from((*digit as char).to_digit(16).unwrap_or(0)))
                });
                self.place = match size {
                    0 => Place::Trailers,
                    left => Place::Bytes { left, chunked: true },
                };
            }
            Place::Trailers if line.is_empty() => self.place = Place::Start,
            Place::Trailers | Place::Bytes { .. } => {}
        }
        false
    }

    fn header(&mut self, line: &[u8]) {
        // Most lines begin with another letter, and are compared no further.
        if !matches!(line, [b'c' | b'C' | b't' | b'T', ..]) {
            return;
        }
        if let Some(value) = value_of(line, b"content-length:") {
            let length = std::str::from_utf8(value.trim_ascii()).ok().and_then(|digits| digits.parse().ok());
            self.length = Some(length.unwrap_or(0));
        } else if value_of(line, b"transfer-encoding:").is_some() {
            self.chunked = true;
        }
    }
}

fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (own, value) = line.split_at_checked(name.len())?;
    own.eq_ignore_ascii_case(name).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &str = "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n\
        3;x=y\r\na\nb\r\n1F\r\nPOST /b HTTP/1.1\r\nContent-Lengt\r\n0\r\nTrailer: x\r\n\r\n";
    const SIZED: &str = "\r\nPOST /a HTTP/1.1\r\nContent-Length: 21\r\n\r\ntransfer-encoding:x\n\n";
    const BOTH: &str = "POST /a HTTP/1.1\nTransfer-Encoding: chunked\nCONTENT-LENGTH: 3\n\n";

    /// In any cut of the bytes the same comes out.
    fn refused(text: &str) -> bool {
        let whole = Framing::new().take(text.as_bytes());
        for size in [1, 2, 3, 7, 50] {
            let mut framing = Framing::new();
            let parts = text.as_bytes().chunks(size).any(|part| framing.take(part));
            assert_eq!(parts, whole, "in parts of {size}: {text:?}");
        }
        whole
    }

    #[test]
    fn only_a_head_that_says_both_is_refused() {
        assert!(refused(BOTH));
        assert!(refused("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: identity\r\n\r\n"));
        assert!(!refused(CHUNKED));
        assert!(!refused(SIZED));
        assert!(!refused("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    }

    #[test]
    fn a_head_behind_other_messages_is_found() {
        assert!(refused(&format!("{SIZED}{CHUNKED}{SIZED}{BOTH}")));
        assert!(!refused(&format!("{CHUNKED}{SIZED}{CHUNKED}")));
    }
}
