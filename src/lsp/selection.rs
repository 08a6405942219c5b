//! From a word outwards: word, text, brackets, expression, statement, block, item, file.

use lsp_types::{Position, SelectionRange};

use super::place;
use super::tokens::{self, Kind};
use super::workspace::View;
use crate::lint::walk;
use crate::source::Span;
use crate::syntax::ast::{Item, StmtKind};

pub(super) fn selections(view: &View<'_>, positions: &[Position]) -> Vec<SelectionRange> {
    let spans = spans(view);
    positions.iter().map(|position| selection(view, &spans, *position)).collect()
}

fn selection(view: &View<'_>, spans: &[Span], position: Position) -> SelectionRange {
    let source = view.source();
    let offset = place::offset(source, position);
    let mut around: Vec<Span> =
        spans.iter().copied().filter(|span| span.start <= offset && offset <= span.end).collect();
    around.push(Span::new(0, source.text.len()));
    around.sort_by_key(|span| span.end - span.start);
    around.dedup();
    let mut found: Option<SelectionRange> = None;
    let mut chain: Vec<Span> = Vec::new();
    for span in around {
        // Each holds the one before it, or it is no step outwards.
        if chain.last().is_none_or(|inner| span.start <= inner.start && inner.end <= span.end) {
            chain.push(span);
        }
    }
    for span in chain.into_iter().rev() {
        found = Some(SelectionRange { range: place::range(source, span), parent: found.map(Box::new) });
    }
    found.unwrap_or(SelectionRange { range: lsp_types::Range::new(position, position), parent: None })
}

fn spans(view: &View<'_>) -> Vec<Span> {
    let mut spans: Vec<Span> = view.model.types.iter().map(|(span, _)| *span).collect();
    let mut open: Vec<Span> = Vec::new();
    for token in tokens::lex(&view.source().text) {
        match token.kind {
            Kind::Open => open.push(token.span),
            Kind::Close => {
                if let Some(start) = open.pop() {
                    spans.push(Span { start: start.end, end: token.span.start });
                    spans.push(Span { start: start.start, end: token.span.end });
                }
            }
            _ => spans.push(token.span),
        }
    }
    for item in &view.file.tree().items {
        match item {
            Item::Const(constant) => spans.push(constant.span),
            Item::Pipeline(pipeline) => {
                spans.push(pipeline.span);
                walk::statements(&pipeline.body, &mut |stmt| {
                    spans.push(stmt.span);
                    spans.extend(walk::entries(stmt).iter().map(|entry| entry.span));
                    if let StmtKind::Extract(extract) = &stmt.kind {
                        spans.extend(extract.fields.iter().map(|field| field.span));
                    }
                });
            }
            Item::Connector(connector) => {
                spans.push(connector.span);
                spans.extend(connector.actions.iter().map(|action| action.span));
            }
            Item::Test(test) => {
                spans.push(test.span);
                spans.extend(test.steps.iter().map(|step| step.span));
            }
        }
    }
    spans
}
