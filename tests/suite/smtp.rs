//! A mail server for tests: it talks SMTP on a free port of this machine, over TLS if it is told to, does at each stage what
//! it is told, and gives what it was handed.

use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

const PATIENCE: Duration = Duration::from_secs(30);

/// A mail as it came.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// As it stands between DATA and the dot, with dots undoubled.
    pub data: String,
    /// What it logged in with, decoded.
    pub login: Option<String>,
    pub encrypted: bool,
}

impl Mail {
    /// A header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ");
        let prefix = format!("{name}: ");
        let found: Vec<&str> = head.split("\r\n").filter_map(|line| line.strip_prefix(&prefix)).collect();
        assert!(found.len() < 2, "{name} twice in {}", self.data);
        found.first().map(|value| (*value).to_owned())
    }

    /// Names of all headers.
    pub fn headers(&self) -> Vec<String> {
        let head = self.data.split("\r\n\r\n").next().unwrap();
        head.split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap().to_owned())
            .collect()
    }

    /// What stands behind the headers, decoded if it is quoted-printable or base64.
    pub fn text(&self) -> String {
        let body = self.data.split_once("\r\n\r\n").unwrap().1;
        let bytes = match self.header("Content-Transfer-Encoding").as_deref() {
            Some("quoted-printable") => unquoted(body),
            Some("base64") => unbase64(body),
            _ => body.as_bytes().to_vec(),
        };
        String::from_utf8(bytes).unwrap().replace("\r\n", "\n")
    }
}

