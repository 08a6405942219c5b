//! Paths into outside data. A path is compiled once; those that select one node are answered together, in one
//! pass over the bytes and without a tree. The rest goes to jsonpath-rust, which only this room knows.

use std::sync::Arc;

use crate::source::Span;
use crate::value::{DecodeError, Value};

/// A compiled path.
#[derive(Debug)]
pub struct Path {
    /// As written.
    pub text: Arc<str>,
    // (private: compiled form)
}

/// Why a text is no path that can be answered. The span is relative to the path's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    pub span: Span,
    pub kind: PathErrorKind,
    pub message: String,
    pub help: Option<String>,
    /// The path as it should be written, where that is known.
    pub fix: Option<String>,
}

/// What kind of mistake: it decides the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathErrorKind {
    /// No RFC 9535 path, nor the short form.
    Syntax,
    /// A path that would be answered wrongly or at a cost out of step with the body.
    Refused,
}

impl Path {
    /// Compiles `$.a["b"][0]`, `$..x`, or the short form `["a"][0]`.
    ///
    /// # Errors
    /// What is no path, or one that this program refuses to answer.
    pub fn compile(text: &str) -> Result<Path, PathError> {
        let _ = text;
        todo!()
    }

    /// Whether it selects at most one node: then it gives a value, otherwise a list.
    pub fn is_singular(&self) -> bool {
        todo!()
    }

    /// What it selects in a value: a singular path the node (`Missing` for null), any other the list of nodes
    /// (`Missing` if there are none).
    pub fn select(&self, value: &Value) -> Selected {
        let _ = value;
        todo!()
    }

    /// All nodes that it selects, in order.
    pub fn select_all(&self, value: &Value) -> Vec<Value> {
        let _ = value;
        todo!()
    }
}

#[derive(Clone, Debug)]
pub enum Selected {
    Found(Value),
    Missing(Missing),
}

/// What was missing, for people: "`raw` has 1 item, index 1 was wanted".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The first segment of the path that was missing, as `["q"]`, or the whole path.
    pub segment: Arc<str>,
    pub found: Arc<str>,
}

/// All the paths that a pipeline reaches into one body with, answered in one pass.
#[derive(Debug)]
pub struct Picker {
    // (private: a trie of the singular paths, the list of the others)
}

impl Picker {
    pub fn new(paths: &[Arc<Path>]) -> Picker {
        let _ = paths;
        todo!()
    }

    /// What each path selects, in the order in which they were given.
    ///
    /// # Errors
    /// Bytes that are no JSON document, or one nested deeper than 128.
    pub fn pick(&self, json: &[u8]) -> Result<Vec<Selected>, DecodeError> {
        let _ = json;
        todo!()
    }
}
