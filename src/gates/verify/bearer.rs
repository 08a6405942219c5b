//! `verify bearer secret.X` (RFC 6750, 2.1).

use std::sync::Arc;

use super::token::is_one_of;
use super::{Draft, Refused, Seen};

pub(super) fn check(seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    is_one_of(credentials(seen, "bearer")?, keys)
}

pub(super) fn sign(draft: &mut Draft, key: &str) -> Result<(), String> {
    draft.set_header("Authorization", format!("Bearer {key}"));
    Ok(())
}

/// What stands behind the scheme's name, whose letter case is ignored (RFC 9110, 11.1).
pub(super) fn credentials<'a>(seen: &Seen<'a>, scheme: &str) -> Result<&'a [u8], Refused> {
    let header = seen.header("authorization")?;
    let (name, rest) = header.split_at_checked(scheme.len()).unwrap_or((header, &[]));
    match rest.split_first() {
        Some((b' ', credentials)) if name.eq_ignore_ascii_case(scheme.as_bytes()) => {
            Ok(credentials.trim_ascii())
        }
        _ => Err(Refused::because(format!("`Authorization` is no `{scheme}`"))),
    }
}
