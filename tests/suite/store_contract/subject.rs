//! A store to be tested, and operations for it.

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use wj::store::{
    ACCEPTED, Accept, ClaimChange, Fact, Filter, Index, Lane, LaneHead, Listed, Program, ReceivedFact, Row,
    Span, State, Step, Store, Summary, Upkeep, Work, WorkChange, Write, Written, encode, open,
};
use wj::value::{Bytes, Id};

pub const NOW: u64 = 1_764_000_000_000;

/// A store, and the way to close it and open it again.
pub struct Subject {
    pub store: Option<Arc<dyn Store>>,
    pub directory: Option<TempDir>,
}

impl Subject {
    pub fn memory() -> Subject {
        Subject { store: Some(open("memory:").unwrap()), directory: None }
    }

    pub fn redb() -> Subject {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path().join("data").to_str().unwrap()).unwrap();
        Subject { store: Some(store), directory: Some(directory) }
    }

    pub fn store(&self) -> &dyn Store {
        self.store.as_deref().unwrap()
    }

    pub fn path(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.path().join("data"))
    }

    /// Closed and opened again, where that means something.
    pub fn again(&mut self) {
        if let Some(path) = self.path() {
            self.store = None;
            self.store = Some(open(path.to_str().unwrap()).unwrap());
        }
    }

    pub fn commit(&self, batch: &[Write]) -> Vec<Written> {
        self.store().commit(batch, NOW).unwrap()
    }

    pub fn listed(&self, filter: &Filter) -> Vec<Listed> {
        let (mut items, mut after) = (Vec::new(), None);
        // A page ends early where the machine is busy.
        loop {
            let page = self.store().list(filter, after.as_ref(), 10_000).unwrap();
            items.extend(page.items);
            match page.next {
                Some(next) => after = Some(next),
                None => return items,
            }
        }
    }

    pub fn derive(&self) -> usize {
        self.store().tend(&Upkeep { derive: true, claims: true, retention: None }, NOW).unwrap().derived
    }

    pub fn heads(&self) -> Vec<LaneHead> {
        self.store().lanes().unwrap()
    }

    pub fn summary(&self) -> Summary {
        self.store().summary(&Span::default()).unwrap()
    }
}

pub fn each(check: impl Fn(Subject)) {
    check(Subject::memory());
    check(Subject::redb());
}

/// The n-th id of these tests; its retention class differs, and must make no difference.
pub fn id(n: u64) -> Id {
    Id::new(NOW + n, (n % 3) as u8, [n as u8; 10])
}

pub fn lane(pipeline: &str, host: &str) -> Lane {
    Lane { pipeline: pipeline.into(), host: host.into() }
}

pub fn work(due: u64, held: bool) -> Work {
    Work { lane: lane("leads", "https://a"), due, pause: 5_000, intent_out: false, held }
}

pub fn program() -> Arc<Program> {
    let files = vec![("leads.wj".to_owned(), "pipeline leads {}".to_owned())];
    Arc::new(Program { hash: [7; 32], edition: 1, files })
}

pub fn row(n: u64, state: State, facts: &[Fact]) -> Row {
    let mut blobs = Vec::new();
    let facts = encode(facts, &mut blobs);
    let bytes = facts.len() + blobs.iter().map(Bytes::len).sum::<usize>();
    let reason = match state {
        State::Open | State::Done => String::new(),
        other => format!("{} for a reason", other.as_str()),
    };
    let status = if state == State::Open { 0 } else { 200 };
    Row {
        facts,
        blobs,
        index: Index { state, status, at: NOW + n, bytes: bytes as u32, reason: reason.into() },
    }
}

pub fn received(body: impl Into<Bytes>) -> Fact {
    Fact::Received(ReceivedFact {
        at: NOW,
        pipeline: "leads".into(),
        program: [7; 32],
        commit: Some("abc".into()),
        file: "leads.wj".into(),
        dry_run: false,
        method: "POST".into(),
        target: "/leads?utm=Spring".into(),
        headers: Bytes::from_static(b"host: example.org"),
        body: body.into(),
        ip: "192.0.2.1".into(),
        params: vec![("page".into(), "12".into())],
    })
}

pub fn accept(n: u64, pipeline: &str, state: State, work: Option<Work>) -> Accept {
    Accept {
        id: id(n),
        pipeline: pipeline.into(),
        row: row(n, state, &[received(format!("body {n}"))]),
        work,
        claim: None,
        notice: None,
        program: program(),
    }
}

pub fn accepted(n: u64, state: State, work: Option<Work>) -> Write {
    Write::Accept(Box::new(accept(n, "leads", state, work)))
}

pub fn step(op: u64, n: u16, fence: u64, state: State, work: WorkChange) -> Step {
    let facts = [Fact::Note(format!("row {n}").into())];
    let row = row(op + u64::from(n), state, &facts);
    let claim = ClaimChange::Keep;
    Step { id: id(op), pipeline: "leads".into(), n, fence, row, work, claim, notice: None }
}

pub fn stepped(op: u64, n: u16, fence: u64, state: State, work: WorkChange) -> Write {
    Write::Step(Box::new(step(op, n, fence, state, work)))
}

/// A few hundred operations of three pipelines, in all states, some of them with a second row.
pub fn crowd() -> Vec<Write> {
    let mut writes = Vec::new();
    for n in 1..=300 {
        let pipeline = ["leads", "orders", "other"][n as usize % 3];
        let state = State::ALL[n as usize % 7];
        writes.push(Write::Accept(Box::new(accept(n, pipeline, state, None))));
        if n % 5 == 0 {
            let state = State::ALL[n as usize / 5 % 7];
            writes.push(Write::Step(Box::new(Step {
                pipeline: pipeline.into(),
                ..step(n, 1, ACCEPTED, state, WorkChange::Keep)
            })));
        }
    }
    writes
}
