//! Where in a request something stands, and what of it is signed.

use std::sync::Arc;

use super::{Refused, Seen};
use crate::extract::{Path, Selected};
use crate::value::render;

/// A place that holds a token or a time.
#[derive(Clone, Debug)]
pub enum Place {
    /// In lower case.
    Header(Arc<str>),
    Query(Arc<str>),
    /// A parameter of the route.
    Param(Arc<str>),
    Body(Arc<Path>),
}

impl Place {
    pub(super) fn text(&self, seen: &Seen<'_>) -> Result<String, Refused> {
        match self {
            Place::Header(name) => {
                let value = std::str::from_utf8(seen.header(name)?);
                value
                    .map(str::to_owned)
                    .map_err(|_| Refused::because(format!("the header `{name}` is no text")))
            }
            Place::Query(name) => seen.query(name),
            Place::Param(name) => seen.param(name).map(str::to_owned),
            Place::Body(path) => match path.select(seen.value()?) {
                Selected::Found(value) => match render(&value) {
                    Ok(text) => Ok(text.into_owned()),
                    Err(fault) => Err(Refused::because(format!("`{}`: {}", path.text, fault.message))),
                },
                Selected::Missing(missing) => {
                    Err(Refused::because(format!("`{}` is missing: {}", path.text, missing.found)))
                }
            },
        }
    }
}

/// A part of what is signed.
#[derive(Clone, Debug)]
pub enum Piece {
    Literal(Arc<str>),
    /// In lower case.
    Header(Arc<str>),
    Query(Arc<str>),
    Param(Arc<str>),
    /// `request.url`: path and query as they came.
    Url,
    Body,
}

/// The bytes of all pieces, joined.
pub(super) fn join(pieces: &[Piece], seen: &Seen<'_>) -> Result<Vec<u8>, Refused> {
    let mut payload = Vec::with_capacity(seen.body.len() + 64);
    for piece in pieces {
        match piece {
            Piece::Literal(text) => payload.extend_from_slice(text.as_bytes()),
            Piece::Header(name) => payload.extend_from_slice(seen.header(name)?),
            Piece::Query(name) => payload.extend_from_slice(seen.query(name)?.as_bytes()),
            Piece::Param(name) => payload.extend_from_slice(seen.param(name)?.as_bytes()),
            Piece::Url => payload.extend_from_slice(seen.target.as_bytes()),
            Piece::Body => payload.extend_from_slice(seen.body),
        }
    }
    Ok(payload)
}
