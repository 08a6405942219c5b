//! `rate N per D`: at most N calls in any stretch of D.

use std::collections::VecDeque;

use crate::resolve::program::Rate;
use crate::store::Millis;

/// The calls of the last stretch.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: Rate,
    /// When they were made, oldest first; never more than the rate's count.
    made: VecDeque<Millis>,
}

impl Bucket {
    /// Empty, as after a start: what was called before it is not known, so it counts as spread evenly over the last
    /// stretch, and one call after the other comes free.
    pub(super) fn empty(rate: Rate, now: Millis) -> Bucket {
        let count = u64::from(rate.count);
        let made = (1..=count).map(|nth| (now + nth * rate.per / count).saturating_sub(rate.per)).collect();
        Bucket { rate, made }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    /// Another rate is declared: what was called stays called.
    pub(super) fn change(&mut self, rate: Rate) {
        self.rate = rate;
        while self.made.len() > rate.count as usize {
            self.made.pop_front();
        }
    }

    /// Counts a call, if one may be made now.
    pub(super) fn take(&mut self, now: Millis) -> bool {
        let may = self.free_at(now) <= now;
        if may {
            if self.made.len() >= self.rate.count as usize {
                self.made.pop_front();
            }
            self.made.push_back(now);
        }
        may
    }

    /// The last call was not made after all.
    pub(super) fn give_back(&mut self) {
        self.made.pop_back();
    }

    /// When the next call may be made.
    pub(super) fn free_at(&mut self, now: Millis) -> Millis {
        // The clock was set back: what was called lies no further off than now.
        for made in self.made.iter_mut().rev().take_while(|made| **made > now) {
            *made = now;
        }
        while self.made.front().is_some_and(|oldest| oldest + self.rate.per <= now) {
            self.made.pop_front();
        }
        match self.made.front() {
            Some(oldest) if self.made.len() >= self.rate.count as usize => oldest + self.rate.per,
            _ => now,
        }
    }
}

impl Rate {
    /// Whether it lets fewer calls through, or as many in smaller bursts.
    pub fn is_stricter_than(self, other: Rate) -> bool {
        let (own, others) =
            (u128::from(self.count) * u128::from(other.per), u128::from(other.count) * u128::from(self.per));
        own < others || (own == others && self.count < other.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 86_400_000;

    #[test]
    fn no_stretch_holds_more_calls_than_the_rate() {
        let rate = Rate { count: 3, per: 1_000 };
        let mut bucket = Bucket::empty(rate, DAY);
        let made: Vec<Millis> = (DAY..DAY + 10_000).filter(|now| bucket.take(*now)).collect();
        for (at, first) in made.iter().enumerate() {
            let within = made.iter().skip(at).take_while(|made| **made < first + 1_000).count();
            assert!(within <= 3, "{within} from {first}");
        }
        assert!(made.len() >= 28, "{}", made.len());
    }

    #[test]
    fn it_begins_empty_and_fills_evenly() {
        let mut bucket = Bucket::empty(Rate { count: 4, per: 1_000 }, DAY);
        let made: Vec<Millis> =
            (DAY..DAY + 1_000).filter(|now| bucket.take(*now)).map(|now| now - DAY).collect();
        assert_eq!(made, [250, 500, 750]);
        // After a quiet stretch all of it is there at once.
        let later = DAY + 60_000;
        assert_eq!((0..9).filter(|_| bucket.take(later)).count(), 4);
        assert_eq!(bucket.free_at(later), later + 1_000);
        bucket.give_back();
        assert!(bucket.take(later) && !bucket.take(later));
        // The clock is set back by an hour: nothing waits longer than one stretch.
        assert_eq!(bucket.free_at(later - 3_600_000), later - 3_600_000 + 1_000);
    }

    #[test]
    fn another_rate_keeps_what_was_called() {
        let mut bucket = Bucket::empty(Rate { count: 10, per: 1_000 }, 0);
        assert_eq!((0..10).filter(|_| bucket.take(DAY)).count(), 10);
        bucket.change(Rate { count: 2, per: 1_000 });
        assert!(!bucket.take(DAY + 999) && bucket.take(DAY + 1_000));
    }

    #[test]
    fn the_strictest_rate_is_the_one_that_lets_fewer_through() {
        let rate = |count, per| Rate { count, per };
        assert!(rate(100, 60_000).is_stricter_than(rate(10, 1_000)));
        assert!(!rate(10, 1_000).is_stricter_than(rate(100, 60_000)));
        assert!(rate(1, 1_000).is_stricter_than(rate(60, 60_000)));
        assert!(!rate(1, 1_000).is_stricter_than(rate(1, 1_000)));
    }
}
