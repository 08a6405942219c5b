//! `lines`: data as people read it.

use super::{Builtin, Call, Example, OnEmpty, Param, args};
use crate::value::{self, Fault, Kinds, Value};

pub static LINES: Builtin = Builtin {
    name: "lines",
    summary: "Writes a list or an object as a text with a line for each item or member, for mails and messages: an object as `name: value`, an object in a list with its members in one line. Empty values are left out.",
    params: &[Param { name: "value", kinds: Kinds::LIST.or(Kinds::OBJECT), optional: false }],
    variadic: false,
    returns: Kinds::TEXT,
    may_be_empty: false,
    reader: false,
    empty: OnEmpty::GivesEmpty,
    takes_secrets: false,
    gives_outside_data: false,
    examples: &[
        Example { call: r#"lines(["a", 2, empty])"#, gives: r#""a\n2""# },
        Example {
            call: r#"lines({ "Имя": "Анна", "Почта": empty, "Ответы": [1, 2] })"#,
            gives: r#""Имя: Анна\nОтветы: 1, 2""#,
        },
        Example {
            call: r#"lines([{ q: "Как дела?", a: "Хорошо" }])"#,
            gives: r#""q: Как дела?, a: Хорошо""#,
        },
    ],
    call: Call::Pure(lines),
};

fn lines(args: &[Value]) -> Result<Value, Fault> {
    let mut text = String::new();
    let mut line = |start: Option<&str>, value: &Value| -> Result<(), Fault> {
        if value.is_empty() {
            return Ok(());
        }
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(name) = start {
            text.push_str(name);
            text.push_str(": ");
        }
        write(value, &mut text)
    };
    match args::any(args, 0)? {
        Value::Object(object) => {
            for (name, value) in object.iter() {
                line(Some(name), value)?;
            }
        }
        _ => {
            for item in args::list(args, 0)? {
                line(None, item)?;
            }
        }
    }
    Ok(Value::text(text))
}

/// A value in one line; what stands deeper than a list or an object in a line is compact JSON.
fn write(value: &Value, text: &mut String) -> Result<(), Fault> {
    let mut between = "";
    let mut piece = |name: Option<&str>, value: &Value, text: &mut String| -> Result<(), Fault> {
        if value.is_empty() {
            return Ok(());
        }
        text.push_str(between);
        between = ", ";
        if let Some(name) = name {
            text.push_str(name);
            text.push_str(": ");
        }
        text.push_str(&value::render(value)?);
        args::fits(text.len(), "lines")
    };
    match value {
        Value::List(items) => items.iter().try_for_each(|item| piece(None, item, text)),
        Value::Object(object) => object.iter().try_for_each(|(name, value)| piece(Some(name), value, text)),
        other => piece(None, other, text),
    }
}
