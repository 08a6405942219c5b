//! Keeps requests away from private addresses, at both places where an address can come from: a name that is looked up,
//! and a host that is an address already, which no resolver ever sees. The connection goes to what was checked.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use super::unsent::PrivateName;
use super::{address, errors};

#[derive(Debug)]
pub struct Guard {
    allowed: Vec<IpNet>,
}

impl Guard {
    pub fn new(allowed: Vec<IpNet>) -> Guard {
        Guard { allowed }
    }

    /// Checks a host that is an address in any spelling: `url` reads `2130706433` and `0x7f.1` as 127.0.0.1.
    ///
    /// # Errors
    /// Why nothing is sent there.
    pub fn check(&self, url: &Url) -> Result<(), String> {
        let ip = match url.host() {
            None => return Err(errors::no_host()),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        };
        if self.allows(ip) { Ok(()) } else { Err(errors::private_address(&ip)) }
    }

    fn allows(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        !address::is_refused(ip) || self.allowed.iter().any(|net| net.contains(&ip))
    }
}

/// Looks names up by the system, and keeps what the guard allows.
pub struct Resolver {
    pub guard: std::sync::Arc<Guard>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.guard.clone();
        Box::pin(async move {
            let name = name.as_str();
            let found: Vec<SocketAddr> = match tokio::net::lookup_host((name, 0)).await {
                Ok(found) => found.collect(),
                Err(error) => return Err(errors::not_found(name, &error).into()),
            };
            let allowed: Vec<SocketAddr> = found.iter().copied().filter(|at| guard.allows(at.ip())).collect();
            match (found.first(), allowed.is_empty()) {
                (None, _) => Err(errors::no_address(name).into()),
                (Some(first), true) => Err(PrivateName(errors::private_name(name, &first.ip())).into()),
                (Some(_), false) => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_seen_in_any_spelling() {
        let guard = Guard::new(vec!["10.1.0.0/16".parse().unwrap()]);
        let check = |url: &str| guard.check(&Url::parse(url).unwrap());
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://[::1]:80/",
            "http://[::ffff:127.0.0.1]/",
            "http://10.2.0.1/",
        ] {
            assert!(check(url).unwrap_err().contains("private"), "{url}");
        }
        for url in
            ["http://10.1.2.3/", "http://[::ffff:10.1.2.3]/", "http://8.8.8.8/", "http://name.example/"]
        {
            assert_eq!(check(url), Ok(()), "{url}");
        }
    }
}
