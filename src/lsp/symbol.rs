//! What a word stands for: what hover tells, what a definition is looked for of.

use super::context::{self, Block};
use super::tokens::{self, Kind, Token};
use super::workspace::View;
use crate::actions::{self, ActionSpec, ParamSpec, ReturnSpec, http};
use crate::builtins::{self, Builtin};
use crate::check;
use crate::diagnostic::Code;
use crate::gates::verify::{self, Preset};
use crate::resolve::model::{CallFacts, Definition, DefinitionKind, Type};
use crate::resolve::{Connector, Connectors};
use crate::source::{Source, Span};
use crate::syntax;

#[derive(Debug)]
pub(super) enum Symbol<'v> {
    /// A name of the script, by its place among the definitions of the file.
    Name(usize),
    /// What an action returns: `hash` in `sub.hash`.
    Member {
        definition: usize,
        name: String,
    },
    Function(&'static Builtin),
    Action(Action<'v>),
    Param(&'v ActionSpec, &'v ParamSpec),
    Secret(String),
    /// `request.ip`, `body`: by its whole name.
    Input(String),
    Preset(&'static Preset),
    Code(&'static Code),
    Word(String),
}

/// An action that can be called.
#[derive(Clone, Copy, Debug)]
pub(super) enum Action<'v> {
    Http(&'static http::HttpAction),
    BuiltIn(&'static ActionSpec),
    OfConnector(&'v Connector, &'v ActionSpec),
}

impl<'v> Action<'v> {
    pub fn name(&self) -> &'v str {
        match self {
            Action::Http(action) => action.name,
            Action::BuiltIn(spec) => &spec.name,
            Action::OfConnector(_, spec) => &spec.name,
        }
    }

    pub fn summary(&self) -> &'v str {
        match self {
            Action::Http(action) => action.summary,
            Action::BuiltIn(spec) => &spec.summary,
            Action::OfConnector(_, spec) => &spec.summary,
        }
    }

    /// `None` for `http.*`.
    pub fn spec(&self) -> Option<&'v ActionSpec> {
        match self {
            Action::Http(_) => None,
            Action::BuiltIn(spec) => Some(spec),
            Action::OfConnector(_, spec) => Some(spec),
        }
    }
}

/// All actions that a project may call, by name.
pub(super) fn actions(connectors: &Connectors) -> Vec<Action<'_>> {
    let http = http::ALL.iter().map(Action::Http);
    let built_in = actions::ALL.iter().map(|spec| Action::BuiltIn(spec));
    let declared = connectors.iter().flat_map(|connector| {
        connector.actions.values().map(|action| Action::OfConnector(connector, &action.spec))
    });
    let mut all: Vec<Action<'_>> = http.chain(built_in).chain(declared).collect();
    all.sort_by(|a, b| a.name().cmp(b.name()));
    all
}

pub(super) fn action<'v>(connectors: &'v Connectors, name: &str) -> Option<Action<'v>> {
    if let Some(found) = http::find(name) {
        return Some(Action::Http(found));
    }
    if let Some(found) = actions::find(name) {
        return Some(Action::BuiltIn(found));
    }
    let connector = connectors.get(name.split('.').next()?)?;
    connector.actions.get(name).map(|action| Action::OfConnector(connector, &action.spec))
}

/// What the word at an offset stands for, and where it stands.
pub(super) fn at<'v>(view: &View<'v>, offset: u32) -> Option<(Symbol<'v>, Span)> {
    let text: &str = &view.source().text;
    let tokens = tokens::lex(text);
    let reaches = |token: &&Token| token.span.start <= offset && offset <= token.span.end;
    let token = tokens
        .iter()
        .find(|token| reaches(token) && token.kind == Kind::Word)
        .or_else(|| tokens.iter().find(|token| reaches(token) && token.kind == Kind::Comment))?;
    if token.kind == Kind::Comment {
        return of_comment(view.source(), token.span, offset);
    }
    let whole = text.get(token.span.range())?;
    let span = part(whole, token.span, offset);
    let name = text.get(span.range())?;
    if let Some(at) = named(view, span) {
        return Some((Symbol::Name(at), span));
    }
    if let Some(found) = action(view.project.connectors(), whole) {
        return Some((Symbol::Action(found), token.span));
    }
    if let Some((root, _)) = whole.split_once('.') {
        return of_dotted(view, whole, root, token.span, span);
    }
    let context = context::at(text, &tokens, token.span.start);
    let rest = text.get(token.span.end as usize..).unwrap_or("").trim_start();
    if rest.starts_with('=') && !rest.starts_with("==") || rest.starts_with(':') {
        if let Block::Action(called) | Block::ExpectAction(called) = context.block()
            && let Some(spec) = action(view.project.connectors(), called).and_then(|action| action.spec())
        {
            return spec.param(name).map(|param| (Symbol::Param(spec, param), span));
        }
        return None;
    }
    if context.before == ["verify"]
        && let Some(preset) = verify::find(name)
    {
        return Some((Symbol::Preset(preset), span));
    }
    let is_called = rest.starts_with('(') || context.last() == "as";
    if is_called && let Some(function) = builtins::find(name) {
        return Some((Symbol::Function(function), span));
    }
    let inputs = ["body", "query", "headers", "cookies"];
    let is_line = context.before.is_empty() && !matches!(context.block(), Block::Value);
    if inputs.contains(&name) && !is_line && type_at(view, span).is_some() {
        return Some((Symbol::Input(name.to_owned()), span));
    }
    super::words::hover(name).map(|_| (Symbol::Word(name.to_owned()), span))
}

