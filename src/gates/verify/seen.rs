//! A request as a scheme sees it, and as a scheme signs it.

use std::cell::OnceCell;
use std::sync::Arc;

use url::form_urlencoded;

use super::Refused;
use crate::bodies::{self, Reading};
use crate::value::{Bytes, Value};

/// A request before anything of it was decoded.
pub struct Seen<'a> {
    /// As it stood in the request line: path and query.
    pub target: &'a str,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(&'a str, &'a [u8])>,
    pub body: &'a Bytes,
    /// What the script says of the body.
    pub reading: Reading,
    /// The caller's address, as resolved at receipt.
    pub ip: &'a str,
    /// Decoded parameters of the route.
    pub params: &'a [(Arc<str>, Arc<str>)],
    /// Unix time in milliseconds.
    pub now: u64,
    decoded: OnceCell<Result<Value, Refused>>,
}

impl<'a> Seen<'a> {
    pub fn new(
        target: &'a str,
        headers: Vec<(&'a str, &'a [u8])>,
        body: &'a Bytes,
        reading: Reading,
        ip: &'a str,
        params: &'a [(Arc<str>, Arc<str>)],
        now: u64,
    ) -> Seen<'a> {
        Seen { target, headers, body, reading, ip, params, now, decoded: OnceCell::new() }
    }

    /// The only value of a header, blanks around it taken off. Of two nobody may choose the one that fits.
    pub(super) fn header(&self, name: &str) -> Result<&'a [u8], Refused> {
        self.optional_header(name)?.ok_or_else(|| Refused::because(format!("the header `{name}` is missing")))
    }

    pub(super) fn optional_header(&self, name: &str) -> Result<Option<&'a [u8]>, Refused> {
        let mut values = self.headers.iter().filter(|(own, _)| own.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Ok(Some(value.trim_ascii())),
            (Some(_), Some(_)) => Err(Refused::because(format!("the header `{name}` came twice"))),
            (None, _) => Ok(None),
        }
    }

    /// The only value of a query parameter, decoded.
    pub(super) fn query(&self, name: &str) -> Result<String, Refused> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(own, _)| own == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Ok(value.into_owned()),
            (Some(_), Some(_)) => Err(Refused::because(format!("the query parameter `{name}` came twice"))),
            (None, _) => Err(Refused::because(format!("the query parameter `{name}` is missing"))),
        }
    }

    pub(super) fn param(&self, name: &str) -> Result<&'a str, Refused> {
        let param = self.params.iter().find(|(own, _)| **own == *name);
        let param = param.map(|(_, value)| &**value);
        param.ok_or_else(|| Refused::because(format!("the path has no `{name}`")))
    }

    /// The decoded body.
    pub(super) fn value(&self) -> Result<&Value, Refused> {
        let decoded = self.decoded.get_or_init(|| {
            let types = self.headers.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            match bodies::decode(types.map(|(_, value)| *value), self.reading, self.body) {
                Ok(Some(value)) => Ok(value),
                Ok(None) => Err(Refused::because("the request has no body")),
                Err(fault) => Err(Refused::because(fault.message)),
            }
        });
        decoded.as_ref().map_err(Refused::clone)
    }
}

/// A request that is to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Path and query.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// What the script says of the body.
    pub reading: Reading,
    pub ip: String,
    /// Decoded parameters of the route, from the target.
    pub params: Vec<(Arc<str>, Arc<str>)>,
    /// Unix time in milliseconds.
    pub now: u64,
}

impl Draft {
    pub fn seen(&self) -> Seen<'_> {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        Seen::new(&self.target, headers.collect(), &self.body, self.reading, &self.ip, &self.params, self.now)
    }

    /// Sets a header in the place of what stood there.
    pub(super) fn set_header(&mut self, name: &str, value: impl Into<String>) {
        self.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(super) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    pub(super) fn set_query(&mut self, name: &str, value: &str) {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let others = form_urlencoded::parse(query.as_bytes()).filter(|(own, _)| own != name);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).append_pair(name, value);
        self.target = format!("{path}?{}", query.finish());
    }
}
