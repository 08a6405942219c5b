//! The one writer: it takes what is queued, commits once, and wakes those who wait. No timer: a batch forms while the one
//! before is being synced. A store that costs no wait is written to directly.
//!
//! When a commit fails, what would be new is dropped and told so, and what has happened already stays in the queue; the
//! store is opened again every second until it writes.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, oneshot, watch};

use super::clock::{Clock, now_millis};
use crate::operations;
use crate::store::{Fault, Store, StoreError, Write, Written, planted};
use crate::value::Id;

/// Bounds of one commit.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 8 << 20;

/// Bounds of the queue: beyond them new requests are refused at the door.
const QUEUE: usize = 4_096;
const QUEUE_BYTES: usize = 32 << 20;

/// How long a store that failed is left alone before it is opened again.
const AGAIN: Duration = Duration::from_secs(1);

/// The room in the queue, and with it what is still taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Much,
    /// Rows of rejected requests are dropped.
    Little,
    /// A new operation would only wait in line, so it is refused, and parked work is left where it is.
    None,
}

/// Hands writes to the store.
#[derive(Clone)]
pub struct Writer {
    store: Arc<dyn Store>,
    clock: Arc<Clock>,
    /// `None` where the store does not gather.
    queue: Option<Arc<Queue>>,
    /// A notice was queued in the store.
    noticed: Arc<Notify>,
}

struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
    /// Whether the store writes.
    healthy: watch::Sender<bool>,
}

#[derive(Default)]
struct Waiting {
    writes: Vec<Write>,
    /// Who waits for each of them.
    done: Vec<Done>,
    bytes: usize,
    closed: bool,
    /// Upkeep met trouble of the store.
    trouble: Option<String>,
}

type Done = oneshot::Sender<Result<Written, String>>;

impl Writer {
    /// Starts the writing thread, if the store needs one. It ends when `close` is called and the queue is empty.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(
        store: Arc<dyn Store>,
        clock: Arc<Clock>,
    ) -> std::io::Result<(Writer, Option<std::thread::JoinHandle<()>>)> {
        Writer::start_with(store, clock, AGAIN)
    }

    /// `again` is how long a store that failed is left alone.
    fn start_with(
        store: Arc<dyn Store>,
        clock: Arc<Clock>,
        again: Duration,
    ) -> std::io::Result<(Writer, Option<std::thread::JoinHandle<()>>)> {
        if !store.gathers() {
            return Ok((Writer { store, clock, queue: None, noticed: Arc::default() }, None));
        }
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            filled: Condvar::new(),
            healthy: watch::Sender::new(true),
        });
        let writer = Writer {
            store: store.clone(),
            clock: clock.clone(),
            queue: Some(queue.clone()),
            noticed: Arc::default(),
        };
        let hand = Hand { queue, store, clock, again };
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || hand.run())?;
        Ok((writer, Some(thread)))
    }

    /// How much room the queue has. What tells of calls that were made is never refused: there are no more of it than
    /// calls.
    pub fn room(&self) -> Room {
        let Some(queue) = &self.queue else { return Room::Much };
        let waiting = queue.lock();
        let over = |part: usize| waiting.writes.len() >= QUEUE / part || waiting.bytes >= QUEUE_BYTES / part;
        match (over(1), over(2)) {
            (true, _) => Room::None,
            (false, true) => Room::Little,
            (false, false) => Room::Much,
        }
    }

    /// Whether the store failed, and was not opened again yet.
    pub fn has_failed(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| !*queue.healthy.borrow())
    }

    /// Waits until the store fails.
    pub async fn failing(&self) {
        self.until(false).await;
    }

    /// Waits until the store writes.
    pub async fn healed(&self) {
        self.until(true).await;
    }

    async fn until(&self, wanted: bool) {
        match &self.queue {
            Some(queue) => {
                // The sender lives as long as the queue that is borrowed here.
                let _ = queue.healthy.subscribe().wait_for(|healthy| *healthy == wanted).await;
            }
            None if wanted => {}
            None => std::future::pending().await,
        }
    }

    /// Upkeep failed: whatever it was, the handle is not written to again.
    pub fn trouble(&self, error: &StoreError) {
        if let Some(queue) = &self.queue {
            queue.lock().trouble = Some(error.to_string());
            queue.filled.notify_one();
        }
    }

    /// Commits one write, with whatever else is queued. A further row of an operation waits until a store that failed
    /// writes again.
    ///
    /// # Errors
    /// The store failed, and what is in it is not known, but what would be new there will have ended as aborted; or the
    /// server is stopping.
    pub async fn commit(&self, write: Write) -> Result<Written, String> {
        let has_notice = queues_notice(&write);
        let written = self.write(write).await;
        if has_notice && written.is_ok() {
            self.noticed.notify_one();
        }
        written
    }

    /// Commits many that belong to no request, in order, a few at a time: who waits for an answer is not held up.
    ///
    /// # Errors
    /// The store failed; what is in it is then not known.
    pub async fn commit_all(&self, writes: Vec<Write>) -> Result<(), String> {
        let mut writes = writes.into_iter();
        loop {
            let some: Vec<Write> = writes.by_ref().take(BATCH / 4).collect();
            if some.is_empty() {
                return Ok(());
            }
            let Some(queue) = &self.queue else {
                self.store.commit(&some, self.clock.look().steady).map_err(|error| error.to_string())?;
                continue;
            };
            let results: Vec<_> =
                some.into_iter().map(|write| queue.push(write)).collect::<Result<_, _>>()?;
            for result in results {
                result.await.unwrap_or_else(|_| Err("the writer stopped".to_owned()))?;
            }
        }
    }

    /// Told when a notice was queued.
    pub fn noticed(&self) -> &Notify {
        &self.noticed
    }

    async fn write(&self, write: Write) -> Result<Written, String> {
        let Some(queue) = &self.queue else {
            return one(self.store.commit(&[write], self.clock.look().steady));
        };
        queue.push(write)?.await.unwrap_or_else(|_| Err("the writer stopped".to_owned()))
    }

    /// Lets the thread end once all that is queued is written.
    pub fn close(&self) {
        if let Some(queue) = &self.queue {
            queue.lock().closed = true;
            queue.filled.notify_one();
        }
    }
}

