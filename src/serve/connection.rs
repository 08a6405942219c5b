//! Serves one connection to its end: hyper's state machine, one timer for all deadlines, and the signal to stop.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::progress::{Phase, Progress};
use super::request::Peer;
use super::socket::Socket;
use super::{Handler, Network};

/// Returns when the connection is closed, by whichever side. `stop` turning true, or its sender gone, ends it behind the request that is
/// being handled, at once if there is none.
pub async fn serve<H, S>(network: Arc<Network<H>>, stream: S, ip: IpAddr, mut stop: watch::Receiver<bool>)
where
    H: Handler,
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let progress = Arc::new(Progress::new());
    let io = TokioIo::new(Socket::new(stream, progress.clone()));
    let options = network.options.clone();
    let head_size = options.head_size;
    let peer = Arc::new(Peer {
        network,
        progress: progress.clone(),
        ip,
        shown_ip: Arc::from(ip.to_canonical().to_string()),
    });
    let service = service_fn(move |request| {
        let peer = peer.clone();
        async move { Ok::<_, Infallible>(peer.answer(request).await) }
    });
    let mut builder = http1::Builder::new();
    // A sender may close its side behind its request and still wants the answer. hyper's own timer, one for each head,
    // is off: `progress` covers heads too.
    builder.half_close(true).header_read_timeout(None).max_header_size(head_size).max_buf_size(4 * head_size);
    // Answers are small: head and body in one piece cost the system less than two pieces in one call.
    builder.writev(false);
    let mut connection = pin!(builder.serve_connection(io, service));
    let mut stopped = pin!(stop.wait_for(|stop| *stop));
    let mut stopping = false;
    let mut armed = Instant::now();
    let mut deadline = None;
    let mut timer = pin!(sleep_until(armed));
    poll_fn(|cx| {
        loop {
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            if !stopping && stopped.as_mut().poll(cx).is_ready() {
                stopping = true;
                connection.as_mut().graceful_shutdown();
                continue;
            }
            // The timer is moved only to an earlier time, or when it fires: a connection with a thousand quick requests
            // arms it once.
            if progress.moved_on() {
                deadline = progress.allowed(&options).map(|allowed| Instant::now() + allowed);
            }
            let Some(deadline) = deadline else { return Poll::Pending };
            if deadline < armed {
                armed = deadline;
                timer.as_mut().reset(armed);
            }
            let mut body_is_late = false;
            while !body_is_late && timer.as_mut().poll(cx).is_ready() {
                if Instant::now() < deadline {
                    armed = deadline;
                    timer.as_mut().reset(armed);
                } else if progress.is(Phase::Body) {
                    progress.give_up_body();
                    body_is_late = true;
                } else {
                    return Poll::Ready(());
                }
            }
            if !body_is_late {
                return Poll::Pending;
            }
        }
    })
    .await;
}

#[cfg(test)]
#[path = "connection_tests.rs"]
pub mod tests;
