//! `time`: a moment in a text.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Time, Value};

pub static TIME: Builtin = Builtin {
    name: "time",
    summary: "Reads a time: ISO 8601 with an offset or `Z`, or with `zone` also what a clock there shows, as `2026-11-24T20:00`, `2026-11-24 20:00`, `24.11.2026 20:00` or a day alone. Gives empty for what is none.",
    params: &[
        Param { name: "text", kinds: Kinds::TEXT.or(Kinds::TIME), optional: false },
        Param { name: "zone", kinds: Kinds::TEXT, optional: true },
    ],
    variadic: false,
    returns: Kinds::TIME,
    may_be_empty: true,
    reader: true,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"time("2026-11-24T20:00:00+03:00")"#, gives: r#"time("2026-11-24T17:00:00Z")"# },
        Example {
            call: r#"time("24.11.2026 20:00", "Europe/Moscow")"#,
            gives: r#"time("2026-11-24T17:00:00Z")"#,
        },
        Example {
            call: r#"text(time("2026-11-24T20:00", "Europe/Moscow"))"#,
            gives: r#""2026-11-24T20:00:00+03:00""#,
        },
        Example { call: r#"time("tomorrow")"#, gives: "empty" },
        Example { call: r#"time("tomorrow", "Europe/Moscow")"#, gives: "empty" },
    ],
    call: Call::Pure(time),
};

fn time(args: &[Value]) -> Result<Value, Fault> {
    let zone = args::zone(args, 1, "time")?;
    let time = match (args::any(args, 0)?, zone) {
        (Value::Time(time), None) => Some(time.clone()),
        (Value::Time(time), Some(zone)) => time.in_zone(zone),
        (_, None) => Time::parse(args::text(args, 0)?),
        (_, Some(zone)) => Time::read_in(args::text(args, 0)?, zone),
    };
    Ok(time.map_or(Value::Empty, Value::Time))
}
