//! Every place that names one thing.

use lsp_types::{Location, Position};

use super::place;
use super::symbol::{self, Symbol};
use super::workspace::{self, View};
use crate::check::ProjectFile;
use crate::lint::walk;
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn references(view: &View<'_>, position: Position, declaration: bool) -> Option<Vec<Location>> {
    let (symbol, _) = symbol::at(view, place::offset(view.source(), position))?;
    let places = places(view, &symbol, declaration)?;
    let location = |(file, span): (&ProjectFile, Span)| {
        let source = file.source();
        Some(Location::new(workspace::uri_of(view, &source.name)?, place::range(source, span)))
    };
    Some(places.into_iter().filter_map(location).collect())
}

/// File and place of each, in order.
pub(super) fn places<'v>(
    view: &View<'v>,
    symbol: &Symbol<'v>,
    declaration: bool,
) -> Option<Vec<(&'v ProjectFile, Span)>> {
    match symbol {
        Symbol::Name(at) | Symbol::Member { definition: at, .. } => {
            let definition = view.model.definitions.get(*at)?;
            let own = declaration.then_some(definition.span);
            let mut spans: Vec<Span> =
                own.into_iter().chain(view.model.uses_of(*at).map(|used| used.span)).collect();
            spans.sort();
            spans.dedup();
            Some(spans.into_iter().map(|span| (view.file, span)).collect())
        }
        Symbol::Secret(name) => Some(in_all(view, |file| secrets(file, name))),
        Symbol::Action(action) => Some(in_all(view, |file| calls(file, action.name()))),
        Symbol::Function(function) => Some(in_all(view, |file| {
            let functions = file.model().into_iter().flat_map(|model| &model.functions);
            functions.filter(|(_, own)| std::ptr::eq(*own, *function)).map(|(span, _)| *span).collect()
        })),
        _ => None,
    }
}

fn in_all<'v>(view: &View<'v>, find: impl Fn(&ProjectFile) -> Vec<Span>) -> Vec<(&'v ProjectFile, Span)> {
    let mut all = Vec::new();
    for file in view.project.files() {
        let mut spans = find(file);
        spans.sort();
        spans.dedup();
        all.extend(spans.into_iter().map(|span| (file, span)));
    }
    all
}

/// Where a secret is named, without `secret.`: in pipelines, connectors and tests.
fn secrets(file: &ProjectFile, name: &str) -> Vec<Span> {
    let text = &file.source().text;
    let whole = format!("secret.{name}");
    let tokens = super::tokens::lex(text);
    let words = tokens.iter().filter(|token| token.kind == super::tokens::Kind::Word);
    words
        .filter(|token| text.get(token.span.range()) == Some(&*whole))
        .map(|token| Span { start: token.span.end - name.len() as u32, end: token.span.end })
        .collect()
}

fn calls(file: &ProjectFile, name: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for item in &file.tree().items {
        match item {
            ast::Item::Pipeline(pipeline) => walk::statements(&pipeline.body, &mut |stmt| {
                found.extend(walk::action(stmt).map(|action| &action.name));
            }),
            ast::Item::Connector(connector) => {
                let calls = connector.actions.iter().filter_map(|action| action.call.as_ref());
                found.extend(calls.map(|call| &call.name));
            }
            ast::Item::Test(test) => found.extend(test.steps.iter().filter_map(|step| match &step.kind {
                ast::TestStepKind::Given { action, .. }
                | ast::TestStepKind::Expect(ast::Expect::Action { action, .. }) => Some(action),
                _ => None,
            })),
            ast::Item::Const(_) => {}
        }
    }
    found.into_iter().filter(|own| *own.text == *name).map(|own| own.span).collect()
}
