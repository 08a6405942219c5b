//! Reads a path by hand: names and indexes become segments at once. At the first part that can select many nodes it
//! stops, and the whole text is left to jsonpath-rust.

use super::errors::{self, PathError};
use super::segment::Segment;
use crate::source::Span;

pub enum Parsed {
    One(Vec<Segment>),
    /// A well-formed beginning, and `from` the byte where something stands that can select many nodes.
    Many {
        from: usize,
    },
}

/// # Errors
/// What is no path up to the first part that can select many.
pub fn parse(text: &str) -> Result<Parsed, PathError> {
    let mut reader = Reader { text, at: 0 };
    reader.beginning()?;
    let mut segments = Vec::new();
    loop {
        let start = reader.at;
        let segment = match reader.peek() {
            None => return Ok(Parsed::One(segments)),
            Some('.') => reader.dotted()?,
            Some('[') => reader.bracketed()?,
            Some(_) => return Err(reader.between_segments()),
        };
        match segment {
            Some(segment) => segments.push(segment),
            None => {
                no_blanks_outside(text, start)?;
                return Ok(Parsed::Many { from: start });
            }
        }
    }
}

/// Whether a name may stand behind a dot (RFC 9535, 2.5.1.1).
pub fn is_shorthand(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(begins_name) && chars.all(continues_name)
}

/// Calls `each` with every char outside of quoted texts, and its place, from `start` on.
pub fn outside_texts(text: &str, start: usize, mut each: impl FnMut(usize, char)) {
    let (mut quote, mut escaped) = (None, false);
    for (at, char) in text.char_indices().skip_while(|(at, _)| *at < start) {
        match quote {
            None if matches!(char, '"' | '\'') => quote = Some(char),
            None => each(at, char),
            Some(_) if escaped => escaped = false,
            Some(_) if char == '\\' => escaped = true,
            Some(open) if char == open => quote = None,
            Some(_) => {}
        }
    }
}

fn begins_name(char: char) -> bool {
    char == '_' || char.is_ascii_alphabetic() || !char.is_ascii()
}

fn continues_name(char: char) -> bool {
    begins_name(char) || char.is_ascii_digit()
}

