//! `verify token PLACE == secret.X`: a text that only the sender knows.

use std::sync::Arc;

use super::digest::same_text;
use super::payload::Place;
use super::{Draft, Refused, Seen, fields};

pub(super) fn check(place: &Place, seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let given = place.text(seen)?;
    is_one_of(given.as_bytes(), keys)
}

/// Every key is compared, whichever fits.
pub(super) fn is_one_of(given: &[u8], keys: &[Arc<str>]) -> Result<(), Refused> {
    let fits = keys.iter().fold(false, |fits, key| fits | same_text(given, key.as_bytes()));
    if fits { Ok(()) } else { Err(Refused::because("the token is another")) }
}

pub(super) fn sign(place: &Place, draft: &mut Draft, key: &str) -> Result<(), String> {
    match place {
        Place::Header(name) => draft.set_header(name, key),
        Place::Query(name) => draft.set_query(name, key),
        Place::Param(name) => {
            if draft.seen().param(name) != Ok(key) {
                return Err(format!("the path itself must hold the token `{name}`: {key}"));
            }
        }
        Place::Body(path) => {
            let names = path.names().ok_or_else(|| format!("`{}` is no plain way to a field", path.text))?;
            fields::set(draft, &names, key)?;
        }
    }
    Ok(())
}
