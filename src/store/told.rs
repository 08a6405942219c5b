//! What is kept with a claim for those who repeat the request: a version byte, then postcard.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::value::Bytes;

/// The longest that is kept with a claim, in bytes.
const LONGEST: usize = 4 << 10;

const VERSION: u8 = 1;

/// An answer for repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldToRepeats {
    /// Of the body of the request that was answered so.
    pub body_hash: [u8; 16],
    pub status: u16,
    /// The status text.
    pub reason: Option<Arc<str>>,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: Bytes,
}

impl ToldToRepeats {
    /// `None` if it is longer than 4 KiB: then the log alone has it.
    pub fn to_bytes(&self) -> Option<Bytes> {
        let bytes = postcard::to_extend(self, vec![VERSION]).ok()?;
        (bytes.len() <= LONGEST).then(|| bytes.into())
    }

    /// `None` if these are no such bytes of this version.
    pub fn from_bytes(bytes: &[u8]) -> Option<ToldToRepeats> {
        let (_, rest) = bytes.split_first().filter(|(version, _)| **version == VERSION)?;
        postcard::from_bytes(rest).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was_and_what_is_too_long_is_not_kept() {
        let told = |length| ToldToRepeats {
            body_hash: [7; 16],
            status: 201,
            reason: Some("made".into()),
            headers: vec![("x-op".into(), "1".into())],
            body: vec![b'x'; length].into(),
        };
        let bytes = told(4_000).to_bytes().unwrap();
        assert_eq!(ToldToRepeats::from_bytes(&bytes), Some(told(4_000)));
        assert_eq!(told(4_096).to_bytes(), None);
        for wrong in [&b""[..], &[VERSION], &[9, 0, 0]] {
            assert_eq!(ToldToRepeats::from_bytes(wrong), None);
        }
    }
}
