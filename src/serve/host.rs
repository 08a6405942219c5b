//! Whether a request says for which host it is, as RFC 9112, 3.2 asks: hyper does not look.

use hyper::header::{HOST, HeaderMap};
use hyper::{Uri, Version};

/// False where the answer is 400: `Host` missing (allowed before HTTP/1.1), doubled or malformed, or a target in
/// absolute form that is not for a web server.
pub fn is_valid(version: Version, target: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let host_fits = match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => is_host(host.as_bytes()),
        (Some(_), Some(_)) => false,
    };
    host_fits && target_fits(target)
}

fn target_fits(target: &Uri) -> bool {
    match (target.scheme_str(), target.authority()) {
        (None, _) => true,
        (Some("http" | "https"), Some(authority)) => is_host(authority.as_str().as_bytes()),
        (Some(_), _) => false,
    }
}

/// `uri-host [ ":" port ]` of RFC 3986, 3.2.2.
fn is_host(text: &[u8]) -> bool {
    let (host, rest) = match text {
        [b'[', address @ ..] => {
            let Some(end) = address.iter().position(|byte| *byte == b']') else { return false };
            let (address, rest) = address.split_at(end);
            let address = std::str::from_utf8(address).unwrap_or_default();
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            (&b"v6"[..], rest.get(1..).unwrap_or_default())
        }
        _ => text.split_at(text.iter().position(|byte| *byte == b':').unwrap_or(text.len())),
    };
    is_name(host) && is_port(rest)
}

/// `unreserved` and `sub-delims` of RFC 3986, 2: asked of every byte of every `Host`.
const IN_NAMES: [bool; 128] = {
    let mut table = [false; 128];
    let mut rest: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~!$&'()*+,;=";
    while let [first, tail @ ..] = rest {
        // A constant that would not fit does not compile.
        #[expect(clippy::indexing_slicing)]
        {
            table[*first as usize] = true;
        }
        rest = tail;
    }
    table
};

/// Not empty: a URI of a web server always names its host.
fn is_name(host: &[u8]) -> bool {
    let is_plain = |byte: &u8| IN_NAMES.get(usize::from(*byte)) == Some(&true);
    let mut rest =
        host.iter().position(|byte| !is_plain(byte)).map_or(&[][..], |at| host.get(at..).unwrap_or_default());
    while let [first, tail @ ..] = rest {
        rest = match (first, tail) {
            (b'%', [high, low, tail @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => tail,
            (byte, tail) if is_plain(byte) => tail,
            _ => return false,
        };
    }
    !host.is_empty()
}

fn is_port(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b':', digits @ ..] => {
            digits.is_empty()
                || digits.iter().all(u8::is_ascii_digit)
                    && std::str::from_utf8(digits).is_ok_and(|digits| digits.parse::<u16>().is_ok())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses_with_a_port() {
        for good in ["a", "a.b-c:80", "a:", "[::1]", "[::1]:8080", "127.0.0.1:1", "x_y", "%41.b"] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in
            ["", ":80", "a b", "a/b", "a@b", "a:x", "a:99999", "[::1", "[x]", "[::1]x", "a,b ", "a%4", "é"]
        {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }
}