fn no_blanks_outside(text: &str, start: usize) -> Result<(), PathError> {
    let (mut depth, mut blank) = (0_usize, None);
    outside_texts(text, start, |at, char| match char {
        '[' => depth += 1,
        ']' => depth = depth.saturating_sub(1),
        char if depth == 0 && char.is_whitespace() && blank.is_none() => {
            blank = Some(Span::new(at, at + char.len_utf8()));
        }
        _ => {}
    });
    blank.map_or(Ok(()), |span| Err(errors::blank(span)))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Passes as long as `holds`, and gives what was passed.
    fn take_while(&mut self, holds: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|char| !holds(char)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// `$`, or the `[` of the short form, which stays.
    fn beginning(&mut self) -> Result<(), PathError> {
        match self.peek() {
            Some('$') => {
                self.at += 1;
                Ok(())
            }
            Some('[') => Ok(()),
            None => Err(errors::nothing(Span::at(0))),
            Some('@') => Err(errors::at_sign(Span::new(0, 1))),
            Some(char) if char.is_whitespace() => {
                self.take_while(char::is_whitespace);
                Err(if self.rest().is_empty() {
                    errors::nothing(self.span_from(0))
                } else {
                    errors::blank(self.span_from(0))
                })
            }
            Some(_) => {
                let word = self.take_while(continues_name);
                Err(match (word, self.peek()) {
                    ("body", _) => errors::body(self.span_from(0)),
                    (word, Some('(')) if !word.is_empty() => {
                        errors::function_call(Span::new(0, self.text.len()), word)
                    }
                    ("", Some(char)) => errors::no_root(Span::new(0, char.len_utf8())),
                    _ => errors::no_root(self.span_from(0)),
                })
            }
        }
    }

    /// `.name`; `None` for `.*` and `..`.
    fn dotted(&mut self) -> Result<Option<Segment>, PathError> {
        let dot = self.at;
        self.at += 1;
        match self.peek() {
            Some('*' | '.') => return Ok(None),
            None => return Err(errors::dot_at_end(self.span_from(dot))),
            Some('[') => return Err(errors::dot_bracket(self.span_from(dot))),
            Some('"' | '\'' | '“' | '”' | '«' | '‘' | '’') => {
                let start = self.at;
                self.take_while(|char| char != '.' && char != '[');
                return Err(errors::dot_quote(self.span_from(start)));
            }
            Some(char) if char.is_whitespace() => {
                let start = self.at;
                self.take_while(char::is_whitespace);
                return Err(errors::blank(self.span_from(start)));
            }
            Some(_) => {}
        }
        let start = self.at;
        // All that the author may have meant as the name, so that the message can show it whole.
        let name =
            self.take_while(|char| !matches!(char, '.' | '[' | ']' | '(' | ')') && !char.is_whitespace());
        let span = self.span_from(start);
        if is_shorthand(name) {
            if self.peek() == Some('(') {
                return Err(errors::function_call(span, name));
            }
            return Ok(Some(Segment::name(name)));
        }
        Err(match name.chars().next() {
            None => errors::stray(Span::new(start, start + 1), self.peek().unwrap_or('.')),
            Some(_) if name.bytes().all(|byte| byte.is_ascii_digit()) => errors::dot_index(span, name),
            Some(_) => errors::odd_name(span, name),
        })
    }

    /// `["name"]`, `['name']`, `[0]`; `None` for anything else that may stand in brackets.
    fn bracketed(&mut self) -> Result<Option<Segment>, PathError> {
        let open = self.at;
        self.at += 1;
        self.blanks();
        let start = self.at;
        let segment = match self.peek() {
            Some('*' | '?' | ':') => return Ok(None),
            Some(quote @ ('"' | '\'')) => Segment::name(&self.quoted(quote)?),
            Some('-' | '0'..='9') => match self.index()? {
                Some(index) => Segment::index(index),
                None => return Ok(None),
            },
            Some(']') => return Err(errors::empty_brackets(Span::new(open, self.at + 1))),
            None => return Err(errors::unclosed_bracket(Span::new(open, open + 1))),
            Some('“' | '”' | '„' | '«' | '‘' | '’' | '`') => {
                self.take_while(|char| char != ']');
                return Err(errors::wrong_quotes(self.span_from(start)));
            }
            Some(_) => {
                let inside = self.take_while(|char| char != ']');
                let span = Span::new(start, start + inside.trim_end().len());
                let name = inside.trim_end();
                let is_name =
                    !name.is_empty() && name.chars().all(|char| continues_name(char) || char == '-');
                return Err(if is_name { errors::bare_name(span, name) } else { errors::in_brackets(span) });
            }
        };
        self.blanks();
        match self.peek() {
            Some(']') => {
                self.at += 1;
                Ok(Some(segment))
            }
            Some(',' | ':') => Ok(None),
            None => Err(errors::unclosed_bracket(Span::new(open, open + 1))),
            Some(char) => Err(errors::stray(Span::new(self.at, self.at + char.len_utf8()), char)),
        }
    }

    /// `None` if it is the start of a slice.
    fn index(&mut self) -> Result<Option<i64>, PathError> {
        const MOST: i64 = (1 << 53) - 1;
        let start = self.at;
        let minus = self.peek() == Some('-');
        if minus {
            self.at += 1;
        }
        let digits = self.take_while(|char| char.is_ascii_digit());
        let span = self.span_from(start);
        self.blanks();
        if self.peek() == Some(':') {
            return Ok(None);
        }
        if digits.is_empty() {
            return Err(errors::in_brackets(span));
        }
        if digits.len() > 1 && digits.starts_with('0') {
            return Err(errors::leading_zero(span));
        }
        if minus && digits == "0" {
            return Err(errors::minus_zero(span));
        }
        let size = digits.parse().ok().filter(|size: &i64| *size <= MOST);
        let size = size.ok_or_else(|| errors::index_too_large(span))?;
        Ok(Some(if minus { -size } else { size }))
    }

    /// A name in quotes, with the escapes of RFC 9535, 2.3.1.1; the cursor stands at the opening quote.
    fn quoted(&mut self, quote: char) -> Result<String, PathError> {
        let open = self.at;
        self.at += 1;
        let mut name = String::new();
        loop {
            let start = self.at;
            let Some(char) = self.peek() else {
                return Err(errors::unclosed_text(self.span_from(open)));
            };
            self.at += char.len_utf8();
            match char {
                '\\' => name.push(self.escape(quote).ok_or_else(|| {
                    let end = (self.at..self.text.len()).find(|at| self.text.is_char_boundary(*at));
                    errors::escape(Span::new(start, end.unwrap_or(self.text.len()).max(start + 1)))
                })?),
                char if char == quote => return Ok(name),
                '\0'..='\u{1f}' => return Err(errors::control(self.span_from(start))),
                char => name.push(char),
            }
        }
    }

    fn escape(&mut self, quote: char) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(match char {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '/' | '\\' => char,
            'u' => {
                let high = self.hex()?;
                if !(0xd800..=0xdbff).contains(&high) {
                    return char::from_u32(high);
                }
                self.at += self.rest().strip_prefix("\\u").map(|_| 2)?;
                let low = self.hex().filter(|low| (0xdc00..=0xdfff).contains(low))?;
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
            }
            char if char == quote => char,
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits =
            self.rest().get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn blanks(&mut self) {
        self.take_while(|char| matches!(char, ' ' | '\t' | '\n' | '\r'));
    }

    /// What stands where `.`, `[` or the end should.
    fn between_segments(&mut self) -> PathError {
        let start = self.at;
        match self.peek() {
            Some(char) if char.is_whitespace() => {
                self.take_while(char::is_whitespace);
                errors::blank(self.span_from(start))
            }
            Some(char) if continues_name(char) => {
                self.take_while(continues_name);
                errors::no_dot(self.span_from(start))
            }
            Some(char) => errors::stray(Span::new(start, start + char.len_utf8()), char),
            None => errors::nothing(Span::at(start)),
        }
    }
}
