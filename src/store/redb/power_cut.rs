//! A disk that fails: a power cut at each sync of a history, an error or a full disk at each call of one. What was
//! acknowledged before is there after it.

#![allow(clippy::indexing_slicing)]

use std::io::ErrorKind;
use std::sync::Arc;

use ::redb::ReadableTableMetadata;

use super::super::{
    ACCEPTED, Accept, Claim, ClaimChange, Fact, Filter, Index, Lane, Program, Row, State, Step, Store,
    Upkeep, Work, WorkChange, Write, Written, encode,
};
use super::disk::{Disk, Fault};
use super::tables::CLAIMS;
use super::{Redb, open};
use crate::value::{Bytes, Id};

const NOW: u64 = 1_764_000_000_000;

const UPKEEP: Upkeep = Upkeep { derive: true, claims: true, retention: None };

/// What a disk says that is broken, and what one says that is full.
const TROUBLES: [ErrorKind; 2] = [ErrorKind::Other, ErrorKind::StorageFull];

fn id(n: u64) -> Id {
    Id::new(NOW + n, 0, [n as u8; 10])
}

fn row(state: State, body: usize) -> Row {
    let mut blobs = Vec::new();
    let body = Bytes::from(vec![7; body]);
    let facts = encode(&[Fact::Answer { status: 200, headers: Vec::new(), body }], &mut blobs);
    Row { facts, blobs, index: Index { state, status: 200, at: NOW, bytes: 9, reason: "".into() } }
}

/// Six batches: operations with large bodies, so that the file grows, and with work that moves and ends.
fn history() -> Vec<Vec<Write>> {
    let program = Arc::new(Program { hash: [1; 32], edition: 1, files: Vec::new() });
    let lane = Lane { pipeline: "leads".into(), host: "https://a".into() };
    let mut history = Vec::new();
    for batch in 0..6_u64 {
        let mut writes = Vec::new();
        for n in batch * 4..batch * 4 + 4 {
            let work = Work { lane: lane.clone(), due: NOW, pause: 0, intent_out: false, held: true };
            writes.push(Write::Accept(Box::new(Accept {
                id: id(n),
                pipeline: "leads".into(),
                row: row(State::Open, if n % 4 == 0 { 50_000 } else { 500 }),
                work: Some(work.clone()),
                claim: (n % 2 == 0).then(|| Claim {
                    key: [n as u8; 16],
                    end: u64::MAX,
                    answer: None,
                    kept: true,
                }),
                notice: None,
                program: Arc::clone(&program),
            })));
            if n >= 4 {
                let change = match n % 4 {
                    0 => WorkChange::Keep,
                    1 => WorkChange::Put(Work { due: NOW + n, held: false, ..work }),
                    _ => WorkChange::Remove,
                };
                let state = if n % 4 < 2 { State::Open } else { State::Done };
                writes.push(Write::Step(Box::new(Step {
                    id: id(n - 4),
                    pipeline: "leads".into(),
                    n: 1,
                    fence: ACCEPTED,
                    row: row(state, 10),
                    work: change,
                    claim: ClaimChange::Keep,
                    notice: None,
                })));
            }
        }
        history.push(writes);
    }
    history
}

/// Commits until something fails; says how many batches were acknowledged while `up`.
fn play(store: &Redb, history: &[Vec<Write>], up: impl Fn() -> bool) -> usize {
    let mut acknowledged = 0;
    for (n, batch) in history.iter().enumerate() {
        let now = NOW + n as u64 * 600;
        let Ok(written) = store.commit(batch, now) else { break };
        assert!(written.iter().all(|written| *written == Written::Done));
        if !up() {
            break;
        }
        acknowledged += 1;
    }
    acknowledged
}

