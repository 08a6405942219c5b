//! Asks a running server through the socket in its data directory.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

use super::Response;
use super::listener::short_path;

/// What came of asking.
pub enum Asked {
    Answered(Response),
    /// No server runs on this directory.
    NoServer,
    /// One does, and could not be understood.
    Failed(String),
}

/// Asks the server of a data directory.
pub fn ask(dir: &Path, method: &str, target: &str) -> Asked {
    ask_within(dir, method, target, b"", Duration::from_secs(60))
}

/// As `ask`, with a body.
pub fn ask_with(dir: &Path, method: &str, target: &str, body: &[u8]) -> Asked {
    ask_within(dir, method, target, body, Duration::from_secs(60))
}

/// Asks for what may take long, as a copy of everything.
pub fn ask_patiently(dir: &Path, method: &str, target: &str) -> Asked {
    ask_within(dir, method, target, b"", super::listener::PATIENCE)
}

fn ask_within(dir: &Path, method: &str, target: &str, body: &[u8], patience: Duration) -> Asked {
    let stream = short_path(dir).and_then(|(path, _open)| UnixStream::connect(path));
    let Ok(mut stream) = stream else {
        return Asked::NoServer;
    };
    match exchange(&mut stream, method, target, body, patience) {
        Ok(response) => Asked::Answered(response),
        Err(error) => Asked::Failed(error.to_string()),
    }
}

/// One request on a connection of its own, so that the answer ends where the connection does.
fn exchange(
    stream: &mut UnixStream,
    method: &str,
    target: &str,
    body: &[u8],
    patience: Duration,
) -> std::io::Result<Response> {
    stream.set_read_timeout(Some(patience))?;
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: wj\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let invalid =
        || std::io::Error::new(std::io::ErrorKind::InvalidData, "the server's answer cannot be read");
    let text = String::from_utf8(bytes).map_err(|_| invalid())?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(invalid)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(invalid)?;
    let body: Json = serde_json::from_str(body).map_err(|_| invalid())?;
    Ok(Response { status, body })
}
