//! What is known of a value: how such knowledge is made, narrowed and joined where two ways meet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::model::{Extent, Presence, Shape, Type};
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
            extent: Extent::ONE,
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

    /// A value that is known and has nothing inside.
    pub(super) fn constant(value: Value) -> Type {
        let (kinds, presence) = match value.kind() {
            Some(kind) => (Kinds::of(kind), Presence::Present),
            None => (Kinds::NONE, Presence::Empty),
        };
        Type { presence, constant: Some(value), ..Type::of(kinds) }
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
            extent: self.extent.larger(other.extent),
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
            Shape::Each(item) => Some((**item).clone()),
            Shape::Unknown => None,
        };
        // A list of JSON may hold `null`, and a `map` finds nothing in some items.
        match joined {
            Some(item) => item,
            None if self.outside => Type::outside().maybe_empty(None),
            None => Type::of(Kinds::ANY).maybe_empty(None),
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

impl Extent {
    /// Of what is no list and no object that the script puts together.
    pub(super) const ONE: Extent = Extent { levels: 0, parts: 1 };

    /// So deep and so large may a value be that a script puts together: whoever goes through one, by recursion, comes
    /// to an end soon. No person writes either.
    const MOST: Extent = Extent { levels: 64, parts: 50_000 };

    /// Of a list or an object with these inside.
    pub(super) fn around(inside: impl Iterator<Item = Extent>) -> Extent {
        let sum = inside.fold(Extent { levels: 0, parts: 1 }, |sum, one| Extent {
            levels: sum.levels.max(one.levels),
            parts: sum.parts.saturating_add(one.parts),
        });
        Extent { levels: sum.levels.saturating_add(1), parts: sum.parts }
    }

    pub(super) fn larger(self, other: Extent) -> Extent {
        Extent { levels: self.levels.max(other.levels), parts: self.parts.max(other.parts) }
    }

    pub(super) fn is_too_large(self) -> bool {
        self.levels > Extent::MOST.levels || self.parts > Extent::MOST.parts
    }
}

fn join_shapes(a: &Type, b: &Type) -> Shape {
    match (&a.shape, &b.shape) {
        (Shape::Object(left), Shape::Object(right)) => {
            let by_name = |members: &'_ [(Arc<str>, Type)]| -> BTreeMap<Arc<str>, Type> {
                members.iter().cloned().collect()
            };
            let (on_left, on_right) = (by_name(left), by_name(right));
            let mut members: Vec<(Arc<str>, Type)> = left
                .iter()
                .map(|(name, ty)| match on_right.get(name) {
                    Some(other) => (name.clone(), ty.join(other)),
                    None => (name.clone(), ty.clone().maybe_empty(None)),
                })
                .collect();
            let only_right = right.iter().filter(|(name, _)| !on_left.contains_key(name));
            members.extend(only_right.map(|(name, ty)| (name.clone(), ty.clone().maybe_empty(None))));
            Shape::Object(Arc::new(members))
        }
        (Shape::List(left), Shape::List(right)) if left.len() == right.len() => {
            Shape::List(Arc::new(left.iter().zip(right.iter()).map(|(a, b)| a.join(b)).collect()))
        }
        (Shape::Each(left), Shape::Each(right)) => Shape::Each(Arc::new(left.join(right))),
        // What is empty on one way has the shape of the other.
        (shape, Shape::Unknown) if b.kinds.is_none() => shape.clone(),
        (Shape::Unknown, shape) if a.kinds.is_none() => shape.clone(),
        _ => Shape::Unknown,
    }
}
