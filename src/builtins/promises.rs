//! What a function promises the checker, held against calls of every kind: its result is of a kind that it names, it is
//! empty only where it may be, and no value that fits makes it fail as a defect of wj.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::value::{Bytes, Cause, Kind, Number, Object};

/// Texts that functions read, and such as break what expects them.
const TEXTS: [&str; 34] = [
    "",
    " ",
    "a",
    "Анна, \"q\" <b>&'",
    "a,b,,c",
    "\u{feff}x",
    "8 (909) 000-00-01",
    "+4930901820",
    "RU",
    "DE",
    "Europe/Moscow",
    "UTC",
    "2026-11-24T20:00:00+03:00",
    "2026-11-24 20:00",
    "24.11.2026",
    "9999-12-31T23:59:59Z",
    "-009999-01-01T00:00:00Z",
    "1795539600.5",
    "-1e400",
    "99999999999999999999999999999999999",
    "1 990,50",
    "Thu 20:00",
    "dd.MM.yyyy HH:mm:ss.SSS XXX",
    "hex",
    "base64",
    r"(\d+)-(.)?",
    "(",
    "dXNlcjpwYXNz",
    "d18f",
    "%D1%8F+%",
    "https://a.example/?utm[a][]=1&b#c",
    r#"{"a": [1, null]}"#,
    "да",
    "\0\r\n\t",
];

const NUMBERS: [&str; 12] = [
    "0",
    "1",
    "-1",
    "2",
    "7.5",
    "-0.005",
    "28",
    "29",
    "1e3",
    "1795539600",
    "-1e400",
    "123456789012345678901234567890.5",
];

fn value(kind: Kind) -> BoxedStrategy<Value> {
    match kind {
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Number => {
            let known =
                select(&NUMBERS[..]).prop_map(|digits| Value::Number(Number::from_json_digits(digits)));
            prop_oneof![known, any::<i32>().prop_map(|number| Value::from(i64::from(number)))].boxed()
        }
        Kind::Text => prop_oneof![3 => select(&TEXTS[..]).prop_map(Value::text), 1 => any_text()].boxed(),
        Kind::Bytes => prop::collection::vec(any::<u8>(), 0..8)
            .prop_map(|bytes| Value::Bytes(Bytes::from(bytes)))
            .boxed(),
        Kind::List => prop_oneof![
            prop::collection::vec(inside(), 0..5).prop_map(Value::list),
            // Those that can be added up and put in order are rare among the others.
            prop::collection::vec(value(Kind::Number), 0..5).prop_map(Value::list),
            prop::collection::vec(value(Kind::Text), 0..5).prop_map(Value::list),
        ]
        .boxed(),
        Kind::Object => prop::collection::vec((select(vec!["a", "b", "имя", "0"]), inside()), 0..4)
            .prop_map(|members| {
                let mut object = Object::new();
                for (name, value) in members {
                    object.set(name, value);
                }
                Value::object(object)
            })
            .boxed(),
        Kind::Time => {
            (select(vec![0, -1, 1_795_539_600_000_000, 253_402_300_799_999_999, i64::MAX, i64::MIN]), zone())
                .prop_map(|(micros, zone)| Value::Time(Time { micros, zone }))
                .boxed()
        }
        Kind::Duration => {
            select(vec![0, 1, -1, 5_400_000, i64::MAX, i64::MIN]).prop_map(Value::Duration).boxed()
        }
    }
}

fn any_text() -> impl Strategy<Value = Value> {
    prop::collection::vec(any::<char>(), 0..20).prop_map(|text| Value::text(String::from_iter(text)))
}

fn zone() -> impl Strategy<Value = Option<std::sync::Arc<str>>> {
    select(vec![None, Some("Europe/Moscow"), Some("Asia/Kathmandu")]).prop_map(|zone| zone.map(Into::into))
}

/// What stands in a list or an object.
fn inside() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        Just(Value::Null),
        value(Kind::Bool),
        value(Kind::Number),
        value(Kind::Text),
        value(Kind::Time),
        value(Kind::Duration),
        value(Kind::Bytes),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::list)).boxed()
}

fn argument(param: &'static Param) -> BoxedStrategy<Value> {
    if param.name == "path" {
        // The checker lets nothing else through.
        return select(vec!["$", "$.a", "[0]", "$..a", "$[*]"]).prop_map(Value::text).boxed();
    }
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| param.kinds.has(*kind)).collect();
    let fits = select(kinds).prop_flat_map(value);
    prop_oneof![9 => fits, 1 => Just(Value::Empty)].boxed()
}

fn arguments(builtin: &'static Builtin) -> BoxedStrategy<Vec<Value>> {
    let least = builtin.params.iter().filter(|param| !param.optional).count();
    let most = if builtin.variadic { builtin.params.len() + 2 } else { builtin.params.len() };
    (least..=most)
        .prop_flat_map(|count| {
            (0..count).filter_map(|at| builtin.param(at).map(argument)).collect::<Vec<_>>()
        })
        .boxed()
}

fn keeps_its_promise(builtin: &'static Builtin, args: &[Value]) -> Result<(), TestCaseError> {
    let some_empty = args.iter().any(Value::is_empty);
    if builtin.empty == OnEmpty::GivesEmpty && some_empty {
        return Ok(());
    }
    let now = Time::from_millis(1_795_539_600_000);
    let uuid = || "0198a1b2-0000-8000-8000-000000000000".to_owned();
    match builtin.call(&Context { now: &now, uuid: &uuid }, args) {
        Ok(Value::Empty) => {
            let may = builtin.may_be_empty
                || builtin.empty == OnEmpty::GivesFirst && args.iter().all(Value::is_empty);
            prop_assert!(may, "`{}` of {args:?} is empty", builtin.name);
        }
        Ok(found) => {
            let fits = found.kind().is_some_and(|kind| builtin.returns.has(kind));
            prop_assert!(fits, "`{}` of {args:?} is {found:?}", builtin.name);
        }
        Err(fault) => {
            prop_assert!(fault.cause != Cause::Own, "`{}` of {args:?}: {}", builtin.name, fault.message);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_function_keeps_its_promises((name, args) in select(ALL).prop_flat_map(|builtin: &'static Builtin| {
        (Just(builtin.name), arguments(builtin))
    })) {
        let builtin = find(name).ok_or_else(|| TestCaseError::fail(name))?;
        keeps_its_promise(builtin, &args)?;
    }
}
