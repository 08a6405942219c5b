//! A value rendered into a text (`"order {id}"`), and how messages show a value to people.

use std::borrow::Cow;

use super::{Fault, Kind, Value, duration_text, to_json};

/// The text of a value: a text itself, a number's digits as they came, nothing for what is empty, ISO 8601 for a
/// time, compact JSON for lists and objects.
///
/// # Errors
/// Bytes and durations have no text. A sealed text must be opened before.
pub fn render(value: &Value) -> Result<Cow<'_, str>, Fault> {
    Ok(match value {
        Value::Empty | Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => Cow::Borrowed(number.as_str()),
        Value::Text(text) => Cow::Borrowed(text),
        Value::Time(time) => Cow::Owned(time.to_iso()),
        Value::List(_) | Value::Object(_) => Cow::Owned(to_json(value)?),
        Value::Bytes(_) | Value::File(_) => return Err(no_text(Kind::Bytes)),
        Value::Duration(_) => return Err(no_text(Kind::Duration)),
        Value::Sealed(_) => return Err(Fault::own("a secret stands where a text is built")),
    })
}

impl Value {
    /// The value as a message names it: `the text "100"`, `the number 7`, `a list of 3 items`.
    pub fn shown(&self) -> String {
        match self {
            Value::Empty | Value::Null => "empty".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(number) => format!("the number {}", cut(number.as_str())),
            Value::Text(text) => format!("the text \"{}\"", cut(text)),
            Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Value::File(file) => format!("the file \"{}\" of {} bytes", cut(file.name()), file.bytes.len()),
            Value::List(items) if items.len() == 1 => "a list of 1 item".to_owned(),
            Value::List(items) => format!("a list of {} items", items.len()),
            Value::Object(_) => "an object".to_owned(),
            Value::Time(time) => format!("the time {}", time.to_iso()),
            Value::Duration(millis) => format!("the duration {}", duration_text(*millis)),
            Value::Sealed(_) => "a secret".to_owned(),
        }
    }
}

/// Messages show the beginning of what is long, and control characters by their escapes.
fn cut(text: &str) -> Cow<'_, str> {
    const MOST: usize = 60;
    let (text, is_cut) = match text.char_indices().nth(MOST) {
        None => (text, false),
        Some((end, _)) => (text.get(..end).unwrap_or_default(), true),
    };
    if !is_cut && !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 3);
    for c in text.chars() {
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    if is_cut {
        shown.push('…');
    }
    Cow::Owned(shown)
}

fn no_text(kind: Kind) -> Fault {
    let help = match kind {
        Kind::Bytes => "`hex` or `base64` write them",
        _ => "divide it to a number first",
    };
    Fault::outside(format!("{} cannot be rendered into a text: {help}", kind.noun()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Number, Time, from_json};

    #[test]
    fn each_kind_has_the_text_that_the_language_promises() {
        let json = from_json(b"{\"a\": [1.10, null, \"\\u0442\"]}").unwrap();
        for (value, text) in [
            (Value::Empty, ""),
            (Value::Null, ""),
            (Value::Bool(true), "true"),
            (Value::Number(Number::from_json_digits("1.10")), "1.10"),
            (Value::text("a"), "a"),
            (Value::Time(Time::from_millis(0)), "1970-01-01T00:00:00Z"),
            (json, "{\"a\":[1.10,null,\"т\"]}"),
        ] {
            assert_eq!(render(&value).unwrap(), text);
        }
        assert!(render(&Value::Duration(1)).is_err());
        assert!(render(&Value::Bytes(bytes::Bytes::new())).is_err());
    }

    #[test]
    fn a_message_cuts_what_is_long() {
        let shown = Value::text("ы".repeat(1000)).shown();
        assert_eq!(shown.chars().count(), "the text \"\"".len() + 61);
        assert_eq!(Value::text("a\r\n\u{1b}[1m").shown(), r#"the text "a\r\n\u{1b}[1m""#);
    }
}
