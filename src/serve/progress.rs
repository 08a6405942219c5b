//! How far a connection is, and until when it may stay there. Shared by the socket, which sees bytes, the service,
//! which sees requests, and the timer that ends what takes too long; all three live in one task.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

use super::Options;

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// Nothing of a next request has come.
    Idle,
    Head,
    Body,
    /// The request is being handled, which has bounds of its own.
    Handling,
    Writing,
    /// A refusal was written; what the sender still sends is read and thrown away.
    Lingering,
}

/// One timer a connection reads this; moving on costs a store, not a timer.
pub struct Progress {
    started: Instant,
    phase: AtomicU8,
    /// Milliseconds after `started`; `u64::MAX` for none.
    deadline: AtomicU64,
    /// The body's deadline has passed: the service answers 408.
    late: AtomicBool,
    /// A head was framed in two ways: whatever comes next is refused.
    ambiguous: AtomicBool,
    /// An answer went out before the request was read to its end.
    unread: AtomicBool,
    head: Duration,
    body: Duration,
    idle: Duration,
    write: Duration,
    linger: Duration,
}

impl Progress {
    pub fn new(options: &Options) -> Progress {
        let progress = Progress {
            started: Instant::now(),
            phase: AtomicU8::new(Phase::Idle as u8),
            deadline: AtomicU64::new(0),
            late: AtomicBool::new(false),
            ambiguous: AtomicBool::new(false),
            unread: AtomicBool::new(false),
            head: options.head,
            body: options.body,
            idle: options.idle,
            write: options.write,
            linger: options.linger,
        };
        // The first byte and the first head share one deadline.
        progress.enter(Phase::Head);
        progress
    }

    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        let allowed = match phase {
            Phase::Idle => self.idle,
            Phase::Head => self.head,
            Phase::Body => self.body,
            Phase::Writing => self.write,
            Phase::Lingering => self.linger,
            Phase::Handling => return self.deadline.store(u64::MAX, Relaxed),
        };
        let deadline = (self.started.elapsed() + allowed).as_millis();
        self.deadline.store(u64::try_from(deadline).unwrap_or(u64::MAX), Relaxed);
    }

    pub fn is(&self, phase: Phase) -> bool {
        self.phase.load(Relaxed) == phase as u8
    }

    /// When the phase is over; `None` while there is no deadline.
    pub fn deadline(&self) -> Option<Instant> {
        match self.deadline.load(Relaxed) {
            u64::MAX => None,
            // The next whole millisecond: never a timer that wakes too early.
            deadline => Some(self.started + Duration::from_millis(deadline + 1)),
        }
    }

    /// The body's deadline has passed. From here on there is none until the answer is written.
    pub fn give_up_body(&self) {
        self.late.store(true, Relaxed);
        self.enter(Phase::Handling);
    }

    pub fn is_late(&self) -> bool {
        self.late.load(Relaxed)
    }

    pub fn set_ambiguous(&self) {
        self.ambiguous.store(true, Relaxed);
    }

    pub fn is_ambiguous(&self) -> bool {
        self.ambiguous.load(Relaxed)
    }

    pub fn set_unread(&self) {
        self.unread.store(true, Relaxed);
    }

    pub fn is_unread(&self) -> bool {
        self.unread.load(Relaxed)
    }
}
