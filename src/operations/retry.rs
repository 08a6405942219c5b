//! Whether a failed attempt is tried again, and when: a written `retry`, or the schedule of the delivery contract.

use super::clock::Random;
use crate::resolve::program::{Policy, Retry};
use crate::store::Millis;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The longest pauses after the first tries; from then on the last of them.
const SCHEDULE: [u64; 6] = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 3 * HOUR];

/// How long an action without a written `retry` is tried, from its first try.
pub const SCHEDULE_ENDS: u64 = 24 * HOUR;

/// The tries of one action of one operation so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// Since the action began, or since a person ordered a retry.
    pub made: u32,
    pub first_at: Millis,
}

/// A further try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Again {
    pub due: Millis,
    pub pause: u64,
}

/// When to try again; `None` when the tries are over. `last_due` bounds it where a caller waits for the answer.
pub fn again(
    policy: &Policy,
    tries: Tries,
    now: Millis,
    retry_after: Option<u64>,
    caller_waits_until: Option<Millis>,
    random: &Random,
) -> Option<Again> {
    let (longest, most) = match policy.retry {
        Retry::None => return None,
        Retry::Unsaid if caller_waits_until.is_some() => return None,
        Retry::Unsaid => {
            let at = (tries.made.saturating_sub(1) as usize).min(SCHEDULE.len() - 1);
            (SCHEDULE.get(at).copied().unwrap_or(3 * HOUR), 3 * HOUR)
        }
        Retry::Times { times, .. } if tries.made > times => return None,
        Retry::Times { first, at_most, .. } => {
            let doubled = first.saturating_mul(1 << tries.made.saturating_sub(1).min(32));
            (doubled.min(at_most), at_most)
        }
    };
    // What the target asks for is kept to, but never beyond the longest pause that the step allows itself.
    let asked = retry_after.map_or(0, |seconds| seconds.saturating_mul(SECOND).min(most));
    let pause = random.up_to(longest).max(asked);
    let due = now.saturating_add(pause);
    let ends = match (policy.give_up_after, &policy.retry) {
        (Some(after), _) => tries.first_at.saturating_add(after),
        (None, Retry::Unsaid) => tries.first_at.saturating_add(SCHEDULE_ENDS),
        (None, _) => Millis::MAX,
    };
    let ends = ends.min(caller_waits_until.unwrap_or(Millis::MAX));
    (due < ends).then_some(Again { due, pause })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::actions::Rules;

    fn policy(retry: Retry) -> Policy {
        Policy {
            timeout: 10_000,
            retry,
            give_up_after: None,
            repeatable: true,
            rules: Rules::default(),
            answer_limit: 1 << 20,
            key: None,
            rate: None,
        }
    }

    #[test]
    fn unsaid_it_goes_on_for_a_day_and_not_at_all_before_the_answer() {
        let (policy, random) = (policy(Retry::Unsaid), Random::default());
        let mut now = 1_000;
        let mut tries = Tries { made: 1, first_at: now };
        while let Some(next) = again(&policy, tries, now, None, None, &random) {
            let at = (tries.made as usize - 1).min(5);
            assert!(next.pause <= SCHEDULE[at], "{next:?}");
            now = next.due;
            tries.made += 1;
        }
        assert!(now <= 1_000 + SCHEDULE_ENDS && tries.made > 8, "{now} {tries:?}");
        assert_eq!(again(&policy, Tries { made: 1, first_at: 0 }, 0, None, Some(5_000), &random), None);
    }

    #[test]
    fn a_written_retry_doubles_up_to_its_longest_pause_and_counts() {
        let policy = policy(Retry::Times { times: 3, first: 100, at_most: 250 });
        let random = Random::default();
        for (made, longest) in [(1, 100), (2, 200), (3, 250)] {
            let pauses: Vec<u64> = (0..500)
                .map(|_| again(&policy, Tries { made, first_at: 0 }, 0, None, None, &random).unwrap().pause)
                .collect();
            assert!(pauses.iter().all(|pause| *pause <= longest));
            assert!(pauses.iter().any(|pause| *pause > longest * 3 / 4), "drawn over the whole range");
        }
        assert_eq!(again(&policy, Tries { made: 4, first_at: 0 }, 0, None, None, &random), None);
    }

    #[test]
    fn retry_after_is_kept_to_within_the_longest_pause_and_give_up_bounds_all() {
        let mut policy = policy(Retry::Times { times: 9, first: 1_000, at_most: 60_000 });
        let random = Random::default();
        let tries = Tries { made: 1, first_at: 0 };
        assert!(again(&policy, tries, 0, Some(30), None, &random).unwrap().pause >= 30_000);
        assert_eq!(again(&policy, tries, 0, Some(3_600), None, &random).unwrap().pause, 60_000);
        policy.give_up_after = Some(20_000);
        assert_eq!(again(&policy, tries, 0, Some(30), None, &random), None);
    }
}
