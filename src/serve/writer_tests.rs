//! The writer over a store that fails when it is told to.

use std::path::Path;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::store::{
    ACCEPTED, Accept, ClaimChange, Claimed, Cursor, Fact, Filter, Hash, Index, Lane, LaneHead, Millis,
    Notice, Operation, Page, Program, ReceivedFact, Row, Span, State, Step, Summary, Tended, Upkeep, Work,
    WorkChange, encode, open,
};

/// How one commit fails.
#[derive(Clone, Copy, PartialEq)]
enum Fails {
    /// Nothing of it reached the disk.
    Before,
    /// All of it did.
    After,
}

/// A store in memory that gathers, and fails as told.
struct Faulty {
    inner: Arc<dyn Store>,
    next: Mutex<Option<Fails>>,
    /// A handle that failed does not write.
    broken: AtomicBool,
    /// Opening again succeeds.
    mendable: AtomicBool,
    opened: AtomicUsize,
    /// What each commit that stood held.
    commits: Mutex<Vec<Vec<(Id, State)>>>,
}

impl Faulty {
    fn new() -> Arc<Faulty> {
        Arc::new(Faulty {
            inner: open("memory:").unwrap(),
            next: Mutex::default(),
            broken: AtomicBool::new(false),
            mendable: AtomicBool::new(false),
            opened: AtomicUsize::new(0),
            commits: Mutex::default(),
        })
    }

