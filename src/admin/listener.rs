//! Where a running server answers operators: a Unix socket in the data directory, which only the owner can open, and a TCP
//! address that tells status and health but no personal data.

use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use super::{Answers, Response, SOCKET};

/// What may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The owner of the data directory: everything.
    Owner,
    /// Whoever reaches the address: health and status.
    Public,
}

/// The largest body of a question.
const MOST_BYTES: usize = 8 << 20;

/// A listener that runs; removing the socket is left to `drop`.
pub struct Listener {
    socket: Option<PathBuf>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
        if let Some(socket) = &self.socket {
            drop(fs::remove_file(socket));
        }
    }
}

/// Listens on the socket of a data directory. Whoever holds the store may replace a socket that a dead server left.
///
/// # Errors
/// The socket cannot be made.
pub fn listen_socket(dir: &Path, answers: Arc<dyn Answers>) -> std::io::Result<Listener> {
    let socket = dir.join(SOCKET);
    drop(fs::remove_file(&socket));
    let (short, _open) = short_path(dir)?;
    let listener = UnixListener::bind(short)?;
    fs::set_permissions(&socket, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let task = tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(serve(stream, answers.clone(), Access::Owner))),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    });
    Ok(Listener { socket: Some(socket), task })
}

/// Listens on an address, for health and status.
///
/// # Errors
/// The address cannot be bound.
pub async fn listen_tcp(
    addr: SocketAddr,
    answers: Arc<dyn Answers>,
) -> std::io::Result<(Listener, SocketAddr)> {
    let listener = TcpListener::bind(addr).await?;
    let bound = listener.local_addr()?;
    let task = tokio::spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => drop(tokio::spawn(serve(stream, answers.clone(), Access::Public))),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    });
    Ok((Listener { socket: None, task }, bound))
}

/// A path to the socket that fits into the 108 bytes of a socket's address, however long the directory's is. The file
/// keeps the directory open as long as the path is used.
pub(super) fn short_path(dir: &Path) -> std::io::Result<(PathBuf, Option<fs::File>)> {
    let plain = dir.join(SOCKET);
    if plain.as_os_str().len() < 100 {
        return Ok((plain, None));
    }
    let open = fs::File::open(dir)?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", open.as_raw_fd())), Some(open)))
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    answers: Arc<dyn Answers>,
    access: Access,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answers = answers.clone();
        async move { Ok::<_, Infallible>(answer(request, answers, access).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10))
        .serve_connection(TokioIo::new(stream), service);
    // An operator who hangs up is no event.
    let patience = if access == Access::Owner { PATIENCE } else { Duration::from_secs(120) };
    drop(tokio::time::timeout(patience, connection).await);
}

/// How long an answer to the owner may take: a copy of a large store, say.
pub(super) const PATIENCE: Duration = Duration::from_secs(3_600);

async fn answer(
    request: Request<Incoming>,
    answers: Arc<dyn Answers>,
    access: Access,
) -> hyper::Response<Full<Bytes>> {
    let (method, target) = (request.method().as_str().to_owned(), request.uri().to_string());
    let response = if access == Access::Public && !is_local(&request) {
        Response::error(421, "this address answers to its own name only")
    } else if access == Access::Public && !is_public(&method, request.uri().path()) {
        Response::error(404, "history is told on the socket in the data directory only")
    } else {
        match Limited::new(request.into_body(), MOST_BYTES).collect().await {
            Ok(body) => {
                let body = body.to_bytes();
                tokio::task::spawn_blocking(move || answers.answer(&method, &target, body))
                    .await
                    .unwrap_or_else(|_| Response::error(500, "the question could not be answered"))
            }
            Err(_) => Response::error(413, "that is more than 8 MB"),
        }
    };
    let mut out = hyper::Response::new(Full::new(Bytes::from(response.body.to_string())));
    *out.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    out.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    out
}

fn is_public(method: &str, path: &str) -> bool {
    method == "GET" && matches!(path, "/healthz" | "/readyz" | "/status")
}

/// A page of another site that had its name pointed here (DNS rebinding) sends that name as the host.
fn is_local(request: &Request<Incoming>) -> bool {
    let Some(host) = request.headers().get(HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name == "localhost" || name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
}