/// The name that an offset is in, of those parted by dots.
fn part(whole: &str, span: Span, offset: u32) -> Span {
    let at = (offset.saturating_sub(span.start)) as usize;
    let (front, back) = whole.split_at_checked(at).unwrap_or((whole, ""));
    let start = front.rfind('.').map_or(0, |dot| dot + 1);
    let end = at + back.find('.').unwrap_or(back.len());
    Span::new(span.start as usize + start, span.start as usize + end.min(whole.len()))
}

/// The definition whose name, or a use of it, stands exactly here.
fn named(view: &View<'_>, span: Span) -> Option<usize> {
    let at = view.model.uses.partition_point(|used| used.span < span);
    let used = view.model.uses.get(at).filter(|used| used.span == span).map(|used| used.definition);
    used.or_else(|| view.model.definitions.iter().position(|definition| definition.span == span))
}

fn of_dotted<'v>(
    view: &View<'v>,
    whole: &str,
    root: &str,
    token: Span,
    span: Span,
) -> Option<(Symbol<'v>, Span)> {
    let root_span = Span::new(token.start as usize, token.start as usize + root.len());
    let name = view.source().slice(span);
    if root == "secret" && span != root_span {
        return Some((Symbol::Secret(name.to_owned()), span));
    }
    if let Some(definition) = named(view, root_span) {
        return Some((Symbol::Member { definition, name: name.to_owned() }, span));
    }
    if syntax::TAKEN.contains(&root) && span != root_span {
        return Some((Symbol::Input(whole.to_owned()), token));
    }
    super::words::hover(name).filter(|_| span == root_span).map(|_| (Symbol::Word(name.to_owned()), span))
}

/// The name of a finding in a silence, or its code anywhere in a comment.
fn of_comment<'v>(source: &Source, comment: Span, offset: u32) -> Option<(Symbol<'v>, Span)> {
    let text = source.slice(comment);
    let at = (offset - comment.start) as usize;
    let is_name = |c: char| c == '-' || c.is_ascii_alphanumeric();
    let (front, back) = text.split_at_checked(at)?;
    let start = at - front.chars().rev().take_while(|c| is_name(*c)).count();
    let end = at + back.find(|c| !is_name(c)).unwrap_or(back.len());
    let code = check::explain(text.get(start..end)?)?;
    Some((Symbol::Code(code), Span::new(start, end).shifted(comment.start as usize)))
}

/// What is known of the smallest expression around a span.
pub(super) fn type_at<'v>(view: &View<'v>, span: Span) -> Option<&'v Type> {
    let around = view.model.types.iter().filter(|(own, _)| own.start <= span.start && own.end >= span.end);
    around.min_by_key(|(own, _)| own.end - own.start).map(|(_, ty)| ty)
}

/// The call whose result a name is.
pub(super) fn call_of<'v>(view: &View<'v>, definition: &Definition) -> Option<&'v CallFacts> {
    if definition.kind != DefinitionKind::Result {
        return None;
    }
    let calls = view.model.pipelines.iter().flat_map(|facts| &facts.calls);
    calls.filter(|call| call.span.start >= definition.span.end).min_by_key(|call| call.span.start)
}

/// What the action declares of a member of its result.
pub(super) fn returned<'v>(view: &View<'v>, definition: &Definition, name: &str) -> Option<&'v ReturnSpec> {
    let spec = call_of(view, definition)?.spec.as_ref()?;
    spec.returns.iter().find(|returned| returned.name == name)
}
