//! One secret that files send to different hosts.

use std::collections::BTreeMap;

use super::File;
use crate::diagnostic::Diagnostic;
use crate::lint::SCATTERED_SECRET;

pub(super) fn find(files: &[File<'_>]) -> Vec<(usize, Diagnostic)> {
    let mut first: BTreeMap<&str, (usize, &str, crate::source::Span)> = BTreeMap::new();
    let mut found = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let mut told: Vec<&str> = Vec::new();
        for (name, origin, span) in &file.seen.secrets {
            let (owner, host, place) = *first.entry(name).or_insert((at, origin, *span));
            // Within one file the lint says it.
            if owner == at || host == &**origin || told.contains(&&**name) {
                continue;
            }
            told.push(name);
            let Some(other) = files.get(owner) else { continue };
            found.push((
                at,
                Diagnostic::new(SCATTERED_SECRET, *span, format!("`secret.{name}` is sent to {origin} here, and to {host} in another file"))
                    .label("sent to a second host")
                    .also_in(other.source, place, format!("sent to {host}"))
                    .help("A key opens one door. Whoever runs the second host could use it at the first. Give each service a secret of its own."),
            ));
        }
    }
    found
}
