//! A server in a process of its own on the first core, and the connections of the load, which is to come from the second.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Killed when it is dropped.
pub struct Running {
    child: Child,
    pub address: SocketAddr,
}

impl Running {
    /// The real server over the scripts of a folder.
    pub fn wj(dir: &Path, more: &[&str]) -> Running {
        let mut command = on_core(0, env!("CARGO_BIN_EXE_wj"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]).args(more);
        Running::start(command.current_dir(dir))
    }

    /// This bench again, as a server.
    pub fn itself(dir: &Path, args: &[&str]) -> Running {
        let mut command = on_core(0, std::env::current_exe().unwrap());
        Running::start(command.args(args).current_dir(dir))
    }

    fn start(command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line =
            lines.by_ref().map(Result::unwrap).find(|line| line.contains("listening on http://")).unwrap();
        // Whatever it says later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        let rest = line.split("http://").nth(1).unwrap();
        let end = rest.find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit()).unwrap_or(rest.len());
        Running { child, address: rest[..end].parse().unwrap() }
    }

    /// In MiB.
    pub fn most_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1_024
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What this bench prints when it is run again on the second core, as the load.
pub fn load(args: &[&str]) -> String {
    let mut command = on_core(1, std::env::current_exe().unwrap());
    let output = command.args(args).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn on_core(core: usize, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(program);
    command
}

/// A caller that sends one request again and again over one connection.
pub struct Connection {
    to: SocketAddr,
    stream: TcpStream,
    request: Vec<u8>,
    buffer: Vec<u8>,
}

impl Connection {
    /// `headers` are whole lines, with their ends.
    pub async fn new(to: SocketAddr, path: &str, headers: &str, json: &str) -> Connection {
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {to}\r\n{headers}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{json}",
            json.len()
        );
        let stream = connect(to).await;
        Connection { to, stream, request: request.into_bytes(), buffer: vec![0; 4096] }
    }

    /// One request and its whole answer; gives its status.
    pub async fn exchange(&mut self) -> u16 {
        self.stream.write_all(&self.request).await.unwrap();
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.unwrap();
            assert!(read > 0, "the server hung up");
            filled += read;
            let answer = &self.buffer[..filled];
            let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let text = std::str::from_utf8(&answer[..head]).unwrap();
            let status = text.split(' ').nth(1).unwrap().parse().unwrap();
            let field = |wanted: &str| {
                let mut fields = text.split("\r\n").filter_map(|line| line.split_once(": "));
                fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
            };
            let length = field("content-length").map_or(0, |length| length.parse::<usize>().unwrap());
            if filled < head + 4 + length {
                continue;
            }
            if field("connection").is_some_and(|said| said.eq_ignore_ascii_case("close")) {
                // Who is refused at the door is not kept on the line.
                self.stream = connect(self.to).await;
            }
            return status;
        }
    }
}

async fn connect(to: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(to).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}
