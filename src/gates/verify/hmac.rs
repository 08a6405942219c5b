//! The general form: `verify hmac_sha256 { … }`.

use std::sync::Arc;

use super::digest::Algorithm;
use super::payload::{Piece, Place, join};
use super::signatures::{self, Encoding};
use super::{Draft, Refused, Seen};

/// How old or how far ahead a signed time may be if nothing is said, in milliseconds.
pub const TOLERANCE: u64 = 5 * 60 * 1_000;

#[derive(Debug)]
pub struct Hmac {
    pub algorithm: Algorithm,
    /// That holds the signatures, in lower case.
    pub header: Arc<str>,
    pub encoding: Encoding,
    /// In front of each signature.
    pub prefix: Arc<str>,
    pub payload: Vec<Piece>,
    pub timestamp: Option<Timestamp>,
}

#[derive(Debug)]
pub struct Timestamp {
    pub place: Place,
    /// In milliseconds, either way.
    pub tolerance: u64,
}

impl Hmac {
    pub(super) fn check(&self, seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
        let header = seen.header(&self.header)?;
        if let Some(timestamp) = &self.timestamp {
            is_recent(&timestamp.place.text(seen)?, timestamp.tolerance, seen.now)?;
        }
        let payload = join(&self.payload, seen)?;
        let right: Vec<_> = keys.iter().map(|key| self.algorithm.mac(key.as_bytes(), &payload)).collect();
        match signatures::fits(header, &self.prefix, self.encoding, &right) {
            true => Ok(()),
            false => Err(Refused::because(format!("no signature in `{}` fits", self.header))),
        }
    }

    /// A time that is signed and that the request lacks is set to now.
    pub(super) fn sign(&self, draft: &mut Draft, key: &str) -> Result<(), String> {
        if let Some(Timestamp { place, .. }) = &self.timestamp {
            let seconds = (draft.now / 1_000).to_string();
            match place {
                Place::Header(name) if !draft.has_header(name) => draft.set_header(name, seconds),
                Place::Query(name) if draft.seen().query(name).is_err() => draft.set_query(name, &seconds),
                _ => {}
            }
        }
        let payload = join(&self.payload, &draft.seen()).map_err(|Refused(why)| why)?;
        let signature = self.encoding.encode(&self.algorithm.mac(key.as_bytes(), &payload));
        draft.set_header(&self.header, format!("{}{signature}", self.prefix));
        Ok(())
    }
}

/// Unix seconds, or ISO 8601 with an offset or `Z`.
pub(super) fn is_recent(text: &str, tolerance: u64, now: u64) -> Result<(), Refused> {
    let text = text.trim();
    let unreadable = || Refused::because("the time that is signed cannot be read");
    let millis = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse::<u64>().ok().and_then(|seconds| seconds.checked_mul(1_000)).ok_or_else(unreadable)?
    } else {
        let time: jiff::Timestamp = text.parse().map_err(|_| unreadable())?;
        u64::try_from(time.as_millisecond()).map_err(|_| unreadable())?
    };
    if now.abs_diff(millis) > tolerance {
        let direction = if millis < now { "old" } else { "far ahead" };
        return Err(Refused::because(format!("the time that is signed is too {direction}")));
    }
    Ok(())
}
