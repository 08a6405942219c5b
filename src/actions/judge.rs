//! What came of an attempt: the three outcomes of the delivery contract, and what an action declares of its answer.

use std::sync::Arc;

use super::{ActionSpec, Answer, Reader};
use crate::bodies;
use crate::builtins::Call;
use crate::extract::{Path, Selected};
use crate::value::{self, Object, Value};

/// What one attempt gave, as `deliver` saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// A whole answer.
    Answered(Answer),
    /// Nothing of the request was written: DNS, connect, TLS, the address guard, a local limit.
    NotSent(String),
    /// A mail server said that it did not take the mail, and would not: it is well, and the mail is at fault.
    Refused(String),
    /// A mail server said that it did not take the mail now.
    Later(String),
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
    /// A further try may help: no connection, 408, 425, 429, 503 with `Retry-After`, and every unknown one. Those of them
    /// that are `Refused` are repeated for a reported action too.
    pub passing: bool,
    /// What was in the way; `None` for `Ok`.
    pub trouble: Option<Trouble>,
}

/// What was in the way of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing was written.
    NotSent,
    /// 408, 425 or 429: the target wants it later.
    Later,
    /// 503 with `Retry-After`.
    Unavailable,
    /// Not known whether it took effect: no whole answer, or another 5xx, or an answer that lacks what is required.
    Unknown,
    /// A whole answer that another try would not change.
    Final,
}

/// What counts as success, beyond 2xx.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub accept: Vec<u16>,
    pub require: Vec<Arc<Path>>,
    pub refuse: Vec<Arc<Path>>,
    /// What is promised of an answer: where one of these is missing or cannot be read, it is a failure of unknown effect.
    pub promised: Vec<(Arc<Path>, Option<Reader>)>,
}

/// Judges an attempt by the rules of its step.
pub fn judge(attempt: &Attempt, rules: &Rules) -> Judged {
    match attempt {
        Attempt::NotSent(why) => failed(Trouble::NotSent, why.clone()),
        Attempt::Refused(why) => failed(Trouble::Final, why.clone()),
        Attempt::Later(why) => failed(Trouble::Later, why.clone()),
        Attempt::Lost(why) => failed(Trouble::Unknown, why.clone()),
        Attempt::Answered(answer) => judge_answer(answer, rules),
    }
}

