//! What is known of a file after resolving, as plain data: the kind, emptiness and secrecy of every expression by its
//! place, what each name means, and facts of pipelines, answers and calls. The lints ask it, and editors will.

use std::sync::Arc;

use super::program::Route;
use crate::actions::Spec;
use crate::builtins::Builtin;
use crate::source::Span;
use crate::value::{Kinds, Value};

/// Everything known about one file, also about pipelines with errors.
#[derive(Debug, Default)]
pub struct Model {
    /// Types of expressions, sorted by span. An expression that could not be read has none.
    pub types: Vec<(Span, Type)>,
    /// Constants first, then the names of each pipeline, as they are read.
    pub definitions: Vec<Definition>,
    /// Uses of names of this file, in order of place.
    pub uses: Vec<Use>,
    /// Calls of functions by a known name, in order of place; the span is the name's.
    pub functions: Vec<(Span, &'static Builtin)>,
    pub pipelines: Vec<PipelineFacts>,
    pub tests: Vec<TestFacts>,
}

impl Model {
    /// What is known of the expression that stands exactly at `span`.
    pub fn type_at(&self, span: Span) -> Option<&Type> {
        let at = self.types.partition_point(|(own, _)| *own < span);
        self.types.get(at).filter(|(own, _)| *own == span).map(|(_, found)| found)
    }

    /// Uses of one definition, by its index.
    pub fn uses_of(&self, definition: usize) -> impl Iterator<Item = &Use> {
        self.uses.iter().filter(move |used| used.definition == definition)
    }
}

/// What is known of a value before a run.
#[derive(Clone, Debug)]
pub struct Type {
    /// What it may be where it is not empty. `Kinds::NONE` for what is always empty.
    pub kinds: Kinds,
    pub presence: Presence,
    /// Where the emptiness comes from (`on_missing empty`, `on_fail continue`), if one place causes it.
    pub empty_since: Option<Span>,
    /// Holds a secret somewhere.
    pub secret: bool,
    /// Holds something that came with the request or with an action's answer.
    pub outside: bool,
    pub shape: Shape,
    /// The value, where it is known when the script is loaded.
    pub constant: Option<Value>,
    pub extent: Extent,
    /// A mistake in it was reported already, so nothing further is said about it.
    pub broken: bool,
}

/// How much the script itself puts together into a value; what comes from outside counts as one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Lists and objects inside one another.
    pub levels: u16,
    /// Values in all.
    pub parts: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Present,
    MaybeEmpty,
    Empty,
}

/// What is known of the inside of a list or an object.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Nothing: it is reached into by `extract`, if at all.
    Unknown,
    /// An object whose members the script knows, in order.
    Object(Arc<Vec<(Arc<str>, Type)>>),
    /// A list whose items the script knows one by one.
    List(Arc<Vec<Type>>),
    /// A list of any length, of which each item is such a one. It is reached into as if nothing were known.
    Each(Arc<Type>),
}

#[derive(Debug)]
pub struct Definition {
    pub name: Arc<str>,
    /// The name where it is given.
    pub span: Span,
    pub kind: DefinitionKind,
    pub ty: Type,
    /// Index into `pipelines`; `None` for a constant.
    pub pipeline: Option<usize>,
    /// The part of the text in which the name is known.
    pub scope: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DefinitionKind {
    Const,
    Field,
    /// `let` of an expression.
    Let,
    /// `let` of an action: what it returns.
    Result,
    /// The item of a `for`.
    Item,
    /// `failure` in the block of an `on_fail`.
    Failure,
    /// A parameter, inside the connector's action.
    Param,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The name where it is used.
    pub span: Span,
    /// Index into `definitions`.
    pub definition: usize,
}

#[derive(Debug)]
pub struct PipelineFacts {
    pub name: Arc<str>,
    /// Of the name.
    pub span: Span,
    /// The whole item.
    pub item: Span,
    /// Some of it could not be read or is wrong: it has no program.
    pub has_errors: bool,
    /// Those that could be read.
    pub routes: Vec<Route>,
    pub answers: Answers,
    /// Where it answers on some ways only: where one that does not parts from those that do.
    pub silent: Option<Span>,
    /// The `respond` statements, in order of place.
    pub responds: Vec<Span>,
    pub calls: Vec<CallFacts>,
    /// First and last statement of each stretch that no run can reach, as one span each.
    pub unreachable: Vec<Unreachable>,
    /// `abort` statements, and fields and `let`s whose `on_missing` aborts, in order of place, before which an action may
    /// have been sent.
    pub aborts_after_call: Vec<Span>,
    /// Uses of secrets: name and place.
    pub secrets: Vec<(Arc<str>, Span)>,
}

/// Whether the caller gets an answer that the script writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    Never,
    /// On some ways that run to the end only.
    OnSomeWays,
    Always,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreachable {
    /// From the first unreachable statement to the last.
    pub span: Span,
    /// The statement behind which nothing is reached.
    pub because: Span,
}

#[derive(Clone, Debug)]
pub struct CallFacts {
    /// `http.post`.
    pub name: Arc<str>,
    /// Of the action's name.
    pub span: Span,
    /// The whole call.
    pub whole: Span,
    /// `None` for `http.*`.
    pub spec: Option<Spec>,
    /// Upper case, for `http.*`.
    pub method: Option<Arc<str>>,
    /// The URL, or the value of `base`.
    pub url: Option<Span>,
    /// `https://host[:port]`, where it could be read.
    pub origin: Option<Arc<str>>,
    /// A secret is sent with it.
    pub secret: bool,
    /// Headers: name, place of the value.
    pub headers: Vec<(Arc<str>, Span)>,
    /// Parameters, and the members of `query`, `form` and `json` where they are written out: name, place of the value.
    pub values: Vec<(Arc<str>, Span)>,
    /// The word `retry`, where retries are written (not `retry none`).
    pub retry: Option<Span>,
    /// What is written as `timeout`, in milliseconds, and where.
    pub timeout: Option<(u64, Span)>,
    pub key: bool,
    /// May be sent again when its outcome is unknown.
    pub repeatable: bool,
    /// `on_crash` is written.
    pub on_crash: bool,
    pub on_fail: bool,
    /// The caller may still wait for the answer when it is sent, and a `respond` may follow.
    pub before_answer: bool,
}

#[derive(Debug)]
pub struct TestFacts {
    /// Of the title.
    pub span: Span,
    /// Method, path without its query, and place of each `send`.
    pub sends: Vec<(Arc<str>, Arc<str>, Span)>,
}
