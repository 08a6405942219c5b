//! `weekday`: the day of the week.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{Fault, Kinds, Value};

pub static WEEKDAY: Builtin = Builtin {
    name: "weekday",
    summary: "Gives the day of the week of a time in its zone: 1 for Monday to 7 for Sunday.",
    params: &[Param { name: "time", kinds: Kinds::TIME, optional: false }],
    variadic: false,
    returns: Kinds::NUMBER,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"weekday(time("2026-11-24T17:00:00Z"))"#, gives: "2" },
        Example { call: r#"weekday(in_zone(time("2026-11-24T22:00:00Z"), "Europe/Moscow"))"#, gives: "3" },
    ],
    call: Call::Pure(|args| {
        let day = args::time(args, 0)?.civil().map(|shown| Value::from(i64::from(shown.weekday)));
        day.ok_or_else(|| Fault::outside("a time outside of the calendar has no day of the week"))
    }),
};
