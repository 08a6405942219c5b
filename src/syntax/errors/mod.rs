//! What this room says, one function an error, in the order of a script: braces, lines, names, clauses, values, texts.

mod braces;
mod clauses;
mod habits;
mod lines;
mod names;
mod texts;
mod values;

pub(super) use braces::*;
pub(super) use clauses::*;
pub(super) use habits::*;
pub(super) use lines::*;
pub(super) use names::*;
pub(super) use texts::*;
pub(super) use values::*;
