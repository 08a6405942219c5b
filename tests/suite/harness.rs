//! The real binary in a folder of its own, and a stub of a target. Ports are chosen free, and what is waited for is an event:
//! a line of the server's log, a request at the stub, the end of a process.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tempfile::TempDir;

/// How long an event may take before a test says that it did not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder with scripts and data, and the commands run in it.
pub struct Site {
    pub dir: TempDir,
    env: Vec<(String, String)>,
}

impl Site {
    /// A site with these scripts, by file name.
    pub fn new(scripts: &[(&str, &str)]) -> Site {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("pipelines")).unwrap();
        let site = Site { dir, env: Vec::new() };
        for (name, text) in scripts {
            site.write(name, text);
        }
        site
    }

    pub fn env(mut self, name: &str, value: &str) -> Site {
        self.set_env(name, value);
        self
    }

    pub fn set_env(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("pipelines").join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wj"));
        command.args(args).current_dir(self.dir.path()).env_remove("NO_COLOR");
        for name in ["BIZON_TOKEN", "CRM_TOKEN", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"]
        {
            command.env_remove(name);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub fn wj(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What a command that must succeed printed.
    pub fn stdout(&self, args: &[&str]) -> String {
        let output = self.wj(args);
        assert!(output.status.success(), "wj {args:?}: {} {}", output.status, err(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// `wj history list --format json` with more arguments, newest first.
    pub fn history(&self, args: &[&str]) -> Vec<Json> {
        let args = [&["history", "list", "--format", "json"], args].concat();
        self.stdout(&args).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// `wj history show ID --format json`.
    pub fn show(&self, id: &str) -> Json {
        serde_json::from_str(&self.stdout(&["history", "show", id, "--format", "json"])).unwrap()
    }

    /// Starts a server that may call targets on this machine.
    pub fn serve(&self, args: &[&str]) -> Server {
        let mut all = vec![
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin",
            "127.0.0.1:0",
            "--allow-private",
            "127.0.0.0/8",
        ];
        all.extend(args);
        Server::start(self.command(&all))
    }
}

/// What a command printed.
pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What it said beside that.
pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server that runs; killed when it is dropped.
pub struct Server {
    child: Child,
    lines: Receiver<String>,
    /// What it has said so far.
    pub log: Vec<String>,
    pub listen: SocketAddr,
    pub admin: SocketAddr,
}

impl Server {
    pub fn start(mut command: Command) -> Server {
        let mut child = command
            .env("WJ_LOG", "wj=debug")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Server { child, lines, log: Vec::new(), listen: unknown, admin: unknown };
        let line = server.wait_for("listening on http://");
        let mut addresses = line.split("http://").skip(1).map(|rest| {
            let end = rest.find(|c: char| c != '.' && c != ':' && !c.is_ascii_digit()).unwrap_or(rest.len());
            rest[..end].parse().unwrap()
        });
        server.listen = addresses.next().unwrap();
        server.admin = addresses.next().unwrap();
        server
    }

    /// Waits for a line of the log that holds all of these parts (a `|` parts them), and gives it.
    pub fn wait_for(&mut self, parts: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let fits = |line: &str| parts.split('|').all(|part| line.contains(part));
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.log.push(line.clone());
                    if fits(&line) {
                        return line;
                    }
                }
                Err(_) => panic!("no line with {parts:?} in:\n{}", self.log.join("\n")),
            }
        }
    }

    /// Sends a request and gives the answer.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        request(self.listen, method, path, headers, body)
    }

    pub fn post_json(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("Content-Type", "application/json")], body)
    }

    /// Sends these bytes, whatever they are, and gives all that comes back until the server closes.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.listen).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // The server may close before it has taken all; what it said before is still there to be read.
        drop(stream.write_all(bytes));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// `GET /status` of the administration address.
    pub fn status(&self) -> Json {
        serde_json::from_str(&request(self.admin, "GET", "/status", &[], "").body).unwrap()
    }

    /// Sends SIGTERM and waits for the end; gives the exit code.
    pub fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.child.wait().unwrap().code()
    }

    pub fn signal(&self, name: &str) {
        let done = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(done.unwrap().success());
    }

    /// The memory that it occupies, in MiB.
    pub fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() / 1024
    }

    /// Waits for its end, and gives the exit code.
    pub fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Kills it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An answer as it came over the wire.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub reason: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

