//! Where a name is given: in the file, in the connector that declares an action, in the pipeline that a test sends to.

use lsp_types::{Location, Position};

use super::place;
use super::symbol::{self, Action, Symbol};
use super::workspace::{self, View};
use crate::check::ProjectFile;
use crate::resolve::Connector;
use crate::resolve::program::{Route, Segment};
use crate::source::Span;
use crate::syntax::ast;

pub(super) fn definition(view: &View<'_>, position: Position) -> Option<Location> {
    let offset = place::offset(view.source(), position);
    if let Some((file, span)) = receiver(view, offset) {
        return location(view, file, span);
    }
    let (symbol, span) = symbol::at(view, offset)?;
    match symbol {
        Symbol::Name(at) | Symbol::Member { definition: at, .. } => {
            let definition = view.model.definitions.get(at)?;
            location(view, view.file, definition.span)
        }
        Symbol::Action(Action::OfConnector(connector, spec)) => {
            in_connector(view, connector, &spec.name, None)
        }
        Symbol::Param(spec, param) => {
            let connector = view.project.connectors().get(spec.name.split('.').next()?)?;
            in_connector(view, connector, &spec.name, Some(&param.name))
        }
        Symbol::Input(name) => {
            let param = name.strip_prefix("path.")?;
            let facts = view.model.pipelines.iter().find(|facts| holds(facts.item, span))?;
            let takes = |route: &&Route| {
                route.segments.iter().any(|segment| matches!(segment, Segment::Param(own) if **own == *param))
            };
            location(view, view.file, facts.routes.iter().find(takes)?.span)
        }
        _ => None,
    }
}

fn location(view: &View<'_>, file: &ProjectFile, span: Span) -> Option<Location> {
    let source = file.source();
    Some(Location::new(workspace::uri_of(view, &source.name)?, place::range(source, span)))
}

fn holds(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// An action of a connector, or one of its parameters. Those that come with wj lie in no file.
fn in_connector(view: &View<'_>, connector: &Connector, name: &str, param: Option<&str>) -> Option<Location> {
    let file = view.project.file(&connector.source.name)?;
    let (service, action) = name.split_once('.')?;
    let found = file.tree().items.iter().find_map(|item| match item {
        ast::Item::Connector(own) if *own.name.text == *service => {
            own.actions.iter().find(|own| *own.name.text == *action)
        }
        _ => None,
    })?;
    let span = match param {
        None => found.name.span,
        Some(param) => found.params.iter().find(|own| *own.name.text == *param)?.name.span,
    };
    location(view, file, span)
}

/// The pipeline that a `send` at this place goes to.
fn receiver<'v>(view: &View<'v>, offset: u32) -> Option<(&'v ProjectFile, Span)> {
    let sends = view.model.tests.iter().flat_map(|test| &test.sends);
    let (method, path, _) =
        sends.into_iter().find(|(_, _, span)| span.start <= offset && offset <= span.end)?;
    // Only the path leads there: other words of the line have a meaning of their own.
    let in_text = super::context::of(&view.source().text, offset).inside == super::context::Inside::Text;
    if !in_text {
        return None;
    }
    let mut found: Vec<(usize, &ProjectFile, Span)> = Vec::new();
    for file in view.project.files() {
        for facts in file.model().into_iter().flat_map(|model| &model.pipelines) {
            for route in facts.routes.iter().filter(|route| route.takes(method, path)) {
                let params =
                    route.segments.iter().filter(|segment| matches!(segment, Segment::Param(_))).count();
                found.push((params, file, route.span));
            }
        }
    }
    found.sort_by_key(|(params, ..)| *params);
    found.first().map(|(_, file, span)| (*file, *span))
}
