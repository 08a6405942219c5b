//! Paths that can select many nodes, answered by jsonpath-rust, straight on our values. Its filters are replaced by
//! functions of ours where it would answer otherwise than RFC 9535: it compares numbers as doubles, counts nothing
//! where it should count zero, and compiles a pattern anew for every node.

use std::borrow::Cow;
use std::cell::RefCell;

use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use jsonpath_rust::query::queryable::Queryable;
use regex::Regex;

use super::errors::{self, PathError};
use super::{iregexp, mend, parse, refuse};
use crate::source::Span;
use crate::value::Value;

#[derive(Debug)]
pub struct Query(JpQuery);

impl Query {
    /// `from` is where the first part stands that can select many nodes.
    ///
    /// # Errors
    /// What jsonpath-rust does not read, and what it must not be asked.
    pub fn compile(text: &str, from: usize) -> Result<Query, PathError> {
        refuse::before_parsing(text)?;
        let short = text.starts_with('[');
        let whole: Cow<'_, str> = if short { format!("${text}").into() } else { text.into() };
        let query = parse_json_path(&whole).map_err(|_| mend::offer(text, unreadable(text, from)))?;
        refuse::after_parsing(text, query).map(Query)
    }

    /// All nodes that it selects, in order.
    pub fn run(&self, value: &Value) -> Vec<Value> {
        // It fails only for a query that gives a value instead of nodes, and none that compiles does.
        let nodes = js_path_process(&self.0, value).unwrap_or_default();
        nodes.into_iter().map(|node| node.val.clone()).collect()
    }
}

fn unreadable(text: &str, from: usize) -> PathError {
    let mut outside = Vec::new();
    parse::outside_texts(text, from, |at, char| outside.push((at, char)));
    let single = outside.windows(3).find(|window| {
        matches!(window, [(_, before), (_, '='), (_, after)] if !"=!<>".contains(*before) && *after != '=')
    });
    match single {
        Some([_, (at, _), _]) => errors::single_equals(Span::new(*at, at + 1)),
        _ => errors::no_query(Span::new(from, text.len())),
    }
}

/// The functions that replace the library's own.
pub(super) mod functions {
    pub const EQUAL: &str = "==";
    pub const UNEQUAL: &str = "!=";
    pub const LESS: &str = "<";
    pub const AT_MOST: &str = "<=";
    pub const GREATER: &str = ">";
    pub const AT_LEAST: &str = ">=";
    pub const COUNT: &str = "count";
    pub const MATCHES: &str = "matches";
}

impl Queryable for Value {
    fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Object(object) => object.get(key),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<&Vec<Value>> {
        match self {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The names only go into each node's normalized path, which nobody reads: left out, or a long name over many
    /// members would be copied for each of them.
    fn as_object(&self) -> Option<Vec<(&str, &Value)>> {
        match self {
            Value::Object(object) => Some(object.iter().map(|(_, value)| ("", value)).collect()),
            _ => None,
        }
    }

    fn as_str(&self) -> Option<&str> {
        self.as_text()
    }

    /// Only the library's comparisons ask for numbers, and those are replaced.
    fn as_i64(&self) -> Option<i64> {
        None
    }

    fn as_f64(&self) -> Option<f64> {
        None
    }

    fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    fn null() -> Value {
        Value::Null
    }

    /// `args` are the nodes and values of all arguments; an argument that selects nothing is not among them.
    fn extension_custom(name: &str, args: Vec<Cow<'_, Value>>) -> Value {
        if name == functions::COUNT {
            return Value::from(i64::try_from(args.len()).unwrap_or(i64::MAX));
        }
        let order = || match args.as_slice() {
            [left, right] => match (&**left, &**right) {
                (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
                (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
                _ => None,
            },
            _ => None,
        };
        // RFC 9535, 2.3.5.2.2: nothing equals nothing, and nothing else.
        let equal = || match args.as_slice() {
            [] => true,
            [left, right] => left == right,
            _ => false,
        };
        Value::Bool(match name {
            functions::EQUAL => equal(),
            functions::UNEQUAL => !equal(),
            functions::LESS => order().is_some_and(|order| order.is_lt()),
            functions::GREATER => order().is_some_and(|order| order.is_gt()),
            functions::AT_MOST => order().is_some_and(|order| order.is_lt()) || equal(),
            functions::AT_LEAST => order().is_some_and(|order| order.is_gt()) || equal(),
            functions::MATCHES => match args.as_slice() {
                [text, pattern] => text
                    .as_text()
                    .zip(pattern.as_text())
                    .is_some_and(|(text, pattern)| matches(text, pattern)),
                _ => false,
            },
            _ => false,
        })
    }
}

/// The library hands a function its values and nothing else, so compiled patterns are remembered here, a thread its
/// own few. They come from paths, never from data.
fn matches(text: &str, pattern: &str) -> bool {
    const REMEMBERED: usize = 16;
    thread_local! {
        static COMPILED: RefCell<Vec<(String, Regex)>> = const { RefCell::new(Vec::new()) };
    }
    COMPILED.with_borrow_mut(|compiled| {
        if let Some((_, regex)) = compiled.iter().find(|(own, _)| own == pattern) {
            return regex.is_match(text);
        }
        let Ok(regex) = iregexp::compile(pattern) else { return false };
        let is_match = regex.is_match(text);
        if compiled.len() >= REMEMBERED {
            compiled.remove(0);
        }
        compiled.push((pattern.to_owned(), regex));
        is_match
    })
}
