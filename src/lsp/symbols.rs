//! What a file holds, as an outline; and the same over all files, to be searched.

use lsp_types::{DocumentSymbol, Location, OneOf, SymbolKind, WorkspaceSymbol};

use super::place;
use super::workspace::View;
use crate::check::Project;
use crate::lint::walk;
use crate::source::{Source, Span};
use crate::syntax::ast::{self, Item, StmtKind};

pub(super) fn of_file(view: &View<'_>) -> Vec<DocumentSymbol> {
    view.file.tree().items.iter().filter_map(|item| of_item(view.source(), item)).collect()
}

/// Those of all files whose name, or title, has the letters of the query in their order.
pub(super) fn of_projects<'p>(
    projects: impl Iterator<Item = &'p Project>,
    query: &str,
) -> Vec<WorkspaceSymbol> {
    let mut found = Vec::new();
    for file in projects.flat_map(Project::files) {
        let source = file.source();
        let Some(uri) = place::uri(&source.name) else { continue };
        for item in &file.tree().items {
            let Some(symbol) = of_item(source, item) else { continue };
            let title = symbol.detail.clone().unwrap_or_default();
            if !fits(query, &format!("{} {title}", symbol.name)) {
                continue;
            }
            found.push(WorkspaceSymbol {
                name: symbol.name,
                kind: symbol.kind,
                tags: None,
                container_name: symbol.detail,
                location: OneOf::Left(Location::new(uri.clone(), symbol.selection_range)),
                data: None,
            });
        }
    }
    found
}

fn fits(query: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let mut letters = name.chars();
    query.to_lowercase().chars().all(|wanted| letters.any(|letter| letter == wanted))
}

fn of_item(source: &Source, item: &Item) -> Option<DocumentSymbol> {
    match item {
        Item::Const(constant) => Some(symbol(
            source,
            &constant.name.text,
            None,
            SymbolKind::CONSTANT,
            constant.span,
            constant.name.span,
        )),
        Item::Pipeline(pipeline) => {
            let title = pipeline.title.as_ref().map(|title| unquoted(source, title.span));
            let span = pipeline.name.span;
            let mut own = symbol(source, &pipeline.name.text, title, SymbolKind::MODULE, pipeline.span, span);
            own.children = Some(in_pipeline(source, pipeline));
            Some(own)
        }
        Item::Connector(connector) => {
            let title = connector.title.as_ref().map(|title| unquoted(source, title.span));
            let span = connector.name.span;
            let mut own =
                symbol(source, &connector.name.text, title, SymbolKind::CLASS, connector.span, span);
            let actions = connector.actions.iter().map(|action| {
                let title = action.title.as_ref().map(|title| unquoted(source, title.span));
                symbol(source, &action.name.text, title, SymbolKind::METHOD, action.span, action.name.span)
            });
            own.children = Some(actions.collect());
            Some(own)
        }
        Item::Test(test) => {
            let title = unquoted(source, test.title.span);
            Some(symbol(source, &title, None, SymbolKind::EVENT, test.span, test.title.span))
        }
    }
}

fn in_pipeline(source: &Source, pipeline: &ast::Pipeline) -> Vec<DocumentSymbol> {
    let mut found = Vec::new();
    walk::statements(&pipeline.body, &mut |stmt| match &stmt.kind {
        StmtKind::On(on) => {
            let methods: Vec<&str> = on.methods.iter().map(|method| &*method.text).collect();
            let name = format!("{} {}", methods.join(", "), on.path.text);
            found.push(symbol(source, &name, None, SymbolKind::INTERFACE, stmt.span, on.path.span));
        }
        StmtKind::Extract(extract) => found.extend(extract.fields.iter().map(|field| {
            let path = Some(field.path.text.to_string());
            symbol(source, &field.name.text, path, SymbolKind::FIELD, field.span, field.name.span)
        })),
        StmtKind::Let(bound) => {
            let called = walk::action(stmt).map(|action| action.name.text.to_string());
            found.push(symbol(
                source,
                &bound.name.text,
                called,
                SymbolKind::VARIABLE,
                stmt.span,
                bound.name.span,
            ));
        }
        StmtKind::Action(action) => {
            found.push(symbol(
                source,
                &action.name.text,
                None,
                SymbolKind::FUNCTION,
                stmt.span,
                action.name.span,
            ));
        }
        _ => {}
    });
    found
}

fn unquoted(source: &Source, span: Span) -> String {
    source.slice(span).trim_matches(['"', '\'']).to_owned()
}

#[expect(deprecated, reason = "the protocol's crate has no other way to leave the old field out")]
fn symbol(
    source: &Source,
    name: &str,
    detail: Option<String>,
    kind: SymbolKind,
    whole: Span,
    own: Span,
) -> DocumentSymbol {
    // The protocol refuses an empty name, and a name outside of its whole.
    let name = if name.trim().is_empty() { "…".to_owned() } else { name.to_owned() };
    let own = if whole.start <= own.start && own.end <= whole.end { own } else { whole };
    DocumentSymbol {
        name,
        detail: detail.filter(|detail| !detail.is_empty()),
        kind,
        tags: None,
        deprecated: None,
        range: place::range(source, whole),
        selection_range: place::range(source, own),
        children: None,
    }
}
