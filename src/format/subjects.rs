//! What each comment is about, however the lines are broken: read from the same lines and blocks that are laid out, so that
//! formatting changes nothing of it.

use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::syntax::Parsed;

use super::marks;
use super::nest::{self, Block, Group, Line, Node, Row};
use super::tokens::{self, Token};

/// The statements of a file, and what its comments are about.
#[derive(Debug, Default)]
pub struct Subjects {
    /// Start of a comment, and what it is about; in order of place.
    comments: Vec<(u32, Span)>,
    /// Statements, fields, parameters and heads of items; outer before inner.
    rows: Vec<Span>,
}

impl Subjects {
    /// Of a text with mistakes as well, as far as its brackets can be followed.
    pub fn of_file(source: &Source, read: &Parsed) -> Subjects {
        let marks = marks::of_file(&read.file);
        let broken = read.diagnostics.iter().any(Diagnostic::is_error);
        let lex = if broken { tokens::lex_broken } else { tokens::lex };
        let tokens = lex(&source.text, &marks);
        let mut found = Subjects::default();
        found.lines(&nest::lines(&tokens), Place::File);
        found.comments.sort_unstable_by_key(|(at, _)| *at);
        found
    }

    /// What the comment that begins there is about: a comment on a line of its own is about the statement, field or parameter
    /// below it; one behind them about the last one that it follows; any other about the one it stands in. Of a whole item
    /// only the head is meant. `None` if there is nothing below.
    pub fn of_comment(&self, comment: Span) -> Option<Span> {
        let at = self.comments.binary_search_by_key(&comment.start, |(at, _)| *at).ok()?;
        self.comments.get(at).map(|(_, about)| *about)
    }

    /// The innermost statement, field or parameter at a place.
    pub fn at(&self, offset: u32) -> Option<Span> {
        self.rows.iter().rfind(|row| row.start <= offset && offset < row.end).copied()
    }

    fn lines(&mut self, lines: &[Line<'_>], place: Place) {
        let rows = nest::rows(lines);
        let mut below = match place {
            Place::File => None,
            Place::Block { below } => below,
        };
        let mut abouts = Vec::with_capacity(rows.len());
        for row in rows.iter().rev() {
            below = subject(row, place).or(below);
            abouts.push(below);
        }
        for (row, about) in rows.iter().zip(abouts.into_iter().rev()) {
            if let (Some(comment), Some(about)) = (row.comment, about) {
                self.push(comment, about);
            }
            if let Some(about) = about.filter(|_| !row.nodes.is_empty()) {
                self.rows.push(about);
                self.nodes(row.nodes, about);
            }
        }
    }

    fn nodes(&mut self, nodes: &[Node<'_>], about: Span) {
        let mut before: Option<&Block<'_>> = None;
        for (at, node) in nodes.iter().enumerate() {
            match node {
                Node::Token(_) => {}
                Node::Comment(comment) => self.push(comment, about),
                Node::Group(group) => self.group(group, about),
                Node::Block(block) => {
                    // Behind the head of an `else` its own block is meant, not all that the statement decides.
                    let arm = before.map_or(about, |before| Span::new(before.end, block.end));
                    if let Some(comment) = &block.comment {
                        self.push(comment, arm);
                    }
                    let mut blocks = nodes.iter().skip(at + 1).filter_map(as_block);
                    let below = blocks.next().map(|next| Span::new(block.end, next.start));
                    self.lines(&block.lines, Place::Block { below });
                    before = Some(block);
                }
            }
        }
    }

    fn group(&mut self, group: &Group<'_>, about: Span) {
        for element in &group.elements {
            for comment in element.above.iter().chain(&element.comment) {
                self.push(comment, about);
            }
            self.nodes(&element.nodes, about);
        }
        for comment in group.comment.iter().chain(&group.tail) {
            self.push(comment, about);
        }
    }

    fn push(&mut self, comment: &Token<'_>, about: Span) {
        self.comments.push((comment.start as u32, about));
    }
}

#[derive(Clone, Copy)]
enum Place {
    File,
    /// What its last comments are about, if anything: the head of the `else` that follows it.
    Block {
        below: Option<Span>,
    },
}

/// `None` for a comment by itself.
fn subject(row: &Row<'_, '_>, place: Place) -> Option<Span> {
    let start = match row.nodes.first()? {
        Node::Token(token) | Node::Comment(token) => token.start,
        Node::Group(group) => group.open.start,
        Node::Block(block) => block.start,
    };
    let block = row.nodes.iter().find_map(as_block).filter(|_| matches!(place, Place::File));
    Some(Span::new(start, block.map_or(row.end, |block| block.start)))
}

fn as_block<'n, 'a>(node: &'n Node<'a>) -> Option<&'n Block<'a>> {
    match node {
        Node::Block(block) => Some(block),
        _ => None,
    }
}
