//! What is kept by id, the oldest first. Nearly all comes in the order of ids, and goes in it too: then both ends of one row
//! cost less than a tree.

use std::collections::VecDeque;

use crate::value::Id;

pub(super) struct InOrder<T>(VecDeque<(Id, T)>);

impl<T> Default for InOrder<T> {
    fn default() -> InOrder<T> {
        InOrder(VecDeque::new())
    }
}

impl<T> InOrder<T> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Id, &T)> {
        self.0.iter().map(|(id, entry)| (id, entry))
    }

    /// Those from `low` on and before `high`, the newest first.
    pub(super) fn newest_first(&self, low: Id, high: Id) -> impl Iterator<Item = (&Id, &T)> {
        let before = |bound: Id| self.0.partition_point(|(id, _)| *id < bound);
        let (from, to) = (before(low), before(high));
        self.0.range(from..to.max(from)).rev().map(|(id, entry)| (id, entry))
    }

    pub(super) fn get(&self, id: Id) -> Option<&T> {
        self.0.get(self.place(id).ok()?).map(|(_, entry)| entry)
    }

    pub(super) fn insert(&mut self, id: Id, entry: T) {
        match self.0.back() {
            Some((last, _)) if *last >= id => match self.place(id) {
                Ok(place) => drop(self.0.get_mut(place).map(|(_, own)| *own = entry)),
                Err(place) => self.0.insert(place, (id, entry)),
            },
            _ => self.0.push_back((id, entry)),
        }
    }

    pub(super) fn remove(&mut self, id: Id) -> Option<T> {
        let place = self.place(id).ok()?;
        self.0.remove(place).map(|(_, entry)| entry)
    }

    pub(super) fn remove_oldest(&mut self) -> Option<(Id, T)> {
        self.0.pop_front()
    }

    fn place(&self, id: Id) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.cmp(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> Id {
        Id([n; 16])
    }

    #[test]
    fn who_comes_late_finds_its_place() {
        let mut all = InOrder::default();
        for n in [1, 5, 3, 9, 7, 5] {
            all.insert(id(n), n);
        }
        let between: Vec<u8> = all.newest_first(id(3), id(9)).map(|(_, n)| *n).collect();
        assert_eq!(between, [7, 5, 3]);
        assert_eq!(all.newest_first(id(9), id(3)).count(), 0);
        assert_eq!((all.get(id(5)), all.get(id(6)), all.len()), (Some(&5), None, 5));
        assert_eq!((all.remove(id(5)), all.remove(id(5))), (Some(5), None));
        assert_eq!(all.remove_oldest().map(|(_, n)| n), Some(1));
        assert_eq!(all.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [3, 7, 9]);
    }
}
