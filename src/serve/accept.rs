//! Accepts connections within their bounds until told to stop, then lets the open ones finish.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Handler, Network, connection};

/// Out of file descriptors or memory, accepting again at once would only burn a core.
const PAUSE: Duration = Duration::from_millis(100);

impl<H: Handler> Network<H> {
    /// Serves until `stop` comes, and then as long as requests before their answer take, within the grace.
    /// Connections without a request are closed at once.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: impl Future<Output = ()>) {
        let (stopping, stop_open) = watch::channel(false);
        let mut stop = pin!(stop);
        let callers = Arc::new(Callers::default());
        let mut connections = JoinSet::new();
        loop {
            let room = connections.len() < self.options.connections;
            tokio::select! {
                () = &mut stop => break,
                Some(_) = connections.join_next() => {}
                accepted = listener.accept(), if room => match accepted {
                    Ok((stream, address)) => {
                        let Some(seat) = Callers::seat(&callers, address.ip(), self.options.connections_per_address)
                        else {
                            continue;
                        };
                        connections.spawn(open(self.clone(), stream, seat, stop_open.clone()));
                    }
                    Err(error) if is_of_one_connection(&error) => {}
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept connections, trying again");
                        sleep(PAUSE).await;
                    }
                },
            }
        }
        drop(listener);
        // Nobody listens where there is no connection.
        let _ = stopping.send(true);
        let finished = async { while connections.join_next().await.is_some() {} };
        if timeout(self.options.grace, finished).await.is_err() {
            tracing::warn!("requests were still running when the grace of the stop was over");
        }
    }
}

async fn open<H: Handler>(
    network: Arc<Network<H>>,
    stream: TcpStream,
    seat: Seat,
    stop: watch::Receiver<bool>,
) {
    // Answers are written whole: waiting for more bytes only delays them. Failing costs speed alone.
    let _ = stream.set_nodelay(true);
    network.counts.open.fetch_add(1, Relaxed);
    connection::serve(network.clone(), stream, seat.ip, stop).await;
    network.counts.open.fetch_sub(1, Relaxed);
}

/// The peer was gone before it was accepted: nothing that concerns the next one.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// How many connections each address has open.
#[derive(Default)]
struct Callers(Mutex<BTreeMap<IpAddr, usize>>);

/// One connection of an address, counted until it is dropped.
struct Seat {
    callers: Arc<Callers>,
    ip: IpAddr,
}

impl Callers {
    fn seat(callers: &Arc<Callers>, ip: IpAddr, at_most: usize) -> Option<Seat> {
        let mut open = callers.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.entry(ip).or_default();
        if *own >= at_most {
            return None;
        }
        *own += 1;
        drop(open);
        Some(Seat { callers: callers.clone(), ip })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.callers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.ip) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.ip);
            }
        }
    }
}
