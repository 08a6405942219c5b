//! `seconds`: a duration as a number.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Fault, Kinds, Value};

pub static SECONDS: Builtin = Builtin {
    name: "seconds",
    summary: "Gives the seconds of a duration, with a fraction where there is one.",
    params: &[Param { name: "duration", kinds: Kinds::DURATION, optional: false }],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: "seconds(90m)", gives: "5400" },
        Example { call: "seconds(250ms)", gives: "0.25" },
        Example {
            call: r#"seconds(time("2026-11-24T17:00:00Z") - time("2026-11-24T16:59:00Z"))"#,
            gives: "60",
        },
    ],
    call: Call::Pure(seconds),
};

fn seconds(args: &[Value]) -> Result<Value, Fault> {
    let Value::Duration(millis) = args::any(args, 0)? else {
        return Err(Fault::own("`seconds` was given no duration"));
    };
    value::divide(&Value::from(*millis), &Value::from(1000))
}
