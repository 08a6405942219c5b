//! What the store costs above a bare redb table that takes the same bytes in batches of the same size: operations that end
//! with their first row, of 700 bytes. Both take turns, so that the machine's moods fall on both. Prints ratios.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redb::{Database, TableDefinition};
use wj::store::{
    ACCEPTED, Accept, CLASSES, Claim, ClaimChange, Fact, Filter, Index, Lane, Limits, Program, ReceivedFact,
    Retention, Row, State, Step, Store, Upkeep, Work, WorkChange, Write, encode, open,
};
use wj::value::{Bytes, Id};

const LOG: TableDefinition<&[u8; 19], &[u8]> = TableDefinition::new("log");
const NOW: u64 = 1_764_000_000_000;

fn main() {
    let seconds = std::env::var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    println!("batch  bare ops/s  wj ops/s  wall ratio  cpu ratio");
    for size in [1, 16, 64, 256] {
        compare(size, Duration::from_secs(seconds));
    }
    memory();
    encoding();
    background(Duration::from_secs(seconds));
    dedupe(Duration::from_secs(seconds));
    large();
}

/// How many operations the large stores hold: `OPERATIONS`, 200,000 if unsaid.
fn operations() -> u64 {
    std::env::var("OPERATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(200_000)
}

/// Operations with one background action (row 0 with its work, then the outcome that ends it) beside those that only
/// answer, both in batches of 64 operations.
fn background(time: Duration) {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| open(directory.path().join(name).to_str().unwrap()).unwrap();
    let (plain, acting) = (at("plain"), at("acting"));
    let (mut of_plain, mut of_acting) = (Spent::default(), Spent::default());
    let program = program();
    let lane = Lane { pipeline: "leads".into(), host: "https://crm.example:443".into() };
    let (mut next, mut before) = (0, Vec::new());
    let start = Instant::now();
    while start.elapsed() < time {
        let batch = batch(&mut next, 64, &program);
        let now = NOW + start.elapsed().as_millis() as u64;
        let mut both = std::mem::take(&mut before);
        for write in &batch {
            let Write::Accept(accept) = write else { continue };
            let work = Work { lane: lane.clone(), due: now, pause: 0, intent_out: false, held: true };
            let mut accept = accept.clone();
            accept.row.index.state = State::Open;
            before.push(Write::Step(Box::new(Step {
                id: accept.id,
                pipeline: accept.pipeline.clone(),
                n: 1,
                fence: ACCEPTED,
                row: row(),
                work: WorkChange::Remove,
                claim: ClaimChange::Keep,
                notice: None,
            })));
            both.push(Write::Accept(Box::new(Accept { work: Some(work), ..*accept })));
        }
        of_plain.on(64, || drop(plain.commit(&batch, now).unwrap()));
        of_acting.on(64, || drop(acting.commit(&both, now).unwrap()));
    }
    println!("{}", against("one background action", &of_acting, &of_plain));
}

/// Operations with a dedupe key beside those without, when as many claims live as the large stores hold operations.
fn dedupe(time: Duration) {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| open(directory.path().join(name).to_str().unwrap()).unwrap();
    let (plain, claiming) = (at("plain"), at("claiming"));
    let program = program();
    let mut next = 0;
    let claimed = |batch: &[Write]| -> Vec<Write> {
        let with = |write: &Write| {
            let Write::Accept(accept) = write else { return write.clone() };
            let mut key = [0; 16];
            // Keys are hashes: they come in no order.
            for (to, from) in key.iter_mut().zip(accept.id.0.iter().skip(6).chain(&accept.id.0)) {
                *to = *from;
            }
            let answer = Some(Bytes::from_static(b"{\"ok\":true}"));
            let claim = Some(Claim { key, end: u64::MAX, answer, kept: true });
            Write::Accept(Box::new(Accept { claim, ..(**accept).clone() }))
        };
        batch.iter().map(with).collect()
    };
    while next < operations() {
        let batch = batch(&mut next, 256, &program);
        plain.commit(&batch, NOW + next / 15).unwrap();
        claiming.commit(&claimed(&batch), NOW + next / 15).unwrap();
    }
    let (mut of_plain, mut of_claiming) = (Spent::default(), Spent::default());
    let start = Instant::now();
    while start.elapsed() < time {
        let batch = batch(&mut next, 64, &program);
        let with = claimed(&batch);
        let now = NOW + next / 15;
        of_plain.on(64, || drop(plain.commit(&batch, now).unwrap()));
        of_claiming.on(64, || drop(claiming.commit(&with, now).unwrap()));
    }
    println!("{}", against(&format!("dedupe among {} claims", operations()), &of_claiming, &of_plain));
}

fn against(what: &str, of_it: &Spent, of_plain: &Spent) -> String {
    format!(
        "{what}: {:.0} operations a second, answer only {:.0}: wall ratio {:.2}, cpu ratio {:.2}",
        of_it.rate(),
        of_plain.rate(),
        of_it.rate() / of_plain.rate(),
        of_plain.cost() / of_it.cost()
    )
}

/// Time spent, on the clock and on the processor, and what for.
#[derive(Default)]
struct Spent {
    operations: u64,
    wall: Duration,
    cpu: Duration,
}

impl Spent {
    fn on(&mut self, operations: usize, act: impl FnOnce()) {
        let (wall, cpu) = (Instant::now(), cpu());
        act();
        self.wall += wall.elapsed();
        self.cpu += self::cpu().saturating_sub(cpu);
        self.operations += operations as u64;
    }

    fn rate(&self) -> f64 {
        self.operations as f64 / self.wall.as_secs_f64()
    }

    fn cost(&self) -> f64 {
        self.cpu.as_secs_f64() / self.operations as f64
    }
}

fn compare(size: usize, time: Duration) {
    let directory = tempfile::tempdir().unwrap();
    let bare = bare(&directory.path().join("bare.redb"));
    let store = open(directory.path().join("data").to_str().unwrap()).unwrap();
    let (mut of_bare, mut of_store) = (Spent::default(), Spent::default());
    let program = program();
    let start = Instant::now();
    let mut next = 0;
    while start.elapsed() < time {
        for _ in 0..16 {
            let batch = batch(&mut next, size, &program);
            let rows: Vec<([u8; 19], Vec<u8>)> = batch.iter().filter_map(bytes).collect();
            let now = NOW + start.elapsed().as_millis() as u64;
            of_bare.on(size, || insert(&bare, &rows));
            of_store.on(size, || {
                store.commit(&batch, now).unwrap();
            });
        }
    }
    println!(
        "{size:5}  {:10.0}  {:8.0}  {:10.2}  {:9.2}",
        of_bare.rate(),
        of_store.rate(),
        of_store.rate() / of_bare.rate(),
        of_bare.cost() / of_store.cost()
    );
}

fn bare(path: &Path) -> Database {
    let database = Database::builder().set_cache_size(64 << 20).create(path).unwrap();
    let txn = database.begin_write().unwrap();
    txn.open_table(LOG).unwrap();
    txn.commit().unwrap();
    database
}

fn insert(database: &Database, rows: &[([u8; 19], Vec<u8>)]) {
    let mut txn = database.begin_write().unwrap();
    txn.set_quick_repair(true);
    {
        let mut table = txn.open_table(LOG).unwrap();
        for (key, row) in rows {
            table.insert(key, row.as_slice()).unwrap();
        }
    }
    txn.commit().unwrap();
}

fn batch(next: &mut u64, size: usize, program: &Arc<Program>) -> Vec<Write> {
    let pipelines: Vec<Arc<str>> = (0..20).map(|n| Arc::from(format!("pipeline{n}"))).collect();
    let one = |n: u64| {
        *next += 1;
        // Fifteen a millisecond; the rest of the id by a mixer of the number.
        let mixed = (*next).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
        let mut random = [0; 10];
        for (to, from) in random.iter_mut().zip(mixed) {
            *to = from;
        }
        Write::Accept(Box::new(Accept {
            id: Id::new(NOW + *next / 15, 0, random),
            pipeline: Arc::clone(pipelines.get(n as usize % 20).unwrap()),
            row: row(),
            work: None,
            claim: None,
            notice: None,
            program: Arc::clone(program),
        }))
    };
    (0..size as u64).map(one).collect()
}

fn bytes(write: &Write) -> Option<([u8; 19], Vec<u8>)> {
    let Write::Accept(accept) = write else { return None };
    let mut key = [0; 19];
    for (to, from) in key.iter_mut().skip(1).zip(accept.id.0) {
        *to = from;
    }
    Some((key, accept.row.facts.clone()))
}

fn facts() -> [Fact; 2] {
    let text: Arc<str> = "192.0.2.1".into();
    [
        Fact::Received(ReceivedFact {
            at: NOW,
            pipeline: "pipeline1".into(),
            program: [7; 32],
            commit: None,
            file: "leads.wj".into(),
            dry_run: false,
            method: "POST".into(),
            target: "/leads".into(),
            headers: Bytes::from(vec![b'h'; 150]),
            body: Bytes::from(vec![b'b'; 357]),
            ip: text,
            params: Vec::new(),
        }),
        Fact::Answer {
            status: 200,
            headers: vec![("access-control-allow-origin".into(), "https://example.org".into())],
            body: Bytes::from_static(b"{\"ok\":true}"),
        },
    ]
}

fn row() -> Row {
    let facts = encode(&facts(), &mut Vec::new());
    let bytes = facts.len() as u32;
    let index = Index { state: State::Done, status: 200, at: NOW, bytes, reason: "".into() };
    Row { facts, blobs: Vec::new(), index }
}

fn program() -> Arc<Program> {
    Arc::new(Program { hash: [7; 32], edition: 1, files: vec![("leads.wj".to_owned(), String::new())] })
}

fn memory() {
    let store = open("memory:").unwrap();
    let program = program();
    let mut next = 0;
    let mut spent = Spent::default();
    for _ in 0..2_000 {
        let batch = batch(&mut next, 100, &program);
        spent.on(batch.len(), || {
            for write in &batch {
                store.commit(std::slice::from_ref(write), NOW).unwrap();
            }
        });
    }
    println!("memory: {:.0} ns an operation", spent.cost() * 1e9);
}

fn encoding() {
    let facts = facts();
    let mut spent = Spent::default();
    let mut bytes = 0;
    spent.on(200_000, || {
        for _ in 0..200_000 {
            bytes += encode(std::hint::black_box(&facts), &mut Vec::new()).len();
        }
    });
    println!("encoding a row of {} bytes: {:.0} ns", bytes / 200_000, spent.cost() * 1e9);
}

/// Opening again without having closed, and the newest page of twenty pipelines, at many operations.
fn large() {
    let operations = operations();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let store = open(data.to_str().unwrap()).unwrap();
    let program = program();
    let mut next = 0;
    while next < operations {
        let batch = batch(&mut next, 256, &program);
        store.commit(&batch, NOW + next / 15).unwrap();
    }
    let mut best = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(store.list(&Filter::default(), None, 100).unwrap().items.len(), 100);
        best = best.min(start.elapsed());
    }
    // What a kill leaves is the file as it is while it is open.
    let killed = directory.path().join("killed");
    std::fs::create_dir(&killed).unwrap();
    std::fs::copy(data.join("store.redb"), killed.join("store.redb")).unwrap();
    // Else the first sync would write the whole copy.
    std::fs::File::open(killed.join("store.redb")).unwrap().sync_all().unwrap();
    let start = Instant::now();
    let again = open(killed.to_str().unwrap()).unwrap();
    let ready = start.elapsed();
    let page = again.list(&Filter::default(), None, 100).unwrap();
    assert_eq!(page.items, store.list(&Filter::default(), None, 100).unwrap().items);
    println!("at {operations} operations: newest 100 in {best:.1?}, open after a kill in {ready:.1?}");
    drop(again);
    slices(&*store, operations);
}

