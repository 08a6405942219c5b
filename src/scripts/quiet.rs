//! When a folder that changes is looked at: a save may empty, remove or half-write a file on its way, so only when
//! nothing has happened for a while, and in a folder that never rests, after a bounded time all the same.

use std::time::{Duration, Instant};

/// Without an event for so long, the folder is taken to be whole.
const QUIET: Duration = Duration::from_millis(100);
/// After the first event nobody waits longer.
const AT_MOST: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub struct Quiet {
    /// The first and the last event that nobody has acted on.
    waiting: Option<(Instant, Instant)>,
}

impl Quiet {
    pub fn event(&mut self, now: Instant) {
        let first = self.waiting.map_or(now, |(first, _)| first);
        self.waiting = Some((first, now));
    }

    /// When to act, as far as is known now.
    pub fn due(&self) -> Option<Instant> {
        self.waiting.map(|(first, last)| (last + QUIET).min(first + AT_MOST))
    }

    /// True once for each run of events, when it is time.
    pub fn fires(&mut self, now: Instant) -> bool {
        let fires = self.due().is_some_and(|due| due <= now);
        if fires {
            self.waiting = None;
        }
        fires
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds events at these milliseconds, and gives those at which it fires, looking every ten.
    fn fired(events: &[u64]) -> Vec<u64> {
        let start = Instant::now();
        let mut quiet = Quiet::default();
        let mut fired = Vec::new();
        for now in (0..2_000).step_by(10) {
            if events.contains(&now) {
                quiet.event(start + Duration::from_millis(now));
            }
            if quiet.fires(start + Duration::from_millis(now)) {
                fired.push(now);
            }
        }
        fired
    }

    #[test]
    fn one_save_is_one_change() {
        assert_eq!(fired(&[]), Vec::<u64>::new());
        assert_eq!(fired(&[50]), [150]);
        assert_eq!(fired(&[50, 140, 230]), [330]);
        assert_eq!(fired(&[50, 300]), [150, 400]);
    }

    #[test]
    fn a_folder_that_never_rests_is_looked_at_all_the_same() {
        let events: Vec<u64> = (0..1_000).step_by(10).collect();
        assert_eq!(fired(&events), [500, 1_010]);
    }
}
