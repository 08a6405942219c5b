//! From a stream of tokens to lines, blocks and brackets. A line of a block ends with its line; inside brackets it does not.

use super::tokens::{Kind, Role, Token};

#[derive(Debug)]
pub(super) enum Node<'a> {
    Token(Token<'a>),
    Group(Group<'a>),
    Block(Block<'a>),
    /// Between two words of one value, inside brackets.
    Comment(Token<'a>),
}

/// A statement, a field, an item; or a comment by itself.
#[derive(Debug, Default)]
pub(super) struct Line<'a> {
    pub nodes: Vec<Node<'a>>,
    /// At its end.
    pub comment: Option<Token<'a>>,
    /// An empty line stands above.
    pub blank: bool,
    /// Of its last node, in bytes.
    pub end: usize,
}

impl<'a> Line<'a> {
    fn of_comment(token: Token<'a>, blank: bool) -> Line<'a> {
        Line { comment: Some(token), blank, ..Line::default() }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Lines,
    Fields,
    Arms,
}

#[derive(Debug)]
pub(super) struct Block<'a> {
    pub lines: Vec<Line<'a>>,
    pub holds: Holds,
    /// Behind its `{`.
    pub comment: Option<Token<'a>>,
    /// It was written on one line.
    pub one_line: bool,
    /// From its `{` to behind its `}`, in bytes.
    pub start: usize,
    pub end: usize,
}

/// A list, an object, the arguments of a call, or a value in brackets.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub open: Token<'a>,
    pub close: &'a str,
    pub elements: Vec<Element<'a>>,
    /// Behind its opening bracket.
    pub comment: Option<Token<'a>>,
    /// Before its closing one, a line each.
    pub tail: Vec<Token<'a>>,
    /// It was written with its first element on a line of its own.
    pub broken: bool,
}

#[derive(Debug, Default)]
pub(super) struct Element<'a> {
    pub above: Vec<Token<'a>>,
    pub nodes: Vec<Node<'a>>,
    /// At its end.
    pub comment: Option<Token<'a>>,
    pub blank: bool,
}

/// The items of a file, and the comments between them.
pub(super) fn lines<'a>(tokens: &[Token<'a>]) -> Vec<Line<'a>> {
    let mut reader = Reader { tokens, at: 0, waiting: Vec::new(), depth: 0 };
    let mut lines = Vec::new();
    // A `}` too many cannot stand in a text without mistakes; it would be kept all the same.
    while reader.peek().is_some() {
        lines.extend(reader.lines(Holds::Lines));
        if let Some(token) = reader.next() {
            lines.push(Line { nodes: vec![Node::Token(token)], end: token.end(), ..Line::default() });
        }
    }
    lines
}

/// A line, or one of the parameters that stood on it.
pub(super) struct Row<'r, 'a> {
    pub nodes: &'r [Node<'a>],
    /// At its end.
    pub comment: Option<&'r Token<'a>>,
    /// An empty line stands above.
    pub blank: bool,
    /// In bytes; without the comma behind it.
    pub end: usize,
}

