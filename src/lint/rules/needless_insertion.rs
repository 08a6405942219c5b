//! Texts that are nothing but one other text.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::resolve::model::Presence;
use crate::syntax::ast::{Expr, ExprKind, TextPart};
use crate::value::Kinds;

static CODE: Code = Code {
    id: "WJ0628",
    name: "needless-insertion",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0628.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    walk::judged(context, judge)
}

fn judge(context: &Context<'_>, expr: &Expr) -> Option<Diagnostic> {
    let ExprKind::Text(parts) = &expr.kind else { return None };
    let [TextPart::Insert(inner)] = parts.as_slice() else { return None };
    // Where only a literal may stand, a constant is put in like this.
    let known = context.model.type_at(inner.span)?;
    let text = !known.broken
        && known.kinds == Kinds::TEXT
        && known.presence == Presence::Present
        && known.constant.is_none();
    if !text || !matches!(inner.kind, ExprKind::Name(_)) || known.secret {
        return None;
    }
    let name = context.source.slice(inner.span);
    Some(
        Diagnostic::new(&CODE, expr.span, format!("`{name}` is a text already"))
            .label("the same text once more")
            .help(format!(
                "Write `{name}`. `\"{{…}}\"` puts a value into a longer text, or makes a text of a number."
            ))
            .safe_fix(format!("write `{name}`"), expr.span, name),
    )
}
