//! `in_zone`: a moment as a clock elsewhere shows it.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static IN_ZONE: Builtin = Builtin {
    name: "in_zone",
    summary: "Gives the same moment, to be written and formatted as clocks in `zone` show it.",
    params: &[
        Param { name: "time", kinds: Kinds::TIME, optional: false },
        Param { name: "zone", kinds: Kinds::TEXT, optional: false },
    ],
    variadic: false,
    returns: Kinds::TIME,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example {
            call: r#"text(in_zone(time("2026-11-24T17:00:00Z"), "Europe/Moscow"))"#,
            gives: r#""2026-11-24T20:00:00+03:00""#,
        },
        Example { call: r#"in_zone(now(), "Europe/Moscow") == now()"#, gives: "true" },
    ],
    call: Call::Pure(in_zone),
};

fn in_zone(args: &[Value]) -> Result<Value, Fault> {
    let time = args::time(args, 0)?;
    let moved = args::zone(args, 1, "in_zone")?.and_then(|zone| time.in_zone(zone));
    Ok(moved.map_or(Value::Empty, Value::Time))
}
