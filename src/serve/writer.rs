//! The one writer: it takes what is queued, commits once, and wakes those who wait. No timer: a batch forms while the one
//! before is being synced. A store that costs no wait is written to directly.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};

use tokio::sync::{Notify, oneshot};

use super::clock::now_millis;
use crate::store::{Store, StoreError, Write, Written};

/// Bounds of one commit.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 8 << 20;

/// Bounds of the queue: beyond them new requests are refused at the door.
const QUEUE: usize = 4_096;
const QUEUE_BYTES: usize = 32 << 20;

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
    /// `None` where the store does not gather.
    queue: Option<Arc<Queue>>,
    /// A notice was queued in the store.
    noticed: Arc<Notify>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    filled: Condvar,
}

#[derive(Default)]
struct Waiting {
    writes: Vec<Write>,
    /// Who waits for each of them.
    done: Vec<oneshot::Sender<Result<Written, String>>>,
    bytes: usize,
    closed: bool,
}

impl Writer {
    /// Starts the writing thread, if the store needs one. It ends when `close` is called and the queue is empty.
    ///
    /// # Errors
    /// No thread can be started.
    pub fn start(store: Arc<dyn Store>) -> std::io::Result<(Writer, Option<std::thread::JoinHandle<()>>)> {
        if !store.gathers() {
            return Ok((Writer { store, queue: None, noticed: Arc::default() }, None));
        }
        let queue = Arc::new(Queue::default());
        let writer = Writer { store: store.clone(), queue: Some(queue.clone()), noticed: Arc::default() };
        let thread = std::thread::Builder::new().name("writer".into()).spawn(move || run(&queue, &*store))?;
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

    /// Commits one write, with whatever else is queued.
    ///
    /// # Errors
    /// The store failed; what is in it is then not known.
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
                self.store.commit(&some, now_millis()).map_err(|error| error.to_string())?;
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
            return one(self.store.commit(&[write], now_millis()));
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
}

fn run(queue: &Queue, store: &dyn Store) {
    loop {
        let (writes, done) = {
            let mut waiting = queue.lock();
            while waiting.writes.is_empty() && !waiting.closed {
                waiting = queue.filled.wait(waiting).unwrap_or_else(|poisoned| poisoned.into_inner());
            }
            if waiting.writes.is_empty() {
                return;
            }
            take(&mut waiting)
        };
        match store.commit(&writes, now_millis()) {
            Ok(written) => {
                for (done, written) in done.into_iter().zip(written) {
                    // Who hung up meanwhile needs no word: the operation is on disk.
                    drop(done.send(Ok(written)));
                }
            }
            Err(error) => {
                tracing::error!(error = %error, "a commit failed; {} writes are in doubt", writes.len());
                for done in done {
                    drop(done.send(Err(error.to_string())));
                }
                if let Err(error) = store.reopen() {
                    tracing::error!(error = %error, "the store cannot be opened again yet");
                }
            }
        }
    }
}

fn take(waiting: &mut Waiting) -> (Vec<Write>, Vec<oneshot::Sender<Result<Written, String>>>) {
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
        Write::Rejected(_) | Write::NoticeSent { .. } | Write::Setting { .. } => false,
    }
}

fn size(write: &Write) -> usize {
    match write {
        Write::Accept(accept) => accept.row.index.bytes as usize,
        Write::Step(step) => step.row.index.bytes as usize,
        Write::Rejected(rejected) => rejected.row.index.bytes as usize,
        Write::NoticeSent { .. } | Write::Setting { .. } => 64,
    }
}

fn one(written: Result<Vec<Written>, StoreError>) -> Result<Written, String> {
    match written {
        Ok(mut written) => written.pop().ok_or_else(|| "the store gave no result".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
