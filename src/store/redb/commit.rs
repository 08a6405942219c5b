//! One batch, one durable transaction. What it changes in memory is applied only after it is durable.

use ::redb::{AccessGuard, Durability, ReadableTable, WriteTransaction};

use super::super::holds::{Held, Holds, Place, may_write};
use super::super::names::{Mark, Names};
use super::super::{
    ACCEPTED, Accept, Claim, ClaimChange, Fault, Hash, Millis, Program, Row, Step, StoreError, Work,
    WorkChange, Write, Written, planted,
};
use super::errors::unreadable;
use super::live::{Changes, Live, NewRow};
use super::tables::{
    NAMES, PROGRAMS, SETTINGS, Tables, USES, blob_key, claim_key, log_key, name_key, notice_key, work_key,
};
use super::values::{ClaimRow, LogRow, WorkNote, WorkRow, versioned};
use super::{Redb, apart, derive};
use crate::value::{Bytes, Id};

pub(super) const PIPELINE: u8 = 0;
pub(super) const HOST: u8 = 1;
pub(super) const LANE: u8 = 2;

/// The longest value of `blobs`.
const PART: usize = 1 << 20;

/// When derived rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Derived {
    WhenDue,
    Now,
}

pub(super) struct Committed {
    pub written: Vec<Written>,
    /// Operations whose derived rows were written in bulk.
    pub derived: usize,
}

pub(super) fn commit(
    store: &Redb,
    batch: &[Write],
    now: Millis,
    derived: Derived,
) -> Result<Committed, StoreError> {
    if batch.is_empty() && derived == Derived::WhenDue {
        return Ok(Committed { written: Vec::new(), derived: 0 });
    }
    if planted(Fault::ClaimApart) {
        apart::claims(store, batch, now)?;
    }
    let committed = transact(store, now, |transaction| transaction.write(batch, derived))?;
    if planted(Fault::WorkApart) {
        apart::work(store, batch, &committed.written, now)?;
    }
    Ok(committed)
}

/// One durable transaction. Nothing of it is known in memory before it is durable.
pub(super) fn transact<T>(
    store: &Redb,
    now: Millis,
    act: impl FnOnce(&mut Batch<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let _writing = store.writing();
    store.with_database(|database| {
        let mut txn = database.begin_write()?;
        txn.set_quick_repair(true);
        if planted(Fault::NoSync) {
            txn.set_durability(Durability::None)?;
        }
        let (done, changes, names) = {
            let mut live = store.live();
            let names = live.names.mark();
            let done = Batch::new(&txn, &mut live, now).run(act, names);
            match done {
                // Keys that are taken, and rows that are there already: nothing to wait for the disk for.
                Ok((done, changes)) if !changes.written => {
                    live.names.roll_back(names);
                    txn.abort()?;
                    return Ok(done);
                }
                Ok((done, changes)) => {
                    live.hold_early(&changes);
                    (done, changes, names)
                }
                Err(error) => {
                    live.names.roll_back(names);
                    return Err(error);
                }
            }
        };
        if let Err(error) = txn.commit() {
            store.live().names.roll_back(names);
            return Err(error.into());
        }
        store.live().apply(changes, now);
        Ok(done)
    })
}

/// One transaction as it is written.
pub(super) struct Batch<'a> {
    pub tables: Tables<'a>,
    pub live: &'a mut Live,
    pub changes: Changes,
    now: Millis,
    /// A row as it is written, used again for each.
    scratch: Vec<u8>,
}

