//! Secrets that the environment does not give, where a check is told to look: those of the machine that runs it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;

pub(super) static CODE: Code = Code {
    id: "WJ0509",
    name: "undefined-secret",
    severity: Severity::Warning,
    page: include_str!("../../docs/codes/WJ0509.md"),
};

/// Each secret once, where it is used first.
pub(super) fn find(uses: &[(Arc<str>, Span)], is_set: fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let first = uses.iter().filter(|(name, _)| seen.insert(name.clone()));
    first
        .filter(|(name, _)| !is_set(name))
        .map(|(name, span)| {
            Diagnostic::new(&CODE, *span, format!("the secret `{name}` is not set here"))
                .label("no value")
                .help(format!(
                    "Set the environment variable `{name}`, or name a file that holds it in `{name}_FILE`, or put it into `$CREDENTIALS_DIRECTORY`. Without it, what needs it is not sent, and a `verify` with it answers 503."
                ))
        })
        .collect()
}
