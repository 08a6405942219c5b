//! Where an operation stands: what its rows say of it, folded into what lists show; and the counts of many.

use std::sync::Arc;

use super::{Index, Listed, Millis, State};
use crate::value::Id;

/// A reason in a list is cut to this many bytes; the log keeps all of it.
const REASON: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub state: State,
    pub status: u16,
    pub received_at: Millis,
    pub updated_at: Millis,
    pub bytes: u32,
    pub reason: Arc<str>,
}

impl Standing {
    /// After row 0.
    pub(super) fn first(row: &Index) -> Standing {
        Standing {
            state: row.state,
            status: row.status,
            received_at: row.at,
            updated_at: row.at,
            bytes: row.bytes,
            reason: short(&row.reason),
        }
    }

    /// After a further row. A row without a status leaves the one before it.
    pub(super) fn then(&mut self, row: &Index) {
        self.state = row.state;
        if row.status != 0 {
            self.status = row.status;
        }
        self.updated_at = row.at;
        self.bytes = self.bytes.saturating_add(row.bytes);
        self.reason = short(&row.reason);
    }

    pub(super) fn listed(&self, id: Id, pipeline: Arc<str>) -> Listed {
        Listed {
            id,
            pipeline,
            state: self.state,
            status: self.status,
            received_at: self.received_at,
            updated_at: self.updated_at,
            bytes: self.bytes,
            reason: Arc::clone(&self.reason),
        }
    }
}

/// Operations of a pipeline, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub received: u64,
    /// In the order of `State::ALL`.
    pub by_state: [u64; 7],
    pub bytes: u64,
}

impl Counts {
    /// One operation changes from what it was, if it was there, to what it is.
    pub(super) fn change(&mut self, was: Option<&Standing>, is: &Standing) {
        match was {
            None => self.received += 1,
            Some(was) => {
                if let Some(count) = self.by_state.get_mut(was.state as usize) {
                    *count = count.saturating_sub(1);
                }
                self.bytes = self.bytes.saturating_sub(u64::from(was.bytes));
            }
        }
        if let Some(count) = self.by_state.get_mut(is.state as usize) {
            *count += 1;
        }
        self.bytes += u64::from(is.bytes);
    }

    /// One operation is kept no longer.
    pub(super) fn forget(&mut self, was: &Standing) {
        self.received = self.received.saturating_sub(1);
        if let Some(count) = self.by_state.get_mut(was.state as usize) {
            *count = count.saturating_sub(1);
        }
        self.bytes = self.bytes.saturating_sub(u64::from(was.bytes));
    }

    pub(super) fn take_away(&mut self, other: &Counts) {
        self.received = self.received.saturating_sub(other.received);
        for (from, less) in self.by_state.iter_mut().zip(other.by_state) {
            *from = from.saturating_sub(less);
        }
        self.bytes = self.bytes.saturating_sub(other.bytes);
    }

    pub(super) fn add(&mut self, other: &Counts) {
        self.received += other.received;
        for (to, from) in self.by_state.iter_mut().zip(other.by_state) {
            *to += from;
        }
        self.bytes += other.bytes;
    }
}

fn short(reason: &Arc<str>) -> Arc<str> {
    match reason.get(..reason.floor_char_boundary(REASON)) {
        Some(cut) if cut.len() < reason.len() => Arc::from(cut),
        _ => Arc::clone(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let reason: Arc<str> = Arc::from("ж".repeat(150));
        assert_eq!(&*short(&reason), "ж".repeat(100));
        let odd: Arc<str> = Arc::from(format!("a{reason}"));
        assert_eq!(short(&odd).len(), 199);
    }
}
