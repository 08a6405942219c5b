//! Colours for words, by what they mean in their place: a field called `json` is no keyword.

use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens};

use super::tokens::{self, Kind, Token};
use super::workspace::View;
use super::{place, words};
use crate::resolve::model::{DefinitionKind, Model};
use crate::source::{Source, Span};
use crate::syntax;

/// In the order of their numbers.
pub(super) const TYPES: [SemanticTokenType; 11] = [
    SemanticTokenType::KEYWORD,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::COMMENT,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::METHOD,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::REGEXP,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::PARAMETER,
];

const KEYWORD: u32 = 0;
const STRING: u32 = 1;
const NUMBER: u32 = 2;
const COMMENT: u32 = 3;
const VARIABLE: u32 = 4;
const FUNCTION: u32 = 5;
const METHOD: u32 = 6;
const PROPERTY: u32 = 7;
const PATH: u32 = 8;
const OPERATOR: u32 = 9;
const PARAMETER: u32 = 10;

pub(super) const MODIFIERS: [SemanticTokenModifier; 2] =
    [SemanticTokenModifier::DECLARATION, SemanticTokenModifier::READONLY];

const DECLARATION: u32 = 1;
const READONLY: u32 = 2;

/// Of the whole file, or of a part.
pub(super) fn semantic_tokens(view: &View<'_>, part: Option<Span>) -> SemanticTokens {
    let source = view.source();
    let tokens = tokens::lex(&source.text);
    let known = Known::new(view.model);
    let mut data = Data { source, data: Vec::new(), line: 0, column: 0 };
    for (at, token) in tokens.iter().enumerate() {
        if part.is_some_and(|part| token.span.end < part.start || token.span.start > part.end) {
            continue;
        }
        match token.kind {
            Kind::Comment => data.push(token.span, COMMENT, 0),
            Kind::Text => data.push_lines(token.span, STRING),
            Kind::Number => data.push(token.span, NUMBER, 0),
            Kind::Path => data.push(token.span, PATH, 0),
            Kind::Sign if matches!(source.slice(token.span), "," | ":" | ".") => {}
            Kind::Sign => data.push(token.span, OPERATOR, 0),
            Kind::Open | Kind::Close => {}
            Kind::Word => {
                let next = tokens.get(at + 1).map_or("", |next| source.slice(next.span));
                word(token, next, at.checked_sub(1).and_then(|at| tokens.get(at)), &known, &mut data);
            }
        }
    }
    SemanticTokens { result_id: None, data: data.data }
}

/// What the model says of words, by place.
struct Known<'m> {
    model: &'m Model,
    definitions: Vec<(Span, usize)>,
}

impl<'m> Known<'m> {
    fn new(model: &'m Model) -> Known<'m> {
        let mut definitions: Vec<(Span, usize)> =
            model.definitions.iter().enumerate().map(|(at, definition)| (definition.span, at)).collect();
        definitions.sort();
        Known { model, definitions }
    }

    fn definition(&self, span: Span) -> Option<usize> {
        let at = self.definitions.binary_search_by_key(&span, |(own, _)| *own).ok()?;
        self.definitions.get(at).map(|(_, definition)| *definition)
    }

    fn used(&self, span: Span) -> Option<usize> {
        let at = self.model.uses.binary_search_by_key(&span, |used| used.span).ok()?;
        self.model.uses.get(at).map(|used| used.definition)
    }

    fn variable(&self, definition: usize) -> (u32, u32) {
        match self.model.definitions.get(definition).map(|definition| definition.kind) {
            Some(DefinitionKind::Const) => (VARIABLE, READONLY),
            Some(DefinitionKind::Param) => (PARAMETER, 0),
            _ => (VARIABLE, 0),
        }
    }
}

fn word(token: &Token, next: &str, before: Option<&Token>, known: &Known<'_>, data: &mut Data<'_>) {
    let whole = data.source.slice(token.span);
    let start = token.span.start as usize;
    let root = whole.split('.').next().unwrap_or(whole);
    let root_span = Span::new(start, start + root.len());
    if let Some(definition) = known.definition(root_span) {
        let (kind, modifiers) = known.variable(definition);
        return data.push(root_span, kind, modifiers | DECLARATION);
    }
    let rest = Span { start: root_span.end + 1, end: token.span.end };
    if let Some(definition) = known.used(root_span) {
        let (kind, modifiers) = known.variable(definition);
        data.push(root_span, kind, modifiers);
        if rest.start < rest.end {
            data.push(rest, PROPERTY, 0);
        }
        return;
    }
    if known.model.functions.binary_search_by_key(&token.span, |(span, _)| *span).is_ok() {
        return data.push(token.span, FUNCTION, 0);
    }
    let is_given = next == "=" || next == ":";
    if whole.contains('.') {
        if syntax::TAKEN.contains(&root) {
            data.push(root_span, KEYWORD, 0);
            return data.push(rest, PROPERTY, 0);
        }
        return data.push(token.span, METHOD, 0);
    }
    let after_as = before.is_some_and(|before| data.source.slice(before.span) == "as");
    match () {
        () if is_given => data.push(token.span, PROPERTY, 0),
        () if next == "(" || after_as => data.push(token.span, FUNCTION, 0),
        () if words::is_word(whole) => data.push(token.span, KEYWORD, 0),
        () => {}
    }
}

/// Tokens as the protocol writes them: each by its distance from the one before.
struct Data<'a> {
    source: &'a Source,
    data: Vec<SemanticToken>,
    line: u32,
    column: u32,
}

impl Data<'_> {
    fn push(&mut self, span: Span, token_type: u32, token_modifiers_bitset: u32) {
        let start = place::position(self.source, span.start);
        let length: usize = self.source.slice(span).chars().map(char::len_utf16).sum();
        if length == 0 {
            return;
        }
        let delta_line = start.line - self.line;
        let delta_start = if delta_line == 0 { start.character - self.column } else { start.character };
        (self.line, self.column) = (start.line, start.character);
        let length = length as u32;
        self.data.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset });
    }

    /// One token a line, since few editors take one over several.
    fn push_lines(&mut self, span: Span, token_type: u32) {
        let mut start = span.start as usize;
        for line in self.source.slice(span).to_owned().split_inclusive('\n') {
            let text = line.trim_end_matches(['\n', '\r']);
            self.push(Span::new(start, start + text.len()), token_type, 0);
            start += line.len();
        }
    }
}