/// What a store says must be what a memory store says that took the batches which are on disk: all that were
/// acknowledged, and at most the one that was under way. Committed again, the rest makes it whole.
fn check(store: &Redb, history: &[Vec<Write>], acknowledged: usize, why: &str) {
    let is_there = |batch: &[Write]| match batch.first() {
        Some(Write::Accept(accept)) => store.load(accept.id).unwrap().is_some(),
        _ => false,
    };
    let there = history.iter().take_while(|batch| is_there(batch)).count();
    assert!((acknowledged..=acknowledged + 1).contains(&there), "{why}: {there} of {acknowledged}");
    same(store, &history[..there], why);
    // What is there already is written once, however often it is committed.
    for batch in &history[..there] {
        store.commit(batch, NOW).unwrap();
    }
    same(store, &history[..there], why);
    // Work that had been let go by a step which is on disk must not be taken for held, nor the other way round; after a
    // start nothing is held, so a person's order goes on with it.
    for batch in &history[there..] {
        let ordered: Vec<Write> = batch
            .iter()
            .map(|write| match write {
                Write::Step(step)
                    if store.live().holds.get(step.id).is_none() && !batch_has(batch, step.id) =>
                {
                    Write::Step(Box::new(Step { fence: super::super::NOBODY, ..(**step).clone() }))
                }
                other => other.clone(),
            })
            .collect();
        let written = store.commit(&ordered, NOW).unwrap();
        assert!(written.iter().all(|written| *written == Written::Done), "{why}");
    }
    same(store, history, why);
    store.tend(&UPKEEP, NOW).unwrap();
    same(store, history, why);
}

fn batch_has(batch: &[Write], id: Id) -> bool {
    batch.iter().any(|write| matches!(write, Write::Accept(accept) if accept.id == id))
}

fn same(store: &Redb, history: &[Vec<Write>], why: &str) {
    let memory = super::super::open("memory:").unwrap();
    for batch in history {
        memory.commit(batch, NOW).unwrap();
    }
    let all = Filter::default();
    assert_eq!(
        store.list(&all, None, 99).unwrap().items,
        memory.list(&all, None, 99).unwrap().items,
        "{why}"
    );
    assert_eq!(
        store.summary(&Default::default()).unwrap(),
        memory.summary(&Default::default()).unwrap(),
        "{why}"
    );
    for n in 0..24 {
        let load = |store: &dyn Store| {
            let operation = store.load(id(n)).unwrap();
            operation.map(|one| (one.rows, one.work.map(|work| (work.lane, work.due))))
        };
        assert_eq!(load(store), load(&*memory), "{why}");
    }
    let depth = |store: &dyn Store| {
        (0..24).filter(|n| store.load(id(*n)).unwrap().is_some_and(|one| one.work.is_some())).count()
    };
    let rows = store.live().depths.values().sum::<u64>();
    assert_eq!(rows as usize, depth(store), "{why}");
    // A key is taken with its operation, or not at all.
    let has_key = |write: &&Write| matches!(write, Write::Accept(accept) if accept.claim.is_some());
    let keys = history.iter().flatten().filter(has_key).count() as u64;
    assert_eq!(store.reading(|txn| Ok(txn.open_table(CLAIMS)?.len()?)).unwrap(), keys, "{why}");
}

/// How many syncs and calls a history makes.
fn calls(history: &[Vec<Write>]) -> (u64, u64) {
    let disk = Disk::new(Vec::new(), Fault::None);
    let store = disk.open().unwrap();
    assert_eq!(play(&store, history, || true), history.len());
    disk.calls()
}

/// How many syncs there are before the file gets its name.
fn syncs_to_make() -> u64 {
    let disk = Disk::new(Vec::new(), Fault::None);
    let database = open::builder().create_with_backend(disk.clone()).unwrap();
    open::prepare(&database).unwrap();
    disk.calls().0
}

#[test]
fn a_power_cut_takes_nothing_that_was_acknowledged() {
    let history = history();
    let (syncs, _) = calls(&history);
    let made = syncs_to_make();
    assert!(syncs > made + 12);
    // Up to there the file has another name, and a start makes it anew.
    for cut in made + 1..=syncs {
        let disk = Disk::new(Vec::new(), Fault::Cut(cut));
        let acknowledged = match disk.open() {
            Ok(store) => play(&store, &history, || disk.calls().0 < cut),
            Err(_) => 0,
        };
        let again = Disk::new(disk.durable(), Fault::None).open().unwrap();
        check(&again, &history, acknowledged, &format!("cut at sync {cut}"));
    }
}