/// How long the target asks to be left alone, in seconds from `now` (Unix milliseconds): `Retry-After` as a number or as an
/// HTTP date (RFC 9110, 10.2.3). `None` without one, or for one that cannot be read.
pub fn retry_after(attempt: &Attempt, now: u64) -> Option<u64> {
    let Attempt::Answered(answer) = attempt else { return None };
    let text = header(answer, "retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u64::MAX));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let wait = date.as_millisecond().saturating_sub(i64::try_from(now).unwrap_or(i64::MAX));
    // A part of a second is waited for whole.
    Some(u64::try_from(wait).unwrap_or(0).div_ceil(1000))
}

/// The object that a successful action's name is bound to: `status`, `headers`, `body`, and what `spec` declares.
pub fn returned(answer: &Answer, spec: Option<&ActionSpec>) -> Value {
    let body = decoded(answer);
    let mut headers = Object::new();
    for (name, value) in &answer.headers {
        headers.set(name.clone(), Value::Text(value.clone()));
    }
    let mut object = Object::new();
    for declared in spec.map_or(&[][..], |spec| &spec.returns) {
        let value = if answer.dry_run {
            Value::text(made_up(&declared.name))
        } else {
            match Path::compile(&declared.path).map(|path| path.select(&body)) {
                Ok(Selected::Found(value)) => read(value, declared.reader.as_ref()),
                _ => Value::Empty,
            }
        };
        object.set(&*declared.name, value);
    }
    object.set("status", Value::from(i64::from(answer.status)));
    object.set("headers", Value::object(headers));
    object.set("body", body);
    Value::object(object)
}

/// What stands in the place of a returned value where nothing was sent.
pub fn made_up(name: &str) -> String {
    format!("dry-run:{name}")
}

fn judge_answer(answer: &Answer, rules: &Rules) -> Judged {
    let status = answer.status;
    if !(200..300).contains(&status) && !rules.accept.contains(&status) {
        let trouble = match status {
            408 | 425 | 429 => Trouble::Later,
            503 if header(answer, "retry-after").is_some() => Trouble::Unavailable,
            300..500 => Trouble::Final,
            _ => Trouble::Unknown,
        };
        return failed(trouble, format!("answered {status}"));
    }
    // What `--dry-run` makes up holds nothing that could be looked at.
    if answer.dry_run || (rules.require.is_empty() && rules.refuse.is_empty() && rules.promised.is_empty()) {
        return OK;
    }
    let body = decoded(answer);
    for path in &rules.refuse {
        if let Selected::Found(value) = path.select(&body)
            && says_something(&value)
        {
            let shown = shown(&value);
            return failed(Trouble::Final, format!("answered {status} with `{}`: {shown}", path.text));
        }
    }
    for path in &rules.require {
        if matches!(path.select(&body), Selected::Missing(_)) {
            return failed(Trouble::Unknown, format!("answered {status} without `{}`", path.text));
        }
    }
    for (path, reader) in &rules.promised {
        let Selected::Found(value) = path.select(&body) else {
            return failed(Trouble::Unknown, format!("answered {status} without `{}`", path.text));
        };
        let found = shown(&value);
        if let Some(reader) = reader
            && read(value, Some(reader)).is_empty()
        {
            let function = reader.function.name;
            let why = format!("answered {status}, and `{function}` cannot read `{}`: {found}", path.text);
            return failed(Trouble::Unknown, why);
        }
    }
    OK
}

const OK: Judged = Judged { class: Class::Ok, reason: String::new(), passing: false, trouble: None };

fn failed(trouble: Trouble, reason: String) -> Judged {
    let class = if trouble == Trouble::Unknown { Class::Unknown } else { Class::Refused };
    Judged { class, reason, passing: trouble != Trouble::Final, trouble: Some(trouble) }
}

/// The body: JSON as its value, else a text, else bytes. A body that is named JSON and is none is a text.
fn decoded(answer: &Answer) -> Value {
    let content_type = header(answer, "content-type").map(str::as_bytes);
    match bodies::decode(content_type, bodies::Reading::default(), &answer.body) {
        Ok(value) => value.map_or(Value::Empty, |value| value.reached()),
        Err(_) => match std::str::from_utf8(&answer.body) {
            Ok(text) => Value::text(text),
            Err(_) => Value::Bytes(answer.body.clone()),
        },
    }
}

/// A value of an answer through its reader; `empty` for what that cannot read.
fn read(value: Value, reader: Option<&Reader>) -> Value {
    let Some(Reader { function, args }) = reader else { return value };
    let fits = function.param(0).is_none_or(|param| value.kind().is_none_or(|kind| param.kinds.has(kind)));
    let Call::Pure(call) = function.call else { return Value::Empty };
    if !fits || value.is_empty() {
        return Value::Empty;
    }
    let args: Vec<Value> = std::iter::once(value).chain(args.iter().cloned()).collect();
    call(&args).unwrap_or(Value::Empty)
}

/// Not `false`, `0`, `""`, `[]` or `{}`.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Empty | Value::Null | Value::Bool(false) => false,
        Value::Number(number) => !number.is_zero(),
        Value::Text(text) => !text.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Object(object) => !object.is_empty(),
        _ => true,
    }
}

