//! Values of the request, and secrets, in quotes: as a text, they are only their own names.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::resolve::request_members;
use crate::syntax::ast::{Expr, ExprKind, TextPart};

static CODE: Code = Code {
    id: "WJ0621",
    name: "quoted-value",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0621.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    walk::judged(context, judge)
}

fn judge(context: &Context<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Text(parts) = &expr.kind else { return None };
    let [TextPart::Literal(text)] = parts.as_slice() else { return None };
    if !is_value(text) || !context.source.slice(expr.span).starts_with(['"', '\'']) {
        return None;
    }
    Some(
        Diagnostic::new(
            &CODE,
            expr.span,
            format!("this is the text {text:?}, and not the value of that name"),
        )
        .label("only its name")
        .help(format!("Write `{text}` without quotes, or `\"{{{text}}}\"` to put it into a longer text."))
        .safe_fix("delete the quotes", expr.span, &**text),
    )
}

/// Whether a text is what the language calls a value that every pipeline has.
pub(super) fn is_value(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c == '_' || c.is_alphabetic())
            && name.chars().all(|c| c == '_' || c.is_alphanumeric())
    };
    match text.split_once('.') {
        Some(("secret", name)) => is_name(name) && name.chars().any(|c| c.is_uppercase()),
        Some(("request", name)) => request_members().any(|(member, _)| member == name),
        Some(("operation", "id")) | Some(("body", "raw")) => true,
        _ => false,
    }
}