#[test]
fn what_is_acknowledged_is_on_disk_by_then() {
    let history = history();
    let disk = Disk::new(Vec::new(), Fault::None);
    let store = disk.open().unwrap();
    for (n, batch) in history.iter().enumerate() {
        store.commit(batch, NOW + n as u64 * 600).unwrap();
        let cut = Disk::new(disk.durable(), Fault::None).open().unwrap();
        same(&cut, &history[..=n], &format!("cut behind batch {n}"));
    }
}

#[test]
fn after_a_failed_sync_it_is_opened_again_and_goes_on() {
    let history = history();
    let (syncs, _) = calls(&history);
    for at in 1..=syncs {
        let disk = Disk::new(Vec::new(), Fault::FailSync(at));
        let Ok(store) = disk.open() else { continue };
        let acknowledged = play(&store, &history, || true);
        if acknowledged < history.len() {
            assert!(
                store.commit(&history[acknowledged], NOW).is_err(),
                "sync {at}: it writes on a handle that failed"
            );
        }
        store.reopen().unwrap();
        check(&store, &history, acknowledged, &format!("sync {at}"));
    }
}

/// A history that meets each kind of call: new operations with a large body, then steps that end some.
fn short() -> Vec<Vec<Write>> {
    history().into_iter().take(2).collect()
}

/// One call fails in some way. The handle is not written to again, but opened anew; then it goes on.
fn a_call_fails(history: &[Vec<Write>], at: u64, kind: ErrorKind) {
    let why = format!("{kind:?} at call {at}");
    let disk = Disk::new(Vec::new(), Fault::Fail(at, kind));
    let Ok(store) = disk.open() else { return };
    let acknowledged = play(&store, history, || true);
    store.reopen().unwrap();
    check(&store, history, acknowledged, &why);
}

/// The disk is full from some call on. Opening again fails or succeeds; once there is room, it goes on.
fn it_is_full_from(history: &[Vec<Write>], at: u64) {
    let why = format!("full from call {at}");
    let disk = Disk::new(Vec::new(), Fault::Full(at));
    let Ok(store) = disk.open() else { return };
    let acknowledged = play(&store, history, || true);
    // As the server does it: again and again, though the disk is still full.
    for _ in 0..2 {
        let written = store.reopen().and_then(|()| store.tend(&UPKEEP, NOW).map(|_| ()));
        if acknowledged < history.len() && written.is_err() {
            // Whatever can be read, is read as it was acknowledged.
            if let Ok(Some(operation)) = store.load(id(0)) {
                assert!(!operation.rows.is_empty(), "{why}");
            }
        }
    }
    disk.make_room();
    store.reopen().unwrap();
    check(&store, history, acknowledged, &why);
}

#[test]
fn after_any_failed_call_it_is_opened_again_and_goes_on() {
    let history = short();
    let (_, calls) = calls(&history);
    assert!(calls > 60, "{calls}");
    for at in 1..=calls {
        for kind in TROUBLES {
            a_call_fails(&history, at, kind);
        }
        it_is_full_from(&history, at);
    }
}

/// `cargo test --lib power_cut -- --ignored`: the same for the long history.
#[test]
#[ignore = "the long form, run by command"]
#[allow(clippy::print_stdout)]
fn after_any_failed_call_of_a_long_history_it_goes_on() {
    let history = history();
    let (_, calls) = calls(&history);
    for at in 1..=calls {
        for kind in TROUBLES {
            a_call_fails(&history, at, kind);
        }
        it_is_full_from(&history, at);
    }
    println!("{} histories, each with one call that failed: nothing acknowledged was lost", calls * 3);
}
