//! The key that `dedupe` tells requests apart by.

use sha2::{Digest, Sha256};

use super::Key;
use super::frame::Frame;
use crate::resolve::program::Dedupe;
use crate::value::Fault;

impl Frame {
    /// The key, and its text as people see it.
    ///
    /// # Errors
    /// A value without a text, or with an empty one: all such requests would be repeats of one another.
    pub(super) fn key_of(&self, dedupe: &Dedupe) -> Result<(Key, String), Fault> {
        let value = self.look(&dedupe.by)?;
        if value.kind().is_none() {
            return Err(Fault::outside("the key of `dedupe` is empty"));
        }
        let text = self.rendered(&dedupe.by, &value)?.into_owned();
        if text.is_empty() {
            return Err(Fault::outside(format!(
                "{}, and the key of `dedupe` must not be empty",
                self.told(&dedupe.by, &value)
            )));
        }
        Ok((Key { hash: hash(&text), within: dedupe.within }, text))
    }
}

/// SHA-256 over the text, cut to what the store keeps, whatever the value is: a sender that writes the number 1 today and the
/// text "1" tomorrow, or the form of the same data, means the same. The byte before it is part of what stores keep.
fn hash(text: &str) -> [u8; 16] {
    let mut sha = Sha256::new();
    sha.update(b"t");
    sha.update(text.as_bytes());
    let mut cut = [0; 16];
    for (to, from) in cut.iter_mut().zip(sha.finalize()) {
        *to = from;
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_different_texts_differ_and_stay_what_they_are() {
        assert_ne!(hash("1"), hash("1 "));
        // What older stores hold must be found again: SHA-256 of `t` and the text.
        let expected: Vec<u8> = Sha256::digest(b"ta-1").iter().copied().take(16).collect();
        assert_eq!(hash("a-1").to_vec(), expected);
    }
}
