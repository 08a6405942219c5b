//! The operations in memory: nothing outlives the process. All open ones are kept, and the newest 10,000 that have ended,
//! fewer where their bodies are large.
//! A commit runs on the server's own thread, so it does no more than a few pushes; rows are decoded only when asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;

use super::holds::{Held, Holds, Place, may_write};
use super::in_order::InOrder;
use super::names::Names;
use super::search::{Bounds, Needle};
use super::standing::{Counts, Standing};
use super::{
    ACCEPTED, Accept, Claim, ClaimChange, Claimed, Cursor, Filter, Hash, Lane, LaneHead, Limits, Millis,
    Notice, Operation, Page, Program, Rejected, Retention, Row, SWEEP, Span, State, Step, Store, StoreError,
    Summary, Tended, Upkeep, Work, WorkChange, Write, Written, decode, is_astray,
};
use crate::value::{Bytes, Id};

const ENDED: usize = 10_000;

/// Bytes of all that have ended.
const ENDED_BYTES: u64 = 256 << 20;

#[derive(Default)]
pub(super) struct Memory {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    names: Names,
    holds: Holds,
    open: BTreeMap<Id, Entry>,
    ended: InOrder<Entry>,
    /// Of their rows.
    ended_bytes: u64,
    /// Of all that were ever here: most that come are newer, and need not be looked for.
    newest: Option<Id>,
    work: BTreeMap<(Place, Id), Work>,
    /// How much of it each lane has.
    depths: BTreeMap<u32, u64>,
    claims: BTreeMap<(u32, [u8; 16]), Taken>,
    /// The claim that the sweep looks at next.
    sweep_at: (u32, [u8; 16]),
    notices: BTreeMap<(u32, Millis, Id), String>,
    programs: BTreeMap<Hash, Arc<Program>>,
    /// By the pipeline's number.
    counts: Vec<Counts>,
    settings: BTreeMap<String, Vec<u8>>,
    /// The chunk that rows are written into now.
    chunk: BytesMut,
}

struct Entry {
    pipeline: u32,
    standing: Standing,
    first: Stored,
    /// Behind the first; most operations have none.
    more: Vec<Stored>,
    place: Option<Place>,
    /// The time of its notice.
    notice: Option<Millis>,
}

/// A row as it is kept.
struct Stored {
    /// A part of a chunk that many rows share: the oldest rows lie in memory that is cold by now, and a chunk is given
    /// back whole when the last of its rows goes.
    facts: Bytes,
    blobs: Vec<Bytes>,
}

impl Entry {
    fn rows(&self) -> impl Iterator<Item = &Stored> {
        std::iter::once(&self.first).chain(&self.more)
    }
}

/// How much room for rows is taken at once.
const CHUNK: usize = 1 << 20;

struct Taken {
    by: Id,
    end: Millis,
    answer: Option<Bytes>,
}

impl Store for Memory {
    fn commit(&self, batch: &[Write], now: Millis) -> Result<Vec<Written>, StoreError> {
        let mut kept = self.kept();
        Ok(batch.iter().map(|write| kept.write(write, now)).collect())
    }

    fn claim(&self, lanes: &[(Lane, usize)], now: Millis) -> Result<Vec<Claimed>, StoreError> {
        let kept = &mut *self.kept();
        let mut claimed = Vec::new();
        for (lane, count) in lanes {
            let Some(lane) = kept.names.find_lane(lane) else { continue };
            let due = kept
                .work
                .range((Place { lane, due: 0 }, Id([0; 16]))..=(Place { lane, due: now }, Id([0xff; 16])))
                .filter(|((_, id), _)| kept.holds.get(*id).is_none())
                .take(*count);
            let due: Vec<_> = due.map(|((place, id), work)| (*place, *id, work.clone())).collect();
            for (place, id, work) in due {
                let fence = kept.holds.claim(id, place);
                claimed.push(Claimed { id, work: Work { held: true, ..work }, fence });
            }
        }
        Ok(claimed)
    }

    fn strays(&self, now: Millis, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        let kept = &mut *self.kept();
        let free = |id: &Id| kept.holds.get(*id).is_none();
        let (mut out, mut astray) = (Vec::new(), Vec::new());
        for ((place, id), work) in kept.work.iter().filter(|((_, id), _)| free(id)) {
            if work.intent_out {
                out.push((*place, *id, work.clone()));
            } else if astray.len() < limit && is_astray(work.due, work.pause, now) {
                astray.push((*place, *id, work.clone()));
            }
        }
        let found = out.into_iter().chain(astray);
        Ok(found
            .map(|(place, id, work)| {
                let fence = kept.holds.claim(id, place);
                Claimed { id, work: Work { held: true, ..work }, fence }
            })
            .collect())
    }

