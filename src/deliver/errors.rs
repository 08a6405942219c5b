//! Why a request was not sent, or lost. Read by people in the history, so: no URL (it may hold a secret), the host and
//! the cause alone.

use std::error::Error;
use std::fmt::Write;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

pub fn timed_out(after: Duration) -> String {
    match after.as_millis() {
        whole if whole % 1000 == 0 => format!("no answer within {} s", whole / 1000),
        millis => format!("no answer within {millis} ms"),
    }
}

pub fn bad_url() -> String {
    "the URL cannot be read".to_owned()
}

pub fn no_host() -> String {
    "the URL names no host".to_owned()
}

pub fn bad_method(method: &str) -> String {
    format!("`{method}` is no method")
}

pub fn bad_header(name: &str) -> String {
    format!("the header `{name}` cannot be written")
}

pub fn own_header(name: &str) -> String {
    format!("the header `{name}` belongs to the connection, and is set by wj alone")
}

pub fn private_address(ip: &IpAddr) -> String {
    format!("{ip} is a private address, which `--allow-private {ip}/{}` would allow", bits(ip))
}

pub fn private_name(name: &str, ip: &IpAddr) -> String {
    format!("`{name}` is at {ip}, a private address, which `--allow-private {ip}/{}` would allow", bits(ip))
}

pub fn not_found(name: &str, error: &io::Error) -> String {
    format!("`{name}` cannot be found: {error}")
}

pub fn no_address(name: &str) -> String {
    format!("`{name}` has no address")
}

pub fn no_tls(cause: &reqwest::Error) -> String {
    format!("`https` cannot be used on this machine: {}", causes(cause))
}

pub fn headers_too_large(limit: usize) -> String {
    format!("the answer's headers are larger than {limit} bytes")
}

pub fn answer_too_large(limit: u64) -> String {
    format!("the answer is larger than {limit} bytes")
}

/// Of an error of the client: its causes without what only says that something failed.
pub fn of_client(error: reqwest::Error) -> String {
    if error.is_connect() && error.is_timeout() {
        return "the target did not take the connection in time".to_owned();
    }
    causes(&error)
}

fn causes(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut next = error.source();
    while let Some(cause) = next {
        next = cause.source();
        // The outer ones repeat what stands in the inner ones, or say no more than `client error`.
        if next.is_none() || !cause.to_string().starts_with("client error") {
            let separator = if text.is_empty() { "" } else { ": " };
            let said = cause.to_string();
            if !text.ends_with(&said) {
                // Writing to a text does not fail.
                let _ = write!(text, "{separator}{said}");
            }
        }
    }
    if text.is_empty() { "the request failed".to_owned() } else { text }
}

fn bits(ip: &IpAddr) -> u8 {
    if ip.is_ipv4() { 32 } else { 128 }
}
