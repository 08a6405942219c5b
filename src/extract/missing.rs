//! What a path found, or where it ended and why.

use std::sync::Arc;

use super::segment::{Segment, Step};
use crate::value::Value;

/// How many names of an object are looked at for one that was meant.
pub(super) const NAMES_LOOKED_AT: usize = 200;

#[derive(Clone, Debug, PartialEq)]
pub enum Selected {
    Found(Value),
    Missing(Missing),
}

/// What was missing, for people: "`raw` has 1 item, index 1 was wanted".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The first segment of the path that was missing, as `["q"]`, or the whole path.
    pub segment: Arc<str>,
    pub found: Arc<str>,
}

/// What stood where a path ended.
#[derive(Clone, Debug)]
pub(super) enum Stood {
    Null,
    /// A list of so many items.
    Items(usize),
    /// An object without the member that was wanted; perhaps it has one with a name near to it.
    Members(Option<String>),
    /// `a text`, `true`: neither list nor object.
    Other(&'static str),
}

impl Missing {
    /// The first `passed` segments led to what `stood` there, and the next one found nothing.
    pub(super) fn new(segments: &[Segment], passed: usize, stood: Stood) -> Missing {
        let place = place(segments.get(..passed).unwrap_or_default());
        let last = || segments.last().map_or_else(|| "$".into(), |segment| segment.shown.clone());
        let Some(next) = segments.get(passed) else {
            return Missing { segment: last(), found: format!("{place} is null").into() };
        };
        let found = match (&stood, &next.step) {
            (Stood::Null, _) => format!("{place} is null"),
            (Stood::Items(1), Step::Index { index, .. }) => {
                format!("{place} has 1 item, index {index} was wanted")
            }
            (Stood::Items(count), Step::Index { index, .. }) => {
                format!("{place} has {count} items, index {index} was wanted")
            }
            (Stood::Items(_), Step::Name(_)) => format!("{place} is a list, not an object"),
            (Stood::Members(_), Step::Index { .. }) => format!("{place} is an object, not a list"),
            (Stood::Members(near), Step::Name(name)) => {
                let place = if passed == 0 { "the object" } else { &place };
                match near {
                    None => format!("{place} has no `{name}`"),
                    Some(near) => format!("{place} has no `{name}`, but it has `{near}`"),
                }
            }
            (Stood::Other(noun), Step::Name(_)) => format!("{place} is {noun}, not an object"),
            (Stood::Other(noun), Step::Index { .. }) => format!("{place} is {noun}, not a list"),
        };
        Missing { segment: next.shown.clone(), found: found.into() }
    }

    /// For a path that can select many nodes, and selected none.
    pub(super) fn nothing_selected(path: &Arc<str>) -> Missing {
        Missing { segment: path.clone(), found: "nothing is there that the path selects".into() }
    }
}

/// What people call the node that the segments lead to: its name, with the indexes behind it.
fn place(segments: &[Segment]) -> String {
    let name = segments.iter().rposition(|segment| matches!(segment.step, Step::Name(_)));
    let mut place = match name.and_then(|at| segments.get(at)).map(|segment| &segment.step) {
        Some(Step::Name(name)) => format!("`{name}"),
        _ if segments.is_empty() => return "the document".to_owned(),
        _ => "`$".to_owned(),
    };
    for segment in segments.iter().skip(name.map_or(0, |at| at + 1)) {
        place.push_str(&segment.shown);
    }
    place.push('`');
    place
}
