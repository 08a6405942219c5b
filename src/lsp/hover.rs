//! What a word is: its documentation, and of a value its kind and whether it may be empty.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::symbol::{self, Action, Symbol};
use super::workspace::View;
use super::{place, words};
use crate::actions::{ActionSpec, ParamSpec};
use crate::builtins::{Builtin, OnEmpty};
use crate::resolve::model::{DefinitionKind, Presence, Shape, Type};

pub(super) fn hover(view: &View<'_>, position: Position) -> Option<Hover> {
    let offset = place::offset(view.source(), position);
    let (symbol, span) = symbol::at(view, offset)?;
    let value = text(view, &symbol, span)?;
    let contents = HoverContents::Markup(markdown(value));
    Some(Hover { contents, range: Some(place::range(view.source(), span)) })
}

pub(super) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

fn text(view: &View<'_>, symbol: &Symbol<'_>, span: crate::source::Span) -> Option<String> {
    Some(match symbol {
        Symbol::Name(at) => {
            let definition = view.model.definitions.get(*at)?;
            let here = symbol::type_at(view, span).unwrap_or(&definition.ty);
            let mut text = format!("`{}`: {}\n\n{}", definition.name, kinds(here), what(definition.kind));
            if let Some(call) = symbol::call_of(view, definition) {
                text += &format!(" by `{}`", call.name);
            }
            let line = view.source().position(definition.span.start).line;
            text += &format!(", line {line}");
            if let Some(value) = here.constant.as_ref().and_then(|value| crate::value::to_json(value).ok()) {
                text += &format!("\n\n```json\n{value}\n```");
            }
            text
        }
        Symbol::Member { definition, name } => {
            let definition = view.model.definitions.get(*definition)?;
            let ty = member(&definition.ty, name);
            let kinds = ty.map_or_else(|| "any value".to_owned(), kinds);
            let doc = symbol::returned(view, definition, name).map_or("", |returned| &returned.doc);
            format!("`{}.{name}`: {kinds}\n\n{doc}", definition.name)
        }
        Symbol::Function(function) => self::function(function),
        Symbol::Action(action) => self::action(action),
        Symbol::Param(spec, param) => format!("`{}` of `{}`: {}", param.name, spec.name, self::param(param)),
        Symbol::Secret(name) => format!(
            "`secret.{name}`: a text, a secret\n\nThe environment variable `{name}`, else the file that `{name}_FILE` names, \
             else the file `{name}` in `$CREDENTIALS_DIRECTORY`."
        ),
        Symbol::Input(name) => {
            let root = name.split('.').next().unwrap_or(name);
            let ty = symbol::type_at(view, span).map_or_else(String::new, |ty| format!(": {}", kinds(ty)));
            format!(
                "`{name}`{ty}\n\n{}",
                words::INNER.iter().find(|(own, _)| *own == root).map_or("", |(_, doc)| doc)
            )
        }
        Symbol::Preset(preset) => format!(
            "`verify {0} secret.NAME`\n\n{1}.\n\nThe secret is {2}.",
            preset.name, preset.summary, preset.secret
        ),
        Symbol::Code(code) => code.page.to_owned(),
        Symbol::Word(name) => words::hover(name)?,
    })
}

fn what(kind: DefinitionKind) -> &'static str {
    match kind {
        DefinitionKind::Const => "a constant of this file",
        DefinitionKind::Field => "a field of `extract`",
        DefinitionKind::Let => "given by `let`",
        DefinitionKind::Result => "returned",
        DefinitionKind::Item => "an item of `for`",
        DefinitionKind::Failure => "why the action failed",
        DefinitionKind::Param => "a parameter of this action",
    }
}

pub(super) fn member<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    match &ty.shape {
        Shape::Object(members) => members.iter().find(|(own, _)| **own == *name).map(|(_, ty)| ty),
        Shape::Unknown | Shape::List(_) | Shape::Each(_) => None,
    }
}

/// `a text, maybe empty`.
pub(super) fn kinds(ty: &Type) -> String {
    let mut text = match ty.presence {
        Presence::Empty => return "always empty".to_owned(),
        Presence::Present | Presence::MaybeEmpty => ty.kinds.nouns(),
    };
    if ty.presence == Presence::MaybeEmpty {
        text += ", maybe empty";
    }
    if ty.secret {
        text += ", a secret";
    }
    text
}

/// `replace(text: a text, from: a text, to: a text)`.
pub(super) fn signature(function: &Builtin) -> (String, Vec<String>) {
    let params: Vec<String> = function
        .params
        .iter()
        .enumerate()
        .map(|(at, param)| {
            let more = if function.variadic && at + 1 == function.params.len() { ", …" } else { "" };
            let named = format!("{}: {}{more}", param.name, param.kinds.nouns());
            if param.optional { format!("[{named}]") } else { named }
        })
        .collect();
    (format!("{}({}) → {}", function.name, params.join(", "), function.returns.nouns()), params)
}

pub(super) fn function(function: &Builtin) -> String {
    let (signature, _) = signature(function);
    let mut text = format!("```wj\n{signature}\n```\n\n{}", function.summary);
    text += match function.empty {
        OnEmpty::GivesEmpty if !function.params.is_empty() => " Of `empty` it gives `empty`.",
        OnEmpty::IsPassed if !function.params.is_empty() => " It looks at `empty` itself.",
        _ => "",
    };
    if function.may_be_empty {
        text += " May give `empty`.";
    }
    for example in function.examples {
        text += &format!("\n- `{}` gives `{}`", example.call, example.gives).replacen(
            "\n-",
            "\n\n-",
            usize::from(!text.contains("\n-")),
        );
    }
    text
}

pub(super) fn action(action: &Action<'_>) -> String {
    let mut text = format!("`{}`\n\n{}", action.name(), action.summary());
    let Some(spec) = action.spec() else {
        return text + "\n\nThe URL stands behind the name. Returns `status`, `headers` and `body`.";
    };
    if !spec.params.is_empty() {
        text += "\n";
    }
    for param in spec.params.iter() {
        text += &format!("\n- `{}`: {}", param.name, self::param(param));
    }
    text += &returns(spec);
    if !spec.source.is_empty() {
        text += &format!("\n\nDocumented at <{}>.", spec.source);
    }
    text
}

fn returns(spec: &ActionSpec) -> String {
    if spec.returns.is_empty() {
        return String::new();
    }
    let lines = spec.returns.iter().map(|returned| {
        let presence = if returned.always { "" } else { " (maybe empty)" };
        format!("\n- `{}`{presence}: {}", returned.name, returned.doc)
    });
    format!("\n\nReturns:\n{}", lines.collect::<String>())
}

/// `a text, required. The access token.`
pub(super) fn param(param: &ParamSpec) -> String {
    let required = if param.required { ", required" } else { "" };
    let secret = if param.secret { ", a secret" } else { "" };
    format!("{}{required}{secret}. {}", param.kinds.nouns(), param.doc)
}
