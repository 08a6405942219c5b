//! The words of a script, in order, whether it can be parsed or not: what an editor colours, folds and completes must hold while
//! somebody types. Says where a thing stands, never whether it is right; that is `syntax`'s.

use crate::source::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, with the names behind its dots: `http.post`.
    Word,
    /// Begins with a digit: a number, a duration, a size.
    Number,
    /// A text, or a part of one beside its insertions, with its quotes.
    Text,
    Comment,
    /// `$.a[0].b`.
    Path,
    /// `{`, `}`, `(`, `)`, `[`, `]`, of an insertion too.
    Open,
    Close,
    /// Any other letter, `==` and the like as one.
    Sign,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Span,
    /// The first of its line.
    pub first: bool,
}

/// What begins an item from the first column, whatever stands above it.
const ITEMS: [&str; 4] = ["pipeline ", "connector ", "test \"", "const "];

pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), open: Vec::new(), first: true };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// What is open: brackets, and texts around insertions.
    open: Vec<Open>,
    first: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Bracket,
    /// An insertion into a text of one line, or of several.
    Insert {
        lines: bool,
    },
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn run(&mut self) {
        while let Some(letter) = self.rest().chars().next() {
            match letter {
                '\n' | '\r' => self.line_end(),
                _ if letter.is_whitespace() || letter == '\u{feff}' => self.at += letter.len_utf8(),
                '#' => {
                    let length = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
                    self.push(Kind::Comment, length);
                }
                '"' if self.rest().starts_with("\"\"\"") => self.text_from(3, true),
                '"' => self.text_from(1, false),
                '\'' => {
                    let line = self.rest().lines().next().unwrap_or("");
                    let length =
                        line.get(1..).and_then(|rest| rest.find('\'')).map_or(line.len(), |end| end + 2);
                    self.push(Kind::Text, length);
                }
                '{' | '(' | '[' => {
                    self.open.push(Open::Bracket);
                    self.push(Kind::Open, 1);
                }
                '}' if matches!(self.open.last(), Some(Open::Insert { .. })) => {
                    let lines = self.open.pop() == Some(Open::Insert { lines: true });
                    self.push(Kind::Close, 1);
                    self.text_from(0, lines);
                }
                '}' | ')' | ']' => {
                    if self.open.last() == Some(&Open::Bracket) {
                        self.open.pop();
                    }
                    self.push(Kind::Close, 1);
                }
                '$' => {
                    let length = path_length(self.rest());
                    self.push(Kind::Path, length);
                }
                _ if letter.is_ascii_digit() => {
                    let ends = |c: char| !(c.is_alphanumeric() || c == '_' || c == '.');
                    let length = self.rest().find(ends).unwrap_or(self.rest().len());
                    self.push(Kind::Number, length);
                }
                _ if letter == '_' || letter.is_alphanumeric() => {
                    let length = name_length(self.rest());
                    self.push(Kind::Word, length);
                }
                _ => {
                    let double = ["==", "!=", "<=", ">="].iter().any(|sign| self.rest().starts_with(sign));
                    self.push(Kind::Sign, if double { 2 } else { letter.len_utf8() });
                }
            }
        }
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let end = self.at + length.max(1);
        self.tokens.push(Token { kind, span: Span::new(self.at, end), first: self.first });
        self.at = end;
        self.first = false;
    }

    /// A line end closes the insertions of texts that end with their line; where an item begins, nothing is open.
    fn line_end(&mut self) {
        if let Some(at) = self.open.iter().position(|open| *open == Open::Insert { lines: false }) {
            self.open.truncate(at);
        }
        self.at += 1;
        self.first = true;
        if ITEMS.iter().any(|item| self.rest().starts_with(item)) {
            self.open.clear();
        }
    }

    /// A text, or what follows behind an insertion, up to its end or to the next insertion.
    fn text_from(&mut self, quotes: usize, lines: bool) {
        let bytes = self.text.as_bytes();
        let mut end = self.at + quotes;
        loop {
            match bytes.get(end) {
                None => break,
                Some(b'\n' | b'\r') if !lines => break,
                Some(b'\n')
                    if ITEMS
                        .iter()
                        .any(|item| self.text.get(end + 1..).is_some_and(|rest| rest.starts_with(item))) =>
                {
                    break;
                }
                Some(b'\\') => end += if matches!(bytes.get(end + 1), Some(b'\n' | b'\r')) { 1 } else { 2 },
                Some(b'"') if !lines => {
                    end += 1;
                    break;
                }
                Some(b'"') if self.text.get(end..).is_some_and(|rest| rest.starts_with("\"\"\"")) => {
                    end += 3;
                    break;
                }
                Some(b'{') => {
                    self.text_part(end);
                    self.open.push(Open::Insert { lines });
                    self.push(Kind::Open, 1);
                    return;
                }
                Some(_) => end += 1,
            }
        }
        self.text_part(end);
    }

    fn text_part(&mut self, end: usize) {
        let end =
            (end..=self.text.len()).find(|at| self.text.is_char_boundary(*at)).unwrap_or(self.text.len());
        if end > self.at {
            self.push(Kind::Text, end - self.at);
        }
    }
}

pub(super) fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

fn name_length(text: &str) -> usize {
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let goes_on = letter == '.' && letters.peek().is_some_and(|(_, next)| is_word(*next));
        if !is_word(letter) && !goes_on {
            return at;
        }
    }
    text.len()
}

/// Up to the first blank or closing bracket that the path did not open.
fn path_length(text: &str) -> usize {
    let (mut depth, mut quote) = (0usize, None);
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            ('\n' | '\r', _) => return at,
            (_, Some(open)) => quote = if letter == open { None } else { quote },
            ('"' | '\'', None) if depth > 0 => quote = Some(letter),
            ('[' | '(', None) => depth += 1,
            (']' | ')', None) if depth > 0 => depth -= 1,
            (' ' | '\t' | ',' | '#' | '{' | '}' | '"' | ')' | ']', None) if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<(Kind, &str)> {
        lex(text).iter().map(|token| (token.kind, &text[token.span.range()])).collect()
    }

    #[test]
    fn texts_are_parted_by_what_is_inserted_into_them() {
        use Kind::{Close, Number, Open, Path, Sign, Text, Word};
        assert_eq!(
            words("a = \"x {b.c} y\"\nc = $.d[?@.e == \"}\"].f, 5s"),
            [
                (Word, "a"),
                (Sign, "="),
                (Text, "\"x "),
                (Open, "{"),
                (Word, "b.c"),
                (Close, "}"),
                (Text, " y\""),
                (Word, "c"),
                (Sign, "="),
                (Path, "$.d[?@.e == \"}\"].f"),
                (Sign, ","),
                (Number, "5s"),
            ]
        );
    }

    #[test]
    fn an_open_text_ends_with_its_line_and_an_item_closes_all() {
        let texts = words("let a = \"x {b\nlet c = \"\"\"\nlong\npipeline p {");
        assert_eq!(texts.last(), Some(&(Kind::Open, "{")));
        assert!(texts.contains(&(Kind::Word, "pipeline")), "{texts:?}");
        assert!(texts.contains(&(Kind::Word, "c")), "{texts:?}");
        lex("\"\\");
        lex("\"\\я");
    }
}
