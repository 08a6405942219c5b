//! Ids that are made from what is known instead of drawn: a run that is repeated gives the same ones.

use sha2::{Digest, Sha256};

use crate::value::Id;

/// A UUID of version 8 (RFC 9562, 5.8) from the operation, the step path with its rounds, and a count within the step.
/// `purpose` keeps ids for different things apart.
pub(super) fn uuid(purpose: &str, operation: Id, path: &str, count: u32) -> String {
    let mut hash = Sha256::new();
    // No purpose and no path holds a NUL.
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(operation.0);
    hash.update(path.as_bytes());
    hash.update([0]);
    hash.update(count.to_be_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = 0x80 | (*version & 0x0f);
    *variant = 0x80 | (*variant & 0x3f);
    Id(bytes).to_string()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_gives_the_same_id_and_every_other_place_another() {
        let id = Id([7; 16]);
        let one = uuid("uuid", id, "4[1].2", 0);
        assert_eq!(one, uuid("uuid", id, "4[1].2", 0));
        assert_eq!(one.len(), 36);
        assert_eq!((one.as_bytes()[14], one.as_bytes()[19] & 0xf0), (b'8', one.as_bytes()[19] & 0xf0));
        for other in [
            uuid("key", id, "4[1].2", 0),
            uuid("uuid", Id([8; 16]), "4[1].2", 0),
            uuid("uuid", id, "4[2].2", 0),
            uuid("uuid", id, "4[1].2", 1),
        ] {
            assert_ne!(one, other);
        }
    }
}
