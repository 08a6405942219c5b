//! Accepts connections within their bounds until told to stop, then lets the open ones finish.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
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
    let _connected = network.counts.connected();
    connection::serve(network.clone(), stream, seat.ip, stop).await;
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
        if *own >= at_most && !is_near(ip) {
            return None;
        }
        *own += 1;
        drop(open);
        Some(Seat { callers: callers.clone(), ip })
    }
}

/// This machine or its own network: a proxy there speaks for everybody behind it.
fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
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

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::serve::Options;
    use crate::serve::connection::tests::{Echo, network};

    struct Serving {
        network: Arc<Network<Echo>>,
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        served: JoinHandle<()>,
    }

    async fn serving(options: Options) -> Serving {
        let network = network(options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(network.clone().serve(listener, async { stopped.await.unwrap() }));
        Serving { network, address, stop, served }
    }

    /// One request on a connection that stays open; empty if the server closed it without a word.
    async fn ask(stream: &mut TcpStream) -> String {
        // Refused connections may be reset under the writer.
        let _ = stream.write_all(b"GET /any HTTP/1.1\r\nHost: x\r\n\r\n").await;
        let mut answer = String::new();
        let mut space = [0; 1024];
        while !answer.ends_with("any GET /any []") {
            match stream.read(&mut space).await {
                Ok(0) | Err(_) => break,
                Ok(size) => answer.push_str(std::str::from_utf8(space.split_at(size).0).unwrap()),
            }
        }
        answer
    }

    #[test]
    fn connections_of_one_public_address_are_bounded() {
        let callers = Arc::new(Callers::default());
        let seat = |ip: &str| Callers::seat(&callers, ip.parse().unwrap(), 2);
        let public = "2606:4700::1111";
        let (first, second) = (seat(public), seat(public));
        assert!(first.is_some() && second.is_some() && seat(public).is_none() && seat("8.8.8.8").is_some());
        drop(first);
        assert!(seat(public).is_some());
        // A proxy in front has as many as all its callers together.
        for near in ["127.0.0.1", "10.0.0.1", "::ffff:192.168.0.1", "fd00::1", "::1"] {
            let proxied: Vec<_> = (0..10).map(|_| seat(near)).collect();
            assert!(proxied.iter().all(Option::is_some), "{near}");
        }
    }

    #[tokio::test]
    async fn past_the_most_connections_the_next_one_waits_for_its_turn() {
        let serving = serving(Options { connections: 1, ..Options::default() }).await;
        let mut first = TcpStream::connect(serving.address).await.unwrap();
        assert!(!ask(&mut first).await.is_empty());
        let mut second = TcpStream::connect(serving.address).await.unwrap();
        let waiting = tokio::spawn(async move { ask(&mut second).await });
        assert!(!ask(&mut first).await.is_empty());
        assert!(!waiting.is_finished());
        drop(first);
        assert!(!waiting.await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_stop_ends_listening_and_idle_connections() {
        let serving = serving(Options::default()).await;
        let mut idle = TcpStream::connect(serving.address).await.unwrap();
        assert!(!ask(&mut idle).await.is_empty());
        serving.stop.send(()).unwrap();
        assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
        serving.served.await.unwrap();
        assert!(TcpStream::connect(serving.address).await.is_err());
        assert_eq!(serving.network.counts().open(), 0);
    }

    #[tokio::test]
    async fn requests_that_outlast_the_grace_are_cut_off() {
        let serving = serving(Options { grace: Duration::from_millis(50), ..Options::default() }).await;
        let mut slow = TcpStream::connect(serving.address).await.unwrap();
        slow.write_all(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let mut idle = TcpStream::connect(serving.address).await.unwrap();
        assert!(!ask(&mut idle).await.is_empty());
        serving.stop.send(()).unwrap();
        serving.served.await.unwrap();
        assert_eq!(slow.read(&mut [0]).await.unwrap_or(0), 0);
    }
}
