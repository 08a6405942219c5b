//! A moment, with the zone that it is to be shown in.

use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// Unix time in microseconds.
    pub micros: i64,
    /// An IANA name; UTC if there is none.
    pub zone: Option<Arc<str>>,
}
