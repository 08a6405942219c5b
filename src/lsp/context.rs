//! What may be written at a place, by the words in front of it: which block it stands in, how far its statement has come. Works
//! on tokens, so that it holds in a line that is only begun.

use super::tokens::{self, Kind, Token, is_word};
use crate::source::Span;

/// Where a place is.
#[derive(Debug)]
pub(super) struct Context<'t> {
    text: &'t str,
    /// What is open around it, outermost first.
    pub open: Vec<Open<'t>>,
    /// The words of its statement in front of it, without the one that is being typed.
    pub before: Vec<&'t str>,
    /// The word that is being typed, up to the place; may be empty.
    pub word: Span,
    pub inside: Inside,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Code,
    Text,
    Comment,
}

#[derive(Debug)]
pub(super) struct Open<'t> {
    pub bracket: &'t str,
    /// The words of the statement that it stands in, in front of it.
    pub head: Vec<&'t str>,
    /// Commas behind it, at its own depth.
    pub commas: usize,
    /// It inserts a value into a text.
    pub inserts: bool,
}

/// What kind of block a place stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Block<'t> {
    File,
    Pipeline,
    /// A block of steps in a pipeline.
    Steps,
    Arms,
    Fields,
    Respond,
    /// Of an action, by its whole name.
    Action(&'t str),
    Verify(&'t str),
    OnFailure,
    Connector,
    ConnectorAction,
    Test,
    /// What an action is expected to be called with.
    ExpectAction(&'t str),
    /// A value: an object, a list, arguments.
    Value,
}

pub(super) fn at<'t>(text: &'t str, tokens: &[Token], offset: u32) -> Context<'t> {
    let slice = |token: &Token| text.get(token.span.range()).unwrap_or("");
    let front = text.get(..offset as usize).unwrap_or("");
    let word =
        front.len() - front.chars().rev().take_while(|c| is_word(*c)).map(char::len_utf8).sum::<usize>();
    let mut context = Context {
        text,
        open: Vec::new(),
        before: Vec::new(),
        word: Span::new(word, offset as usize),
        inside: Inside::Code,
    };
    // Where the part of a text ended that goes on behind what is inserted.
    let mut text_goes_on = None;
    for token in tokens {
        if token.span.start >= offset {
            break;
        }
        let inserts = text_goes_on.take() == Some(token.span.start);
        if token.kind == Kind::Text && !is_closed(token, slice(token)) {
            text_goes_on = Some(token.span.end);
        }
        if token.first && is_item(slice(token), token, text) {
            context.open.clear();
        }
        let in_block = context.open.last().is_none_or(|open| open.bracket == "{" && !open.is_value());
        if token.first && in_block {
            context.before.clear();
        }
        let reaches = token.span.end > offset || token.span.end == offset && !is_closed(token, slice(token));
        match token.kind {
            Kind::Comment if token.span.end >= offset => context.inside = Inside::Comment,
            Kind::Comment => {}
            Kind::Text if reaches => {
                context.inside = Inside::Text;
                // The whole of it, without its quote.
                let start = (token.span.start as usize + 1).min(offset as usize);
                context.word = Span::new(start, offset as usize);
            }
            Kind::Word if token.span.end >= offset => {}
            Kind::Open => {
                let head = std::mem::take(&mut context.before);
                context.open.push(Open { bracket: slice(token), head, commas: 0, inserts });
            }
            Kind::Close => {
                if let Some(open) = context.open.pop() {
                    text_goes_on = open.inserts.then_some(token.span.end);
                    context.before = open.head;
                    context.before.push(slice(token));
                }
            }
            _ => {
                let word = slice(token);
                if word == "," {
                    if let Some(open) = context.open.last_mut() {
                        open.commas += 1;
                    }
                    // Behind a comma in a block or an object stands the next parameter or member.
                    let parts = context.open.last().is_some_and(|open| open.bracket == "{");
                    if parts && context.before.iter().any(|word| matches!(*word, "=" | ":")) {
                        context.before.clear();
                        continue;
                    }
                }
                context.before.push(word);
            }
        }
    }
    // A line that is only begun is a statement of its own, though no token stands on it yet.
    let line_start = front.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let blank = front.get(line_start..word).is_none_or(|line| line.trim().is_empty());
    let in_block = context.open.last().is_none_or(|open| open.bracket == "{");
    if blank && in_block && context.inside == Inside::Code {
        context.before.clear();
    }
    context
}

