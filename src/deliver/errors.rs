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
    format!("{ip} is a private address, which `--allow-private {}` would allow", range(ip))
}

pub fn private_name(name: &str, ip: &IpAddr) -> String {
    format!("`{name}` is at {ip}, a private address, which `--allow-private {}` would allow", range(ip))
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

pub fn no_mail_server() -> String {
    "no mail server is set: `wj.toml` has no `[smtp]`".to_owned()
}

pub fn no_sender(text: &str) -> String {
    format!("`from` of `[smtp]` is `{text}`, which is no e-mail address")
}

pub fn no_mail() -> String {
    "the mail cannot be read".to_owned()
}

pub fn no_mail_address(text: &str) -> String {
    format!("`{text}` is no e-mail address")
}

pub fn bad_mail_header(name: &str) -> String {
    format!("the {name} of the mail cannot be written")
}

pub fn unwritable_mail(error: &lettre::error::Error) -> String {
    format!("the mail cannot be written: {error}")
}

pub fn no_smtp_utf8() -> String {
    "the mail server takes no address with letters other than a to z before its @ (SMTPUTF8)".to_owned()
}

pub fn no_password() -> String {
    "the password of the mail server's user is not set".to_owned()
}

/// Of a mail server that could not be talked to.
pub fn of_mail_server(host: &str, error: &lettre::transport::smtp::Error) -> String {
    format!("the mail server {host} cannot be used: {}", mail_causes(error))
}

/// Of what a mail server said to a mail, or failed to say.
pub fn turned_down(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => {
            let said = error.source().map_or_else(String::new, |said| format!(" {said}"));
            format!("the mail server answered {code}{said}")
        }
        None => format!("the mail server broke off: {}", mail_causes(error)),
    }
}

fn mail_causes(error: &lettre::transport::smtp::Error) -> String {
    match (error.status(), error.source()) {
        (Some(code), Some(said)) => format!("it answered {code} {said}"),
        (Some(code), None) => format!("it answered {code}"),
        (None, Some(cause)) => cause.to_string(),
        (None, None) => error.to_string(),
    }
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

/// The narrowest range that would do. This machine is the same machine at all of its addresses.
fn range(ip: &IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) if ip.is_loopback() => "127.0.0.0/8".to_owned(),
        IpAddr::V4(ip) => format!("{ip}/32"),
        IpAddr::V6(ip) => format!("{ip}/128"),
    }
}
