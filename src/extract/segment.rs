//! One step of a path that selects one node, and the walk of such steps through a value.

use std::sync::Arc;

use super::missing::{Missing, Selected, Stood};
use crate::diagnostic::near;
use crate::value::{Object, Value, write_string};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub step: Step,
    /// As a path writes it in brackets: `["q"]`, `[1]`.
    pub shown: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Name(Arc<str>),
    /// Counted from the end if it is negative. `name` is the member of an object that it finds too (`[0]` finds
    /// the key "0"); a negative one finds none.
    Index {
        index: i64,
        name: Option<Arc<str>>,
    },
}

/// The document with `value` where the segments lead.
pub fn planted(segments: &[Segment], document: Value, value: Value) -> Option<Value> {
    let Some((first, rest)) = segments.split_first() else { return Some(value) };
    match (document, &first.step) {
        (document @ (Value::Empty | Value::Object(_)), Step::Name(name)) => {
            let mut object = match &document {
                Value::Object(object) => (**object).clone(),
                _ => Object::new(),
            };
            let inner = object.get(name).cloned().unwrap_or_default();
            object.set(name.clone(), planted(rest, inner, value)?);
            Some(Value::object(object))
        }
        (document @ (Value::Empty | Value::List(_)), Step::Index { index, .. }) => {
            let mut items = match &document {
                Value::List(items) => items.to_vec(),
                _ => Vec::new(),
            };
            const MOST: usize = 1_000;
            let least = match usize::try_from(*index) {
                Ok(at) => at.saturating_add(1),
                Err(_) => usize::try_from(index.unsigned_abs()).ok()?,
            };
            if least > MOST {
                return None;
            }
            if items.len() < least {
                items.resize(least, Value::Null);
            }
            let at = place(*index, items.len())?;
            let item = items.get_mut(at)?;
            let inner = if *item == Value::Null { Value::Empty } else { item.clone() };
            *item = planted(rest, inner, value)?;
            Some(Value::list(items))
        }
        _ => None,
    }
}

impl Segment {
    pub fn name(name: &str) -> Segment {
        let mut shown = "[".to_owned();
        write_string(name, &mut shown);
        shown.push(']');
        Segment { step: Step::Name(name.into()), shown: shown.into() }
    }

    pub fn index(index: i64) -> Segment {
        let name = (index >= 0).then(|| index.to_string().into());
        Segment { step: Step::Index { index, name }, shown: format!("[{index}]").into() }
    }

    /// The name of an object's member that it finds.
    pub fn member(&self) -> Option<&Arc<str>> {
        match &self.step {
            Step::Name(name) => Some(name),
            Step::Index { name, .. } => name.as_ref(),
        }
    }

    /// `alone` where a text may be an element of XML, and a list of one looks like its item.
    fn find<'a>(&self, value: &'a Value, alone: bool) -> Option<&'a Value> {
        match (value, &self.step) {
            (Value::List(items), Step::Index { index, .. }) => items.get(place(*index, items.len())?),
            (Value::Text(_), Step::Index { index: 0 | -1, .. }) if alone => Some(value),
            (Value::Object(object), Step::Index { index: 0 | -1, .. }) if object.is_element() => Some(value),
            (Value::Object(object), _) => object.get(self.member()?),
            (Value::File(file), Step::Name(name)) => file.about.get(name),
            _ => None,
        }
    }
}

/// Where an index points in a list of `len` items; `None` if it is out of range.
pub fn place(index: i64, len: usize) -> Option<usize> {
    let place = if index < 0 { i64::try_from(len).ok()?.checked_add(index)? } else { index };
    usize::try_from(place).ok().filter(|place| *place < len)
}

/// The node that the segments select; `None` if there is none. Null is a node.
pub fn node<'a>(segments: &[Segment], value: &'a Value) -> Option<&'a Value> {
    segments.iter().try_fold(value, |value, segment| segment.find(value, false))
}

/// As `node`, with `passed` segments walked already to reach `value`; null counts as missing, and what is missing
/// says why.
pub fn select(segments: &[Segment], passed: usize, value: &Value, alone: bool) -> Selected {
    let mut value = value;
    for (at, segment) in segments.iter().enumerate().skip(passed) {
        match segment.find(value, alone) {
            Some(found) => value = found,
            None => return Selected::Missing(missing(segments, at, value)),
        }
    }
    if value.is_empty() {
        return Selected::Missing(Missing::new(segments, segments.len(), Stood::Null));
    }
    Selected::Found(value.clone())
}

fn missing(segments: &[Segment], at: usize, value: &Value) -> Missing {
    let wanted = segments.get(at).and_then(Segment::member);
    let stood = match value {
        Value::Empty | Value::Null => Stood::Null,
        Value::Bool(true) => Stood::Other("true"),
        Value::Bool(false) => Stood::Other("false"),
        Value::List(items) => Stood::Items(items.len()),
        Value::Object(object) => {
            let names = object.iter().take(super::missing::NAMES_LOOKED_AT).map(|(name, _)| &**name);
            Stood::Members(wanted.and_then(|wanted| near(wanted, names)).map(str::to_owned))
        }
        other => Stood::Other(other.kind().map_or("empty", |kind| kind.noun())),
    };
    Missing::new(segments, at, stood)
}