/// Parameters that commas part are a row each.
pub(super) fn rows<'r, 'a>(lines: &'r [Line<'a>]) -> Vec<Row<'r, 'a>> {
    let mut rows = Vec::new();
    for line in lines {
        let mut rest: &[Node<'a>] = &line.nodes;
        let mut blank = line.blank;
        while let Some((at, comma)) = comma(rest) {
            rows.push(Row { nodes: rest.get(..at).unwrap_or_default(), comment: None, blank, end: comma });
            rest = rest.get(at + 1..).unwrap_or_default();
            blank = false;
        }
        rows.push(Row { nodes: rest, comment: line.comment.as_ref(), blank, end: line.end });
    }
    rows
}

/// The comma between a parameter and the next: which node it is, and where.
fn comma(nodes: &[Node<'_>]) -> Option<(usize, usize)> {
    if !is_assignment(nodes) {
        return None;
    }
    nodes.iter().enumerate().find_map(|(at, node)| match node {
        Node::Token(token) if token.is(",") => {
            is_assignment(nodes.get(at + 1..).unwrap_or_default()).then_some((at, token.start))
        }
        _ => None,
    })
}

pub(super) fn is_assignment(nodes: &[Node<'_>]) -> bool {
    matches!(nodes, [Node::Token(name), Node::Token(sign), ..] if name.kind == Kind::Word && sign.is("="))
}

struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    /// Comments between a `}` and the `else` below; they go into its block.
    waiting: Vec<Token<'a>>,
    /// Blocks and brackets that are open.
    depth: usize,
}

/// A bracket that stands deeper is a word like any other: so only in a text with mistakes, since reading refuses them sooner.
const MOST_DEPTH: usize = 128;

impl<'a> Reader<'_, 'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    /// Where the token that was read last ends.
    fn behind(&self) -> usize {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, Token::end)
    }

    /// The next word, and whether comments stand before it.
    fn peek_word(&self) -> Option<Token<'a>> {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        rest.iter().find(|token| token.kind != Kind::Comment).copied()
    }

    /// Up to a `}` that closes what they stand in.
    fn lines(&mut self, holds: Holds) -> Vec<Line<'a>> {
        let mut lines: Vec<Line<'a>> = Vec::new();
        while let Some(token) = self.peek().filter(|token| !token.is("}")) {
            if token.kind != Kind::Comment {
                lines.push(self.line(holds));
                continue;
            }
            self.at += 1;
            match lines.last_mut() {
                Some(line) if token.newlines == 0 => line.comment = Some(token),
                _ => lines.push(Line::of_comment(token, token.newlines > 1)),
            }
        }
        lines
    }

    fn line(&mut self, holds: Holds) -> Line<'a> {
        let mut line = Line::default();
        let first = self.peek();
        line.blank = first.is_some_and(|token| token.newlines > 1);
        while let Some(token) = self.peek() {
            let else_below = matches!(line.nodes.last(), Some(Node::Block(_)))
                && holds != Holds::Arms
                && first.is_some_and(|first| first.is_word("when"))
                && self.peek_word().is_some_and(|word| word.is_word("else"));
            if else_below && token.kind == Kind::Comment {
                self.waiting.push(token);
                self.at += 1;
                continue;
            }
            let ends = token.newlines > 0 && !line.nodes.is_empty() && !else_below;
            if ends || token.is("}") || token.kind == Kind::Comment {
                break;
            }
            let node = if token.is("{") && token.role != Role::Object && self.depth < MOST_DEPTH {
                let head = line.nodes.get(1);
                let assigned = matches!(head, Some(Node::Token(second)) if second.is("="));
                self.settle_waiting(&mut line);
                self.block(first.filter(|_| !assigned))
            } else {
                self.node(token)
            };
            line.nodes.push(node);
            line.end = self.behind();
        }
        line
    }

    /// Where the condition behind the `else`, or its `{`, has comments of its own, those above it stay before them: at the end of
    /// the block that the `else` follows.
    fn settle_waiting(&mut self, line: &mut Line<'a>) {
        let last = self.waiting.last().map(Token::end);
        let head = self.tokens.get(..self.at).unwrap_or_default().iter().rev();
        let mut head = head.take_while(|token| Some(token.end()) != last);
        let behind = self.tokens.get(self.at + 1);
        let own = behind.is_some_and(|token| token.kind == Kind::Comment && token.newlines == 0);
        if last.is_none() || !own && !head.any(|token| token.kind == Kind::Comment) {
            return;
        }
        let block = line.nodes.iter_mut().rev().find_map(|node| match node {
            Node::Block(block) => Some(block),
            _ => None,
        });
        if let Some(block) = block {
            block.one_line = false;
            let waiting = self.waiting.drain(..);
            block.lines.extend(waiting.map(|token| Line::of_comment(token, false)));
        }
    }

    fn block(&mut self, head: Option<Token<'a>>) -> Node<'a> {
        let holds = match head {
            Some(word) if word.is_word("extract") || word.is_word("returns") => Holds::Fields,
            Some(word) if word.is_word("match") => Holds::Arms,
            _ => Holds::Lines,
        };
        let start = self.peek().map_or(0, |open| open.start);
        self.at += 1;
        self.depth += 1;
        let comment = self.peek().filter(|token| token.kind == Kind::Comment && token.newlines == 0);
        self.at += usize::from(comment.is_some());
        let waiting = std::mem::take(&mut self.waiting);
        let mut lines: Vec<Line<'a>> =
            waiting.into_iter().map(|token| Line::of_comment(token, false)).collect();
        let mut one_line = lines.is_empty() && comment.is_none();
        one_line &= self.peek().is_some_and(|token| token.newlines == 0);
        lines.extend(self.lines(holds));
        one_line &= self.next().is_some_and(|close| close.newlines == 0) && lines.len() <= 1;
        one_line &= lines.iter().all(|line| line.comment.is_none());
        self.depth -= 1;
        Node::Block(Block { lines, holds, comment, one_line, start, end: self.behind() })
    }

    fn node(&mut self, token: Token<'a>) -> Node<'a> {
        self.at += 1;
        let close = match token.text {
            "(" => ")",
            "[" => "]",
            "{" => "}",
            _ => return Node::Token(token),
        };
        if token.kind != Kind::Sign || self.depth >= MOST_DEPTH {
            return Node::Token(token);
        }
        self.depth += 1;
        let group = self.group(token, close);
        self.depth -= 1;
        Node::Group(group)
    }

    fn group(&mut self, open: Token<'a>, close: &'a str) -> Group<'a> {
        let first = self.peek();
        let comment = first.filter(|token| token.kind == Kind::Comment && token.newlines == 0);
        self.at += usize::from(comment.is_some());
        let listed = !open.is("(") && open.role != Role::Index;
        let broken = listed && self.peek().is_some_and(|token| token.newlines > 0);
        let mut group = Group { open, close, elements: Vec::new(), comment, tail: Vec::new(), broken };
        let mut element = Element::default();
        // Comments below an element, before the comma or the bracket behind it.
        let mut below: Vec<Token<'a>> = Vec::new();
        while let Some(token) = self.peek() {
            if token.is(close) {
                self.at += 1;
                break;
            }
            if token.is(",") {
                self.at += 1;
                let behind = self.peek().filter(|token| token.kind == Kind::Comment && token.newlines == 0);
                if element.comment.is_none() && below.is_empty() && behind.is_some() {
                    element.comment = behind;
                    self.at += 1;
                }
                group.elements.push(std::mem::take(&mut element));
                element.above = std::mem::take(&mut below);
                continue;
            }
            if element.nodes.is_empty() && element.above.is_empty() {
                element.blank = token.newlines > 1 && !group.elements.is_empty();
            }
            if token.kind != Kind::Comment {
                let node = self.node(token);
                element.nodes.push(node);
                continue;
            }
            self.at += 1;
            let last = self.peek_word().is_none_or(|next| next.is(",") || next.is(close));
            if element.nodes.is_empty() {
                element.above.push(token);
            } else if last && element.comment.is_none() && below.is_empty() && token.newlines == 0 {
                element.comment = Some(token);
            } else if last {
                below.push(token);
            } else {
                element.nodes.push(Node::Comment(token));
            }
        }
        if element.nodes.is_empty() {
            group.tail = element.above;
        } else {
            group.elements.push(element);
            group.tail = below;
        }
        group
    }
}
