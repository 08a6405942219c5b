//! The bytes of values: a version byte, then fields in big-endian order.

use std::sync::Arc;

use super::super::holds::Place;
use super::super::standing::{Counts, Standing};
use super::super::{Index, Millis, State};
use crate::value::Id;

pub(super) const VERSION: u8 = 1;

/// Longest reason that a log row repeats outside of its facts; lists show less.
const REASON: usize = 4 << 10;

const PUT: u8 = 1;
const GONE: u8 = 2;
const NOTICE: u8 = 4;
const INTENT_OUT: u8 = 8;

/// A row of `log`: what the indexes and the work row are made from, then the facts as they were given. With it the
/// derived tables can be made again, and an operation's work row and notice be found by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogRow<'a> {
    pub pipeline: u32,
    pub index: Index,
    pub work: WorkNote,
    pub notice: bool,
    pub blobs: u16,
    pub facts: &'a [u8],
}

/// What a row did with the operation's work row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WorkNote {
    Kept,
    Put(Place, WorkRow),
    Gone,
}

/// A value of `work`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WorkRow {
    pub pause: u64,
    pub intent_out: bool,
}

/// A value of `claims`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ClaimRow<'a> {
    pub by: Id,
    pub end: Millis,
    pub answer: Option<&'a [u8]>,
}

impl<'a> LogRow<'a> {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut flags = if self.notice { NOTICE } else { 0 };
        match self.work {
            WorkNote::Kept => {}
            WorkNote::Gone => flags |= GONE,
            WorkNote::Put(_, work) => flags |= PUT | if work.intent_out { INTENT_OUT } else { 0 },
        }
        let reason = &self.index.reason;
        let reason = reason.get(..reason.floor_char_boundary(REASON)).unwrap_or_default();
        out.extend([VERSION, flags, self.index.state as u8]);
        out.extend(self.index.status.to_be_bytes());
        out.extend(self.index.at.to_be_bytes());
        out.extend(self.index.bytes.to_be_bytes());
        out.extend(self.pipeline.to_be_bytes());
        out.extend(self.blobs.to_be_bytes());
        out.extend((reason.len() as u16).to_be_bytes());
        out.extend_from_slice(reason.as_bytes());
        if let WorkNote::Put(place, work) = self.work {
            out.extend(place.lane.to_be_bytes());
            out.extend(place.due.to_be_bytes());
            out.extend(work.pause.to_be_bytes());
        }
        out.extend_from_slice(self.facts);
    }

    pub(super) fn read(bytes: &'a [u8]) -> Option<LogRow<'a>> {
        let mut from = Fields::new(bytes)?;
        let flags = from.u8()?;
        let state = from.state()?;
        let (status, at, bytes) = (from.u16()?, from.u64()?, from.u32()?);
        let (pipeline, blobs) = (from.u32()?, from.u16()?);
        let len = from.u16()?;
        let reason = from.text(usize::from(len))?;
        let work = if flags & PUT != 0 {
            let place = Place { lane: from.u32()?, due: from.u64()? };
            WorkNote::Put(place, WorkRow { pause: from.u64()?, intent_out: flags & INTENT_OUT != 0 })
        } else if flags & GONE != 0 {
            WorkNote::Gone
        } else {
            WorkNote::Kept
        };
        let index = Index { state, status, at, bytes, reason };
        Some(LogRow { pipeline, index, work, notice: flags & NOTICE != 0, blobs, facts: from.rest })
    }
}

impl WorkRow {
    pub(super) fn write(self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.pause.to_be_bytes());
        out.push(u8::from(self.intent_out));
        out
    }

    pub(super) fn read(bytes: &[u8]) -> Option<WorkRow> {
        let mut from = Fields::new(bytes)?;
        Some(WorkRow { pause: from.u64()?, intent_out: from.u8()? != 0 })
    }
}

