//! Texts from outside in a header: one with a line break in it cannot be sent, and fails the run.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax::ast::{EntryKind, Expr, ExprKind, LetValue, StmtKind, TextPart};
use crate::value::Kinds;

static CODE: Code = Code {
    id: "WJ0610",
    name: "outside-value-in-header",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0610.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

/// Readers and functions whose result fits into a header whatever they are given.
const SAFE: [&str; 30] = [
    "abs",
    "base64",
    "base64url",
    "bool",
    "ceil",
    "digits",
    "email",
    "fixed",
    "floor",
    "format",
    "from_unix",
    "hex",
    "hmac_md5",
    "hmac_sha1",
    "hmac_sha256",
    "hmac_sha512",
    "in_zone",
    "len",
    "md5",
    "number",
    "phone",
    "round",
    "seconds",
    "sha1",
    "sha256",
    "sha512",
    "sum",
    "time",
    "unix",
    "uuid",
];

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for pipeline in context.pipelines() {
        let mut safe_fields = BTreeSet::new();
        walk::statements(&pipeline.body, &mut |stmt| {
            if let StmtKind::Extract(extract) = &stmt.kind {
                let read = extract.fields.iter().filter(|field| {
                    field.reader.as_ref().is_some_and(|reader| SAFE.contains(&&*reader.name.text))
                });
                safe_fields.extend(read.map(|field| field.name.span));
            }
            if let StmtKind::Let(bound) = &stmt.kind
                && let LetValue::Expr(Expr { kind: ExprKind::Call { name, .. }, .. }) = &bound.value
                && SAFE.contains(&&*name.text)
            {
                safe_fields.insert(bound.name.span);
            }
            for entry in walk::entries(stmt) {
                let EntryKind::Header { name, value } = &entry.kind else { continue };
                let Some(breaking) = breaking(context, &safe_fields, value) else { continue };
                let header = context.constant_text(name).unwrap_or("the header");
                let message = format!("a text from outside stands in `{header}`, and could break it");
                findings.push(
                    Diagnostic::new(&CODE, breaking, message)
                        .label("comes from outside")
                        .help("A header is one line. A value with a line break in it is refused, and the run fails. Send it in the body, or read it with what leaves nothing to break: `as number`, `as email`, `digits(…)`."),
                );
            }
        });
    }
    findings
}

/// The first part of a value that may be any text from outside.
fn breaking(context: &Context<'_>, safe_fields: &BTreeSet<Span>, value: &Expr) -> Option<Span> {
    let inner = |part: &Expr| breaking(context, safe_fields, part);
    match &value.kind {
        ExprKind::Text(parts) => parts.iter().find_map(|part| match part {
            TextPart::Insert(expr) => inner(expr),
            TextPart::Literal(_) => None,
        }),
        ExprKind::If { then, otherwise, .. } => inner(then).or_else(|| inner(otherwise)),
        // A number stays one when it is written as a text.
        ExprKind::Call { name, args } if &*name.text == "text" => {
            args.iter().find_map(inner).map(|_| value.span)
        }
        ExprKind::Call { name, .. } if SAFE.contains(&&*name.text) => None,
        // What wj itself found out about the request.
        ExprKind::Member(base, part)
            if matches!(&base.kind, ExprKind::Name(name) if &**name == "request")
                && ["ip", "method", "time"].contains(&&*part.text) =>
        {
            None
        }
        ExprKind::Name(_) if is_safe_field(context, safe_fields, value.span) => None,
        _ => {
            let known = context.model.type_at(value.span)?;
            let texts = Kinds::TEXT.or(Kinds::LIST).or(Kinds::OBJECT).or(Kinds::BYTES);
            (known.outside && !known.broken && !known.kinds.and(texts).is_none()).then_some(value.span)
        }
    }
}

fn is_safe_field(context: &Context<'_>, safe_fields: &BTreeSet<Span>, name: Span) -> bool {
    let uses = &context.model.uses;
    let used = uses.get(uses.partition_point(|used| used.span < name)).filter(|used| used.span == name);
    let definition = used.and_then(|used| context.model.definitions.get(used.definition));
    definition.is_some_and(|definition| safe_fields.contains(&definition.span))
}
