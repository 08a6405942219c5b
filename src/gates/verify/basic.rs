//! `verify basic "user" secret.X` (RFC 7617).

use std::sync::Arc;

use super::digest::same_text;
use super::signatures::Encoding;
use super::{Draft, Refused, Seen, bearer};

pub(super) fn check(user: &str, seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let given = bearer::credentials(seen, "basic")?;
    let given =
        Encoding::Base64.decode(given).ok_or_else(|| Refused::because("the credentials cannot be read"))?;
    let fits =
        keys.iter().fold(false, |fits, key| fits | same_text(&given, format!("{user}:{key}").as_bytes()));
    if fits { Ok(()) } else { Err(Refused::because("the user or the password is another")) }
}

pub(super) fn sign(user: &str, draft: &mut Draft, key: &str) -> Result<(), String> {
    let credentials = Encoding::Base64.encode(format!("{user}:{key}").as_bytes());
    draft.set_header("Authorization", format!("Basic {credentials}"));
    Ok(())
}
