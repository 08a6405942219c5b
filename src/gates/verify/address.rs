//! `verify ip in [ … ]`: the address that the request came from, as the server resolved it.

use core::net::IpAddr;

use ipnet::IpNet;

use super::{Draft, Refused, Seen};

/// A range as `185.71.76.0/27`, or one address.
pub fn parse_net(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from)).map(|net| net.trunc())
}

pub(super) fn check(nets: &[IpNet], seen: &Seen<'_>) -> Result<(), Refused> {
    // An address of IPv4 that is written as one of IPv6 is the same one.
    let ip = seen.ip.parse::<IpAddr>().map(|ip| ip.to_canonical());
    match ip {
        Ok(ip) if nets.iter().any(|net| net.contains(&ip)) => Ok(()),
        _ => Err(Refused::because(format!("the address {} is not among those that may call", seen.ip))),
    }
}

pub(super) fn sign(nets: &[IpNet], draft: &mut Draft) -> Result<(), String> {
    let net = nets.first().ok_or("no address may call")?;
    draft.ip = net.network().to_string();
    Ok(())
}
