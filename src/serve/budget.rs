//! A byte budget over all bodies in flight: many senders with small bodies cost as much memory as one with a large one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub struct Budget {
    left: AtomicUsize,
}

/// Bytes taken from a budget; given back when dropped.
pub struct Lease {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Budget {
    pub fn new(bytes: usize) -> Budget {
        Budget { left: AtomicUsize::new(bytes) }
    }

    pub fn lease(self: &Arc<Budget>) -> Lease {
        Lease { budget: self.clone(), bytes: 0 }
    }
}

impl Lease {
    /// Takes what has arrived, never what was announced: announcing costs a sender nothing. False if it is not there.
    pub fn grow(&mut self, bytes: usize) -> bool {
        let taken = self
            .budget
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes))
            .is_ok();
        if taken {
            self.bytes += bytes;
        }
        taken
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.budget.left.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_leased_comes_back() {
        let budget = Arc::new(Budget::new(10));
        let mut first = budget.lease();
        assert!(first.grow(4) && first.grow(4));
        let mut second = budget.lease();
        assert!(!second.grow(3));
        assert!(second.grow(2));
        drop(first);
        assert!(second.grow(8));
    }
}
