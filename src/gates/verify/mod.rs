//! Who may call: signatures, tokens, addresses. A scheme looks at the request as it came, and at the secrets that were looked
//! up for it; what it compares it compares in constant time. Each scheme also signs, for tests and for senders in them.

mod address;
mod basic;
mod bearer;
mod digest;
mod fields;
mod hmac;
mod payload;
mod presets;
mod seen;
mod signatures;
mod token;

use std::sync::Arc;

pub use address::parse_net;
pub use digest::Algorithm;
pub use hmac::{Hmac, TOLERANCE, Timestamp};
pub use payload::{Piece, Place};
pub use presets::{ALL, Pair, Preset, find};
pub use seen::{Draft, Seen};
pub use signatures::Encoding;

use ipnet::IpNet;

/// One `verify` of a pipeline, but for its secrets.
#[derive(Debug)]
pub enum Scheme {
    /// `verify hmac_sha256 { … }`.
    Hmac(Hmac),
    /// `verify token PLACE == secret.X`.
    Token(Place),
    /// `verify ip in [ … ]`.
    Address(Vec<IpNet>),
    /// `verify basic "user" secret.X`.
    Basic(Arc<str>),
    /// `verify bearer secret.X`.
    Bearer,
    /// `verify github secret.X`, and the like.
    Preset(&'static Preset),
}

/// Why a request is not let in: for the history. The caller is told nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl Refused {
    fn because(why: impl Into<String>) -> Refused {
        Refused(why.into())
    }
}

impl Scheme {
    /// Whether the request is what one of the keys lets in.
    ///
    /// # Errors
    /// Why it is not.
    pub fn check(&self, seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
        match self {
            Scheme::Hmac(hmac) => hmac.check(seen, keys),
            Scheme::Token(place) => token::check(place, seen, keys),
            Scheme::Address(nets) => address::check(nets, seen),
            Scheme::Basic(user) => basic::check(user, seen, keys),
            Scheme::Bearer => bearer::check(seen, keys),
            Scheme::Preset(preset) => (preset.check)(seen, keys),
        }
    }

    /// Makes of a request one that `check` lets in, with this key.
    ///
    /// # Errors
    /// A request that the scheme cannot sign, as one without the fields that its signature covers.
    pub fn sign(&self, draft: &mut Draft, key: &str) -> Result<(), String> {
        match self {
            Scheme::Hmac(hmac) => hmac.sign(draft, key),
            Scheme::Token(place) => token::sign(place, draft, key),
            Scheme::Address(nets) => address::sign(nets, draft),
            Scheme::Basic(user) => basic::sign(user, draft, key),
            Scheme::Bearer => bearer::sign(draft, key),
            Scheme::Preset(preset) => (preset.sign)(draft, key),
        }
    }

    /// What the sender of a request that `check` lets in wants to read in the answer, as proof that it came to the right place.
    pub fn receipt(&self, seen: &Seen<'_>, keys: &[Arc<str>]) -> Option<Arc<str>> {
        let Scheme::Preset(Preset { check, receipt: Some(receipt), .. }) = self else { return None };
        let fitting = keys.iter().find(|key| check(seen, std::slice::from_ref(*key)).is_ok())?;
        receipt(seen, fitting).ok().map(Arc::from)
    }

    /// Keys for tests, where the sender signs with one that nobody else has.
    pub fn pair(&self) -> Option<&'static Pair> {
        match self {
            Scheme::Preset(preset) => preset.pair,
            _ => None,
        }
    }

    /// Whether it compares with a secret at all.
    pub fn needs_key(&self) -> bool {
        !matches!(self, Scheme::Address(_))
    }
}