/// The beginning of what a target said, for the history.
fn shown(value: &Value) -> String {
    const MOST: usize = 200;
    let text = value::render(value).unwrap_or_default();
    match text.char_indices().nth(MOST) {
        None => text.into_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.iter().rfind(|(own, _)| **own == *name).map(|(_, value)| &**value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::find;
    use crate::value::Bytes;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
        let headers = headers.iter().map(|(name, value)| (Arc::from(*name), Arc::from(*value))).collect();
        Answer { status, headers, body: Bytes::copy_from_slice(body.as_bytes()), dry_run: false }
    }

    fn bizon() -> Rules {
        let compile = |path: &&str| Arc::new(Path::compile(path).unwrap());
        let spec = find("bizon.add_subscriber").unwrap();
        Rules {
            accept: vec![409],
            require: spec.require.iter().map(compile).collect(),
            refuse: spec.refuse.iter().map(compile).collect(),
            promised: Vec::new(),
        }
    }

    #[test]
    fn the_status_decides_the_class_and_whether_another_try_may_help() {
        let later = &[("retry-after", "5")][..];
        for (status, headers, class, trouble) in [
            (200, &[][..], Class::Ok, None),
            (299, &[], Class::Ok, None),
            (404, &[], Class::Refused, Some(Trouble::Final)),
            (301, &[], Class::Refused, Some(Trouble::Final)),
            (408, &[], Class::Refused, Some(Trouble::Later)),
            (425, &[], Class::Refused, Some(Trouble::Later)),
            (429, &[], Class::Refused, Some(Trouble::Later)),
            (503, later, Class::Refused, Some(Trouble::Unavailable)),
            (503, &[], Class::Unknown, Some(Trouble::Unknown)),
            (500, later, Class::Unknown, Some(Trouble::Unknown)),
            (502, &[], Class::Unknown, Some(Trouble::Unknown)),
            (199, &[], Class::Unknown, Some(Trouble::Unknown)),
        ] {
            let judged = judge(&Attempt::Answered(answer(status, headers, "")), &Rules::default());
            assert_eq!((judged.class, judged.trouble), (class, trouble), "{status}");
            let passing = !matches!(trouble, None | Some(Trouble::Final));
            assert_eq!(judged.passing, passing, "{status}");
            assert_eq!(judged.reason.is_empty(), class == Class::Ok);
        }
        let not_sent = judge(&Attempt::NotSent("no route".into()), &Rules::default());
        assert_eq!((not_sent.class, not_sent.passing), (Class::Refused, true));
        let lost = judge(&Attempt::Lost("reset".into()), &Rules::default());
        assert_eq!((lost.class, lost.passing, lost.reason.as_str()), (Class::Unknown, true, "reset"));
    }

    #[test]
    fn an_answer_is_held_against_what_its_step_accepts_requires_and_refuses() {
        let judged = |status: u16, body: &str| judge(&Attempt::Answered(answer(status, &[], body)), &bizon());
        assert_eq!(judged(200, r#"{"hash": "h"}"#), OK);
        assert_eq!(judged(409, r#"{"hash": "h", "errors": []}"#), OK);
        for nothing in ["false", "0", "0.00", "\"\"", "[]", "{}", "null"] {
            assert_eq!(judged(200, &format!(r#"{{"hash": "h", "errors": {nothing}}}"#)), OK, "{nothing}");
        }
        let refused = judged(200, r#"{"hash": "h", "errors": ["no page"]}"#);
        assert_eq!(refused.reason, r#"answered 200 with `$.errors`: ["no page"]"#);
        assert_eq!((refused.class, refused.passing), (Class::Refused, false));
        for without in ["{}", "not JSON", "", r#"{"hash": null}"#] {
            let judged = judged(200, without);
            assert_eq!((judged.class, judged.passing), (Class::Unknown, true), "{without}");
            assert_eq!(judged.reason, "answered 200 without `$.hash`");
        }
        assert_eq!(judged(404, r#"{"hash": "h"}"#).class, Class::Refused);
        let dry = Answer { status: 200, dry_run: true, ..Answer::default() };
        assert_eq!(judge(&Attempt::Answered(dry), &bizon()), OK);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let wait = |value: &str| {
            retry_after(&Attempt::Answered(answer(429, &[("retry-after", value)], "")), 784_111_770_500)
        };
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(7));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
        assert_eq!(wait("soon"), None);
        assert_eq!(retry_after(&Attempt::Lost("".into()), 0), None);
    }

    #[test]
    fn what_a_mail_server_says_had_no_effect() {
        let judged = |attempt| judge(&attempt, &Rules::default());
        let refused = judged(Attempt::Refused("550 no such user".into()));
        assert_eq!((refused.class, refused.passing), (Class::Refused, false));
        let later = judged(Attempt::Later("450 busy".into()));
        assert_eq!((later.class, later.passing, later.reason.as_str()), (Class::Refused, true, "450 busy"));
    }

    #[test]
    fn what_is_returned_is_the_answer_and_what_the_action_declares() {
        let json = [("content-type", "application/json"), ("x-a", "1"), ("x-a", "2")];
        let value =
            returned(&answer(200, &json, r#"{"hash": "h1", "n": [1.0]}"#), find("bizon.add_subscriber"));
        assert_eq!(
            value::to_json(&value).unwrap(),
            r#"{"hash":"h1","status":200,"headers":{"content-type":"application/json","x-a":"2"},"body":{"hash":"h1","n":[1.0]}}"#
        );
        let text = returned(&answer(201, &[], "OK"), None);
        assert_eq!(value::to_json(&text).unwrap(), r#"{"status":201,"headers":{},"body":"OK"}"#);
        let mut bytes = answer(200, &[], "");
        bytes.body = Bytes::from_static(b"\xff");
        let Value::Object(bytes) = returned(&bytes, None) else { panic!("no object") };
        assert!(matches!(bytes.get("body"), Some(Value::Bytes(_))));
        let dry = Answer { status: 200, dry_run: true, ..Answer::default() };
        assert_eq!(
            value::to_json(&returned(&dry, find("bizon.add_subscriber"))).unwrap(),
            r#"{"hash":"dry-run:hash","url_default":"dry-run:url_default","url_userdomain":"dry-run:url_userdomain","status":200,"headers":{}}"#
        );
    }
}
