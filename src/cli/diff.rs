//! What would change in a file, as a unified diff.

use similar::TextDiff;

use super::printable::printable;

/// The changes from one text to another, with three lines around each; empty if there are none.
pub(super) fn unified(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let text =
        diff.unified_diff().context_radius(3).header(&format!("a/{name}"), &format!("b/{name}")).to_string();
    printable(&text).into_owned()
}