impl<'a> Batch<'a> {
    fn new(txn: &'a WriteTransaction, live: &'a mut Live, now: Millis) -> Batch<'a> {
        Batch { tables: Tables::new(txn), live, changes: Changes::default(), now, scratch: Vec::new() }
    }

    fn run<T>(
        mut self,
        act: impl FnOnce(&mut Batch<'a>) -> Result<T, StoreError>,
        names: Mark,
    ) -> Result<(T, Changes), StoreError> {
        let done = act(&mut self)?;
        save_names(&mut self.tables, &self.live.names, names)?;
        Ok((done, self.changes))
    }

    fn write(&mut self, batch: &[Write], derived: Derived) -> Result<Committed, StoreError> {
        let count = self.derive(derived)?;
        let mut written = Vec::with_capacity(batch.len());
        for write in batch {
            written.push(self.one(write)?);
        }
        Ok(Committed { written, derived: count })
    }

    /// Writes derived rows in bulk; gives of how many operations.
    pub(super) fn derive(&mut self, derived: Derived) -> Result<usize, StoreError> {
        let count = match derived {
            Derived::Now => self.live.tail.operations.len(),
            Derived::WhenDue => derive::due(&self.live.tail, self.now),
        };
        self.changes.mark = derive::bulk(&mut self.tables, &self.live.tail, count)?;
        self.changes.written |= self.changes.mark.is_some();
        Ok(count)
    }

    fn one(&mut self, write: &Write) -> Result<Written, StoreError> {
        match write {
            Write::Accept(accept) => self.accept(accept),
            Write::Step(step) => self.step(step),
            Write::Rejected(rejected) => {
                let pipeline = self.live.names.pipelines.take(&rejected.pipeline);
                self.row(rejected.id, 0, pipeline, &rejected.row, Beside::nothing())?;
                Ok(Written::Done)
            }
            Write::Notice { pipeline, id, time, reason } => {
                self.changes.written = true;
                let key = notice_key(self.live.names.pipelines.take(pipeline), *time, *id);
                self.tables.notices()?.insert(&key, versioned(reason.as_bytes()).as_slice())?;
                Ok(Written::Done)
            }
            Write::NoticeSent { pipeline, id, time } => {
                self.changes.written = true;
                if let Some(pipeline) = self.live.names.pipelines.find(pipeline) {
                    self.tables.notices()?.remove(&notice_key(pipeline, *time, *id))?;
                }
                Ok(Written::Done)
            }
            Write::Setting { key, value } => {
                self.changes.written = true;
                let mut settings = self.tables.txn().open_table(SETTINGS)?;
                settings.insert(key.as_str(), versioned(value).as_slice())?;
                Ok(Written::Done)
            }
        }
    }

    fn accept(&mut self, accept: &Accept) -> Result<Written, StoreError> {
        let pipeline = self.live.names.pipelines.take(&accept.pipeline);
        if let Some(claim) = &accept.claim {
            if self.tables.log()?.get(&log_key(accept.id, 0))?.is_some() {
                return Ok(Written::Done);
            }
            if let Some(duplicate) = self.take(pipeline, claim, accept.id)? {
                return Ok(duplicate);
            }
        }
        let note = match &accept.work {
            Some(work) => self.placed(work),
            None => WorkNote::Kept,
        };
        self.program(&accept.program)?;
        let program = Some(accept.program.hash);
        let beside = Beside { work: note, notice: accept.notice.as_deref(), program };
        if !self.row(accept.id, 0, pipeline, &accept.row, beside)? {
            return Ok(Written::Done);
        }
        self.put(accept.id, note, accept.work.as_ref().filter(|work| work.held).map(|_| ACCEPTED))?;
        Ok(Written::Done)
    }

    fn step(&mut self, step: &Step) -> Result<Written, StoreError> {
        let held = self.live.held(&self.changes, step.id);
        let mut place = held.map(|held| held.place);
        if held.is_none_or(|held| held.fence != step.fence) {
            let log = self.tables.log()?;
            if log.get(&log_key(step.id, step.n))?.is_some() {
                return Ok(Written::Done);
            }
            if log.get(&log_key(step.id, 0))?.is_none() {
                return Ok(Written::Fenced);
            }
            let found = work_of(log, step.id)?.map(|(place, _)| place);
            if !may_write(held, step.fence, || Ok::<_, StoreError>(found.is_some()))? {
                return Ok(Written::Fenced);
            }
            place = found;
        }
        let pipeline = self.live.names.pipelines.take(&step.pipeline);
        if let ClaimChange::Take(claim) = &step.claim {
            if self.tables.log()?.get(&log_key(step.id, step.n))?.is_some() {
                return Ok(Written::Done);
            }
            if let Some(duplicate) = self.take(pipeline, claim, step.id)? {
                return Ok(duplicate);
            }
        }
        let note = match &step.work {
            WorkChange::Keep => WorkNote::Kept,
            WorkChange::Put(work) => self.placed(work),
            WorkChange::Remove => WorkNote::Gone,
        };
        let beside = Beside { work: note, notice: step.notice.as_deref(), program: None };
        if !self.row(step.id, step.n, pipeline, &step.row, beside)? {
            return Ok(Written::Done);
        }
        self.change_claim(pipeline, step)?;
        if let (WorkChange::Put(_) | WorkChange::Remove, Some(place)) = (&step.work, place) {
            self.tables.work()?.remove(&work_key(place, step.id))?;
            *self.changes.depths.entry(place.lane).or_default() -= 1;
        }
        match &step.work {
            WorkChange::Keep => {}
            WorkChange::Remove => {
                self.changes.holds.insert(step.id, None);
            }
            WorkChange::Put(work) => {
                self.changes.holds.insert(step.id, None);
                self.put(step.id, note, work.held.then_some(Holds::after(step.fence)))?;
            }
        }
        Ok(Written::Done)
    }

    /// Writes a row with its bodies and its notice. False if it was there already: then it stays as it was.
    fn row(
        &mut self,
        id: Id,
        n: u16,
        pipeline: u32,
        row: &Row,
        Beside { work, notice, program }: Beside<'_>,
    ) -> Result<bool, StoreError> {
        self.scratch.clear();
        let blobs = row.blobs.len() as u16;
        let index = row.index.clone();
        LogRow { pipeline, index, work, notice: notice.is_some(), blobs, facts: &row.facts }
            .write(&mut self.scratch);
        let key = log_key(id, n);
        let log = self.tables.log()?;
        // One descent of the tree both writes and looks whether it was there, which is rare enough to be undone.
        let before = log.insert(&key, self.scratch.as_slice())?.map(|value| value.value().to_vec());
        if let Some(before) = before
            && !planted(Fault::DoubleInsert)
        {
            log.insert(&key, before.as_slice())?;
            return Ok(false);
        }
        self.changes.written = true;
        self.blobs(id, n, &row.blobs)?;
        if let Some(reason) = notice {
            let key = notice_key(pipeline, row.index.at, id);
            self.tables.notices()?.insert(&key, versioned(reason.as_bytes()).as_slice())?;
        }
        self.index(NewRow { id, pipeline, index: row.index.clone(), program })?;
        Ok(true)
    }

    fn index(&mut self, row: NewRow) -> Result<(), StoreError> {
        if row.id <= self.mark() {
            return derive::one(&mut self.tables, &row);
        }
        self.changes.rows.push(row);
        Ok(())
    }

    /// Derived rows are written for all operations up to this id, once this is durable.
    pub(super) fn mark(&self) -> Id {
        self.changes.mark.unwrap_or(self.live.tail.mark)
    }

    fn blobs(&mut self, id: Id, n: u16, blobs: &[Bytes]) -> Result<(), StoreError> {
        let mut part = 0_u16;
        for (number, blob) in (0_u16..).zip(blobs) {
            for piece in blob.chunks(PART) {
                let mut value = versioned(&number.to_be_bytes());
                value.extend_from_slice(piece);
                self.tables.blobs()?.insert(&blob_key(id, n, part), value.as_slice())?;
                part = part.saturating_add(1);
            }
        }
        Ok(())
    }

    pub(super) fn placed(&mut self, work: &Work) -> WorkNote {
        let place = Place { lane: self.live.names.take_lane(&work.lane), due: work.due };
        WorkNote::Put(place, WorkRow { pause: work.pause, intent_out: work.intent_out })
    }

    fn put(&mut self, id: Id, note: WorkNote, fence: Option<u64>) -> Result<(), StoreError> {
        if planted(Fault::WorkApart) {
            return Ok(());
        }
        self.insert_work(id, note, fence)
    }

    pub(super) fn insert_work(
        &mut self,
        id: Id,
        note: WorkNote,
        fence: Option<u64>,
    ) -> Result<(), StoreError> {
        let WorkNote::Put(place, work) = note else { return Ok(()) };
        self.tables.work()?.insert(&work_key(place, id), work.write().as_slice())?;
        *self.changes.depths.entry(place.lane).or_default() += 1;
        if let Some(fence) = fence {
            self.changes.holds.insert(id, Some(Held { fence, place }));
        }
        Ok(())
    }

    /// Takes a claim, unless it is another's.
    pub(super) fn take(
        &mut self,
        pipeline: u32,
        claim: &Claim,
        id: Id,
    ) -> Result<Option<Written>, StoreError> {
        let key = claim_key(pipeline, claim.key);
        let now = self.now;
        let claims = self.tables.claims()?;
        if let Some(value) = claims.get(&key)? {
            let taken = ClaimRow::read(value.value()).ok_or_else(|| unreadable("claims"))?;
            if taken.by == id {
                return Ok(None);
            }
            if taken.end > now {
                let answer = taken.answer.map(Bytes::copy_from_slice);
                return Ok(Some(Written::Duplicate { of: taken.by, answer }));
            }
        }
        if claim.kept {
            let row = ClaimRow { by: id, end: claim.end, answer: claim.answer.as_deref() };
            claims.insert(&key, row.write().as_slice())?;
        }
        Ok(None)
    }

    /// Gives an own claim its answer, or lets go of it.
    fn change_claim(&mut self, pipeline: u32, step: &Step) -> Result<(), StoreError> {
        let key = match &step.claim {
            ClaimChange::Keep | ClaimChange::Take(_) => return Ok(()),
            ClaimChange::Answer { key, .. } | ClaimChange::Release { key } => claim_key(pipeline, *key),
        };
        let claims = self.tables.claims()?;
        let taken = match claims.get(&key)? {
            Some(value) => {
                let taken = ClaimRow::read(value.value()).ok_or_else(|| unreadable("claims"))?;
                (taken.by == step.id).then_some(taken.end)
            }
            None => None,
        };
        // One that has ended meanwhile may be another's, or swept away.
        let Some(end) = taken else { return Ok(()) };
        match &step.claim {
            ClaimChange::Answer { answer, .. } => {
                let row = ClaimRow { by: step.id, end, answer: answer.as_deref() };
                claims.insert(&key, row.write().as_slice())?;
            }
            _ => drop(claims.remove(&key)?),
        }
        Ok(())
    }

    fn program(&mut self, program: &Program) -> Result<(), StoreError> {
        if self.live.programs.contains(&program.hash) || self.changes.programs.contains(&program.hash) {
            return Ok(());
        }
        let mut programs = self.tables.txn().open_table(PROGRAMS)?;
        if programs.get(&program.hash)?.is_none() {
            let value = postcard::to_extend(&(program.edition, &program.files), versioned(&[]))
                .map_err(|error| StoreError::Io(format!("a program cannot be written: {error}")))?;
            programs.insert(&program.hash, value.as_slice())?;
            let mut uses = self.tables.txn().open_table(USES)?;
            uses.insert(&program.hash, versioned(&0_u64.to_be_bytes()).as_slice())?;
        }
        self.changes.programs.push(program.hash);
        Ok(())
    }
}

