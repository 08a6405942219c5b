//! Ids that never go back in time, and the randomness behind them and behind the pauses of retries.

use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::store::Millis;
use crate::value::Id;

/// Numbers that nobody outside can foresee: SipHash of a counter, keyed by the system's randomness.
#[derive(Default)]
pub struct Random {
    key: RandomState,
    count: AtomicU64,
    /// What a test puts in the place of the key, so that it goes the same way each time.
    #[cfg(test)]
    seed: Option<u64>,
}

impl Random {
    #[cfg(test)]
    pub fn seeded(seed: u64) -> Random {
        Random { seed: Some(seed), ..Random::default() }
    }

    pub fn next(&self) -> u64 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        #[cfg(test)]
        if let Some(seed) = self.seed {
            return std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default()
                .hash_one((seed, count));
        }
        self.key.hash_one(count)
    }

    /// Evenly between 0 and `most`, both included.
    pub fn up_to(&self, most: u64) -> u64 {
        // The upper half of a 64 × 64 bit product spreads evenly, and never leaves the range.
        ((u128::from(self.next()) * (u128::from(most) + 1)) >> 64) as u64
    }
}

/// Gives ids whose time part never goes back, though the wall clock may.
#[derive(Default)]
pub struct Ids {
    random: Random,
    last: Mutex<Millis>,
}

impl Ids {
    /// `newest` is the time of the newest id in the store.
    pub fn after(newest: Millis) -> Ids {
        Ids { random: Random::default(), last: Mutex::new(newest) }
    }

    #[cfg(test)]
    pub fn seeded(newest: Millis, seed: u64) -> Ids {
        Ids { random: Random::seeded(seed), last: Mutex::new(newest) }
    }

    /// An id of a retention class, not before any that was given.
    pub fn next(&self, now: Millis, class: u8) -> Id {
        let millis = {
            let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            *last = now.max(*last);
            *last
        };
        let mut random = [0; 10];
        let bytes = self.random.next().to_le_bytes().into_iter().chain(self.random.next().to_le_bytes());
        for (to, from) in random.iter_mut().zip(bytes) {
            *to = from;
        }
        Id::new(millis, class, random)
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn ids_never_go_back() {
        let ids = Ids::after(1_000);
        let millis: Vec<u64> = [500, 2_000, 1_500].map(|now| ids.next(now, 0).millis()).into();
        assert_eq!(millis, [1_000, 2_000, 2_000]);
        assert_ne!(ids.next(1, 0), ids.next(1, 0));
    }

    #[test]
    fn random_numbers_keep_to_their_range() {
        let random = Random::default();
        let mut seen = [false; 4];
        for _ in 0..1_000 {
            seen[random.up_to(3) as usize] = true;
        }
        assert_eq!(seen, [true; 4]);
        assert_eq!(random.up_to(0), 0);
    }
}
