//! An object: members in the order they came, each name once.

use std::sync::Arc;

use super::Value;

#[derive(Clone, Debug, Default)]
pub struct Object {
    members: Vec<(Arc<str>, Value)>,
}

impl Object {
    pub fn new() -> Object {
        Object::default()
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.iter().find(|(own, _)| **own == *name).map(|(_, value)| value)
    }

    /// Sets a member; a name that is there already keeps its place.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: Value) {
        let name = name.into();
        match self.members.iter_mut().find(|(own, _)| *own == name) {
            Some((_, slot)) => *slot = value,
            None => self.members.push((name, value)),
        }
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
}
