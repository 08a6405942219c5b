//! A document to a value.

use std::sync::Arc;

use super::{DecodeError, Scan};
use crate::value::{Number, Object, Value};

/// Reads a whole document: at most 127 levels deep and 200,000 values large, the last of equal names counts, every
/// digit kept.
///
/// # Errors
/// What is no JSON (RFC 8259), not UTF-8, nests too deep, or holds too many values.
pub fn from_json(bytes: &[u8]) -> Result<Value, DecodeError> {
    Scan::new(bytes)?.document()
}

impl Scan<'_> {
    /// Reads the whole document, from its beginning.
    ///
    /// # Errors
    /// As for `from_json`.
    pub fn document(mut self) -> Result<Value, DecodeError> {
        let value = self.value(0)?;
        self.end()?;
        Ok(value)
    }

    /// Passes one value and gives it, `depth` levels of lists and objects being open around it.
    ///
    /// # Errors
    /// As for `skip`. It calls itself, no deeper than the levels that are allowed.
    pub fn value(&mut self, depth: usize) -> Result<Value, DecodeError> {
        let first = self.peek();
        let Some(budget) = self.budget.checked_sub(1) else {
            return Err(self.error("the document holds more values than are read into memory"));
        };
        self.budget = budget;
        Ok(match first {
            Some(b'"') => Value::Text(self.text()?),
            Some(b'-' | b'0'..=b'9') => Value::Number(Number::from_json_digits(text_of(self.number()?))),
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b't') => {
                self.word("true")?;
                Value::Bool(true)
            }
            Some(b'f') => {
                self.word("false")?;
                Value::Bool(false)
            }
            Some(b'n') => {
                self.word("null")?;
                Value::Null
            }
            _ => return Err(self.unexpected("a value")),
        })
    }

    /// The text that `content`, passed by `name`, stands for once its escapes are read.
    pub fn unescape(content: &[u8]) -> Arc<str> {
        // What was passed is a valid string.
        unescape(&[b"\"", content, b"\""].concat()).unwrap_or_default()
    }

    /// The first names of the object that begins at the byte `start`, at most `most`. The document must have been
    /// passed already.
    pub fn names_at(&self, start: usize, most: usize) -> Vec<Arc<str>> {
        let mut scan = self.at_byte(start);
        let mut names = Vec::new();
        while names.len() < most {
            scan.peek();
            // The `{` or the `,`.
            scan.bump();
            let Ok((name, escaped)) = scan.name() else { break };
            names.push(if escaped { Scan::unescape(name) } else { text_of(name).into() });
            if scan.colon().is_err() || scan.skip(0).is_err() || scan.peek() != Some(b',') {
                break;
            }
        }
        names
    }

    fn object(&mut self, depth: usize) -> Result<Value, DecodeError> {
        self.enter(depth)?;
        let mut object = Object::new();
        if self.peek() == Some(b'}') {
            self.bump();
            return Ok(Value::object(object));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a name in double quotes"));
            }
            let name = self.text()?;
            self.colon()?;
            let value = self.value(depth + 1)?;
            object.set(name, value);
            match self.peek() {
                Some(b',') => self.bump(),
                Some(b'}') => break self.bump(),
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
        Ok(Value::object(object))
    }

    fn list(&mut self, depth: usize) -> Result<Value, DecodeError> {
        self.enter(depth)?;
        let mut items = Vec::new();
        if self.peek() == Some(b']') {
            self.bump();
            return Ok(Value::list(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            match self.peek() {
                Some(b',') => self.bump(),
                Some(b']') => break self.bump(),
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
        Ok(Value::list(items))
    }

    fn text(&mut self) -> Result<Arc<str>, DecodeError> {
        let start = self.at();
        let (_, escaped) = self.string()?;
        if !escaped {
            return Ok(self.text_between(start + 1, self.at() - 1).into());
        }
        unescape(self.bytes_from(start)).ok_or_else(|| self.error("a text that cannot be read"))
    }
}

/// The text that a JSON string with its quotes stands for; `None` if it is none.
fn unescape(quoted: &[u8]) -> Option<Arc<str>> {
    serde_json::from_slice::<String>(quoted).ok().map(Into::into)
}

/// What was passed is UTF-8, and cut between characters: the whole document was checked before.
fn text_of(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::value::to_json;

    fn same(ours: &Value, theirs: &serde_json::Value) -> bool {
        match (ours, theirs) {
            (Value::Null, serde_json::Value::Null) => true,
            (Value::Bool(a), serde_json::Value::Bool(b)) => a == b,
            (Value::Number(a), serde_json::Value::Number(b)) => rewritten(a.as_str()) == b.to_string(),
            (Value::Text(a), serde_json::Value::String(b)) => **a == **b,
            (Value::List(a), serde_json::Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Value::Object(a), serde_json::Value::Object(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|((n, a), (m, b))| **n == **m && same(a, b))
            }
            _ => false,
        }
    }

    /// As serde_json rewrites exponents: `1E5` becomes `1e+5`. Ours stay as they came.
    fn rewritten(digits: &str) -> String {
        match digits.split_once(['e', 'E']) {
            None => digits.to_owned(),
            Some((mantissa, exponent)) if exponent.starts_with(['+', '-']) => {
                format!("{mantissa}e{exponent}")
            }
            Some((mantissa, exponent)) => format!("{mantissa}e+{exponent}"),
        }
    }

    /// Both readers read the same or refuse both; the scanner, which builds nothing, agrees.
    fn agree(bytes: &[u8]) -> Result<(), TestCaseError> {
        let theirs = serde_json::from_slice::<serde_json::Value>(bytes);
        let shown = String::from_utf8_lossy(bytes);
        match (from_json(bytes), &theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert!(same(&ours, theirs), "{shown}\n{ours:?}\n{theirs:?}"),
            (Err(_), Err(_)) => {}
            (ours, theirs) => prop_assert!(false, "{shown}\n{ours:?}\n{theirs:?}"),
        }
        let skipped = Scan::new(bytes).and_then(|mut scan| scan.skip(0).and_then(|()| scan.end()));
        prop_assert_eq!(skipped.is_ok(), theirs.is_ok(), "{}", shown);
        Ok(())
    }

    /// Documents, well made and spoiled: pieces of JSON in any order, with a bias to what is nearly right.
    fn documents() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "\t",
            "\"",
            "\\",
            "\"a\"",
            "\"a\":",
            "\"b\\n\":",
            "1",
            "-",
            "0",
            "01",
            "1.",
            "1.5",
            "-0.0",
            "1e5",
            "1E+400",
            "2e",
            ".5",
            "true",
            "false",
            "null",
            "nul",
            "\\u0041",
            "\"\\u0041\"",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"\\x\"",
            "\"тест\"",
            "😀",
            "\u{1}",
            "\u{7f}",
            "123456789012345678901234567890",
            "\"long enough to pass by words\"",
            "[[[",
            "]]]",
            "{\"a\":{\"a\":",
            "}}",
        ]);
        let pieces = prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat().into_bytes());
        let spoiled =
            (tree(), any::<prop::sample::Index>(), any::<u8>(), 0..4).prop_map(|(json, at, byte, how)| {
                let mut bytes = json.into_bytes();
                let at = at.index(bytes.len());
                match how {
                    0 => bytes[at] = byte,
                    1 => bytes.insert(at, byte),
                    2 => drop(bytes.remove(at)),
                    _ => bytes.truncate(at),
                }
                bytes
            });
        prop_oneof![pieces, spoiled, tree().prop_map(String::into_bytes)]
    }

    fn tree() -> impl Strategy<Value = String> {
        let number = prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
        ];
        let text = "[ -~а-яё\u{0}-\u{1f}😀]{0,12}".prop_map(|text| serde_json::to_string(&text).unwrap());
        let leaf = prop_oneof![Just("null".to_owned()), Just("true".to_owned()), number, text];
        leaf.prop_recursive(5, 40, 6, |inner| {
            let member =
                ("[abc]{1,2}", inner.clone()).prop_map(|(name, value)| format!("\"{name}\": {value}"));
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(|items| format!("[{}]", items.join(", "))),
                prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_read_and_what_is_refused_is_the_same_as_in_serde_json(bytes in documents()) {
            agree(&bytes)?;
        }

        #[test]
        fn reading_what_was_written_gives_the_same_digit_for_digit(json in tree()) {
            let value = from_json(json.as_bytes()).unwrap();
            let written = to_json(&value).unwrap();
            let again = from_json(written.as_bytes()).unwrap();
            prop_assert_eq!(to_json(&again).unwrap(), written);
            prop_assert!(value == again);
        }
    }

    #[test]
    fn digits_stay_as_they_came() {
        let json = "[1.10,1E400,-0.0,1e+5,9007199254740993,0.10000000000000000000000000000000000001]";
        assert_eq!(to_json(&from_json(json.as_bytes()).unwrap()).unwrap(), json);
    }

    #[test]
    fn nesting_ends_where_serde_json_ends_it() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for levels in [126, 127, 128, 129, 100_000] {
                let json = format!("{}1{}", open.repeat(levels), close.repeat(levels));
                agree(json.as_bytes()).unwrap();
            }
        }
    }

    #[test]
    fn a_reserved_name_of_serde_json_is_a_name_like_any_other() {
        let value = from_json(b"{\"$serde_json::private::Number\": \"1\"}").unwrap();
        let Value::Object(object) = value else { panic!("{value:?}") };
        assert_eq!(object.get("$serde_json::private::Number").and_then(Value::as_text), Some("1"));
    }

    #[test]
    fn an_error_says_what_stands_where() {
        for (json, message, offset) in [
            ("{\"a\" 1}", "`1` where `:` should stand", 5),
            ("[1, 2", "the document ends where `,` or `]` should stand", 5),
            ("{a: 1}", "`a` where a name in double quotes should stand", 1),
            ("", "the document ends where a value should stand", 0),
            ("1 ы", "`ы` where the end should stand", 2),
        ] {
            let error = DecodeError { message: message.to_owned(), offset };
            assert_eq!(from_json(json.as_bytes()).unwrap_err(), error, "{json}");
        }
    }

    #[test]
    fn a_hundred_thousand_members_are_read_in_a_moment() {
        let members: Vec<String> = (0..100_000).map(|at| format!("\"name {at}\":{at}")).collect();
        let json = format!("{{{}, \"name 7\": true}}", members.join(","));
        let Value::Object(object) = from_json(json.as_bytes()).unwrap() else { panic!() };
        assert_eq!(object.len(), 100_000);
        assert_eq!(object.get("name 7"), Some(&Value::Bool(true)));
        assert_eq!(object.get("name 99999"), Some(&Value::from(99_999)));
    }
}