/// What one slice of retention costs: the writer waits for it.
fn slices(store: &dyn Store, operations: u64) {
    let far = Limits { bytes: u64::MAX, count: u64::MAX, failed: u64::MAX };
    let plan = |ages, rest| {
        let retention = Retention { ages, rest, pipelines: Default::default(), programs: Default::default() };
        Upkeep { derive: true, claims: true, retention: Some(Arc::new(retention)) }
    };
    let now = NOW + operations;
    store.tend(&plan([None; CLASSES], far), now).unwrap();
    let by_age = plan([Some(operations - operations / 30); CLASSES], far);
    let by_count = plan([None; CLASSES], Limits { count: operations / 21, ..far });
    for (what, plan) in [("by age", by_age), ("by count, of twenty pipelines", by_count)] {
        let (mut removed, mut took, mut longest) = (0, Duration::ZERO, Duration::ZERO);
        for _ in 0..5 {
            let start = Instant::now();
            removed += store.tend(&plan, now).unwrap().removed;
            took += start.elapsed();
            longest = longest.max(start.elapsed());
        }
        let each = took.as_micros() as usize / removed.max(1);
        println!(
            "retention {what}: {removed} removed in 5 slices, {each} µs each, the longest slice {longest:.1?}"
        );
    }
}

/// Time of this thread on the processor.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}