    fn lanes(&self) -> Result<Vec<LaneHead>, StoreError> {
        let kept = self.kept();
        let heads = kept.depths.iter().filter_map(|(lane, depth)| {
            let (low, high) = (Place { lane: *lane, due: 0 }, Place { lane: *lane, due: Millis::MAX });
            let mut work = kept.work.range((low, Id([0; 16]))..=(high, Id([0xff; 16])));
            // What is held is at work, and so little that it is stepped over.
            let ((place, _), _) = work.find(|((_, id), _)| kept.holds.get(*id).is_none())?;
            Some(LaneHead { lane: kept.names.lane(*lane)?, due: place.due, depth: *depth })
        });
        let mut heads: Vec<LaneHead> = heads.collect();
        heads.sort_by(|a, b| a.lane.cmp(&b.lane));
        Ok(heads)
    }

    fn load(&self, id: Id) -> Result<Option<Operation>, StoreError> {
        self.kept().load(id)
    }

    fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.kept().list(filter, after, limit)
    }

    fn program(&self, hash: Hash) -> Result<Option<Program>, StoreError> {
        Ok(self.kept().programs.get(&hash).map(|program| Program {
            hash,
            edition: program.edition,
            files: program.files.clone(),
        }))
    }

    fn programs(&self) -> Result<Vec<Hash>, StoreError> {
        Ok(self.kept().programs.keys().copied().collect())
    }

    fn noticed(&self) -> Result<Vec<Arc<str>>, StoreError> {
        let kept = self.kept();
        let numbers: BTreeSet<u32> = kept.notices.keys().map(|(pipeline, _, _)| *pipeline).collect();
        let mut names: Vec<Arc<str>> =
            numbers.into_iter().filter_map(|number| kept.names.pipelines.get(number)).collect();
        names.sort();
        Ok(names)
    }

    fn notices(
        &self,
        pipeline: &str,
        after: Option<(Millis, Id)>,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        let kept = self.kept();
        let Some(number) = kept.names.pipelines.find(pipeline) else { return Ok(Vec::new()) };
        let from = match after {
            Some((time, id)) => Bound::Excluded((number, time, id)),
            None => Bound::Included((number, 0, Id([0; 16]))),
        };
        let to = Bound::Included((number, Millis::MAX, Id([u8::MAX; 16])));
        let found = kept.notices.range((from, to)).take(limit).map(|((_, time, id), reason)| Notice {
            pipeline: pipeline.into(),
            time: *time,
            id: *id,
            reason: reason.clone(),
        });
        Ok(found.collect())
    }

    fn tend(&self, plan: &Upkeep, now: Millis) -> Result<Tended, StoreError> {
        let mut kept = self.kept();
        let claims = if plan.claims { kept.sweep(now) } else { 0 };
        let tended = plan.retention.as_ref().map_or_else(Tended::default, |plan| kept.retain(plan, now));
        Ok(Tended { claims, ..tended })
    }

    fn summary(&self, of: &Span) -> Result<Summary, StoreError> {
        let kept = self.kept();
        let only = of.pipeline.as_ref().map(|name| kept.names.pipelines.find(name));
        let wanted = |pipeline: u32| only.is_none_or(|only| only == Some(pipeline));
        let mut sum = Counts::default();
        for (_, counts) in (0_u32..).zip(&kept.counts).filter(|(pipeline, _)| wanted(*pipeline)) {
            sum.add(counts);
        }
        let notices = kept.notices.keys().filter(|(pipeline, _, _)| wanted(*pipeline)).count();
        Ok(Summary {
            received: sum.received,
            by_state: sum.by_state,
            bytes: sum.bytes,
            notices_waiting: notices as u64,
            settings: kept.settings.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        })
    }

    fn reopen(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn copy_to(&self, _: &Path) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("a store in memory has nothing on disk to copy"))
    }

    fn gathers(&self) -> bool {
        false
    }
}

impl Memory {
    /// What another process finds, were it on a disk; this one is empty then.
    #[cfg(test)]
    pub(super) fn begin_again(&self, epoch: u64) -> Memory {
        let kept = std::mem::take(&mut *self.kept());
        Memory { kept: Mutex::new(Kept { holds: Holds::new(epoch), ..kept }) }
    }