/// What is written with a row.
struct Beside<'a> {
    work: WorkNote,
    notice: Option<&'a str>,
    /// Of a first row.
    program: Option<Hash>,
}

impl Beside<'_> {
    fn nothing() -> Self {
        Beside { work: WorkNote::Kept, notice: None, program: None }
    }
}

/// The work row of an operation, as the newest row of its log that says something about it left it.
pub(super) fn work_of(
    log: &impl ReadableTable<&'static [u8; 19], &'static [u8]>,
    id: Id,
) -> Result<Option<(Place, WorkRow)>, StoreError> {
    for row in log.range::<&[u8; 19]>(&log_key(id, 0)..=&log_key(id, u16::MAX))?.rev() {
        let value: AccessGuard<'_, &[u8]> = row?.1;
        match LogRow::read(value.value()).ok_or_else(|| unreadable("log"))?.work {
            WorkNote::Kept => {}
            WorkNote::Gone => return Ok(None),
            WorkNote::Put(place, work) => return Ok(Some((place, work))),
        }
    }
    Ok(None)
}

fn save_names(tables: &mut Tables<'_>, names: &Names, before: Mark) -> Result<(), StoreError> {
    if names.mark() == before {
        return Ok(());
    }
    let mut table = tables.txn().open_table(NAMES)?;
    for (kind, texts, from) in
        [(PIPELINE, &names.pipelines, before.pipelines), (HOST, &names.hosts, before.hosts)]
    {
        for (number, text) in (0_u32..).zip(&texts.all).skip(from) {
            table.insert(&name_key(kind, number), versioned(text.as_bytes()).as_slice())?;
        }
    }
    for (number, (pipeline, host)) in (0_u32..).zip(&names.lanes.all).skip(before.lanes) {
        let mut value = versioned(&pipeline.to_be_bytes());
        value.extend(host.to_be_bytes());
        table.insert(&name_key(LANE, number), value.as_slice())?;
    }
    Ok(())
}