impl<'a> ClaimRow<'a> {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.by.0);
        out.extend(self.end.to_be_bytes());
        out.push(u8::from(self.answer.is_some()));
        out.extend_from_slice(self.answer.unwrap_or_default());
        out
    }

    pub(super) fn read(bytes: &'a [u8]) -> Option<ClaimRow<'a>> {
        let mut from = Fields::new(bytes)?;
        let by = Id(from.take(16)?.try_into().ok()?);
        let (end, answered) = (from.u64()?, from.u8()? != 0);
        Some(ClaimRow { by, end, answer: answered.then_some(from.rest) })
    }
}

/// A value of `by_pipeline`.
pub(super) fn write_standing(standing: &Standing) -> Vec<u8> {
    let mut out = Vec::with_capacity(24 + standing.reason.len());
    out.extend([VERSION, standing.state as u8]);
    out.extend(standing.status.to_be_bytes());
    out.extend(standing.received_at.to_be_bytes());
    out.extend(standing.updated_at.to_be_bytes());
    out.extend(standing.bytes.to_be_bytes());
    out.extend_from_slice(standing.reason.as_bytes());
    out
}

pub(super) fn read_standing(bytes: &[u8]) -> Option<Standing> {
    let mut from = Fields::new(bytes)?;
    let (state, status) = (from.state()?, from.u16()?);
    let (received_at, updated_at, bytes) = (from.u64()?, from.u64()?, from.u32()?);
    let reason = from.text(from.rest.len())?;
    Some(Standing { state, status, received_at, updated_at, bytes, reason })
}

/// A value of `counts`.
pub(super) fn write_counts(counts: &Counts) -> Vec<u8> {
    let mut out = vec![VERSION];
    for count in [counts.received, counts.bytes].into_iter().chain(counts.by_state) {
        out.extend(count.to_be_bytes());
    }
    out
}

pub(super) fn read_counts(bytes: &[u8]) -> Option<Counts> {
    let mut from = Fields::new(bytes)?;
    let mut counts = Counts { received: from.u64()?, bytes: from.u64()?, ..Counts::default() };
    for count in &mut counts.by_state {
        *count = from.u64()?;
    }
    Some(counts)
}

/// Bytes behind a version byte.
pub(super) fn versioned(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![VERSION];
    out.extend_from_slice(bytes);
    out
}

/// What stands behind the version byte, if it is this version's.
pub(super) fn content(bytes: &[u8]) -> Option<&[u8]> {
    Some(Fields::new(bytes)?.rest)
}

pub(super) struct Fields<'a> {
    pub rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Fields<'a>> {
        let (version, rest) = bytes.split_first()?;
        (*version == VERSION).then_some(Fields { rest })
    }

    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    fn state(&mut self) -> Option<State> {
        State::ALL.get(usize::from(self.u8()?)).copied()
    }

    fn text(&mut self, len: usize) -> Option<Arc<str>> {
        std::str::from_utf8(self.take(len)?).ok().map(Arc::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_row_comes_back_as_it_was() {
        let index = Index { state: State::Failed, status: 502, at: 9, bytes: 700, reason: "time-out".into() };
        let place = Place { lane: 3, due: 5_000 };
        for work in [
            WorkNote::Kept,
            WorkNote::Gone,
            WorkNote::Put(place, WorkRow { pause: 4, intent_out: true }),
            WorkNote::Put(place, WorkRow { pause: 4, intent_out: false }),
        ] {
            let row =
                LogRow { pipeline: 7, index: index.clone(), work, notice: true, blobs: 2, facts: b"facts" };
            let mut bytes = Vec::new();
            row.write(&mut bytes);
            assert_eq!(LogRow::read(&bytes), Some(row));
        }
    }

    #[test]
    fn another_version_is_not_read() {
        assert_eq!(WorkRow::read(&[2; 10]), None);
        assert_eq!(WorkRow::read(&[]), None);
        assert_eq!(content(&[VERSION, 8]), Some(&[8][..]));
    }
}