    /// A panic elsewhere left at most one write half done; what is there still serves.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn write(&mut self, write: &Write, now: Millis) -> Written {
        match write {
            Write::Accept(accept) => self.accept(accept, now),
            Write::Step(step) => self.step(step, now),
            Write::Rejected(rejected) => self.reject(rejected),
            Write::Notice { pipeline, id, time, reason } => {
                let pipeline = self.names.pipelines.take(pipeline);
                self.notices.insert((pipeline, *time, *id), reason.clone());
                Written::Done
            }
            Write::NoticeSent { pipeline, id, time } => {
                if let Some(pipeline) = self.names.pipelines.find(pipeline) {
                    self.notices.remove(&(pipeline, *time, *id));
                }
                Written::Done
            }
            Write::Setting { key, value } => {
                self.settings.insert(key.clone(), value.clone());
                Written::Done
            }
        }
    }

    fn accept(&mut self, accept: &Accept, now: Millis) -> Written {
        if self.find(accept.id).is_some() {
            return Written::Done;
        }
        let pipeline = self.names.pipelines.take(&accept.pipeline);
        if let Some(claim) = &accept.claim
            && let Some(duplicate) = self.take(pipeline, claim, accept.id, now)
        {
            return duplicate;
        }
        self.programs.entry(accept.program.hash).or_insert_with(|| Arc::clone(&accept.program));
        let mut entry = self.entry(pipeline, &accept.row);
        entry.place = accept.work.as_ref().map(|work| self.put(accept.id, work, ACCEPTED));
        self.notice(&mut entry, accept.id, accept.row.index.at, accept.notice.as_ref());
        self.keep(accept.id, entry);
        Written::Done
    }

    fn step(&mut self, step: &Step, now: Millis) -> Written {
        let Some(entry) = self.find(step.id) else { return Written::Fenced };
        if entry.more.len() >= usize::from(step.n) {
            return Written::Done;
        }
        let waiting = entry.place.is_some();
        if may_write(self.holds.get(step.id), step.fence, || Ok::<_, ()>(waiting)) != Ok(true) {
            return Written::Fenced;
        }
        let pipeline = entry.pipeline;
        if let Some(duplicate) = self.change_claim(pipeline, &step.claim, step.id, now) {
            return duplicate;
        }
        let Some(mut entry) = self.take_out(step.id) else {
            return Written::Fenced;
        };
        let was = entry.standing.clone();
        entry.standing.then(&step.row.index);
        if let Some(counts) = self.counts.get_mut(entry.pipeline as usize) {
            counts.change(Some(&was), &entry.standing);
        }
        let stored = self.stored(&step.row);
        entry.more.push(stored);
        if !matches!(step.work, WorkChange::Keep) {
            if let Some(place) = entry.place.take() {
                self.remove_work(place, step.id);
            }
            self.holds.release(step.id);
        }
        if let WorkChange::Put(work) = &step.work {
            entry.place = Some(self.put(step.id, work, step.fence));
        }
        self.notice(&mut entry, step.id, step.row.index.at, step.notice.as_ref());
        self.keep(step.id, entry);
        Written::Done
    }

    fn reject(&mut self, rejected: &Rejected) -> Written {
        if self.find(rejected.id).is_none() {
            let pipeline = self.names.pipelines.take(&rejected.pipeline);
            let entry = self.entry(pipeline, &rejected.row);
            self.keep(rejected.id, entry);
        }
        Written::Done
    }

    fn find(&self, id: Id) -> Option<&Entry> {
        if self.newest.is_none_or(|newest| newest < id) {
            return None;
        }
        self.open.get(&id).or_else(|| self.ended.get(id))
    }

    fn entry(&mut self, pipeline: u32, row: &Row) -> Entry {
        let standing = Standing::first(&row.index);
        if self.counts.len() <= pipeline as usize {
            self.counts.resize_with(pipeline as usize + 1, Counts::default);
        }
        if let Some(counts) = self.counts.get_mut(pipeline as usize) {
            counts.change(None, &standing);
        }
        Entry { pipeline, standing, first: self.stored(row), more: Vec::new(), place: None, notice: None }
    }

    fn stored(&mut self, row: &Row) -> Stored {
        if self.chunk.capacity() < row.facts.len() {
            self.chunk = BytesMut::with_capacity(CHUNK.max(row.facts.len()));
        }
        self.chunk.extend_from_slice(&row.facts);
        Stored { facts: self.chunk.split().freeze(), blobs: row.blobs.clone() }
    }

    /// Takes a claim, unless it is another's.
    fn take(&mut self, pipeline: u32, claim: &Claim, id: Id, now: Millis) -> Option<Written> {
        let key = (pipeline, claim.key);
        match self.claims.get(&key) {
            Some(taken) if taken.by == id => return None,
            Some(taken) if taken.end > now => {
                return Some(Written::Duplicate { of: taken.by, answer: taken.answer.clone() });
            }
            _ => {}
        }
        if claim.kept {
            self.claims.insert(key, Taken { by: id, end: claim.end, answer: claim.answer.clone() });
        }
        None
    }

    fn change_claim(&mut self, pipeline: u32, change: &ClaimChange, id: Id, now: Millis) -> Option<Written> {
        match change {
            ClaimChange::Keep => {}
            ClaimChange::Take(claim) => return self.take(pipeline, claim, id, now),
            ClaimChange::Answer { key, answer } => {
                if let Some(taken) = self.claims.get_mut(&(pipeline, *key)).filter(|taken| taken.by == id) {
                    taken.answer = answer.clone();
                }
            }
            ClaimChange::Release { key } => {
                let key = (pipeline, *key);
                if self.claims.get(&key).is_some_and(|taken| taken.by == id) {
                    self.claims.remove(&key);
                }
            }
        }
        None
    }

    /// A piece of the way through the claims; gives how many were removed.
    fn sweep(&mut self, now: Millis) -> usize {
        let seen = self.claims.range(self.sweep_at..).take(SWEEP);
        let ended: Vec<_> = seen.filter(|(_, taken)| taken.end <= now).map(|(key, _)| *key).collect();
        let next = self.claims.range(self.sweep_at..).nth(SWEEP).map(|(key, _)| *key);
        self.sweep_at = next.unwrap_or_default();
        for key in &ended {
            self.claims.remove(key);
        }
        ended.len()
    }

    fn remove_work(&mut self, place: Place, id: Id) {
        if self.work.remove(&(place, id)).is_some()
            && let Some(depth) = self.depths.get_mut(&place.lane)
        {
            *depth -= 1;
            if *depth == 0 {
                self.depths.remove(&place.lane);
            }
        }
    }

    fn put(&mut self, id: Id, work: &Work, fence: u64) -> Place {
        let place = Place { lane: self.names.take_lane(&work.lane), due: work.due };
        if self.work.insert((place, id), Work { held: false, ..work.clone() }).is_none() {
            *self.depths.entry(place.lane).or_default() += 1;
        }
        if work.held {
            self.holds.hold(id, Held { fence: Holds::after(fence), place });
        }
        place
    }

    fn notice(&mut self, entry: &mut Entry, id: Id, at: Millis, reason: Option<&String>) {
        let Some(reason) = reason else { return };
        entry.notice = Some(at);
        self.notices.insert((entry.pipeline, at, id), reason.clone());
    }

    fn keep(&mut self, id: Id, entry: Entry) {
        self.newest = self.newest.max(Some(id));
        if entry.standing.state == State::Open {
            self.open.insert(id, entry);
            return;
        }
        self.ended_bytes += u64::from(entry.standing.bytes);
        self.ended.insert(id, entry);
        while self.ended.len() > ENDED || self.ended_bytes > ENDED_BYTES {
            let Some((id, gone)) = self.ended.remove_oldest() else { return };
            self.forget(id, &gone);
        }
    }

    /// Removes an operation that has ended, with all that there is of it.
    fn remove(&mut self, id: Id) {
        if let Some(gone) = self.ended.remove(id) {
            self.forget(id, &gone);
        }
    }

    /// What is counted and indexed of an operation that was removed.
    fn forget(&mut self, id: Id, gone: &Entry) {
        self.ended_bytes -= u64::from(gone.standing.bytes);
        if let Some(time) = gone.notice {
            self.notices.remove(&(gone.pipeline, time, id));
        }
        if let Some(counts) = self.counts.get_mut(gone.pipeline as usize) {
            counts.forget(&gone.standing);
        }
    }

    /// All at once: there is not much. Programs stay: they are few, and served again at any time.
    fn retain(&mut self, plan: &Retention, now: Millis) -> Tended {
        let limits: Vec<Limits> = self
            .names
            .pipelines
            .all
            .iter()
            .map(|name| *plan.pipelines.get(name).unwrap_or(&plan.rest))
            .collect();
        let mut over: Vec<(u64, u64)> = limits
            .iter()
            .zip(&self.counts)
            .map(|(limits, has)| {
                (has.bytes.saturating_sub(limits.bytes), has.received.saturating_sub(limits.count))
            })
            .collect();
        // What a claim has no answer of itself for, is told from the log.
        let needed: BTreeSet<Id> =
            self.claims.values().filter(|taken| taken.answer.is_none()).map(|taken| taken.by).collect();
        let mut gone = Vec::new();
        for (id, entry) in self.ended.iter().filter(|(id, _)| !needed.contains(*id)) {
            let at = entry.pipeline as usize;
            let (Some(limits), Some((bytes, count))) = (limits.get(at), over.get_mut(at)) else { continue };
            let age = plan.ages.get(usize::from(id.class())).copied().flatten();
            let state = entry.standing.state;
            let kept = if state == State::Failed { Some(limits.failed) } else { age };
            let is_old = kept.is_some_and(|kept| id.millis() < now.saturating_sub(kept));
            let goes = match state {
                State::Failed => is_old,
                state => state.is_settled() && (is_old || *bytes > 0 || *count > 0),
            };
            if goes {
                *bytes = bytes.saturating_sub(u64::from(entry.standing.bytes));
                *count = count.saturating_sub(1);
                gone.push(*id);
            }
        }
        for id in &gone {
            self.remove(*id);
        }
        let full = self.names.pipelines.all.iter().zip(&over).filter(|(_, (bytes, _))| *bytes > 0);
        Tended {
            removed: gone.len(),
            full: full.map(|(name, _)| name.clone()).collect(),
            ..Tended::default()
        }
    }

    /// Takes an operation out, to be changed and kept again.
    fn take_out(&mut self, id: Id) -> Option<Entry> {
        if let Some(entry) = self.open.remove(&id) {
            return Some(entry);
        }
        let entry = self.ended.remove(id)?;
        self.ended_bytes -= u64::from(entry.standing.bytes);
        Some(entry)
    }

    fn load(&self, id: Id) -> Result<Option<Operation>, StoreError> {
        let Some(entry) = self.find(id) else { return Ok(None) };
        let rows = entry.rows().map(|row| decode(&row.facts, &row.blobs));
        let rows = rows.collect::<Result<_, _>>().map_err(|why| StoreError::Row(id, why))?;
        let work = entry.place.and_then(|place| self.work.get(&(place, id)));
        let notice = entry.notice.and_then(|time| self.notices.get(&(entry.pipeline, time, id)));
        Ok(Some(Operation {
            id,
            pipeline: self.names.pipelines.get(entry.pipeline).unwrap_or_default(),
            rows,
            work: work.map(|work| Work { held: self.holds.get(id).is_some(), ..work.clone() }),
            notice: notice.cloned(),
            notice_sent: entry.notice.is_some() && notice.is_none(),
        }))
    }

    fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        let bounds = Bounds::of(filter, after);
        let mut page = Page::default();
        if bounds.is_empty() {
            return Ok(page);
        }
        let needle = filter.text.as_deref().map(Needle::new);
        let mut open = self.open.range(bounds.low..bounds.high).rev().peekable();
        let mut ended = self.ended.newest_first(bounds.low, bounds.high).peekable();
        loop {
            let newest = match (open.peek(), ended.peek()) {
                (Some((a, _)), Some((b, _))) if a > b => open.next(),
                (Some(_), None) => open.next(),
                _ => ended.next(),
            };
            let Some((id, entry)) = newest else { return Ok(page) };
            let Some(pipeline) = self.names.pipelines.get(entry.pipeline) else { continue };
            if filter.pipeline.as_ref().is_some_and(|only| *only != pipeline)
                || filter.state.is_some_and(|only| only != entry.standing.state)
            {
                continue;
            }
            if let Some(needle) = &needle {
                let found = needle.in_list(*id, &entry.standing.reason)
                    || self.load(*id)?.is_some_and(|operation| needle.in_request(&operation));
                if !found {
                    continue;
                }
            }
            page.items.push(entry.standing.listed(*id, pipeline));
            if page.items.len() >= limit.max(1) {
                page.next = (open.peek().is_some() || ended.peek().is_some()).then_some(Cursor(*id));
                return Ok(page);
            }
        }
    }
}
