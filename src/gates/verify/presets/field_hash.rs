//! What several tills share: a hash over fields of the notification and the key, in a field of its own, in hex.

use std::sync::Arc;

use super::is_one_of;
use crate::gates::verify::signatures::Encoding;
use crate::gates::verify::{Draft, Refused, Seen, fields};
use crate::value::Object;

pub struct FieldHash {
    pub field: &'static str,
    /// Of the notification, with this key.
    pub hash: fn(&Object, &str) -> Result<Vec<u8>, Refused>,
}

impl FieldHash {
    pub fn check(&self, seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
        let object = fields::object(seen)?;
        let given = Encoding::Hex.decode(fields::text(object, self.field)?.as_bytes());
        let right = keys.iter().filter(|key| !key.is_empty()).map(|key| (self.hash)(object, key));
        is_one_of(given, &right.collect::<Result<Vec<_>, _>>()?)
    }

    pub fn sign(&self, draft: &mut Draft, key: &str) -> Result<(), String> {
        let hash = {
            let seen = draft.seen();
            fields::object(&seen).and_then(|object| (self.hash)(object, key)).map_err(|Refused(why)| why)?
        };
        fields::set(draft, &[self.field.into()], &Encoding::Hex.encode(&hash))
    }
}