impl Queue {
    /// What is given tells what became of it.
    fn push(&self, write: Write) -> Result<oneshot::Receiver<Result<Written, String>>, String> {
        let (done, result) = oneshot::channel();
        let mut waiting = self.lock();
        if waiting.closed {
            return Err("the server is stopping".to_owned());
        }
        if !is_kept(&write) && !*self.healthy.borrow() {
            return Err("the store failed, and is being opened again".to_owned());
        }
        waiting.bytes += size(&write);
        waiting.writes.push(write);
        waiting.done.push(done);
        if waiting.writes.len() == 1 {
            self.filled.notify_one();
        }
        Ok(result)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn wait<'a>(&self, waiting: MutexGuard<'a, Waiting>) -> MutexGuard<'a, Waiting> {
        self.filled.wait(waiting).unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// What tells of something that has happened, and so is never dropped.
fn is_kept(write: &Write) -> bool {
    matches!(write, Write::Step(_)) && !planted(Fault::OutcomeDropped)
}

/// The writing thread.
struct Hand {
    queue: Arc<Queue>,
    store: Arc<dyn Store>,
    clock: Arc<Clock>,
    again: Duration,
}

impl Hand {
    fn run(&self) {
        loop {
            // Who is about to hand in a write may do it first: where threads share a core, batches grow by it, and where
            // a core is free, it costs nothing.
            std::thread::yield_now();
            let (writes, done) = {
                let mut waiting = self.queue.lock();
                while waiting.writes.is_empty() && !waiting.closed && waiting.trouble.is_none() {
                    waiting = self.queue.wait(waiting);
                }
                if let Some(trouble) = waiting.trouble.take() {
                    drop(waiting);
                    self.mend(Vec::new(), Vec::new(), &trouble);
                    continue;
                }
                if waiting.writes.is_empty() {
                    return;
                }
                take(&mut waiting)
            };
            match self.store.commit(&writes, self.clock.look().steady) {
                Ok(written) => tell(done, written),
                Err(error) => self.mend(writes, done, &error.to_string()),
            }
        }
    }

