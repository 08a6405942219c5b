//! Paths into outside data. A path is compiled once; those that select one node are answered together, in one
//! pass over the bytes and without a tree. The rest goes to jsonpath-rust, which only this room knows.

mod errors;
mod iregexp;
mod mend;
mod missing;
mod parse;
mod picker;
mod query;
mod refuse;
mod segment;

use std::sync::Arc;

pub use errors::{PathError, PathErrorKind};
pub use missing::{Missing, Selected};
pub use picker::Picker;

use crate::value::Value;
use query::Query;
use segment::Segment;

/// A compiled path.
#[derive(Debug)]
pub struct Path {
    /// As written.
    pub text: Arc<str>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Names and indexes only: it selects one node at most.
    One(Vec<Segment>),
    Many(Query),
}

impl Path {
    /// Compiles `$.a["b"][0]`, `$..x`, or the short form `["a"][0]`.
    ///
    /// # Errors
    /// What is no path, or one that this program refuses to answer.
    pub fn compile(text: &str) -> Result<Path, PathError> {
        let form = match parse::parse(text) {
            Ok(parse::Parsed::One(segments)) => Form::One(segments),
            Ok(parse::Parsed::Many { from }) => Form::Many(Query::compile(text, from)?),
            Err(error) => return Err(mend::offer(text, error)),
        };
        Ok(Path { text: text.into(), form })
    }

    /// Whether it selects at most one node: then it gives a value, otherwise a list.
    pub fn is_singular(&self) -> bool {
        matches!(self.form, Form::One(_))
    }

    /// What it selects in a value: a singular path the node (`Missing` for null), any other the list of nodes
    /// (`Missing` if there are none).
    pub fn select(&self, value: &Value) -> Selected {
        match &self.form {
            Form::One(segments) => segment::select(segments, 0, value, false),
            Form::Many(query) => {
                let nodes = query.run(value);
                if nodes.is_empty() {
                    return Selected::Missing(Missing::nothing_selected(&self.text));
                }
                Selected::Found(Value::list(nodes))
            }
        }
    }

    /// As `select`, in what was XML: there `[0]` also finds an element that does not repeat.
    pub fn select_element(&self, value: &Value) -> Selected {
        match &self.form {
            Form::One(segments) => segment::select(segments, 0, value, true),
            Form::Many(_) => self.select(value),
        }
    }

    /// All nodes that it selects, in order.
    pub fn select_all(&self, value: &Value) -> Vec<Value> {
        match &self.form {
            Form::One(segments) => segment::node(segments, value).cloned().into_iter().collect(),
            Form::Many(query) => query.run(value),
        }
    }

    /// The document with this value where the path finds it, made where it is not there; `None` for a path that selects
    /// several, and where something else stands in its way.
    pub fn planted(&self, document: Value, value: Value) -> Option<Value> {
        segment::planted(self.segments()?, document, value)
    }

    /// The names that it leads through, where it holds nothing else.
    pub fn names(&self) -> Option<Vec<Arc<str>>> {
        let segments = self.segments()?;
        segments
            .iter()
            .map(|segment| match &segment.step {
                segment::Step::Name(name) => Some(name.clone()),
                segment::Step::Index { .. } => None,
            })
            .collect()
    }

    /// The segments of a singular path.
    fn segments(&self) -> Option<&[Segment]> {
        match &self.form {
            Form::One(segments) => Some(segments),
            Form::Many(_) => None,
        }
    }
}

#[cfg(test)]
mod body_tests;
#[cfg(test)]
mod tests;
