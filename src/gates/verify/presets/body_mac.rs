//! What many senders share: HMAC-SHA256 over the bytes of the body, in one header.

use std::sync::Arc;

use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::signatures::{Encoding, fits};
use crate::gates::verify::{Draft, Refused, Seen};

pub struct BodyMac {
    pub header: &'static str,
    pub prefix: &'static str,
    pub encoding: Encoding,
}

impl BodyMac {
    pub fn check(&self, seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
        let header = seen.header(self.header)?;
        let right: Vec<_> = keys.iter().map(|key| Algorithm::Sha256.mac(key.as_bytes(), seen.body)).collect();
        match fits(header, self.prefix, self.encoding, &right) {
            true => Ok(()),
            false => Err(Refused::because(format!("no signature in `{}` fits", self.header))),
        }
    }

    pub fn sign(&self, draft: &mut Draft, key: &str) -> Result<(), String> {
        let signature = self.encoding.encode(&Algorithm::Sha256.mac(key.as_bytes(), &draft.body));
        draft.set_header(self.header, format!("{}{signature}", self.prefix));
        Ok(())
    }
}
