//! A route with parameters, of whose requests a literal route in another file takes some.

use std::collections::BTreeMap;

use super::File;
use crate::check::claims::Claim;
use crate::diagnostic::{Code, Diagnostic, Severity};

pub(crate) static CODE: Code = Code {
    id: "WJ0507",
    name: "shadowed-route",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0507.md"),
};

pub(super) fn find(files: &[File<'_>]) -> Vec<(usize, Diagnostic)> {
    // Only routes of as many segments meet; those with parameters are few.
    let mut open: BTreeMap<usize, Vec<(usize, &Claim)>> = BTreeMap::new();
    let routes = |at: usize| files.get(at).into_iter().flat_map(|file| file.claims);
    for at in 0..files.len() {
        for claim in routes(at).filter(|claim| claim.has_parameters()) {
            open.entry(claim.length()).or_default().push((at, claim));
        }
    }
    let mut found = Vec::new();
    for at in 0..files.len() {
        for claim in routes(at) {
            let Some(rivals) = open.get(&claim.length()) else { continue };
            let rival = rivals.iter().find(|(file, rival)| *file != at && claim.takes_from(rival));
            let Some((file, rival)) = rival else { continue };
            let (winner, loser) = (claim.shown(), rival.shown());
            let help = "Of two routes that fit a request the one with the literal takes it. If that is meant, say so in a silence; else give one of the two another path.";
            // It stands at the later of the two.
            let (later, place, other, label, text) = if *file < at {
                (at, claim.place(), (*file, rival.place()), "takes them", "would take them otherwise")
            } else {
                (*file, rival.place(), (at, claim.place()), "does not get them", "takes them")
            };
            let Some(source) = files.get(other.0).map(|file| file.source) else { continue };
            found.push((
                later,
                Diagnostic::new(
                    &CODE,
                    place,
                    format!("requests to `{winner}` fit `{loser}` too, which does not get them"),
                )
                .label(label)
                .also_in(source, other.1, text)
                .help(help),
            ));
        }
    }
    found
}
