//! A host that does not answer is left alone: after so many calls in a row without a whole answer the breaker opens, and
//! lets one call through from time to time, until one is answered.

use crate::store::Millis;

/// Calls in a row that came to nothing, from which on it is open.
pub const OPENS_AFTER: u32 = 20;

/// Pauses between the calls that an open one lets through; from then on the last of them.
const PAUSES: [u64; 5] = [5_000, 10_000, 20_000, 40_000, 60_000];

#[derive(Debug, Default)]
pub(super) struct Breaker {
    /// Calls in a row that came to nothing.
    failed: u32,
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Open {
    /// When the next call is let through.
    pub next: Millis,
    /// How often one was.
    tries: usize,
}

/// What the answer of a host, or that there was none, says of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A whole answer below 500.
    Alive,
    /// No connection, or nobody knows what came of the call.
    Dead,
    /// A whole answer that says "later".
    Busy,
}

impl Breaker {
    pub(super) fn open(&self) -> Option<Open> {
        self.open
    }

    pub(super) fn failed(&self) -> u32 {
        self.failed
    }

    /// Lets one call through an open breaker; gives how it stood before, for a call that is not made after all.
    pub(super) fn let_through(&mut self, now: Millis) -> Option<Open> {
        let before = self.open.filter(|open| open.next <= now)?;
        let tries = before.tries + 1;
        self.open = Some(Open { next: now + pause(tries), tries });
        Some(before)
    }

    pub(super) fn give_back(&mut self, before: Open) {
        if self.open.is_some() {
            self.open = Some(before);
        }
    }

    /// Takes in what came of a call. `let_through` says whether it was one that an open breaker let through. True if the
    /// breaker closed.
    pub(super) fn see(&mut self, seen: Seen, let_through: bool, now: Millis) -> bool {
        match (seen, &mut self.open) {
            (Seen::Alive, _) => {
                self.failed = 0;
                return self.open.take().is_some();
            }
            (Seen::Dead | Seen::Busy, Some(open)) => {
                self.failed = self.failed.saturating_add(u32::from(seen == Seen::Dead));
                if let_through {
                    open.next = open.next.max(now + pause(open.tries));
                }
            }
            (Seen::Dead, None) => {
                self.failed += 1;
                if self.failed >= OPENS_AFTER {
                    self.open = Some(Open { next: now + pause(0), tries: 0 });
                }
            }
            (Seen::Busy, None) => {}
        }
        false
    }
}

fn pause(tries: usize) -> u64 {
    PAUSES.get(tries).or(PAUSES.last()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(now: Millis) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..OPENS_AFTER {
            assert_eq!(breaker.open(), None);
            breaker.see(Seen::Dead, false, now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_twenty_in_a_row_and_an_answer_between_begins_anew() {
        let mut breaker = Breaker::default();
        for round in 0..60 {
            let seen = if round % 20 == 19 { Seen::Alive } else { Seen::Dead };
            breaker.see(seen, false, 0);
        }
        assert_eq!(breaker.open(), None);
        // A whole answer that says "later" counts neither way.
        for _ in 0..19 {
            breaker.see(Seen::Dead, false, 0);
            breaker.see(Seen::Busy, false, 0);
        }
        assert_eq!((breaker.open(), breaker.failed()), (None, 19));
        breaker.see(Seen::Dead, false, 7);
        assert_eq!(breaker.open().unwrap().next, 5_007);
    }

    #[test]
    fn one_call_is_let_through_at_a_time_further_and_further_apart() {
        let mut breaker = opened(0);
        let mut now = 0;
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let next = breaker.open().unwrap().next;
            assert_eq!(breaker.let_through(next - 1), None);
            assert!(breaker.let_through(next).is_some());
            assert_eq!(breaker.let_through(next), None);
            pauses.push(next - now);
            now = next;
            assert!(!breaker.see(Seen::Dead, true, now));
        }
        assert_eq!(pauses, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
        // The pause runs from when it is known that the call came to nothing.
        let next = breaker.open().unwrap().next;
        breaker.let_through(next);
        breaker.see(Seen::Dead, true, next + 10_000);
        assert_eq!(breaker.open().unwrap().next, next + 70_000);
        // Calls that were out when it opened say nothing new.
        breaker.see(Seen::Dead, false, next + 69_000);
        assert_eq!(breaker.open().unwrap().next, next + 70_000);
        assert!(breaker.see(Seen::Alive, true, next + 70_000));
        assert_eq!((breaker.open(), breaker.failed()), (None, 0));
    }

    #[test]
    fn a_call_that_was_not_made_is_given_back() {
        let mut breaker = opened(0);
        let before = breaker.let_through(6_000).unwrap();
        breaker.give_back(before);
        assert!(breaker.let_through(6_000).is_some());
    }
}