    /// A commit failed, or upkeep did (then no write is in doubt): whoever is new is refused, and the store is opened again until it writes.
    fn mend(&self, writes: Vec<Write>, done: Vec<Done>, error: &str) {
        let count = writes.len();
        let doubtful: Vec<Id> = writes
            .iter()
            .filter_map(|write| match write {
                Write::Accept(accept) => Some(accept.id),
                _ => None,
            })
            .collect();
        {
            let mut waiting = self.queue.lock();
            self.queue.healthy.send_replace(false);
            let later = (std::mem::take(&mut waiting.writes), std::mem::take(&mut waiting.done));
            waiting.bytes = 0;
            let all = writes.into_iter().chain(later.0).zip(done.into_iter().chain(later.1));
            for (write, done) in all {
                if is_kept(&write) {
                    waiting.bytes += size(&write);
                    waiting.writes.push(write);
                    waiting.done.push(done);
                } else {
                    drop(done.send(Err(error.to_owned())));
                }
            }
        }
        tracing::error!(
            error,
            "a commit failed, {count} writes are in doubt: nothing new is taken, nothing is called"
        );
        let mut last = String::new();
        while let Err(error) =
            self.store.reopen().and_then(|()| self.settle(&doubtful)).and_then(|()| self.keep_up())
        {
            let error = error.to_string();
            if error != last {
                tracing::error!(error, "the store does not write yet; it is opened again every second");
                last = error;
            }
            if self.rests() {
                tracing::error!("stopped while the store failed: what was not written is lost");
                self.give_up();
                return;
            }
        }
        self.queue.healthy.send_replace(true);
        tracing::info!("the store writes again");
    }

    /// Commits what was kept, before anything new.
    fn keep_up(&self) -> Result<(), StoreError> {
        loop {
            let (writes, done) = {
                let mut waiting = self.queue.lock();
                if waiting.writes.is_empty() {
                    return Ok(());
                }
                take(&mut waiting)
            };
            match self.store.commit(&writes, self.clock.look().steady) {
                Ok(written) => tell(done, written),
                Err(error) => {
                    let mut waiting = self.queue.lock();
                    waiting.bytes += writes.iter().map(size).sum::<usize>();
                    waiting.writes.splice(0..0, writes);
                    waiting.done.splice(0..0, done);
                    return Err(error);
                }
            }
        }
    }

    /// Waits a while; whether the server is stopping.
    fn rests(&self) -> bool {
        let waiting = self.queue.lock();
        let rested = self.queue.filled.wait_timeout_while(waiting, self.again, |waiting| !waiting.closed);
        let (waiting, _) = rested.unwrap_or_else(|poisoned| poisoned.into_inner());
        waiting.closed
    }

    fn give_up(&self) {
        let mut waiting = self.queue.lock();
        waiting.writes.clear();
        waiting.bytes = 0;
        for done in waiting.done.drain(..) {
            drop(done.send(Err("the store failed".to_owned())));
        }
    }

    /// What was told 503 and is on disk after all ends as aborted, before anything else is served.
    fn settle(&self, doubtful: &[Id]) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        for id in doubtful {
            if let Some(operation) = self.store.load(*id)? {
                writes.extend(operations::refused(&operation, now_millis()));
            }
        }
        if !writes.is_empty() {
            self.store.commit(&writes, self.clock.look().steady)?;
        }
        Ok(())
    }
}

fn tell(done: Vec<Done>, written: Vec<Written>) {
    for (done, written) in done.into_iter().zip(written) {
        // Who hung up meanwhile needs no word: the operation is on disk.
        drop(done.send(Ok(written)));
    }
}

fn take(waiting: &mut Waiting) -> (Vec<Write>, Vec<Done>) {
    let mut bytes = 0;
    let count = waiting
        .writes
        .iter()
        .take(BATCH)
        .take_while(|write| {
            bytes += size(write);
            bytes <= BATCH_BYTES
        })
        .count()
        .max(1);
    let later = (waiting.writes.split_off(count), waiting.done.split_off(count));
    let now =
        (std::mem::replace(&mut waiting.writes, later.0), std::mem::replace(&mut waiting.done, later.1));
    waiting.bytes -= now.0.iter().map(size).sum::<usize>();
    now
}

fn queues_notice(write: &Write) -> bool {
    match write {
        Write::Accept(accept) => accept.notice.is_some(),
        Write::Step(step) => step.notice.is_some(),
        Write::Notice { .. } => true,
        Write::Rejected(_) | Write::NoticeSent { .. } | Write::Setting { .. } => false,
    }
}

fn size(write: &Write) -> usize {
    match write {
        Write::Accept(accept) => accept.row.index.bytes as usize,
        Write::Step(step) => step.row.index.bytes as usize,
        Write::Rejected(rejected) => rejected.row.index.bytes as usize,
        Write::Notice { .. } | Write::NoticeSent { .. } | Write::Setting { .. } => 64,
    }
}

fn one(written: Result<Vec<Written>, StoreError>) -> Result<Written, String> {
    match written {
        Ok(mut written) => written.pop().ok_or_else(|| "the store gave no result".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
