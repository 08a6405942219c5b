//! Hashes, plain and keyed, and the comparison that takes as long for a wrong value as for the right one.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Where a sender knows nothing better.
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    pub fn mac(self, key: &[u8], payload: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Md5 => mac::<Hmac<Md5>>(key, payload),
            Algorithm::Sha1 => mac::<Hmac<Sha1>>(key, payload),
            Algorithm::Sha256 => mac::<Hmac<Sha256>>(key, payload),
            Algorithm::Sha512 => mac::<Hmac<Sha512>>(key, payload),
        }
    }

    pub fn hash(self, payload: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Md5 => Md5::digest(payload).to_vec(),
            Algorithm::Sha1 => Sha1::digest(payload).to_vec(),
            Algorithm::Sha256 => Sha256::digest(payload).to_vec(),
            Algorithm::Sha512 => Sha512::digest(payload).to_vec(),
        }
    }
}

fn mac<M: Mac + KeyInit>(key: &[u8], payload: &[u8]) -> Vec<u8> {
    // A key of any length fits (RFC 2104, 2).
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(payload);
    mac.finalize().into_bytes().to_vec()
}

/// An empty right side fits nothing: no secret and no hash is empty.
pub(super) fn same(given: &[u8], right: &[u8]) -> bool {
    !right.is_empty() && bool::from(given.ct_eq(right))
}

/// Texts of any length: only their hashes are compared, so that not even the length is told.
pub(super) fn same_text(given: &[u8], right: &[u8]) -> bool {
    !right.is_empty() && same(&Algorithm::Sha256.hash(given), &Algorithm::Sha256.hash(right))
}