fn is_item(word: &str, token: &Token, text: &str) -> bool {
    let start = token.span.start as usize;
    let at_edge =
        start == 0 || text.as_bytes().get(start - 1).is_some_and(|byte| matches!(byte, b'\n' | b'\r'));
    at_edge && matches!(word, "pipeline" | "connector" | "test" | "const")
}

/// A text that came to its end: behind it stands code.
fn is_closed(token: &Token, text: &str) -> bool {
    token.kind != Kind::Text || text.len() > 1 && text.ends_with(['"', '\''])
}

impl<'t> Context<'t> {
    /// The name with its dots that ends right in front of the word that is being typed: `secret` in `secret.X`.
    pub fn owner(&self) -> Option<&'t str> {
        let front = self.text.get(..self.word.start as usize)?.strip_suffix('.')?;
        let start = front.len()
            - front.chars().rev().take_while(|c| is_word(*c) || *c == '.').map(char::len_utf8).sum::<usize>();
        front.get(start..).filter(|name| !name.is_empty())
    }

    /// The word right in front, if the place is behind a whole one.
    pub fn last(&self) -> &'t str {
        self.before.last().copied().unwrap_or("")
    }

    /// The innermost block.
    pub fn block(&self) -> Block<'t> {
        let Some(open) = self.open.last() else { return Block::File };
        if open.bracket != "{" || open.inserts || open.is_value() {
            return Block::Value;
        }
        let first = open.head.first().copied().unwrap_or("");
        let outer = Context::outer(&self.open);
        match first {
            "pipeline" if self.open.len() == 1 => Block::Pipeline,
            "connector" if self.open.len() == 1 => Block::Connector,
            "test" if self.open.len() == 1 => Block::Test,
            "extract" | "returns" => Block::Fields,
            "respond" => Block::Respond,
            "match" => Block::Arms,
            "verify" => Block::Verify(open.head.get(1).copied().unwrap_or("")),
            "on_failure" => Block::OnFailure,
            "action" if outer == Some("connector") => Block::ConnectorAction,
            "when" | "else" | "for" | "on_fail" | "}" => Block::Steps,
            "expect" => match open.dotted() {
                Some(name) => Block::ExpectAction(name),
                None => Block::Value,
            },
            _ => match open.dotted() {
                Some(name) => Block::Action(name),
                None if outer == Some("match") => Block::Steps,
                None => Block::Value,
            },
        }
    }

    fn outer(open: &[Open<'t>]) -> Option<&'t str> {
        let above = open.len().checked_sub(2)?;
        open.get(above)?.head.first().copied()
    }
}

impl<'t> Open<'t> {
    /// An object, not a block.
    fn is_value(&self) -> bool {
        const PARTS: [&str; 8] = ["json", "form", "query", "multipart", "body", "default", "in", "by"];
        match self.head.last() {
            _ if self.inserts => true,
            None => self.bracket == "{",
            // `extract body {` is no part of a request.
            Some(last) => {
                self.head.first() != Some(&"extract") && PARTS.contains(last)
                    || matches!(*last, "=" | ":" | "," | "(" | "[" | "==")
            }
        }
    }

    /// The name of the action in the head: `http.post`, behind `let x =` too.
    fn dotted(&self) -> Option<&'t str> {
        self.head.iter().copied().find(|word| word.contains('.') && word.starts_with(is_word))
    }
}

/// Tokens and context of one place.
pub(super) fn of(text: &str, offset: u32) -> Context<'_> {
    at(text, &tokens::lex(text), offset)
}
