//! What is only seen over all files: one secret that goes to several hosts, a route that takes requests from another one, a
//! block that was copied and then changed in one place, a request of a test that no pipeline takes. All of it is a warning, at the later of the two, and none is looked for
//! in files that could not be read.

mod drifted;
mod scattered;
mod shadowed;
mod unrouted;

use std::sync::Arc;

use super::claims::Claim;
use crate::diagnostic::{Code, Diagnostic};
use crate::lint;
use crate::resolve::model::Model;
use crate::source::{Source, Span};
use crate::syntax::ast;

pub(super) use drifted::CODE as DRIFTED_COPY;
pub(super) use shadowed::CODE as SHADOWED_ROUTE;
pub(super) use unrouted::CODE as UNROUTED_SEND;

/// What is kept of a file for the comparison.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Secrets, the origin that each is sent to, and where.
    secrets: Vec<(Arc<str>, Arc<str>, Span)>,
    blocks: Vec<drifted::Copied>,
    sends: Vec<unrouted::Sent>,
}

/// One file among the others.
pub(super) struct File<'a> {
    pub source: &'a Arc<Source>,
    pub seen: &'a Seen,
    pub claims: &'a [Claim],
}

pub(super) fn look(source: &Source, file: &ast::File, model: &Model) -> Seen {
    let secrets = model.pipelines.iter().flat_map(lint::sent_secrets);
    let secrets = secrets.map(|(name, origin, span)| (name.clone(), origin.clone(), span)).collect();
    Seen { secrets, blocks: drifted::blocks(source, file), sends: unrouted::sent(source, file, model) }
}

/// Findings, one list a file.
pub(super) fn judge(files: &[File<'_>]) -> Vec<Vec<Diagnostic>> {
    let mut findings: Vec<Vec<Diagnostic>> = files.iter().map(|_| Vec::new()).collect();
    for found in [scattered::find(files), shadowed::find(files), drifted::find(files), unrouted::find(files)]
    {
        for (file, finding) in found {
            if let Some(list) = findings.get_mut(file) {
                list.push(finding);
            }
        }
    }
    findings
}

/// Whether a finding may be missing only because not all files, or not the environment, were looked at: a silence of it is not
/// said to be unused.
pub(super) fn needs_more(code: &Code) -> bool {
    matches!(
        code.name,
        "scattered-secret" | "shadowed-route" | "drifted-copy" | "undefined-secret" | "unrouted-send"
    )
}
