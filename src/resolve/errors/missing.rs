//! WJ03xx, first part: values that are not there, or may not be.

use super::{
    MISSING_PARAMETER, MISSING_POLICY, POLICY_ON_ACTION, REQUIRED_MAY_BE_EMPTY, SEGMENT_MAY_BE_EMPTY,
    UNGUARDED_REACH, empty_because,
};
use crate::actions::ParamSpec;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::source::Span;
use crate::syntax::ast::{Field, Name};

pub(in crate::resolve) fn policy(field: &Field) -> Diagnostic {
    let end = field.reader.as_ref().map_or(field.path.span.end, |reader| reader.span.end);
    let at = Span::at(end as usize);
    let message =
        format!("`{}` does not say what happens when nothing is found at its path", field.name.text);
    Diagnostic::new(&MISSING_POLICY, field.span, message)
        .label("no `on_missing`")
        .help("What comes from outside may be missing. Refuse the request (`on_missing abort`), go on without it (`on_missing empty`), or put a value in its place (`on_missing default …`). Behind `extract … on_missing …` one policy covers the block.")
        .fix("refuse the request", at, " on_missing abort")
        .fix("go on without it", at, " on_missing empty")
        .fix("put a value in its place", at, " on_missing default \"\"")
}

pub(in crate::resolve) fn policy_on_action(span: Span) -> Diagnostic {
    Diagnostic::new(&POLICY_ON_ACTION, span, "an action's result takes no `on_missing`")
        .label("not here")
        .help("What happens when an action fails is said inside it: `on_fail continue` or `on_fail { … }`. What may be missing in its answer is said where it is read, in `extract NAME.body { … }`.")
}

pub(in crate::resolve) fn unguarded_reach(
    text: &str,
    span: Span,
    base: &str,
    fix: Option<Vec<Edit>>,
) -> Diagnostic {
    let mut found = Diagnostic::new(&UNGUARDED_REACH, span, format!("`{text}` reaches into data from outside"))
        .label("may be missing")
        .help(format!("Nobody knows what `{base}` holds before it arrives, so it is read by an `extract`, where each field says what happens when it is missing: `extract {base} {{ name = $.path on_missing … }}`."));
    if let Some(edits) = fix {
        found.fixes.push(Fix::new("read it by an `extract` above", edits));
    }
    found
}

/// A reach that was meant to be the call of a function.
pub(in crate::resolve) fn function_behind(
    found: Diagnostic,
    at: Span,
    base: &str,
    function: &str,
) -> Diagnostic {
    let right = format!("{function}({base})");
    let mut found = found.help(format!("A function is given its value in brackets: `{right}`."));
    found.fixes.clear();
    found.fix(format!("write `{right}`"), at, right)
}

pub(in crate::resolve) fn parameter(action: &Name, param: &ParamSpec) -> Diagnostic {
    let message = format!("`{}` needs the parameter `{}`", action.text, param.name);
    Diagnostic::new(&MISSING_PARAMETER, action.span, message)
        .label(format!("`{} = …` is missing", param.name))
        .help(param.doc.clone())
}

pub(in crate::resolve) fn url(action: &Name) -> Diagnostic {
    Diagnostic::new(&MISSING_PARAMETER, action.span, format!("`{}` does not say where to", action.text))
        .label("no URL")
        .help(format!("The URL stands behind the action's name: `{} \"https://…\"`.", action.text))
}

pub(in crate::resolve) fn method(action: &Name) -> Diagnostic {
    Diagnostic::new(&MISSING_PARAMETER, action.span, format!("`{}` needs a method", action.text))
        .label("`method \"…\"` is missing")
        .help("Write `method \"PURGE\"` in its block. The common methods have actions of their own: `http.get`, `http.post`, `http.put`, `http.patch`, `http.delete`.")
}

pub(in crate::resolve) fn parameter_may_be_empty(
    action: &str,
    param: &str,
    span: Span,
    text: &str,
    since: Option<Span>,
) -> Diagnostic {
    let message = format!("`{action}` needs `{param}`, and `{text}` may be empty");
    let found = Diagnostic::new(&REQUIRED_MAY_BE_EMPTY, span, message).label("may be empty here");
    empty_because(found, since).help(format!(
        "An empty parameter is left out, and the service would refuse the call. {}",
        super::rule_out(text)
    ))
}

pub(in crate::resolve) fn key_may_be_empty(span: Span, text: &str, since: Option<Span>) -> Diagnostic {
    let message = format!("the key of a call must be there, and `{text}` may be empty");
    let found = Diagnostic::new(&REQUIRED_MAY_BE_EMPTY, span, message).label("may be empty here");
    empty_because(found, since).help(
        "Without its key a repeated call is a second call. `key auto` makes one for each operation and step.",
    )
}

pub(in crate::resolve) fn wait_may_be_empty(span: Span, text: &str, since: Option<Span>) -> Diagnostic {
    let message = format!("`wait` takes a duration, and `{text}` may be empty");
    let found = Diagnostic::new(&REQUIRED_MAY_BE_EMPTY, span, message).label("may be empty here");
    empty_because(found, since).help(super::rule_out(text))
}

pub(in crate::resolve) fn dedupe_key_may_be_empty(span: Span, text: &str, since: Option<Span>) -> Diagnostic {
    let message = format!("the key of `dedupe` must be there, and `{text}` may be empty");
    let found = Diagnostic::new(&REQUIRED_MAY_BE_EMPTY, span, message).label("may be empty here");
    empty_because(found, since).help(format!(
        "All requests without a key would be repeats of one another. {}",
        super::rule_out(text)
    ))
}

pub(in crate::resolve) fn segment_may_be_empty(span: Span, text: &str, since: Option<Span>) -> Diagnostic {
    let message = format!("a segment of a URL cannot be empty, and `{text}` may be");
    let found = Diagnostic::new(&SEGMENT_MAY_BE_EMPTY, span, message).label("may be empty here");
    empty_because(found, since)
        .help(format!("The request would go to another path. {}", super::rule_out(text)))
}
