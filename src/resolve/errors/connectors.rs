//! Connectors that cannot be read as such, and calls of them.

use std::sync::Arc;

use super::{BAD_CONNECTOR, suggest};
use crate::diagnostic::{Diagnostic, near};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::value::Kinds;

/// What a parameter may be.
const KINDS: [&str; 8] = ["text", "number", "bool", "time", "email", "list", "object", "secret"];

fn bad(span: Span, message: impl Into<Arc<str>>, label: &str) -> Diagnostic {
    Diagnostic::new(&BAD_CONNECTOR, span, message.into().to_string()).label(label)
}

pub(in crate::resolve) fn no_action(name: &Name) -> Diagnostic {
    bad(name.span, format!("the connector `{}` has no action", name.text), "describes nothing").help(
        "A connector names its actions, and what each sends: `action NAME \"what it does\" { param … http.post … returns … }`.",
    )
}

pub(in crate::resolve) fn no_call(name: &Name) -> Diagnostic {
    bad(name.span, format!("the action `{}` does not say what it sends", name.text), "sends nothing")
        .help("An action of a connector holds one `http.get`, `http.post` or the like.")
}

pub(in crate::resolve) fn not_http(name: &Name) -> Diagnostic {
    bad(name.span, format!("an action of a connector cannot call `{}`", name.text), "no `http` step")
        .help("It holds one step of `http.get`, `http.post`, `http.put`, `http.patch`, `http.delete` or `http.request`.")
}

pub(in crate::resolve) fn on_fail_inside(span: Span) -> Diagnostic {
    bad(span, "what follows from a failure is said where the action is called", "not here")
        .help("Write `on_fail` in the call. The connector says what counts as a failure, by `accept`, `require` and `refuse`.")
}

pub(in crate::resolve) fn unknown_kind(kind: &Name) -> Diagnostic {
    let found = bad(kind.span, format!("there is no kind `{}`", kind.text), "unknown kind");
    let meant = crate::syntax::kind_meant(&kind.text).or_else(|| near(&kind.text, KINDS));
    let found = suggest(found, &kind.text, kind.span, meant);
    if meant.is_some() {
        return found;
    }
    found.help(format!("A parameter is one of {}.", KINDS.map(|kind| format!("`{kind}`")).join(", ")))
}

pub(in crate::resolve) fn param_named_base(name: &Name) -> Diagnostic {
    bad(name.span, "`base` is a parameter of every action already", "taken")
        .help("It replaces the connector's `base` in a call. Give this parameter another name.")
}

pub(in crate::resolve) fn default_not_literal(span: Span, name: &Name) -> Diagnostic {
    bad(span, format!("the default of `{}` is not known before a run", name.text), "no literal")
        .help("A default is a literal, or a constant of this file.")
}

pub(in crate::resolve) fn default_of_other_kind(span: Span, name: &Name, kinds: Kinds) -> Diagnostic {
    bad(
        span,
        format!("the default of `{}` is not what it takes, {}", name.text, kinds.nouns()),
        "another kind",
    )
    .help("A call that does not give the parameter sends its default, so both are of one kind.")
}

pub(in crate::resolve) fn result_of_every_action(name: &Name) -> Diagnostic {
    bad(name.span, format!("every action returns `{}` already", name.text), "taken")
        .help("`status`, `headers` and `body` are the whole answer. Give this part of it another name.")
}

pub(in crate::resolve) fn policy_of_result(span: Span) -> Diagnostic {
    bad(span, "a result is there, or may be empty", "neither").help(
        "`on_missing abort` promises it: an answer without it is a failure. `on_missing empty` does not. What a script does \
         without it stands in the script.",
    )
}

pub(in crate::resolve) fn reader_not_literal(span: Span) -> Diagnostic {
    bad(span, "how a result is read is not known before a run", "no literal")
        .help("The arguments of a reader in `returns` are literals, or constants of this file.")
}
