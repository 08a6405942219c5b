//! The words of a text without mistakes, and its comments. Texts and paths are one word each.

use crate::syntax;

use super::marks::Marks;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Text,
    Path,
    Comment,
    Sign,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// In bytes.
    pub start: usize,
    /// Line ends between the word before and this one.
    pub newlines: usize,
    /// It touches the word before.
    pub glued: bool,
    /// What is meant by a `-`, a `(`, a `[` or a `{`.
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Call,
    Index,
    Object,
    Minus,
}

impl Token<'_> {
    pub fn is(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }

    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The text with `"…"` for every `'…'` that means the same in them. No place moves.
pub(super) fn requoted(text: &str, marks: &Marks) -> String {
    let mut out = text.to_owned();
    for token in lex(text, marks) {
        let plain = token.text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        if let (Kind::Text, Some(inner)) = (token.kind, plain)
            && !inner.contains(['\\', '{', '}', '"'])
        {
            out.replace_range(token.start..token.end(), &format!("\"{inner}\""));
        }
    }
    out
}

pub(super) fn lex<'a>(text: &'a str, marks: &Marks) -> Vec<Token<'a>> {
    lexed(text, marks, |rest| syntax::text_length(rest).unwrap_or(rest.len()))
}

/// The same of a text with mistakes, in which nothing says how deep the insertions of a text go: it ends at its next quote, or
/// with its line.
pub(super) fn lex_broken<'a>(text: &'a str, marks: &Marks) -> Vec<Token<'a>> {
    lexed(text, marks, flat_length)
}

fn lexed<'a>(text: &'a str, marks: &Marks, text_length: fn(&str) -> usize) -> Vec<Token<'a>> {
    let mut lexer = Lexer { text, text_length, at: 0, newlines: 0, tokens: Vec::new() };
    let mut paths = marks.paths.iter().peekable();
    while lexer.skip_blanks() {
        while paths.next_if(|path| (path.start as usize) < lexer.at).is_some() {}
        let path = paths.next_if(|path| path.start as usize == lexer.at && !path.is_empty());
        match path {
            Some(path) => lexer.push(Kind::Path, path.end as usize),
            // A path may begin with a letter that no word has, right behind one.
            None => {
                let next = paths.peek().map(|path| path.start as usize).filter(|start| *start > lexer.at);
                lexer.step(next);
            }
        }
    }
    let mut tokens = lexer.tokens;
    assign_roles(&mut tokens, marks);
    glue(&mut tokens);
    tokens
}

struct Lexer<'a> {
    text: &'a str,
    text_length: fn(&str) -> usize,
    at: usize,
    newlines: usize,
    tokens: Vec<Token<'a>>,
}

impl Lexer<'_> {
    /// Whether anything follows.
    fn skip_blanks(&mut self) -> bool {
        while let Some(letter) = self.peek() {
            match letter {
                '\r' | '\n' => {
                    let both = self.rest().starts_with("\r\n");
                    self.at += if both { 2 } else { 1 };
                    self.newlines += 1;
                }
                _ if is_blank(letter) => self.at += letter.len_utf8(),
                _ => return true,
            }
        }
        false
    }

    fn step(&mut self, next_path: Option<usize>) {
        let rest = self.rest();
        let Some(letter) = self.peek() else { return };
        let (kind, length) = match letter {
            '#' => (Kind::Comment, line_length(rest)),
            '"' | '\'' => (Kind::Text, (self.text_length)(rest)),
            '0'..='9' => (Kind::Number, number_length(rest)),
            _ if is_word(letter) => {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (Kind::Word, next_path.map_or(length, |path| length.min(path - self.at)))
            }
            _ => {
                let two = ["==", "!=", "<=", ">="].iter().any(|sign| rest.starts_with(sign));
                (Kind::Sign, if two { 2 } else { letter.len_utf8() })
            }
        };
        self.push(kind, self.at + length);
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let start = self.at;
        let text = self.text.get(start..end).unwrap_or("");
        let text = if kind == Kind::Comment { text.trim_end() } else { text };
        let newlines = std::mem::take(&mut self.newlines);
        self.tokens.push(Token { kind, text, start, newlines, glued: false, role: Role::Plain });
        self.at = end.max(start + 1);
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }
}

/// As the grammar has it: any other blank of Unicode is a letter, which a path may hold.
fn is_blank(letter: char) -> bool {
    syntax::BLANKS.contains(&letter)
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric() || !letter.is_ascii() && !is_blank(letter)
}

/// Of a text with its quotes.
fn flat_length(text: &str) -> usize {
    if let Some(lines) = text.strip_prefix("\"\"\"") {
        return lines.find("\"\"\"").map_or_else(|| line_length(text), |length| length + 2 * "\"\"\"".len());
    }
    let quote = text.chars().next();
    let mut escaped = false;
    let closes = |(_, letter): &(usize, char)| {
        let closes = !escaped && Some(*letter) == quote;
        escaped = !escaped && *letter == '\\' && quote == Some('"');
        closes
    };
    let line = text.get(..line_length(text)).unwrap_or("");
    line.char_indices().skip(1).find(closes).map_or(line.len(), |(at, _)| at + 1)
}

fn line_length(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// `7`, `1.10`, `5s`, `64KB`.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or("");
        from + rest.find(|c| !is_word(c)).unwrap_or(rest.len())
    };
    let whole = digits(0);
    let fraction = text.get(whole..).and_then(|rest| rest.strip_prefix('.'));
    if fraction.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return digits(whole + 1);
    }
    whole
}

/// What the tree says of an expression holds for its first word behind the round brackets around it.
fn assign_roles(tokens: &mut [Token<'_>], marks: &Marks) {
    let (mut list, mut object, mut minus) = (false, false, false);
    let mut before: Option<(usize, Kind)> = None;
    for token in tokens.iter_mut().filter(|token| token.kind != Kind::Comment) {
        let front = before.replace((token.end(), token.kind));
        if token.kind != Kind::Sign {
            (list, object, minus) = (false, false, false);
            continue;
        }
        let start = token.start as u32;
        list |= marks.lists.contains(&start);
        object |= marks.objects.contains(&start);
        minus |= marks.minuses.contains(&start);
        match token.text {
            "(" => {
                if front.is_some_and(|(end, kind)| kind == Kind::Word && marks.calls.contains(&(end as u32)))
                {
                    token.role = Role::Call;
                }
                continue;
            }
            "[" if !list => token.role = Role::Index,
            "{" if object => token.role = Role::Object,
            "-" if minus => token.role = Role::Minus,
            _ => {}
        }
        (list, object, minus) = (false, false, false);
    }
}

fn glue(tokens: &mut [Token<'_>]) {
    let mut before: Option<Token<'_>> = None;
    for token in tokens {
        if token.kind == Kind::Comment {
            continue;
        }
        token.glued = before.is_some_and(|before| touches(&before, token));
        before = Some(*token);
    }
}

fn touches(before: &Token<'_>, token: &Token<'_>) -> bool {
    let opens = before.is("(") || before.is("[");
    let closes = token.is(")") || token.is("]");
    let follows = token.is(",") || token.is(":") || token.is(".") || before.is(".");
    let bound = matches!(token.role, Role::Call | Role::Index) || before.role == Role::Minus;
    // `0 .a` is a number and a member of it, `0.a` neither.
    let parted = token.is(".") && before.text.starts_with(|letter: char| letter.is_ascii_digit());
    !parted && (opens || closes || follows || bound || before.is("{") && token.is("}"))
}
