//! Many callers at once, who remember what they were told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

/// Callers that post again and again over connections of their own until the server is gone, four to a path; each gives the
/// ids that it was told.
pub fn callers(
    to: SocketAddr,
    paths: &[&'static str],
    told: &Arc<AtomicUsize>,
) -> Vec<JoinHandle<Vec<String>>> {
    let call = |path: &'static str| {
        let told = told.clone();
        std::thread::spawn(move || {
            let mut ids = Vec::new();
            let Ok(stream) = TcpStream::connect(to) else { return ids };
            let mut reader = BufReader::new(stream);
            let request = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}");
            while reader.get_mut().write_all(request.as_bytes()).is_ok() {
                let mut id = None;
                loop {
                    let mut line = String::new();
                    match reader.read_line(&mut line) {
                        Ok(read) if read > 0 => {}
                        _ => return ids,
                    }
                    id = line.strip_prefix("x-operation: ").map(|id| id.trim().to_owned()).or(id);
                    if line == "\r\n" {
                        break;
                    }
                }
                // A refusal names no operation.
                told.fetch_add(id.iter().count(), Ordering::Relaxed);
                ids.extend(id);
            }
            ids
        })
    };
    paths.iter().flat_map(|path| (0..4).map(move |_| *path)).map(call).collect()
}

pub fn wait_until(told: &AtomicUsize, count: usize) {
    while told.load(Ordering::Relaxed) < count {
        std::thread::yield_now();
    }
}
