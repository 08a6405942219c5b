//! `${name}`, as other languages insert a value: here the sign is one more character of the text.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, TextPart};
use crate::value::Kinds;

static CODE: Code = Code {
    id: "WJ0634",
    name: "dollar-insertion",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0634.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        walk::statements(&pipeline.body, &mut |stmt| {
            walk::expressions(stmt, &mut |expr| {
                if let ExprKind::Text(parts) = &expr.kind {
                    findings.extend(parts.windows(2).filter_map(|pair| judge(context, pair)));
                }
            });
        });
    }
    findings
}

fn judge(context: &Context<'_>, pair: &[TextPart]) -> Option<Diagnostic> {
    let [TextPart::Literal(before), TextPart::Insert(value)] = pair else { return None };
    if !before.ends_with('$') || is_amount(context, value) {
        return None;
    }
    // `\u{24}` is a dollar sign that is meant.
    let text = context.source.text.get(..value.span.start as usize)?.trim_end();
    let at = text.strip_suffix('{')?.strip_suffix('$')?.len();
    let sign = Span::new(at, at + 1);
    let name = context.source.slice(value.span);
    Some(
        Diagnostic::new(&CODE, sign, format!("this `$` is a part of the text, in front of the value of `{name}`"))
            .label("sent as it is")
            .help("A value is inserted by braces alone: `{name}`. A dollar sign that is meant is written `\\u{24}`.")
            .fix("delete the `$`", sign, ""),
    )
}

/// Whether a value is a number for certain, so that an amount of dollars may well be meant.
fn is_amount(context: &Context<'_>, value: &Expr) -> bool {
    context.model.type_at(value.span).is_some_and(|known| known.kinds == Kinds::NUMBER)
}
