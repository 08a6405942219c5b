//! What was refused at the door and is not kept as an operation: only numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// Statuses that the door gives, in order.
const STATUSES: [u16; 12] = [400, 401, 404, 405, 408, 413, 414, 415, 429, 431, 500, 503];

#[derive(Debug, Default)]
pub struct Counts {
    refused: [AtomicU64; STATUSES.len()],
    open: AtomicU64,
}

impl Counts {
    /// Each status with how many requests were refused with it since the start.
    pub fn refused(&self) -> impl Iterator<Item = (u16, u64)> {
        STATUSES.iter().zip(&self.refused).map(|(status, count)| (*status, count.load(Ordering::Relaxed)))
    }

    /// Connections that are open now.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    pub(super) fn connected(&self) -> Connected<'_> {
        self.open.fetch_add(1, Ordering::Relaxed);
        Connected(self)
    }

    pub(super) fn refuse(&self, status: u16) {
        if let Some(count) = STATUSES.binary_search(&status).ok().and_then(|at| self.refused.get(at)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// An open connection, counted until it is dropped: also when its task is cut off.
pub(super) struct Connected<'a>(&'a Counts);

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
