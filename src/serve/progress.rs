//! How far a connection is, and until when it may stay there. Shared by the socket, which sees bytes, the service,
//! which sees requests, and the timer that ends what takes too long; all three live in one task.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::Relaxed};
use std::time::Duration;

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

/// Moving on costs a store: the timer looks at the clock once for all that happened since it looked last.
pub struct Progress {
    phase: AtomicU8,
    /// A phase began that the timer has not seen.
    moved_on: AtomicBool,
    /// The body's deadline has passed: the service answers 408.
    late: AtomicBool,
    /// A head was framed in two ways: whatever comes next is refused.
    ambiguous: AtomicBool,
    /// An answer went out before the request was read to its end.
    unread: AtomicBool,
}

impl Progress {
    /// The first byte and the first head share one deadline.
    pub fn new() -> Progress {
        Progress {
            phase: AtomicU8::new(Phase::Head as u8),
            moved_on: AtomicBool::new(true),
            late: AtomicBool::new(false),
            ambiguous: AtomicBool::new(false),
            unread: AtomicBool::new(false),
        }
    }

    pub fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
        self.moved_on.store(true, Relaxed);
    }

    /// True once for whatever phases began since the last call.
    pub fn moved_on(&self) -> bool {
        self.moved_on.load(Relaxed) && self.moved_on.swap(false, Relaxed)
    }

    /// How long the present phase may last in all; `None` while a request is handled.
    pub fn allowed(&self, options: &Options) -> Option<Duration> {
        let allowed = |phase, allowed| self.is(phase).then_some(allowed);
        allowed(Phase::Idle, options.idle)
            .or_else(|| allowed(Phase::Head, options.head))
            .or_else(|| allowed(Phase::Body, options.body))
            .or_else(|| allowed(Phase::Writing, options.write))
            .or_else(|| allowed(Phase::Lingering, options.linger))
    }

    pub fn is(&self, phase: Phase) -> bool {
        self.phase.load(Relaxed) == phase as u8
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
