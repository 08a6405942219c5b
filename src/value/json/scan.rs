//! A cursor over the bytes of a JSON document: the whole grammar of RFC 8259, checked without building anything.

use super::DecodeError;

/// How deep lists and objects may nest; serde_json's limit.
pub const MOST_LEVELS: usize = 127;

/// A cursor over a document. What it has passed is valid JSON.
#[derive(Clone, Debug)]
pub struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// How many values may still be built.
    pub(super) budget: usize,
}

impl<'a> Scan<'a> {
    /// # Errors
    /// Bytes that are not UTF-8.
    pub fn new(bytes: &'a [u8]) -> Result<Scan<'a>, DecodeError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Scan { text, bytes, at: 0, budget: usize::MAX }),
            Err(error) => Err(DecodeError {
                message: "a byte that is not UTF-8".to_owned(),
                offset: error.valid_up_to(),
            }),
        }
    }

    /// Lets at most so many values be built.
    pub fn with_budget(self, budget: usize) -> Scan<'a> {
        Scan { budget, ..self }
    }

    /// Where the cursor stands, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The text from `start` to where the cursor stands.
    pub fn text_from(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// A cursor over the same document that stands at another byte.
    pub(super) fn from_byte(&self, at: usize) -> Scan<'a> {
        Scan { at, ..self.clone() }
    }

    /// The next byte that is no blank; the cursor stands before it.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = self.bytes.get(self.at).copied()?;
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
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
    pub fn name(&mut self) -> Result<(&'a str, bool), DecodeError> {
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
    pub fn string(&mut self) -> Result<(&'a str, bool), DecodeError> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.plain();
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    let content = self.text_from(start);
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
    pub fn number(&mut self) -> Result<&'a str, DecodeError> {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        match self.bytes.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected("a digit")),
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(self.text_from(start))
    }

    /// Passes `true`, `false` or `null`, given as `word`.
    #[inline]
    pub fn word(&mut self, word: &'static str) -> Result<(), DecodeError> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word.as_bytes()) {
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
        self.error(match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(char) => format!("`{}` where {wanted} should stand", char.escape_debug()),
            None => format!("the document ends where {wanted} should stand"),
        })
    }

    /// Passes what may stand in a string as it is, eight bytes at a time.
    #[inline]
    fn plain(&mut self) {
        const ONES: u64 = u64::MAX / 255;
        const HIGH: u64 = ONES << 7;
        while let Some(chunk) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
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
        }
        while let Some(0x20..=0x21 | 0x23..=0x5b | 0x5d..) = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Result<(), DecodeError> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let first = self.hex(self.at + 2)?;
                let pair = match first {
                    0xd800..=0xdbff => {
                        let second = match self.bytes.get(self.at + 6..self.at + 8) {
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
        let digits = self.bytes.get(at..at + 4).ok_or_else(|| self.error("an escape that ends too early"))?;
        digits.iter().try_fold(0, |code, digit| {
            let digit = char::from(*digit).to_digit(16);
            digit
                .map(|digit| code * 16 + digit)
                .ok_or_else(|| self.error("an escape without its four hex digits"))
        })
    }

    #[inline]
    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    #[inline]
    fn some_digits(&mut self) -> Result<(), DecodeError> {
        match self.bytes.get(self.at) {
            Some(b'0'..=b'9') => {
                self.digits();
                Ok(())
            }
            _ => Err(self.unexpected("a digit")),
        }
    }
}
