//! What may be written next. `lines` begins a line, `members` goes on behind a dot, `follow` behind a word that leaves few ways
//! to go on, `values` stands where a value does.

mod follow;
mod lines;
mod members;
mod values;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat, Position,
    TextEdit,
};

use super::context::{self, Block, Context, Inside};
use super::tokens;
use super::workspace::View;
use super::{hover, place};
use crate::check;
use crate::diagnostic::Severity;
use crate::source::Span;

/// A place, and what is known about it.
struct Spot<'v> {
    view: &'v View<'v>,
    context: Context<'v>,
    offset: u32,
}

pub(super) fn completion(view: &View<'_>, position: Position, snippets: bool) -> Vec<CompletionItem> {
    let source = view.source();
    let offset = place::offset(source, position);
    let tokens = tokens::lex(&source.text);
    let context = context::at(&source.text, &tokens, offset);
    let spot = Spot { view, context, offset };
    let mut offers = match spot.context.inside {
        Inside::Comment => silences(&spot),
        Inside::Text => routes(&spot),
        Inside::Code => code(&spot),
    };
    offers.sort_by_key(|offer| offer.rank);
    let range = place::range(source, spot.context.word);
    offers.into_iter().enumerate().map(|(at, offer)| offer.item(at, range, snippets)).collect()
}

fn code(spot: &Spot<'_>) -> Vec<Offer> {
    if spot.context.owner().is_some() {
        return members::offers(spot);
    }
    if let Some(offers) = follow::offers(spot) {
        return offers;
    }
    let block = spot.context.block();
    if spot.context.before.is_empty() && block != Block::Value {
        return lines::offers(spot, block);
    }
    values::offers(spot)
}

/// In the text behind `send POST`: what the pipelines of the file take. Nothing can be said of other texts.
fn routes(spot: &Spot<'_>) -> Vec<Offer> {
    let ["send", method] = spot.context.before.as_slice() else { return Vec::new() };
    let routes = spot.view.model.pipelines.iter().flat_map(|pipeline| &pipeline.routes);
    let taken = routes
        .filter(|route| route.methods.as_ref().is_none_or(|all| all.iter().any(|one| **one == **method)));
    taken.map(|route| Offer::new(&*route.pattern, CompletionItemKind::VALUE, Rank::First)).collect()
}

/// In `# wj-allow …`: the names of warnings, those of this file first.
fn silences(spot: &Spot<'_>) -> Vec<Offer> {
    let text = &spot.view.source().text;
    let front = text.get(..spot.offset as usize).unwrap_or("");
    let line = front.get(front.rfind('#').unwrap_or(0)..).unwrap_or("");
    if !line.trim_start_matches(['#', ' ']).starts_with("wj-allow") || line.contains(':') {
        return Vec::new();
    }
    let here = &spot.view.file.diagnostics;
    let warnings = check::all_codes().into_iter().filter(|code| code.severity == Severity::Warning);
    warnings
        .map(|code| {
            let found = here.iter().any(|finding| std::ptr::eq(finding.code, code));
            let rank = if found { Rank::First } else { Rank::Last };
            Offer::new(code.name, CompletionItemKind::ENUM_MEMBER, rank).documented(code.page)
        })
        .collect()
}

/// How near at hand something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    First,
    Own,
    Common,
    Last,
}

/// One way to go on.
struct Offer {
    name: String,
    kind: CompletionItemKind,
    rank: Rank,
    detail: Option<String>,
    doc: Option<String>,
    snippet: Option<String>,
}

impl Offer {
    fn new(name: impl Into<String>, kind: CompletionItemKind, rank: Rank) -> Offer {
        Offer { name: name.into(), kind, rank, detail: None, doc: None, snippet: None }
    }

    fn word(name: &str) -> Offer {
        let offer = Offer::new(name, CompletionItemKind::KEYWORD, Rank::Common);
        match super::words::hover(name) {
            Some(doc) => offer.documented(doc),
            None => offer,
        }
    }

    fn ranked(self, rank: Rank) -> Offer {
        Offer { rank, ..self }
    }

    fn detailed(self, detail: impl Into<String>) -> Offer {
        Offer { detail: Some(detail.into()), ..self }
    }

    fn documented(self, doc: impl Into<String>) -> Offer {
        Offer { doc: Some(doc.into()), ..self }
    }

    fn snippet(self, snippet: impl Into<String>) -> Offer {
        Offer { snippet: Some(snippet.into()), ..self }
    }

    fn item(self, at: usize, range: lsp_types::Range, snippets: bool) -> CompletionItem {
        let snippet = self.snippet.filter(|_| snippets);
        let format = if snippet.is_some() { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT };
        let text = snippet.unwrap_or_else(|| self.name.clone());
        CompletionItem {
            kind: Some(self.kind),
            detail: self.detail,
            documentation: self.doc.map(|doc| Documentation::MarkupContent(hover::markdown(doc))),
            sort_text: Some(format!("{at:04}")),
            filter_text: Some(self.name.clone()),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, text))),
            label: self.name,
            ..CompletionItem::default()
        }
    }
}

impl Spot<'_> {
    /// What stands in the innermost block already, by the first word of each line: a parameter is offered once.
    fn given(&self) -> Vec<&str> {
        let text = &self.view.source().text;
        let tokens = tokens::lex(text);
        let mut depth = 0usize;
        let mut given: Vec<(usize, &str)> = Vec::new();
        let mut opened = Vec::new();
        for token in tokens.iter().take_while(|token| token.span.end < self.context.word.start.max(1)) {
            match token.kind {
                tokens::Kind::Open => {
                    depth += 1;
                    opened.push(given.len());
                }
                tokens::Kind::Close => {
                    depth = depth.saturating_sub(1);
                    if let Some(length) = opened.pop() {
                        given.truncate(length);
                    }
                }
                tokens::Kind::Word => given.push((depth, text.get(token.span.range()).unwrap_or(""))),
                _ => {}
            }
        }
        given.into_iter().filter(|(own, _)| *own == depth).map(|(_, word)| word).collect()
    }

    /// Where the line of the place begins.
    fn line_start(&self) -> u32 {
        let text = &self.view.source().text;
        let front = text.get(..self.offset as usize).unwrap_or("");
        front.rfind(['\n', '\r']).map_or(0, |end| end as u32 + 1)
    }

    /// The pipeline around the place.
    fn pipeline(&self) -> Option<usize> {
        let holds = |span: Span| span.start <= self.offset && self.offset <= span.end;
        self.view.model.pipelines.iter().position(|facts| holds(facts.item))
    }
}
