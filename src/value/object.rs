//! An object: members in the order they came, each name once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::Value;

/// From so many members on, names are looked up by hash.
const LARGE: usize = 24;

#[derive(Clone, Default)]
pub struct Object {
    members: Vec<(Arc<str>, Value)>,
    /// Where each name stands, once someone has asked a large object. The hash is std's keyed SipHash: a sender
    /// cannot choose names that collide. Boxed, since few objects have one.
    #[expect(clippy::box_collection)]
    index: OnceLock<Box<HashMap<Arc<str>, usize>>>,
    is_element: bool,
}

/// Its members in their order: whether an index was made already tells nothing of it.
impl fmt::Debug for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.members.iter().map(|(name, value)| (name, value))).finish()
    }
}

impl Object {
    pub fn new() -> Object {
        Object::default()
    }

    /// An element of XML: where a list is looked for it stands for the list of it alone, since XML does not tell the two apart.
    pub fn into_element(self) -> Object {
        Object { is_element: true, ..self }
    }

    pub fn is_element(&self) -> bool {
        self.is_element
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).and_then(|at| self.members.get(at)).map(|(_, value)| value)
    }

    /// Sets a member; a name that is there already keeps its place.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: Value) {
        let name = name.into();
        if let Some(at) = self.position(&name) {
            if let Some((_, slot)) = self.members.get_mut(at) {
                *slot = value;
            }
            return;
        }
        if let Some(index) = self.index.get_mut() {
            index.insert(name.clone(), self.members.len());
        }
        self.members.push((name, value));
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.members.iter().map(|(name, value)| (name, value))
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    fn position(&self, name: &str) -> Option<usize> {
        if self.members.len() < LARGE {
            return self.members.iter().position(|(own, _)| **own == *name);
        }
        let index = self.index.get_or_init(|| {
            let places = self.members.iter().enumerate().map(|(at, (name, _))| (name.clone(), at));
            Box::new(places.collect())
        });
        index.get(name).copied()
    }
}

impl FromIterator<(Arc<str>, Value)> for Object {
    /// The last of equal names counts.
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Value)>>(members: I) -> Object {
        let mut object = Object::new();
        for (name, value) in members {
            object.set(name, value);
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_the_last_of_equal_names_counts() {
        for count in [3, 1000] {
            let mut object = Object::new();
            for round in ["first", "last"] {
                for at in 0..count {
                    object.set(format!("name {at}"), Value::text(format!("{round} {at}")));
                }
            }
            assert_eq!(object.len(), count);
            assert_eq!(object.get("name 2").and_then(Value::as_text), Some("last 2"));
            assert!(object.get("name").is_none());
            assert!(object.iter().enumerate().all(|(at, (name, _))| **name == format!("name {at}")));
        }
    }
}
