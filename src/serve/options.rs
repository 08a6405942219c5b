//! The bounds of the network side.

use std::time::Duration;

use ipnet::IpNet;

/// Deadlines are totals, not times between two reads.
#[derive(Clone, Debug)]
pub struct Options {
    /// From the accepted connection, or the first byte of a later request, to the end of the head.
    pub head: Duration,
    /// From the end of the head to the last byte of the body.
    pub body: Duration,
    /// From an answer to the first byte of the next request.
    pub idle: Duration,
    /// From an answer's first byte to its last.
    pub write: Duration,
    /// How long a refused sender is listened to, so that it can read why.
    pub linger: Duration,
    /// How long requests may still take when the server stops.
    pub grace: Duration,
    /// In bytes, of a request's head; 431 past it.
    pub head_size: usize,
    /// In bytes, of all bodies that are being read or handled; 503 past it.
    pub bodies_in_flight: usize,
    pub connections: usize,
    /// Of one public address. A loopback or private one is a proxy's or one's own, and has no bound but `connections`.
    pub connections_per_address: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            write: Duration::from_secs(30),
            linger: Duration::from_secs(1),
            grace: Duration::from_secs(30),
            head_size: 32 * 1024,
            bodies_in_flight: 64 * 1024 * 1024,
            connections: 4_096,
            connections_per_address: 256,
            trusted_proxies: Vec::new(),
        }
    }
}
