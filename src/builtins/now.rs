//! `now`: when the request was received.

use super::{Builtin, Call, Example, OnEmpty};
use crate::value::{Kinds, Value};

pub static NOW: Builtin = Builtin {
    name: "now",
    summary: "Gives the time at which the request was received, the same in every step and in every retry.",
    params: &[],
    variadic: false,
    returns: Kinds::TIME,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[Example { call: "now() == now()", gives: "true" }],
    call: Call::InRun(|context, _| Ok(Value::Time(context.now.clone()))),
};