/// When it does something else than to take the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Greeting,
    Login,
    From,
    To,
    Data,
    /// After the mail, in the place of the answer to it.
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    Takes,
    /// Answers so.
    Says(Stage, &'static str),
    /// Says nothing more.
    Hangs(Stage),
    /// Closes.
    HangsUp(Stage),
    /// Turns down recipients whose address begins so.
    RefusesRecipient(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    None,
    StartTls,
    Implicit,
}

pub struct SmtpServer {
    pub address: SocketAddr,
    /// Of its certificate for `localhost`, in PEM.
    pub certificate: String,
    mails: Receiver<Mail>,
    stuck: Receiver<Stage>,
    does: Arc<Mutex<Does>>,
}

impl SmtpServer {
    pub fn new(does: Does, security: Security) -> SmtpServer {
        let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let does = Arc::new(Mutex::new(does));
        let ((send_mail, mails), (send_stuck, stuck)) = (channel(), channel());
        let session = Session {
            does: does.clone(),
            mails: send_mail,
            stuck: send_stuck,
            security,
            tls: TlsAcceptor::from(Arc::new(config)),
        };
        // A clock of its own, whatever the test does with that of its own runtime.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(session.clone().attend(Box::new(stream)));
                }
            });
        });
        SmtpServer { address, certificate: own.cert.pem(), mails, stuck, does }
    }

    /// One that takes mail in the clear.
    pub fn plain() -> SmtpServer {
        SmtpServer::new(Does::Takes, Security::None)
    }

    /// What it does from now on.
    pub fn now(&self, does: Does) {
        *self.does.lock().unwrap() = does;
    }

    /// The next mail that it took.
    pub fn next(&self) -> Mail {
        self.mails.recv_timeout(PATIENCE).expect("no mail came")
    }

    /// Whether it took no mail that nobody asked for yet.
    pub fn is_quiet(&self) -> bool {
        self.mails.try_recv().is_err()
    }

    /// Waits until it did what it does instead of taking a mail.
    pub fn stuck(&self) -> Stage {
        self.stuck.recv_timeout(PATIENCE).expect("it was never reached")
    }

    /// `[smtp]` of a `wj.toml` that names it.
    pub fn config(&self, more: &str) -> String {
        format!(
            "[smtp]\nhost = \"localhost\"\nport = {}\nfrom = \"wj@school.example\"\n{more}\n",
            self.address.port()
        )
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

#[derive(Clone)]
struct Session {
    does: Arc<Mutex<Does>>,
    mails: Sender<Mail>,
    stuck: Sender<Stage>,
    security: Security,
    tls: TlsAcceptor,
}

impl Session {
    async fn attend(self, stream: Box<dyn Stream>) {
        // A client that goes away ends the session, and no test.
        let _ = self.talk(stream).await;
    }

    async fn talk(&self, mut stream: Box<dyn Stream>) -> std::io::Result<()> {
        let mut encrypted = false;
        if self.security == Security::Implicit {
            stream = Box::new(self.tls.accept(stream).await?);
            encrypted = true;
        }
        if !self.goes_on(Stage::Greeting, &mut stream).await? {
            return Ok(());
        }
        say(&mut stream, "220 test ESMTP").await?;
        let mut mail =
            Mail { from: String::new(), to: Vec::new(), data: String::new(), login: None, encrypted };
        while let Some(line) = read_line(&mut stream).await? {
            let word = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
            let stage = match word.as_str() {
                "AUTH" => Some(Stage::Login),
                "MAIL" => Some(Stage::From),
                "RCPT" => Some(Stage::To),
                "DATA" => Some(Stage::Data),
                _ => None,
            };
            if let Some(stage) = stage
                && !self.goes_on(stage, &mut stream).await?
            {
                if matches!(*self.does.lock().unwrap(), Does::Says(..)) {
                    continue;
                }
                return Ok(());
            }
            match word.as_str() {
                "EHLO" => {
                    let starttls = self.security == Security::StartTls && !encrypted;
                    let more = if starttls { "250-STARTTLS\r\n" } else { "" };
                    say(&mut stream, &format!("250-test\r\n{more}250 AUTH PLAIN LOGIN")).await?;
                }
                "STARTTLS" => {
                    say(&mut stream, "220 go on").await?;
                    stream = Box::new(self.tls.accept(stream).await?);
                    encrypted = true;
                    mail.encrypted = true;
                }
                "AUTH" => {
                    let words = line.split(' ').nth(2).unwrap_or("");
                    let login = String::from_utf8(unbase64(words)).unwrap().replace('\0', " ");
                    mail.login = Some(login.trim().to_owned());
                    say(&mut stream, "235 welcome").await?;
                }
                "MAIL" => {
                    mail.from = inner(&line);
                    say(&mut stream, "250 ok").await?;
                }
                "RCPT" => {
                    let to = inner(&line);
                    let refused = matches!(*self.does.lock().unwrap(), Does::RefusesRecipient(begin) if to.starts_with(begin));
                    match refused {
                        true => say(&mut stream, "550 no such user").await?,
                        false => {
                            mail.to.push(to);
                            say(&mut stream, "250 ok").await?;
                        }
                    }
                }
                "DATA" => {
                    say(&mut stream, "354 go on").await?;
                    mail.data.clear();
                    while let Some(line) = read_line(&mut stream).await? {
                        if line == "." {
                            break;
                        }
                        mail.data.push_str(line.strip_prefix('.').unwrap_or(&line));
                        mail.data.push_str("\r\n");
                    }
                    if !self.goes_on(Stage::End, &mut stream).await? {
                        if matches!(*self.does.lock().unwrap(), Does::Says(..)) {
                            continue;
                        }
                        return Ok(());
                    }
                    // The test may be over.
                    let _ = self.mails.send(mail.clone());
                    say(&mut stream, "250 2.0.0 queued as 7F").await?;
                }
                "QUIT" => {
                    say(&mut stream, "221 bye").await?;
                    return Ok(());
                }
                _ => say(&mut stream, "502 what?").await?,
            }
        }
        Ok(())
    }

    /// False if something else was done at this stage.
    async fn goes_on(&self, stage: Stage, stream: &mut Box<dyn Stream>) -> std::io::Result<bool> {
        let does = *self.does.lock().unwrap();
        let at = match does {
            Does::Says(at, _) | Does::Hangs(at) | Does::HangsUp(at) => at,
            Does::Takes | Does::RefusesRecipient(_) => return Ok(true),
        };
        if at != stage {
            return Ok(true);
        }
        let _ = self.stuck.send(stage);
        match does {
            Does::Says(_, words) => say(stream, words).await?,
            Does::Hangs(_) => {
                // Until the other side gives up.
                let _ = stream.read(&mut [0; 1]).await?;
            }
            _ => {}
        }
        Ok(false)
    }
}

async fn say(stream: &mut Box<dyn Stream>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

/// Byte by byte: what stands behind a line may be TLS.
async fn read_line(stream: &mut Box<dyn Stream>) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let mut byte = [0];
    while stream.read(&mut byte).await? == 1 {
        line.push(byte[0]);
        if line.ends_with(b"\r\n") {
            line.truncate(line.len() - 2);
            return Ok(Some(String::from_utf8(line).expect("lettre encodes all that is not ASCII")));
        }
    }
    Ok(None)
}

/// What stands between `<` and `>`.
fn inner(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or("").to_owned()
}

fn unquoted(text: &str) -> Vec<u8> {
    let text = text.replace("=\r\n", "");
    let mut bytes = text.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'=' => {
                let hex = [bytes.next().unwrap(), bytes.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap()
            }
            other => other,
        });
    }
    out
}

pub fn unbase64(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = alphabet.iter().position(|own| *own == byte).unwrap() as u32;
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}