pub fn request(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: {to}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    read_answer(&mut stream)
}

/// Reads one answer to the end of the connection.
pub fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer in {text:?}"));
    let mut lines = head.split("\r\n");
    let mut status = lines.next().unwrap().splitn(3, ' ').skip(1);
    Answer {
        status: status.next().unwrap().parse().unwrap(),
        reason: status.next().unwrap_or("").to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        body: body.to_owned(),
    }
}

/// A request that a stub received.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The decoded query.
    pub fn query(&self) -> Vec<(String, String)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        url_pairs(query)
    }

    /// The decoded form in the body.
    pub fn form(&self) -> Vec<(String, String)> {
        url_pairs(&self.body)
    }
}

fn url_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    String::from_utf8(out).unwrap()
}

/// What a stub does with a request.
#[derive(Clone, Debug)]
pub enum Does {
    Answers(u16, String),
    /// As `Answers`, with headers.
    With(u16, Vec<(String, String)>, String),
    /// Closes the connection without a word.
    HangsUp,
    /// Says nothing until the stub is dropped.
    Hangs,
    /// Answers with this status once all who wait at the barrier are there.
    Meets(Arc<Barrier>, u16),
    /// The same, with a body.
    MeetsWith(Arc<Barrier>, u16, String),
}

/// A stub of a target: does what it is told, in order, the last again and again, and tells what it received.
pub struct Target {
    pub address: SocketAddr,
    pub requests: Receiver<Received>,
    does: Arc<Mutex<VecDeque<Does>>>,
}

impl Target {
    pub fn new(does: impl IntoIterator<Item = Does>) -> Target {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (send, requests) = channel();
        let does = Arc::new(Mutex::new(does.into_iter().collect::<VecDeque<_>>()));
        let script = does.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (send, script) = (send.clone(), script.clone());
                std::thread::spawn(move || attend(stream, &send, &script));
            }
        });
        Target { address, requests, does }
    }

    /// A stub of Bizon365 that registers everybody.
    pub fn bizon() -> Target {
        Target::new([Does::Answers(
            200,
            r#"{"hash":"h1","url_default":"https://b.example/click/h1","url_userdomain":"http://d.example/click/h1"}"#
                .into(),
        )])
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it does from now on.
    pub fn now(&self, does: impl IntoIterator<Item = Does>) {
        *self.does.lock().unwrap() = does.into_iter().collect();
    }

    /// The next request that came.
    pub fn next(&self) -> Received {
        self.requests.recv_timeout(PATIENCE).expect("no request came to the stub")
    }

    /// Whether a request came that nobody asked for yet.
    pub fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn attend(stream: TcpStream, send: &Sender<Received>, script: &Mutex<VecDeque<Does>>) {
    let mut reader = BufReader::new(stream);
    while let Some(received) = read_request(&mut reader) {
        let does = {
            let mut script = script.lock().unwrap();
            if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
        };
        if send.send(received).is_err() {
            return;
        }
        let stream = reader.get_mut();
        let (status, headers, body) = match does.unwrap_or(Does::Answers(200, String::new())) {
            Does::Answers(status, body) => (status, Vec::new(), body),
            Does::With(status, headers, body) => (status, headers, body),
            Does::HangsUp => return,
            Does::Meets(barrier, status) => {
                barrier.wait();
                (status, Vec::new(), String::new())
            }
            Does::MeetsWith(barrier, status, body) => {
                barrier.wait();
                (status, Vec::new(), body)
            }
            Does::Hangs => {
                // Until the other side gives up.
                drop(stream.read(&mut [0; 1]));
                return;
            }
        };
        let mut answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in headers {
            answer += &format!("{name}: {value}\r\n");
        }
        answer += &format!("\r\n{body}");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { method, target, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// A script of the repository's `pipelines/`.
pub fn example(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines").join(name)).unwrap()
}
