//! The clocks, read in one place.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::operations::{Look, Steady};
use crate::store::Millis;

/// Unix time in milliseconds.
pub fn now_millis() -> Millis {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as Millis)
}

/// The wall clock against the machine's count of time.
pub struct Clock {
    steady: Steady,
    began: Instant,
}

impl Clock {
    /// `newest` is the time of the newest id in the store.
    pub fn after(newest: Millis) -> Clock {
        Clock { steady: Steady::after(newest, now_millis(), 0), began: Instant::now() }
    }

    pub fn look(&self) -> Look {
        let look = self.steady.look(now_millis(), self.began.elapsed().as_millis() as Millis);
        if let Some(by) = look.jumped {
            tracing::warn!(
                "the clock jumped by {} s: nothing is removed for its age, and no dedupe key ends, until it has run steadily for ten minutes",
                by / 1_000
            );
        }
        look
    }
}
