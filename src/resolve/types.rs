//! What is known of a value: how such knowledge is made, narrowed and joined where two ways meet.

use std::sync::Arc;

use super::model::{Presence, Shape, Type};
use crate::source::Span;
use crate::value::{Kinds, Value};

/// What a decoded body, a query or an answer may hold: no time and no duration, which only functions make.
pub(super) const OUTSIDE: Kinds =
    Kinds::BOOL.or(Kinds::NUMBER).or(Kinds::TEXT).or(Kinds::BYTES).or(Kinds::LIST).or(Kinds::OBJECT);

/// What cannot be written into a text or into JSON.
pub(super) const UNWRITABLE: Kinds = Kinds::BYTES.or(Kinds::DURATION);

impl Type {
    /// A value that is there, of one of these kinds.
    pub(super) fn of(kinds: Kinds) -> Type {
        Type {
            kinds,
            presence: Presence::Present,
            empty_since: None,
            secret: false,
            outside: false,
            shape: Shape::Unknown,
            constant: None,
            broken: false,
        }
    }

    /// What a mistake leaves behind: fits everywhere, so that nothing is said twice.
    pub(super) fn broken() -> Type {
        Type { broken: true, ..Type::of(Kinds::ANY) }
    }

    /// A value from outside of which nothing is known.
    pub(super) fn outside() -> Type {
        Type { outside: true, ..Type::of(OUTSIDE) }
    }

    pub(super) fn constant(value: Value) -> Type {
        let shape = match &value {
            Value::List(items) => Shape::List(Arc::new(items.iter().cloned().map(Type::constant).collect())),
            Value::Object(object) => Shape::Object(Arc::new(
                object.iter().map(|(name, value)| (name.clone(), Type::constant(value.clone()))).collect(),
            )),
            _ => Shape::Unknown,
        };
        let (kinds, presence) = match value.kind() {
            Some(kind) => (Kinds::of(kind), Presence::Present),
            None => (Kinds::NONE, Presence::Empty),
        };
        Type { presence, shape, constant: Some(value), ..Type::of(kinds) }
    }

    pub(super) fn marked_outside(self) -> Type {
        Type { outside: true, ..self }
    }

    pub(super) fn with_shape(self, shape: Shape) -> Type {
        Type { shape, ..self }
    }

    /// The same, but perhaps empty, because of what stands at `since`.
    pub(super) fn maybe_empty(self, since: Option<Span>) -> Type {
        match self.presence {
            Presence::Empty => self,
            _ => Type {
                presence: Presence::MaybeEmpty,
                empty_since: since.or(self.empty_since),
                constant: None,
                ..self
            },
        }
    }

    /// The same, where a condition has settled whether it is there.
    pub(super) fn narrowed(self, presence: Presence) -> Type {
        match (presence, self.presence) {
            (Presence::Present, Presence::MaybeEmpty) => {
                Type { presence: Presence::Present, empty_since: None, ..self }
            }
            (Presence::Empty, Presence::MaybeEmpty) => Type { presence: Presence::Empty, ..self },
            _ => self,
        }
    }

    /// What is known where either may be the value.
    pub(super) fn join(&self, other: &Type) -> Type {
        let presence = if self.presence == other.presence { self.presence } else { Presence::MaybeEmpty };
        Type {
            kinds: self.kinds.or(other.kinds),
            presence,
            empty_since: self.empty_since.or(other.empty_since),
            secret: self.secret || other.secret,
            outside: self.outside || other.outside,
            shape: join_shapes(self, other),
            constant: None,
            broken: self.broken || other.broken,
        }
    }

    /// One of the items that a `for` over it walks through.
    pub(super) fn item(&self) -> Type {
        if self.broken {
            return Type::broken();
        }
        let joined = match &self.shape {
            Shape::List(items) => items.iter().cloned().reduce(|a, b| a.join(&b)),
            Shape::Object(members) => members.iter().map(|(_, ty)| ty.clone()).reduce(|a, b| a.join(&b)),
            Shape::Unknown => None,
        };
        match joined {
            Some(item) => item,
            None if self.outside => Type::outside(),
            None => Type::of(Kinds::ANY),
        }
    }

    /// A member that the script knows; `None` if there is none of this name.
    pub(super) fn member(&self, name: &str) -> Option<Type> {
        let Shape::Object(members) = &self.shape else { return None };
        let (_, ty) = members.iter().find(|(own, _)| **own == *name)?;
        Some(self.inherit(ty.clone()))
    }

    /// What is reached from something perhaps empty is perhaps empty itself.
    pub(super) fn inherit(&self, inner: Type) -> Type {
        match self.presence {
            Presence::Present => inner,
            Presence::MaybeEmpty => inner.maybe_empty(self.empty_since),
            Presence::Empty => Type { presence: Presence::Empty, empty_since: self.empty_since, ..inner },
        }
    }

    /// Each kind that it may have is one of these.
    pub(super) fn is_only(&self, kinds: Kinds) -> bool {
        !self.kinds.is_none() && self.kinds.and(kinds) == self.kinds
    }

    pub(super) fn may_be(&self, kinds: Kinds) -> bool {
        !self.kinds.and(kinds).is_none()
    }

    /// It is certain that it is none of these; what is always empty fits everywhere.
    pub(super) fn cannot_be(&self, kinds: Kinds) -> bool {
        !self.broken && !self.kinds.is_none() && !self.may_be(kinds)
    }

    /// It may be empty when the run comes here.
    pub(super) fn may_be_empty(&self) -> bool {
        !self.broken && self.presence != Presence::Present
    }
}

fn join_shapes(a: &Type, b: &Type) -> Shape {
    match (&a.shape, &b.shape) {
        (Shape::Object(left), Shape::Object(right)) => {
            let find = |members: &[(Arc<str>, Type)], name: &str| {
                members.iter().find(|(own, _)| **own == *name).map(|(_, ty)| ty.clone())
            };
            let mut members: Vec<(Arc<str>, Type)> = left
                .iter()
                .map(|(name, ty)| match find(right, name) {
                    Some(other) => (name.clone(), ty.join(&other)),
                    None => (name.clone(), ty.clone().maybe_empty(None)),
                })
                .collect();
            for (name, ty) in right.iter() {
                if find(left, name).is_none() {
                    members.push((name.clone(), ty.clone().maybe_empty(None)));
                }
            }
            Shape::Object(Arc::new(members))
        }
        (Shape::List(left), Shape::List(right)) if left.len() == right.len() => {
            Shape::List(Arc::new(left.iter().zip(right.iter()).map(|(a, b)| a.join(b)).collect()))
        }
        // What is empty on one way has the shape of the other.
        (shape, Shape::Unknown) if b.kinds.is_none() => shape.clone(),
        (Shape::Unknown, shape) if a.kinds.is_none() => shape.clone(),
        _ => Shape::Unknown,
    }
}
