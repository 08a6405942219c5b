//! A cursor over the bytes of a JSON document: the whole grammar of RFC 8259, checked without building anything.

use super::DecodeError;

/// How deep lists and objects may nest; serde_json's limit.
pub const MOST_LEVELS: usize = 127;

/// How many values of one document may be built: a tree costs up to forty times the bytes that it is read from, so
/// these are some tens of megabytes. What is only passed costs nothing and is not counted.
pub const MOST_VALUES: usize = 200_000;

/// A cursor over a document. What it has passed is valid JSON.
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// How many values may still be built.
    pub(super) budget: usize,
}

impl<'a> Scan<'a> {
    /// # Errors
    /// Bytes that are not UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Scan<'a>, DecodeError> {
        let text = simdutf8::compat::from_utf8(bytes).map_err(|error| DecodeError {
            message: "a byte that is not UTF-8".to_owned(),
            offset: error.valid_up_to(),
        })?;
        Ok(Scan { text, at: 0, budget: MOST_VALUES })
    }

    #[inline]
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// Where the cursor stands, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The bytes from `start` to where the cursor stands.
    pub fn bytes_from(&self, start: usize) -> &'a [u8] {
        self.bytes().get(start..self.at).unwrap_or_default()
    }

    /// The text between two bytes that are no part of a longer character, as quotes are.
    #[inline]
    pub(super) fn text_between(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// A cursor over the same document that stands at another byte.
    pub(super) fn at_byte(&self, at: usize) -> Scan<'a> {
        Scan { at, ..self.clone() }
    }

    /// The next byte that is no blank; the cursor stands before it.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = self.bytes().get(self.at).copied()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
            if byte == b'\n' {
                self.indent();
            }
        }
    }

    /// Passes the byte that `peek` gave.
    #[inline]
    pub fn bump(&mut self) {
        self.at += 1;
    }

    /// Passes `:`, with blanks before it.
    #[inline]
    pub fn colon(&mut self) -> Result<(), DecodeError> {
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:`"));
        }
        self.at += 1;
        Ok(())
    }

    /// Passes a member's name and gives it as it stands between its quotes, and whether escapes are in it.
    #[inline]
    pub fn name(&mut self) -> Result<(&'a [u8], bool), DecodeError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a name in double quotes"));
        }
        self.string()
    }

    /// Checks that only blanks are left.
    ///
    /// # Errors
    /// Anything behind the value.
    pub fn end(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// Passes a string; the cursor stands at its opening quote. Gives what is between the quotes, and whether
    /// escapes are in it.
    #[inline]
    pub fn string(&mut self) -> Result<(&'a [u8], bool), DecodeError> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.plain();
            match self.bytes().get(self.at) {
                Some(b'"') => {
                    let content = self.bytes_from(start);
                    self.at += 1;
                    return Ok((content, escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.error("a control character in a text, which is written `\\u00…`")),
                None => return Err(self.error("a text without its closing quote")),
            }
        }
    }

    /// Passes a number; the cursor stands at its first byte.
    #[inline]
    pub fn number(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.at;
        let byte = |at: usize| self.bytes().get(at).copied().unwrap_or_default();
        let mut at = if byte(start) == b'-' { start + 1 } else { start };
        at = if byte(at) == b'0' { at + 1 } else { self.digits(at)? };
        if byte(at) == b'.' {
            at = self.digits(at + 1)?;
        }
        if let b'e' | b'E' = byte(at) {
            let is_signed = matches!(byte(at + 1), b'+' | b'-');
            at = self.digits(if is_signed { at + 2 } else { at + 1 })?;
        }
        self.at = at;
        Ok(self.bytes_from(start))
    }

    /// Passes `true`, `false` or `null`, given as `word`.
    #[inline]
    pub fn word(&mut self, word: &'static str) -> Result<(), DecodeError> {
        let end = self.at + word.len();
        if self.bytes().get(self.at..end) != Some(word.as_bytes()) {
            return Err(self.unexpected("a value"));
        }
        self.at = end;
        Ok(())
    }

    /// Passes one value, `depth` levels of lists and objects being open around it.
    ///
    /// # Errors
    /// What is no JSON, or nests too deep.
    pub fn skip(&mut self, depth: usize) -> Result<(), DecodeError> {
        // One bit for each level that was opened here: set for an object. No recursion, so no stack to overflow.
        let mut objects: u128 = 0;
        let mut open = 0;
        loop {
            // Before a value.
            match self.peek() {
                Some(b'"') => {
                    self.string()?;
                }
                Some(b'-' | b'0'..=b'9') => {
                    self.number()?;
                }
                Some(b'{') => {
                    self.enter(depth + open)?;
                    if self.peek() == Some(b'}') {
                        self.at += 1;
                    } else {
                        objects = objects << 1 | 1;
                        open += 1;
                        self.name()?;
                        self.colon()?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.enter(depth + open)?;
                    if self.peek() == Some(b']') {
                        self.at += 1;
                    } else {
                        objects <<= 1;
                        open += 1;
                        continue;
                    }
                }
                Some(b't') => self.word("true")?,
                Some(b'f') => self.word("false")?,
                Some(b'n') => self.word("null")?,
                _ => return Err(self.unexpected("a value")),
            }
            // Behind a value.
            loop {
                if open == 0 {
                    return Ok(());
                }
                let in_object = objects & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if in_object {
                            self.name()?;
                            self.colon()?;
                        }
                        break;
                    }
                    Some(b'}') if in_object => {}
                    Some(b']') if !in_object => {}
                    _ => return Err(self.unexpected(if in_object { "`,` or `}`" } else { "`,` or `]`" })),
                }
                self.at += 1;
                open -= 1;
                objects >>= 1;
            }
        }
    }

    /// Passes the `{` or `[` of a level inside `depth` others.
    #[inline]
    pub fn enter(&mut self, depth: usize) -> Result<(), DecodeError> {
        if depth >= MOST_LEVELS {
            return Err(self.error("lists and objects nested deeper than 127 levels"));
        }
        self.at += 1;
        Ok(())
    }

    /// An error where the cursor stands.
    pub fn error(&self, message: impl Into<String>) -> DecodeError {
        DecodeError { message: message.into(), offset: self.at }
    }

    /// An error that says what stands here and what should.
    #[cold]
    pub fn unexpected(&self, wanted: &str) -> DecodeError {
        let rest = self.bytes().iter().skip(self.at).take(4).copied().collect::<Vec<u8>>();
        self.error(match String::from_utf8_lossy(&rest).chars().next() {
            Some(char) => format!("`{}` where {wanted} should stand", char.escape_debug()),
            None => format!("the document ends where {wanted} should stand"),
        })
    }

    /// Passes what may stand in a string as it is: eight bytes at a time, and 64 once it proves long.
    #[inline]
    fn plain(&mut self) {
        const ONES: u64 = u64::MAX / 255;
        const HIGH: u64 = ONES << 7;
        let start = self.at;
        while let Some(chunk) = self.ahead::<8>() {
            let chunk = u64::from_le_bytes(*chunk);
            let (quote, slash) = (chunk ^ (ONES * b'"' as u64), chunk ^ (ONES * b'\\' as u64));
            let controls = chunk.wrapping_sub(ONES * 0x20) & !chunk;
            let quotes = quote.wrapping_sub(ONES) & !quote;
            let slashes = slash.wrapping_sub(ONES) & !slash;
            // The lowest set bit is right; those above it may be carries.
            let stops = (controls | quotes | slashes) & HIGH;
            if stops != 0 {
                self.at += (stops.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
            if self.at - start == 32 {
                self.long_plain();
            }
        }
        while let Some(0x20..=0x21 | 0x23..=0x5b | 0x5d..) = self.bytes().get(self.at) {
            self.at += 1;
        }
    }

    /// Passes whole blocks that may stand in a string as they are. The compiler makes vector instructions of it.
    fn long_plain(&mut self) {
        while let Some(block) = self.ahead::<64>() {
            let stops = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
            if block.iter().fold(false, |stop, byte| stop | stops(*byte)) {
                return;
            }
            self.at += 64;
        }
    }

    /// Passes the blanks that begin a line.
    #[inline]
    fn indent(&mut self) {
        while self.ahead() == Some(b"        ") {
            self.at += 8;
        }
        if self.ahead() == Some(b"    ") {
            self.at += 4;
        }
    }

    #[inline]
    fn ahead<const N: usize>(&self) -> Option<&'a [u8; N]> {
        self.bytes().get(self.at..).and_then(|rest| rest.first_chunk())
    }

    fn escape(&mut self) -> Result<(), DecodeError> {
        match self.bytes().get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let first = self.hex(self.at + 2)?;
                let pair = match first {
                    0xd800..=0xdbff => {
                        let second = match self.bytes().get(self.at + 6..self.at + 8) {
                            Some(b"\\u") => self.hex(self.at + 8)?,
                            _ => 0,
                        };
                        if !(0xdc00..=0xdfff).contains(&second) {
                            return Err(self.error("half of a surrogate pair"));
                        }
                        true
                    }
                    0xdc00..=0xdfff => return Err(self.error("half of a surrogate pair")),
                    _ => false,
                };
                self.at += if pair { 12 } else { 6 };
                Ok(())
            }
            _ => Err(self.error("an escape that JSON does not know")),
        }
    }

    fn hex(&self, at: usize) -> Result<u32, DecodeError> {
        let digits =
            self.bytes().get(at..at + 4).ok_or_else(|| self.error("an escape that ends too early"))?;
        digits.iter().try_fold(0, |code, digit| {
            let digit = char::from(*digit).to_digit(16);
            digit
                .map(|digit| code * 16 + digit)
                .ok_or_else(|| self.error("an escape without its four hex digits"))
        })
    }

    /// Where the digits at `at` end, of which there must be one.
    #[inline]
    fn digits(&self, at: usize) -> Result<usize, DecodeError> {
        let mut end = at;
        while self.bytes().get(end).is_some_and(u8::is_ascii_digit) {
            end += 1;
        }
        if end == at { Err(self.at_byte(at).unexpected("a digit")) } else { Ok(end) }
    }
}
