//! What the request itself gives to a script. Each is decoded at its first use, and once.

use std::cell::OnceCell;
use std::sync::Arc;

use url::form_urlencoded;

use super::Received;
use crate::bodies::{self, Format, Plain};
use crate::extract::{Missing, Path, Picker, Selected};
use crate::resolve::program::Input;
use crate::value::{self, Cause, DecodeError, Fault, Object, Time, Value};

pub(super) struct Inputs {
    pub received: Arc<Received>,
    body: OnceCell<Result<Value, Fault>>,
    picked: OnceCell<Result<Picked, Fault>>,
    query: OnceCell<Value>,
    headers: OnceCell<Value>,
    cookies: OnceCell<Value>,
}

/// What all the paths into the body gave.
enum Picked {
    /// By place in the picker.
    Json(Vec<Selected>),
    /// Of a body that is no JSON, and so has nothing in it to be picked: the paths are asked one by one.
    Other(Value),
}

impl Inputs {
    pub(super) fn new(received: Arc<Received>) -> Inputs {
        Inputs {
            received,
            body: OnceCell::new(),
            picked: OnceCell::new(),
            query: OnceCell::new(),
            headers: OnceCell::new(),
            cookies: OnceCell::new(),
        }
    }

    /// # Errors
    /// A body that cannot be decoded.
    pub(super) fn get(&self, input: &Input) -> Result<Value, Fault> {
        let received = &*self.received;
        Ok(match input {
            Input::Body => self.body.get_or_init(|| self.decode_body()).clone()?,
            Input::BodyRaw => Value::Bytes(received.body.clone()),
            Input::Query => self.query.get_or_init(|| self.decode_query()).clone(),
            Input::Headers => self.headers.get_or_init(|| self.decode_headers()).clone(),
            Input::Cookies => self.cookies.get_or_init(|| self.decode_cookies()).clone(),
            Input::PathParam(name) => {
                let param = received.params.iter().find(|(own, _)| own == name);
                param.map_or(Value::Empty, |(_, text)| Value::Text(text.clone()))
            }
            Input::OperationId => Value::text(received.id.to_string()),
            Input::Method => Value::Text(received.method.clone()),
            Input::RequestPath => Value::text(self.split_target().0),
            Input::Url => Value::Text(received.target.clone()),
            Input::Ip => Value::Text(received.ip.clone()),
            Input::Time => Value::Time(Time::from_millis(i64::try_from(received.at).unwrap_or(i64::MAX))),
        })
    }

    /// What a path selects in the body: `pick` is its place in the picker, which answers all paths in one pass.
    ///
    /// # Errors
    /// A body that cannot be decoded.
    pub(super) fn select(&self, picker: &Picker, pick: usize, path: &Path) -> Result<Selected, Fault> {
        if self.received.body.is_empty() {
            return Ok(Selected::Missing(Missing {
                segment: path.text.clone(),
                found: "the request has no body".into(),
            }));
        }
        match self.picked.get_or_init(|| self.pick(picker)) {
            Ok(Picked::Json(selected)) => {
                selected.get(pick).cloned().ok_or_else(|| Fault::own(format!("no path has place {pick}")))
            }
            Ok(Picked::Other(value)) => Ok(path.select(value)),
            Err(fault) => Err(fault.clone()),
        }
    }

    fn pick(&self, picker: &Picker) -> Result<Picked, Fault> {
        let body = bodies::without_mark(&self.received.body);
        match self.format() {
            Format::Json => picker.pick(body).map(Picked::Json).map_err(|error| no_json(&error)),
            Format::Guessed(plain) => match picker.pick(body) {
                Ok(selected) => Ok(Picked::Json(selected)),
                Err(_) => self.plain(plain).map(Picked::Other),
            },
            Format::Plain(plain) => self.plain(plain).map(Picked::Other),
        }
    }

    fn decode_body(&self) -> Result<Value, Fault> {
        if self.received.body.is_empty() {
            return Ok(Value::Empty);
        }
        let body = bodies::without_mark(&self.received.body);
        match self.format() {
            Format::Json => value::from_json(body).map_err(|error| no_json(&error)),
            Format::Guessed(plain) => value::from_json(body).or_else(|_| self.plain(plain)),
            Format::Plain(plain) => self.plain(plain),
        }
        .map(|value| value.reached())
    }

    fn format(&self) -> Format {
        bodies::format(self.received.headers.last("content-type"), &self.received.body)
    }

    fn plain(&self, plain: Plain) -> Result<Value, Fault> {
        match plain {
            Plain::Bytes => Ok(Value::Bytes(self.received.body.clone())),
            Plain::Text => match std::str::from_utf8(&self.received.body) {
                Ok(text) => Ok(Value::text(text)),
                Err(error) => Err(undecodable(format!(
                    "the body is no UTF-8 text from byte {} on",
                    error.valid_up_to()
                ))),
            },
            Plain::Unread(what) => {
                Err(undecodable(format!("the body is {what}, which this version does not read")))
            }
        }
    }

    fn split_target(&self) -> (&str, &str) {
        let target = &*self.received.target;
        target.split_once('?').unwrap_or((target, ""))
    }

    fn decode_query(&self) -> Value {
        bodies::fold(form_urlencoded::parse(self.split_target().1.as_bytes()))
    }

    fn decode_headers(&self) -> Value {
        let mut object = Object::new();
        for (name, value) in self.received.headers.iter() {
            object.set(name, Value::text(&*String::from_utf8_lossy(value)));
        }
        Value::object(object)
    }

    /// By RFC 6265, 5.4, as browsers send them: `a=1; b=2`.
    fn decode_cookies(&self) -> Value {
        let mut object = Object::new();
        let lines = self.received.headers.iter().filter(|(name, _)| *name == "cookie");
        for (_, line) in lines {
            for pair in String::from_utf8_lossy(line).split(';') {
                if let Some((name, text)) = pair.split_once('=') {
                    object.set(name.trim(), Value::text(text.trim()));
                }
            }
        }
        Value::object(object)
    }
}

fn no_json(error: &DecodeError) -> Fault {
    undecodable(format!("the body is no JSON: {} (byte {})", error.message, error.offset))
}

fn undecodable(message: String) -> Fault {
    Fault { cause: Cause::Undecodable, message }
}
