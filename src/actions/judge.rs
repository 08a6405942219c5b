//! What came of an attempt: the three outcomes of the delivery contract, and what an action declares of its answer.

use std::sync::Arc;

use super::{ActionSpec, Answer};
use crate::extract::Path;
use crate::value::Value;

/// What one attempt gave, as `deliver` saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// A whole answer.
    Answered(Answer),
    /// Nothing of the request was written: DNS, connect, TLS, the address guard, a local limit.
    NotSent(String),
    /// Bytes went out, and no whole answer came: time-out, reset, an answer too large.
    Lost(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A whole answer that counts as success.
    Ok,
    /// Known to have had no effect.
    Refused,
    /// Not known whether it took effect.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    pub class: Class,
    /// Why it is no success; empty for `Ok`.
    pub reason: String,
    /// A further try may help: no connection, 408, 425, 429, 503 with `Retry-After`, and every unknown one.
    pub passing: bool,
}

/// What counts as success, beyond 2xx.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub accept: Vec<u16>,
    pub require: Vec<Arc<Path>>,
    pub refuse: Vec<Arc<Path>>,
}

/// Judges an attempt by the rules of its step.
pub fn judge(attempt: &Attempt, rules: &Rules) -> Judged {
    let _ = (attempt, rules);
    todo!()
}

/// The object that a successful action's name is bound to: `status`, `headers`, `body`, and what `spec` declares.
pub fn returned(answer: &Answer, spec: Option<&ActionSpec>) -> Value {
    let _ = (answer, spec);
    todo!()
}