    fn fail(&self, how: Fails) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(how);
    }

    fn commits(&self) -> Vec<Vec<(Id, State)>> {
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn trouble() -> StoreError {
    StoreError::Io("the disk is gone".to_owned())
}

impl Store for Faulty {
    fn commit(&self, batch: &[Write], now: Millis) -> Result<Vec<Written>, StoreError> {
        assert!(!self.broken.load(Ordering::Relaxed), "it is written to on a handle that failed");
        let fails = self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        if fails == Some(Fails::Before) {
            self.broken.store(true, Ordering::Relaxed);
            return Err(trouble());
        }
        let written = self.inner.commit(batch, now)?;
        let told = batch.iter().filter_map(|write| match write {
            Write::Accept(accept) => Some((accept.id, accept.row.index.state)),
            Write::Step(step) => Some((step.id, step.row.index.state)),
            _ => None,
        });
        self.commits.lock().unwrap_or_else(PoisonError::into_inner).push(told.collect());
        if fails == Some(Fails::After) {
            self.broken.store(true, Ordering::Relaxed);
            return Err(trouble());
        }
        Ok(written)
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        if !self.mendable.load(Ordering::Relaxed) {
            return Err(trouble());
        }
        self.broken.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn gathers(&self) -> bool {
        true
    }

    fn claim(&self, lanes: &[(Lane, usize)], now: Millis) -> Result<Vec<Claimed>, StoreError> {
        self.inner.claim(lanes, now)
    }

    fn lanes(&self) -> Result<Vec<LaneHead>, StoreError> {
        self.inner.lanes()
    }

    fn load(&self, id: Id) -> Result<Option<Operation>, StoreError> {
        self.inner.load(id)
    }

    fn list(&self, filter: &Filter, after: Option<&Cursor>, limit: usize) -> Result<Page, StoreError> {
        self.inner.list(filter, after, limit)
    }

    fn program(&self, hash: Hash) -> Result<Option<Program>, StoreError> {
        self.inner.program(hash)
    }

    fn strays(&self, now: Millis, limit: usize) -> Result<Vec<Claimed>, StoreError> {
        self.inner.strays(now, limit)
    }

    fn programs(&self) -> Result<Vec<Hash>, StoreError> {
        self.inner.programs()
    }

    fn noticed(&self) -> Result<Vec<Arc<str>>, StoreError> {
        self.inner.noticed()
    }

    fn notices(
        &self,
        pipeline: &str,
        after: Option<(Millis, Id)>,
        limit: usize,
    ) -> Result<Vec<Notice>, StoreError> {
        self.inner.notices(pipeline, after, limit)
    }

    fn tend(&self, plan: &Upkeep, now: Millis) -> Result<Tended, StoreError> {
        self.inner.tend(plan, now)
    }

    fn summary(&self, of: &Span) -> Result<Summary, StoreError> {
        self.inner.summary(of)
    }

    fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        self.inner.copy_to(path)
    }
}

fn writer(store: &Arc<Faulty>) -> (Writer, std::thread::JoinHandle<()>) {
    let (writer, thread) =
        Writer::start_with(store.clone(), Arc::new(Clock::after(0)), Duration::from_millis(1)).unwrap();
    (writer, thread.unwrap())
}

fn id(n: u8) -> Id {
    Id::new(1_764_000_000_000 + u64::from(n), 0, [n; 10])
}

fn row(state: State, facts: &[Fact]) -> Row {
    let facts = encode(facts, &mut Vec::new());
    Row { facts, blobs: Vec::new(), index: Index { state, status: 0, at: 0, bytes: 9, reason: "".into() } }
}

/// An operation with a call to be made, in the hand of whoever accepted it.
fn accept(n: u8) -> Write {
    let received = Fact::Received(ReceivedFact {
        at: 0,
        pipeline: "leads".into(),
        program: [7; 32],
        commit: None,
        file: "leads.wj".into(),
        dry_run: false,
        method: "POST".into(),
        target: "/".into(),
        headers: "".into(),
        body: "".into(),
        ip: "".into(),
        params: Vec::new(),
    });
    let lane = Lane { pipeline: "leads".into(), host: "https://a".into() };
    Write::Accept(Box::new(Accept {
        id: id(n),
        pipeline: "leads".into(),
        row: row(State::Open, &[received]),
        work: Some(Work { lane, due: 0, pause: 0, intent_out: false, held: true }),
        claim: None,
        notice: None,
        program: Arc::new(Program { hash: [7; 32], edition: 1, files: Vec::new() }),
    }))
}

fn outcome(n: u8) -> Write {
    let end = Fact::End { state: State::Done, reason: "".into(), at_step: None };
    Write::Step(Box::new(Step {
        id: id(n),
        pipeline: "leads".into(),
        n: 1,
        fence: ACCEPTED,
        row: row(State::Done, &[end]),
        work: WorkChange::Remove,
        claim: ClaimChange::Keep,
        notice: None,
    }))
}

#[tokio::test]
async fn what_is_new_is_refused_and_what_has_happened_is_kept() {
    use Fails::{After, Before};
    for (how, is_new) in [(Before, true), (After, true), (Before, false), (After, false)] {
        let store = Faulty::new();
        let (writer, thread) = writer(&store);
        assert_eq!(writer.commit(accept(1)).await, Ok(Written::Done));
        store.fail(how);
        // Either the new one meets the trouble, or the outcome does; the one is refused, the other waits.
        if is_new {
            assert!(writer.commit(accept(2)).await.is_err());
        }
        let waiting = writer.commit(outcome(1));
        tokio::pin!(waiting);
        tokio::select! {
            biased;
            written = &mut waiting => panic!("{written:?}"),
            () = writer.failing() => {}
        }
        assert!(writer.has_failed());
        assert!(writer.commit(accept(3)).await.is_err());
        while store.opened.load(Ordering::Relaxed) < 3 {
            tokio::task::yield_now().await;
        }
        assert!(writer.has_failed());
        store.mendable.store(true, Ordering::Relaxed);
        writer.healed().await;
        assert_eq!(waiting.await, Ok(Written::Done));
        assert_eq!(writer.commit(accept(4)).await, Ok(Written::Done));
        let state = |n| {
            let page = store.list(&Filter::default(), None, 9).unwrap();
            page.items.iter().find(|one| one.id == id(n)).map(|one| (one.state, one.status))
        };
        assert_eq!(state(1), Some((State::Done, 0)));
        // What was told 503 and is on disk after all has ended so, before anything else.
        let doubted = (is_new && how == After).then_some((State::Aborted, 503));
        assert_eq!((state(2), state(3), state(4)), (doubted, None, Some((State::Open, 0))));
        let operation = store.load(id(2)).unwrap();
        assert!(operation.is_none_or(|operation| operation.work.is_none()));
        let commits = store.commits();
        let at = |wanted: (Id, State)| commits.iter().position(|commit| commit.contains(&wanted));
        if doubted.is_some() {
            assert!(at((id(2), State::Aborted)) > at((id(2), State::Open)));
        }
        assert!(at((id(1), State::Done)) < at((id(4), State::Open)));
        writer.close();
        thread.join().unwrap();
    }
}

#[tokio::test]
async fn a_stop_while_it_fails_leaves_nobody_waiting() {
    let store = Faulty::new();
    let (writer, thread) = writer(&store);
    writer.commit(accept(1)).await.unwrap();
    store.fail(Fails::Before);
    let waiting = writer.commit(outcome(1));
    tokio::pin!(waiting);
    tokio::select! {
        biased;
        written = &mut waiting => panic!("{written:?}"),
        () = writer.failing() => {}
    }
    writer.close();
    assert!(waiting.await.is_err());
    thread.join().unwrap();
    assert!(writer.commit(outcome(1)).await.is_err());
}

#[tokio::test]
async fn trouble_of_upkeep_has_it_opened_again() {
    let store = Faulty::new();
    let (writer, thread) = writer(&store);
    store.mendable.store(true, Ordering::Relaxed);
    writer.trouble(&trouble());
    while store.opened.load(Ordering::Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    writer.healed().await;
    assert_eq!(writer.commit(accept(1)).await, Ok(Written::Done));
    writer.close();
    thread.join().unwrap();
}
