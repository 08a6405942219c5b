//! Whether the wall clock can be trusted: against the machine's own count of time, a jump is seen. While it is doubted,
//! nothing is removed for its age, and claims end by the time as it went before.

use std::sync::{Mutex, PoisonError};

use crate::store::Millis;

/// What is more than the clock of a healthy machine is ever set by.
const JUMP: u64 = 5 * 60 * 1_000;

/// How long it must run steadily until it is believed again.
const STEADY: Millis = 10 * 60 * 1_000;

pub struct Steady {
    seen: Mutex<Seen>,
}

struct Seen {
    wall: Millis,
    /// Of a count that only ever goes on.
    count: Millis,
    /// How far it jumped, in sum, while it is doubted.
    off: i64,
    doubted_at: Option<Millis>,
}

/// What one look at the clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The time as it went before the jump, while the clock is doubted; else the wall's.
    pub steady: Millis,
    pub doubted: bool,
    /// It jumped since the last look, by so many milliseconds.
    pub jumped: Option<i64>,
}

impl Steady {
    /// `newest` is the time of the newest id in the store: if it lies ahead, the clock was set back meanwhile.
    pub fn after(newest: Millis, wall: Millis, count: Millis) -> Steady {
        let is_back = newest > wall.saturating_add(JUMP);
        let seen = Seen { wall: if is_back { newest } else { wall }, count, off: 0, doubted_at: None };
        Steady { seen: Mutex::new(seen) }
    }

    /// `count` is in milliseconds, from any beginning.
    pub fn look(&self, wall: Millis, count: Millis) -> Look {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let expected = seen.wall.saturating_add(count.saturating_sub(seen.count));
        let by = wall.cast_signed().saturating_sub(expected.cast_signed());
        let jumped = (by.unsigned_abs() > JUMP).then_some(by);
        (seen.wall, seen.count) = (wall, count.max(seen.count));
        if let Some(by) = jumped {
            seen.off = seen.off.saturating_add(by);
            seen.doubted_at = Some(count);
        } else if seen.doubted_at.is_some_and(|at| count.saturating_sub(at) >= STEADY) {
            (seen.off, seen.doubted_at) = (0, None);
        }
        let steady = wall.saturating_add_signed(seen.off.saturating_neg());
        Look { steady, doubted: seen.doubted_at.is_some(), jumped }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;
    const NOW: u64 = 1_764_000_000_000;

    #[test]
    fn a_clock_that_runs_is_believed() {
        let clock = Steady::after(NOW - 1, NOW, 0);
        for minute in 1..100 {
            // It may run a little fast, and be set by minutes.
            let wall = NOW + minute * MINUTE + minute * 50 + if minute > 50 { 4 * MINUTE } else { 0 };
            let look = clock.look(wall, minute * MINUTE);
            assert_eq!(look, Look { steady: wall, doubted: false, jumped: None });
        }
    }

    #[test]
    fn after_a_jump_time_goes_on_as_before_until_ten_minutes_are_steady() {
        let clock = Steady::after(NOW, NOW, 0);
        let ahead = 48 * 60 * MINUTE;
        let look = clock.look(NOW + MINUTE + ahead, MINUTE);
        let by = Some(ahead.cast_signed());
        assert_eq!(look, Look { steady: NOW + MINUTE, doubted: true, jumped: by });
        let look = clock.look(NOW + 9 * MINUTE + ahead, 9 * MINUTE);
        assert_eq!(look, Look { steady: NOW + 9 * MINUTE, doubted: true, jumped: None });
        // Back again: the ten minutes begin anew.
        let look = clock.look(NOW + 10 * MINUTE, 10 * MINUTE);
        assert_eq!((look.steady, look.doubted), (NOW + 10 * MINUTE, true));
        assert!(clock.look(NOW + 19 * MINUTE, 19 * MINUTE).doubted);
        let look = clock.look(NOW + 20 * MINUTE, 20 * MINUTE);
        assert_eq!(look, Look { steady: NOW + 20 * MINUTE, doubted: false, jumped: None });
    }

    #[test]
    fn a_jump_that_stays_is_believed_in_the_end() {
        let clock = Steady::after(NOW, NOW, 0);
        let wall = |minute: u64| NOW + minute * MINUTE - 60 * MINUTE;
        assert_eq!(clock.look(wall(1), MINUTE).steady, NOW + MINUTE);
        let look = clock.look(wall(11), 11 * MINUTE);
        assert_eq!(look, Look { steady: wall(11), doubted: false, jumped: None });
    }

    #[test]
    fn a_start_with_a_clock_behind_the_store_doubts_it() {
        let clock = Steady::after(NOW + 60 * MINUTE, NOW, 0);
        let look = clock.look(NOW, 0);
        assert_eq!((look.steady, look.doubted), (NOW + 60 * MINUTE, true));
    }
}
