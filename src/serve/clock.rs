//! The wall clock, read in one place.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::store::Millis;

/// Unix time in milliseconds.
pub fn now_millis() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Millis)
}
