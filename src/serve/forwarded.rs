//! Whose request it is: the address that connected, or what proxies that are trusted say of it.

use std::net::IpAddr;

use hyper::header::HeaderMap;
use ipnet::IpNet;

/// The caller's address. `X-Forwarded-For` is read from its end, where each proxy writes whom it heard; the first address
/// there that is no trusted proxy is the caller. What stands before it anybody may have written.
pub fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let mut caller = peer.to_canonical();
    let lines = headers.get_all("x-forwarded-for").iter().filter(|_| !trusted.is_empty());
    let heard: Vec<&[u8]> = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).collect();
    for said in heard.into_iter().rev() {
        if !is_trusted(&caller) {
            break;
        }
        // A proxy that writes no address is the last that is known.
        let Some(ip) = std::str::from_utf8(said).ok().and_then(|said| address(said.trim())) else { break };
        caller = ip.to_canonical();
    }
    caller
}

/// An address, perhaps with a port behind it, as some proxies write.
fn address(text: &str) -> Option<IpAddr> {
    let ip =
        text.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()));
    ip.or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn only_what_trusted_proxies_say_counts() {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "fd00::/8"].iter().map(|net| net.parse().unwrap()).collect();
        for (peer, lines, caller) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            // The first is what the caller made up.
            ("10.0.0.1", &["185.71.76.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["185.71.76.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["198.51.100.1, nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["[2a02:5180::1]:4711"], "2a02:5180::1"),
            ("fd00::1", &["[2a02:5180::1]"], "2a02:5180::1"),
            ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            let peer = peer.parse().unwrap();
            assert_eq!(super::caller(peer, &headers, &trusted).to_string(), caller, "{peer} {lines:?}");
            assert_eq!(super::caller(peer, &headers, &[]), peer.to_canonical());
        }
    }
}
