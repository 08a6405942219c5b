//! Messages over stdin. Read here and not by `lsp_server::Message::read`: that one tells a request from a
//! notification by trial, which fails for numbered requests where `serde_json` keeps every digit of a number, as it does in wj.

use std::io::{self, BufRead, Read};

use lsp_server::{Message, Notification};
use serde_json::Value;

/// What came in.
#[derive(Debug)]
pub(super) enum Incoming {
    Message(Message),
    /// Framed well, but no message: why, in words.
    Malformed(String),
    End,
}

/// The largest message that is read: many times the largest script.
const MOST_BYTES: u64 = 64 << 20;

/// Reads the next message.
///
/// # Errors
/// A stream that breaks off, or headers that tell no length: there is no way to go on behind them.
pub(super) fn read(from: &mut dyn BufRead) -> io::Result<Incoming> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if from.take(4096).read_line(&mut line)? == 0 {
            return Ok(Incoming::End);
        }
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').ok_or_else(|| broken("a header without a colon"))?;
        if name.trim().eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.ok_or_else(|| broken("no Content-Length"))?;
    if length > MOST_BYTES {
        return Err(broken("a message that is too long"));
    }
    let mut bytes = Vec::new();
    if from.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Ok(Incoming::End);
    }
    Ok(match serde_json::from_slice::<Value>(&bytes).and_then(serde_json::from_value) {
        Ok(message) => Incoming::Message(message),
        Err(error) => Incoming::Malformed(error.to_string()),
    })
}

/// Stands for what was no message, so that the session tells of it in its turn.
pub(super) fn malformed(why: String) -> Message {
    Message::Notification(Notification { method: MALFORMED.to_owned(), params: Value::String(why) })
}

/// No client sends this, and nothing comes of it if one does.
pub(super) const MALFORMED: &str = "$/malformed";

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> Vec<Incoming> {
        let mut from = text.as_bytes();
        std::iter::from_fn(|| match read(&mut from).unwrap() {
            Incoming::End => None,
            incoming => Some(incoming),
        })
        .collect()
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn a_numbered_request_is_a_request() {
        let request = framed(r#"{"jsonrpc":"2.0","id":7,"method":"shutdown"}"#);
        let note = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        let read = read_all(&format!("{request}{note}"));
        let [Incoming::Message(Message::Request(request)), Incoming::Message(Message::Notification(_))] =
            &*read
        else {
            panic!("{read:?}");
        };
        assert_eq!(request.id, 7.into());
    }

    #[test]
    fn what_is_no_message_is_told_and_passed_over() {
        let read = read_all(&(framed("{") + &framed(r#"{"method":"exit"}"#)));
        assert!(matches!(&*read, [Incoming::Malformed(_), Incoming::Message(_)]), "{read:?}");
        assert!(super::read(&mut "GET / HTTP/1.1\r\n\r\n".as_bytes()).is_err());
    }
}
