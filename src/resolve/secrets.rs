//! Where secrets may go: into the header, query, form or body of an action and its parameters, and nowhere else. They
//! decide nothing, so that they can be changed under a running script.

use super::Resolver;
use super::errors::secrets as errors;
use super::expressions::Checked;

impl Resolver<'_> {
    /// Reports a secret that would be seen: in an answer, a reason, a key.
    pub(super) fn no_secret_leaks(&mut self, value: &Checked, place: &str) {
        if value.ty.secret && !value.ty.broken {
            self.report(errors::leak(value.span(), place));
        }
    }

    /// Reports a secret that would decide what a run does.
    pub(super) fn no_secret_decides(&mut self, value: &Checked, place: &str) {
        if value.ty.secret && !value.ty.broken {
            self.report(errors::decides(value.span(), place));
        }
    }
}
