//! WJ07xx: secrets that would be seen, or would decide something.

use super::{SECRET_DECIDES, SECRET_IN_PATH, SECRET_INTO_FUNCTION, SECRET_LEAK};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub(in crate::resolve) fn leak(span: Span, place: &str) -> Diagnostic {
    Diagnostic::new(&SECRET_LEAK, span, format!("a secret would be seen in {place}"))
        .label("holds a secret")
        .help("Secrets go into the header, query, form or body of an action, and nowhere else.")
}

pub(in crate::resolve) fn in_url_path(span: Span) -> Diagnostic {
    Diagnostic::new(&SECRET_IN_PATH, span, "a secret stands in the path of a URL")
        .label("seen in the logs of the other side")
        .help("Paths are written to logs everywhere. Send it as a header if the service takes it there; if it does not (Bitrix24), silence this with `# wj-allow secret-in-path: reason`.")
}

pub(in crate::resolve) fn decides(span: Span, place: &str) -> Diagnostic {
    Diagnostic::new(&SECRET_DECIDES, span, format!("a secret cannot be {place}"))
        .label("holds a secret")
        .help("Secrets never decide what a run does, so that they can be changed at any time. Choose by something else: `if path.school == \"a\" then secret.A else secret.B`.")
}

pub(in crate::resolve) fn computed_with(op: &str, op_span: Span, secret: Span) -> Diagnostic {
    Diagnostic::new(&SECRET_DECIDES, secret, format!("a secret cannot be computed with (`{op}`)"))
        .label("holds a secret")
        .also(op_span, "by this operator")
        .help("Secrets never decide what a run does, so that they can be changed at any time. They are put into texts by `\"Bearer {secret.NAME}\"`. Who may call is asked in the head: `verify token header \"X-Token\" == secret.NAME`.")
}

pub(in crate::resolve) fn into_function(span: Span, function: &str) -> Diagnostic {
    Diagnostic::new(&SECRET_INTO_FUNCTION, span, format!("`{function}` takes no secrets"))
        .label("holds a secret")
        .help("Its result could not be hidden any more. Put the secret as it is into a header, a query, a form or a body.")
}
