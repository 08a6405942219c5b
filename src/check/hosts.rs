//! Every host that anything may be sent to. Scheme, host and port of a URL stand in the script, so that they are all known
//! before anything runs.

use std::sync::Arc;

use super::Checked;
use crate::actions;
use crate::resolve::program::{Notify, OpKind};
use crate::source::Position;

/// One place in a script from which something is sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Host {
    /// `https://host[:port]`; `smtp:` for the mail server of the settings.
    pub origin: Arc<str>,
    pub file: Arc<str>,
    pub line: u32,
    pub column: u32,
    pub pipeline: Arc<str>,
    /// `http.post`, `notify http`.
    pub action: String,
}

/// By host, then by place. Files with errors send nothing, and are left out.
pub fn hosts(checked: &Checked) -> Vec<Host> {
    let mut found = Vec::new();
    for file in &checked.files {
        for pipeline in &file.pipelines {
            let host = |origin: Arc<str>, action: String, at: Position| Host {
                origin,
                file: pipeline.file.clone(),
                line: at.line,
                column: at.column,
                pipeline: pipeline.name.clone(),
                action,
            };
            for op in &pipeline.code {
                if let OpKind::Call(call) = &op.kind {
                    let at = file.source.position(op.span.start);
                    found.push(host(call.target.clone(), call.name.to_string(), at));
                }
            }
            let at = file.source.position(pipeline.span.start);
            found.extend(pipeline.notify.iter().map(|notify| match notify {
                Notify::Email(_) => host(actions::MAIL.into(), "notify email".to_owned(), at),
                Notify::Http(url) => host(actions::origin_of(url).into(), "notify http".to_owned(), at),
            }));
        }
    }
    found.sort();
    found
}
