//! What a test expects of a value: in objects the members that it names, of everything else the whole.

use crate::value::{self, Value};

/// The first place where a value is not as expected, and what stands there; `None` if all fits.
pub(super) fn difference(expected: &Value, came: &Value) -> Option<Difference> {
    at(String::new(), expected, came)
}

pub(super) struct Difference {
    /// `.a[0]`; empty for the value itself.
    pub place: String,
    pub expected: String,
    pub came: String,
}

/// The same, for what was sent where everything is a text: in a query, a form, a header.
pub(super) fn difference_sent(expected: &Value, came: &Value) -> Option<Difference> {
    let texts = (value::render(expected), value::render(came));
    if let (Ok(expected), Ok(came)) = texts
        // `empty` has the same text as "", and is another thing.
        && !came.is_empty()
        && expected == came
    {
        return None;
    }
    difference(expected, came)
}

fn at(place: String, expected: &Value, came: &Value) -> Option<Difference> {
    match (expected, came) {
        (Value::Object(wanted), Value::Object(object)) => wanted.iter().find_map(|(name, wanted)| {
            at(format!("{place}.{name}"), wanted, object.get(name).unwrap_or(&Value::Empty))
        }),
        (Value::List(wanted), Value::List(items)) if wanted.len() == items.len() => {
            let both = wanted.iter().zip(items.iter()).enumerate();
            both.into_iter().find_map(|(nth, (wanted, item))| at(format!("{place}[{nth}]"), wanted, item))
        }
        _ if expected == came => None,
        _ => Some(Difference { place, expected: shown(expected), came: shown(came) }),
    }
}

/// Of what came as much as is named in what was expected: what nobody asked for is no difference.
pub(super) fn named_in(expected: &Value, came: &Value) -> Value {
    match (expected, came) {
        (Value::Object(wanted), Value::Object(object)) => {
            let named = wanted
                .iter()
                .filter_map(|(name, wanted)| Some((name.clone(), named_in(wanted, object.get(name)?))));
            Value::object(named.collect())
        }
        (Value::List(wanted), Value::List(items)) => {
            let named = items.iter().enumerate().map(|(at, item)| match wanted.get(at) {
                Some(wanted) => named_in(wanted, item),
                None => item.clone(),
            });
            Value::list(named.collect())
        }
        _ => came.clone(),
    }
}

/// A value as JSON over several lines.
pub(super) fn lines_of(value: &Value) -> String {
    let json =
        value::to_json(value).ok().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    match json {
        Some(serde_json::Value::Null) => "empty".to_owned(),
        Some(json) => serde_json::to_string_pretty(&json).unwrap_or_default(),
        None => value.shown(),
    }
}

/// A value as a script would write it, shortened.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Empty => "empty".to_owned(),
        Value::Text(_) | Value::List(_) | Value::Object(_) => {
            shortened(&value::to_json(value).unwrap_or_else(|_| value.shown()))
        }
        other => value::render(other).map_or_else(|_| other.shown(), |text| text.into_owned()),
    }
}

/// As much of a text as a person reads.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 400;
    match text.char_indices().nth(MOST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::from_json;

    fn compared(expected: &str, came: &str) -> Option<String> {
        let json = |text: &str| from_json(text.as_bytes()).unwrap();
        let found = difference(&json(expected), &json(came))?;
        Some(format!("{}: {} and {}", found.place, found.expected, found.came))
    }

    #[test]
    fn members_that_are_not_named_do_not_count_and_lists_do_whole() {
        assert_eq!(compared(r#"{"a":1}"#, r#"{"a":1.0,"b":2}"#), None);
        assert_eq!(compared(r#"[{"a":1}]"#, r#"[{"a":1,"b":2}]"#), None);
        assert_eq!(compared(r#"{"a":{"b":"x"}}"#, r#"{"a":{}}"#).unwrap(), ".a.b: \"x\" and empty");
        assert_eq!(compared(r#"{"a":[1]}"#, r#"{"a":[1,2]}"#).unwrap(), ".a: [1] and [1,2]");
        assert_eq!(compared(r#"{"a":"1"}"#, r#"{"a":1}"#).unwrap(), ".a: \"1\" and 1");
    }

    #[test]
    fn what_is_sent_as_a_text_is_compared_as_one() {
        let number = from_json(b"7").unwrap();
        assert!(difference_sent(&number, &Value::text("7")).is_none());
        assert!(difference_sent(&Value::text("7"), &number).is_none());
        assert!(difference_sent(&Value::Empty, &Value::text("")).is_some());
    }
}
