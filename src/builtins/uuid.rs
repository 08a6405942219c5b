//! `uuid`: an id of one's own.

use super::{Builtin, Call, Example, OnEmpty};
use crate::value::{Kinds, Value};

pub static UUID: Builtin = Builtin {
    name: "uuid",
    summary: "Gives a UUID that is different for each call, and the same when an operation is retried.",
    params: &[],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "uuid() == uuid()", gives: "false" },
        Example { call: "len(uuid())", gives: "36" },
    ],
    call: Call::InRun(|context, _| Ok(Value::text((context.uuid)()))),
};
