//! What the request itself gives to a script. Each is decoded at its first use, and once.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use super::Received;
use crate::bodies::{self, Read, Reading};
use crate::extract::{Missing, Path, Picker, Selected};
use crate::resolve::program::Input;
use crate::value::{Fault, Object, Time, Value};

pub(super) struct Inputs {
    pub received: Arc<Received>,
    /// What the script says of the body.
    reading: Reading,
    read: OnceCell<Result<Read, Fault>>,
    body: OnceCell<Result<Value, Fault>>,
    /// What the paths into the body select, by place in the picker; `None` if there is no body.
    picked: OnceCell<Result<Option<Vec<Selected>>, Fault>>,
    query: OnceCell<Value>,
    headers: OnceCell<Value>,
    cookies: OnceCell<Value>,
}

impl Inputs {
    pub(super) fn new(received: Arc<Received>, reading: Reading) -> Inputs {
        Inputs {
            received,
            reading,
            read: OnceCell::new(),
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
            Input::BodyAll => match self.read()? {
                Read::Fields(fields) => fields.all(),
                _ => Value::Empty,
            },
            Input::BodyRaw => Value::Bytes(received.body.clone()),
            Input::Query => self.query.get_or_init(|| self.decode_query()).clone(),
            // Asked for by few, so it is not kept.
            Input::QueryAll => all(url::form_urlencoded::parse(self.split_target().1.as_bytes())),
            Input::HeadersAll => {
                all(self.received.headers.iter().map(|(name, value)| (name, String::from_utf8_lossy(value))))
            }
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
            Input::Receipt => received.receipt.clone().map_or(Value::Empty, Value::Text),
            Input::Ip => Value::Text(received.ip.clone()),
            Input::Time => Value::Time(Time::from_millis(i64::try_from(received.at).unwrap_or(i64::MAX))),
        })
    }

    /// What a path selects in the body: `pick` is its place in the picker, which answers all paths in one pass.
    ///
    /// # Errors
    /// A body that cannot be decoded.
    pub(super) fn select(&self, picker: &Picker, pick: usize, path: &Path) -> Result<Selected, Fault> {
        match self.picked.get_or_init(|| self.pick(picker)) {
            Ok(Some(selected)) => {
                selected.get(pick).cloned().ok_or_else(|| Fault::own(format!("no path has place {pick}")))
            }
            Ok(None) => Ok(Selected::Missing(Missing {
                segment: path.text.clone(),
                found: "the request has no body".into(),
            })),
            Err(fault) => Err(fault.clone()),
        }
    }

    fn pick(&self, picker: &Picker) -> Result<Option<Vec<Selected>>, Fault> {
        match self.read()? {
            Read::Nothing => Ok(None),
            Read::Json(json) => picker.pick(json).map(Some).map_err(|error| bodies::broken_json(&error)),
            Read::Xml(value) => Ok(Some(picker.pick_in(value, true))),
            Read::Whole(value) => Ok(Some(picker.pick_in(value, false))),
            Read::Fields(fields) => Ok(Some(picker.pick_in(&fields.value, false))),
        }
    }

    /// Whether the body is XML, where a list of one looks like its item.
    pub(super) fn is_xml(&self) -> bool {
        matches!(self.read(), Ok(Read::Xml(_)))
    }

    fn read(&self) -> Result<&Read, Fault> {
        let read = self.read.get_or_init(|| {
            let content_type = self.received.headers.last("content-type");
            bodies::read(content_type, self.reading, &self.received.body)
        });
        read.as_ref().map_err(Fault::clone)
    }

    fn decode_body(&self) -> Result<Value, Fault> {
        Ok(self.read()?.value()?.map_or(Value::Empty, |value| value.reached()))
    }

    fn split_target(&self) -> (&str, &str) {
        let target = &*self.received.target;
        target.split_once('?').unwrap_or((target, ""))
    }

    fn decode_query(&self) -> Value {
        bodies::query(self.split_target().1)
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

/// For each name the list of its values, in their order.
fn all<N: AsRef<str>, V: AsRef<str>>(pairs: impl Iterator<Item = (N, V)>) -> Value {
    let mut places: HashMap<Arc<str>, usize> = HashMap::new();
    let mut lists: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
    for (name, value) in pairs {
        let name: Arc<str> = name.as_ref().into();
        let at = *places.entry(name.clone()).or_insert(lists.len());
        if at == lists.len() {
            lists.push((name, Vec::new()));
        }
        if let Some((_, values)) = lists.get_mut(at) {
            values.push(Value::text(value.as_ref()));
        }
    }
    Value::object(lists.into_iter().map(|(name, values)| (name, Value::list(values))).collect())
}
