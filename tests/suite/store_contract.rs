//! What every store must do, held against each of them; and the two against each other, over histories by chance.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;
use tempfile::TempDir;
use wj::store::{
    ACCEPTED, Accept, Claim, Cursor, Fact, Filter, Index, Lane, LaneHead, Listed, NOBODY, Notice, Program,
    ReceivedFact, Rejected, Row, Span, State, Step, Store, Summary, Upkeep, Work, WorkChange, Write, Written,
    decode, encode, open,
};
use wj::value::{Bytes, Id};

const NOW: u64 = 1_764_000_000_000;

/// A store, and the way to close it and open it again.
struct Subject {
    store: Option<Arc<dyn Store>>,
    directory: Option<TempDir>,
}

impl Subject {
    fn memory() -> Subject {
        Subject { store: Some(open("memory:").unwrap()), directory: None }
    }

    fn redb() -> Subject {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path().join("data").to_str().unwrap()).unwrap();
        Subject { store: Some(store), directory: Some(directory) }
    }

    fn store(&self) -> &dyn Store {
        self.store.as_deref().unwrap()
    }

    fn path(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.path().join("data"))
    }

    /// Closed and opened again, where that means something.
    fn again(&mut self) {
        if let Some(path) = self.path() {
            self.store = None;
            self.store = Some(open(path.to_str().unwrap()).unwrap());
        }
    }

    fn commit(&self, batch: &[Write]) -> Vec<Written> {
        self.store().commit(batch, NOW).unwrap()
    }

    fn listed(&self, filter: &Filter) -> Vec<Listed> {
        let page = self.store().list(filter, None, 10_000).unwrap();
        assert_eq!(page.next, None);
        page.items
    }

    fn derive(&self) -> usize {
        self.store().tend(&Upkeep { derive: true }, NOW).unwrap().derived
    }

    fn heads(&self) -> Vec<LaneHead> {
        self.store().lanes().unwrap()
    }

    fn summary(&self) -> Summary {
        self.store().summary(&Span::default()).unwrap()
    }
}

fn each(check: impl Fn(Subject)) {
    check(Subject::memory());
    check(Subject::redb());
}

/// The n-th id of these tests; its retention class differs, and must make no difference.
fn id(n: u64) -> Id {
    Id::new(NOW + n, (n % 3) as u8, [n as u8; 10])
}

fn lane(pipeline: &str, host: &str) -> Lane {
    Lane { pipeline: pipeline.into(), host: host.into() }
}

fn work(due: u64, held: bool) -> Work {
    Work { lane: lane("leads", "https://a"), due, pause: 5_000, intent_out: false, held }
}

fn program() -> Arc<Program> {
    let files = vec![("leads.wj".to_owned(), "pipeline leads {}".to_owned())];
    Arc::new(Program { hash: [7; 32], edition: 1, files })
}

fn row(n: u64, state: State, facts: &[Fact]) -> Row {
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

fn received(body: impl Into<Bytes>) -> Fact {
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

fn accept(n: u64, pipeline: &str, state: State, work: Option<Work>) -> Accept {
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

fn accepted(n: u64, state: State, work: Option<Work>) -> Write {
    Write::Accept(Box::new(accept(n, "leads", state, work)))
}

fn step(op: u64, n: u16, fence: u64, state: State, work: WorkChange) -> Step {
    let facts = [Fact::Note(format!("row {n}").into())];
    let row = row(op + u64::from(n), state, &facts);
    Step { id: id(op), pipeline: "leads".into(), n, fence, row, work, notice: None }
}

fn stepped(op: u64, n: u16, fence: u64, state: State, work: WorkChange) -> Write {
    Write::Step(Box::new(step(op, n, fence, state, work)))
}

#[test]
fn an_operation_comes_back_whole() {
    each(|mut subject| {
        // One body inline, one in a blob, one in a blob of several parts.
        let answer = Fact::Answer {
            status: 200,
            headers: vec![("content-type".into(), "text/plain".into())],
            body: Bytes::from(vec![b'x'; 5_000]),
        };
        let first = [received(vec![b'y'; 2_500_000]), answer];
        let mut accept = accept(1, "leads", State::Open, Some(work(NOW, true)));
        accept.row = row(1, State::Open, &first);
        let mut second = step(1, 1, ACCEPTED, State::Failed, WorkChange::Remove);
        second.notice = Some("the target is gone".to_owned());
        let facts = decode(&second.row.facts, &[]).unwrap();
        let written = subject.commit(&[Write::Accept(Box::new(accept)), Write::Step(Box::new(second))]);
        assert_eq!(written, [Written::Done, Written::Done]);
        for _ in 0..2 {
            let operation = subject.store().load(id(1)).unwrap().unwrap();
            assert_eq!((operation.id, &*operation.pipeline), (id(1), "leads"));
            assert_eq!(operation.rows, [first.to_vec(), facts.clone()]);
            assert_eq!((operation.work, operation.notice.as_deref()), (None, Some("the target is gone")));
            assert_eq!(subject.store().program([7; 32]).unwrap().as_ref(), Some(&*program()));
            subject.again();
        }
        assert!(subject.store().load(id(2)).unwrap().is_none());
        assert!(subject.store().program([8; 32]).unwrap().is_none());
    });
}

#[test]
fn a_row_that_is_there_stays_as_it_was() {
    each(|subject| {
        let first = accepted(1, State::Open, Some(work(NOW, true)));
        let last = stepped(1, 1, ACCEPTED, State::Done, WorkChange::Remove);
        subject.commit(&[first.clone(), last.clone()]);
        let before = (subject.listed(&Filter::default()), subject.summary());
        // The batch as it was, and rows with the same numbers and other contents.
        let other = stepped(1, 1, ACCEPTED, State::Failed, WorkChange::Put(work(NOW, false)));
        let again = subject.commit(&[first, last, accepted(1, State::Failed, None), other]);
        assert_eq!(again, vec![Written::Done; 4]);
        assert_eq!((subject.listed(&Filter::default()), subject.summary()), before);
        assert_eq!(subject.store().load(id(1)).unwrap().unwrap().rows.len(), 2);
        assert_eq!(subject.heads(), []);
    });
}

#[test]
fn work_is_there_once_and_moves() {
    each(|mut subject| {
        subject.commit(&[accepted(1, State::Open, Some(work(NOW, true)))]);
        // It is held by who accepted it.
        assert_eq!(subject.heads(), []);
        assert_eq!(subject.store().claim(&[(lane("leads", "https://a"), 9)], u64::MAX).unwrap(), []);
        // It waits for its time.
        let later = Work { pause: 30_000, intent_out: true, ..work(NOW + 30_000, false) };
        subject.commit(&[stepped(1, 1, ACCEPTED, State::Open, WorkChange::Put(later.clone()))]);
        for _ in 0..2 {
            let head = LaneHead { lane: lane("leads", "https://a"), due: NOW + 30_000, depth: 1 };
            assert_eq!(subject.heads(), [head]);
            assert_eq!(subject.store().load(id(1)).unwrap().unwrap().work, Some(later.clone()));
            subject.again();
        }
        let lanes = [(lane("leads", "https://a"), 9), (lane("leads", "https://b"), 9)];
        assert_eq!(subject.store().claim(&lanes, NOW + 29_999).unwrap(), []);
        let claimed = subject.store().claim(&lanes, NOW + 30_000).unwrap();
        assert_eq!(claimed.len(), 1);
        assert_eq!((claimed[0].id, &claimed[0].work), (id(1), &Work { held: true, ..later }));
        assert_eq!(subject.store().claim(&lanes, u64::MAX).unwrap(), []);
        assert!(subject.store().load(id(1)).unwrap().unwrap().work.unwrap().held);
        // To another lane, still held; then the end.
        let fence = claimed[0].fence;
        let elsewhere = Work { lane: lane("leads", "https://b"), ..work(NOW + 40_000, true) };
        subject.commit(&[stepped(1, 2, fence, State::Open, WorkChange::Put(elsewhere))]);
        assert_eq!(subject.heads(), []);
        assert_eq!(subject.commit(&[stepped(1, 3, fence, State::Done, WorkChange::Remove)]), [Written::Done]);
        subject.again();
        assert_eq!(subject.heads(), []);
        assert_eq!(subject.store().load(id(1)).unwrap().unwrap().work, None);
    });
}

#[test]
fn a_fence_keeps_out_who_does_not_hold_it() {
    each(|subject| {
        let go_on = |n, fence| stepped(1, n, fence, State::Open, WorkChange::Keep);
        subject.commit(&[accepted(1, State::Open, Some(work(NOW, true)))]);
        assert_eq!(subject.commit(&[go_on(1, 5), go_on(1, NOBODY)]), [Written::Fenced, Written::Fenced]);
        let release = stepped(1, 1, ACCEPTED, State::Open, WorkChange::Put(work(NOW, false)));
        // Within one batch, what went before counts.
        assert_eq!(subject.commit(&[release, go_on(2, ACCEPTED)]), [Written::Done, Written::Fenced]);
        let lanes = [(lane("leads", "https://a"), 1)];
        let fence = subject.store().claim(&lanes, NOW).unwrap()[0].fence;
        assert_ne!(fence, ACCEPTED);
        let written = subject.commit(&[go_on(2, ACCEPTED), go_on(2, fence), go_on(3, NOBODY)]);
        assert_eq!(written, [Written::Fenced, Written::Done, Written::Fenced]);
        // A repeat of what is written is none of its business.
        assert_eq!(subject.commit(&[go_on(2, ACCEPTED)]), [Written::Done]);
        subject.commit(&[stepped(1, 3, fence, State::Interrupted, WorkChange::Remove)]);
        // A person orders a retry, which holds it as if accepted; another person is kept out.
        let order = stepped(1, 4, NOBODY, State::Open, WorkChange::Put(work(NOW, true)));
        assert_eq!(subject.commit(&[order, go_on(5, NOBODY)]), [Written::Done, Written::Fenced]);
        assert_eq!(subject.commit(&[go_on(5, ACCEPTED)]), [Written::Done]);
        // And of what waits, a person can dispose.
        subject.commit(&[stepped(1, 6, ACCEPTED, State::Open, WorkChange::Put(work(NOW, false)))]);
        let cancel = stepped(1, 7, NOBODY, State::Aborted, WorkChange::Remove);
        assert_eq!(subject.commit(&[cancel]), [Written::Done]);
        assert_eq!(subject.heads(), []);
        // There is nothing to go on with.
        assert_eq!(
            subject.commit(&[stepped(9, 1, NOBODY, State::Open, WorkChange::Keep)]),
            [Written::Fenced]
        );
        assert!(subject.store().load(id(9)).unwrap().is_none());
    });
}

#[test]
fn due_work_is_claimed_oldest_first_up_to_the_count() {
    each(|mut subject| {
        let batch: Vec<Write> = (1..=20)
            .map(|n| {
                let work = Work {
                    lane: lane("leads", if n % 4 == 0 { "b" } else { "a" }),
                    ..work(NOW + 100 - n, false)
                };
                accepted(n, State::Open, Some(work))
            })
            .collect();
        subject.commit(&batch);
        subject.again();
        let heads = subject.heads();
        assert_eq!(
            heads.iter().map(|head| (&*head.lane.host, head.due - NOW, head.depth)).collect::<Vec<_>>(),
            // The lanes were named in this order.
            [("a", 81, 15), ("b", 80, 5)]
        );
        let claimed =
            subject.store().claim(&[(lane("leads", "a"), 3), (lane("leads", "b"), 9)], u64::MAX).unwrap();
        let due: Vec<u64> = claimed.iter().map(|claimed| claimed.work.due - NOW).collect();
        assert_eq!(due, [81, 82, 83, 80, 84, 88, 92, 96]);
        let heads = subject.heads();
        assert_eq!(
            heads.iter().map(|head| (&*head.lane.host, head.due - NOW, head.depth)).collect::<Vec<_>>(),
            [("a", 85, 15)]
        );
        let fences: Vec<u64> = claimed.iter().map(|claimed| claimed.fence).collect();
        assert!(fences.is_sorted_by(|a, b| a < b));
        // What was held when it closed is free again, with new fences where there was a new start.
        subject.again();
        if subject.path().is_some() {
            let again = subject.store().claim(&[(lane("leads", "a"), 1)], u64::MAX).unwrap();
            assert!(again[0].work.due == NOW + 81 && again[0].fence > fences[7]);
        }
    });
}

#[test]
fn one_key_is_taken_once() {
    each(|mut subject| {
        let with = |n: u64, pipeline: &str, end, answer: Option<&'static [u8]>| {
            let claim = Claim { key: [1; 16], end, answer: answer.map(Bytes::from_static) };
            Write::Accept(Box::new(Accept { claim: Some(claim), ..accept(n, pipeline, State::Done, None) }))
        };
        let first = with(1, "leads", NOW + 10, Some(b"answer"));
        let written = subject.commit(&[
            first.clone(),
            with(2, "leads", NOW + 10, None),
            with(3, "other", NOW + 10, None),
        ]);
        let duplicate = Written::Duplicate { of: id(1), answer: Some(Bytes::from_static(b"answer")) };
        assert_eq!(written, [Written::Done, duplicate.clone(), Written::Done]);
        subject.again();
        assert_eq!(subject.commit(&[first, with(2, "leads", NOW + 10, None)]), [Written::Done, duplicate]);
        assert!(subject.store().load(id(2)).unwrap().is_none());
        // At its end it is free, and then another's; without an answer if that has none.
        let store = subject.store();
        assert_eq!(store.commit(&[with(4, "leads", NOW + 20, None)], NOW + 10).unwrap(), [Written::Done]);
        let duplicate = Written::Duplicate { of: id(4), answer: None };
        assert_eq!(store.commit(&[with(5, "leads", NOW + 30, None)], NOW + 19).unwrap(), [duplicate]);
    });
}

#[test]
fn notices_wait_until_they_are_sent() {
    each(|mut subject| {
        let with = |n: u64, pipeline: &str| {
            let accept = accept(n, pipeline, State::Failed, None);
            Write::Accept(Box::new(Accept { notice: Some(format!("notice {n}")), ..accept }))
        };
        subject.commit(&[with(3, "leads"), with(1, "leads"), with(2, "other")]);
        let notice = |n: u64, pipeline: &str| Notice {
            pipeline: pipeline.into(),
            time: NOW + n,
            id: id(n),
            reason: format!("notice {n}"),
        };
        subject.again();
        let waiting = |now, limit| subject.store().notices(now, limit).unwrap();
        assert_eq!(waiting(u64::MAX, 9), [notice(1, "leads"), notice(2, "other"), notice(3, "leads")]);
        assert_eq!(waiting(NOW + 2, 9).len(), 2);
        assert_eq!(waiting(u64::MAX, 2), [notice(1, "leads"), notice(2, "other")]);
        assert_eq!(subject.summary().notices_waiting, 3);
        let sent = Write::NoticeSent { pipeline: "leads".into(), id: id(1), time: NOW + 1 };
        subject.commit(&[sent.clone(), sent]);
        assert_eq!(waiting(u64::MAX, 1), [notice(2, "other")]);
        let of = |name: &str| Span { pipeline: Some(name.into()) };
        let waiting = |name| subject.store().summary(&of(name)).unwrap().notices_waiting;
        assert_eq!((waiting("leads"), waiting("other"), waiting("unknown")), (1, 1, 0));
        assert_eq!(subject.store().load(id(1)).unwrap().unwrap().notice, None);
        assert_eq!(subject.store().load(id(3)).unwrap().unwrap().notice.as_deref(), Some("notice 3"));
    });
}

#[test]
fn settings_are_kept_and_counts_add_up() {
    each(|mut subject| {
        let setting = |value: &[u8]| Write::Setting { key: "stopped".to_owned(), value: value.to_vec() };
        let refused =
            Rejected { id: id(5), pipeline: "other".into(), row: row(5, State::Rejected, &[received("")]) };
        subject.commit(&[
            setting(b"old"),
            setting(b"leads"),
            accepted(1, State::Done, None),
            accepted(2, State::Open, Some(work(NOW, false))),
            Write::Rejected(Box::new(refused)),
        ]);
        let before = subject.summary();
        assert_eq!(before.settings, [("stopped".to_owned(), b"leads".to_vec())]);
        assert_eq!((before.received, before.by_state), (3, [1, 1, 0, 0, 0, 0, 1]));
        let listed: u64 = subject.listed(&Filter::default()).iter().map(|one| u64::from(one.bytes)).sum();
        assert!(listed > 100 && before.bytes == listed);
        subject.derive();
        assert_eq!(subject.summary(), before);
        subject.again();
        assert_eq!(subject.summary(), before);
        // Below the mark it is counted at once.
        subject.commit(&[stepped(2, 1, NOBODY, State::Failed, WorkChange::Remove)]);
        assert_eq!(subject.summary().by_state, [0, 1, 0, 1, 0, 0, 1]);
        let of = |name: &str| subject.store().summary(&Span { pipeline: Some(name.into()) }).unwrap();
        assert_eq!((of("leads").received, of("other").by_state[6], of("none").received), (2, 1, 0));
    });
}

/// A few hundred operations of three pipelines, in all states, some of them with a second row.
fn crowd() -> Vec<Write> {
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

#[test]
fn lists_are_newest_first_and_the_same_from_tail_and_index() {
    each(|mut subject| {
        let crowd = crowd();
        let (early, late) = crowd.split_at(200);
        subject.commit(early);
        let derived = subject.derive();
        assert!(derived > 0 || subject.path().is_none());
        subject.commit(late);
        let all = subject.listed(&Filter::default());
        assert_eq!(all.len(), 300);
        assert!(all.is_sorted_by(|a, b| a.id > b.id));
        let mut filters =
            vec![Filter::default(), Filter { pipeline: Some("unknown".into()), ..Filter::default() }];
        for pipeline in [None, Some("leads"), Some("other")] {
            for state in
                [None, Some(State::Open), Some(State::Done), Some(State::Failed), Some(State::Rejected)]
            {
                let pipeline = pipeline.map(Arc::from);
                let (since, until) = (Some(NOW + 40), Some(NOW + 280));
                filters.push(Filter { pipeline, state, since, until, text: None });
            }
        }
        let expected: Vec<Vec<Listed>> = filters
            .iter()
            .map(|filter| {
                let fits = |one: &&Listed| {
                    filter.pipeline.as_ref().is_none_or(|pipeline| *pipeline == one.pipeline)
                        && filter.state.is_none_or(|state| state == one.state)
                        && filter.since.is_none_or(|since| since <= one.id.millis())
                        && filter.until.is_none_or(|until| one.id.millis() < until)
                };
                all.iter().filter(fits).cloned().collect()
            })
            .collect();
        let check = |subject: &Subject| {
            for (filter, expected) in filters.iter().zip(&expected) {
                assert_eq!(subject.listed(filter), *expected, "{filter:?}");
                // Page by page it is the same.
                let mut paged = Vec::new();
                let mut after: Option<Cursor> = None;
                loop {
                    let page = subject.store().list(filter, after.as_ref(), 7).unwrap();
                    assert!(page.items.len() <= 7);
                    paged.extend(page.items);
                    match page.next {
                        Some(next) => after = Some(next),
                        None => break,
                    }
                }
                assert_eq!(paged, *expected, "{filter:?}");
            }
        };
        check(&subject);
        subject.derive();
        check(&subject);
        subject.again();
        check(&subject);
        assert_eq!(subject.derive(), 0);
    });
}

#[test]
fn a_text_is_looked_for_in_id_reason_and_request() {
    each(|subject| {
        let mut plain = accept(1, "leads", State::Done, None);
        plain.row = row(1, State::Done, &[received(r#"{"name":"Анна","email":"Anna@example.org"}"#)]);
        let mut large = accept(2, "leads", State::Done, None);
        large.row = row(2, State::Done, &[received(format!("{}NEEDLE", "x".repeat(6_000)))]);
        subject.commit(&[
            Write::Accept(Box::new(plain)),
            Write::Accept(Box::new(large)),
            accepted(3, State::Aborted, None),
        ]);
        let find = |text: &str| {
            let filter = Filter { text: Some(text.to_owned()), ..Filter::default() };
            subject.listed(&filter).iter().map(|one| one.id.millis() - NOW).collect::<Vec<_>>()
        };
        for _ in 0..2 {
            assert_eq!(find("anna@EXAMPLE"), [1]);
            assert_eq!(find("АННА"), [1]);
            assert_eq!(find("needle"), [2]);
            assert_eq!(find("for a Reason"), [3]);
            assert_eq!(find(&id(2).to_string().to_uppercase()), [2]);
            assert_eq!(find("utm=spring"), [3, 2, 1]);
            assert_eq!(find("nowhere"), [0; 0]);
            subject.derive();
        }
    });
}

#[test]
fn derived_rows_are_written_in_bulk_on_the_way() {
    let subject = Subject::redb();
    let all = |from: u64, to: u64| (from..to).map(|n| accepted(n, State::Done, None)).collect::<Vec<_>>();
    for from in (0..4_000).step_by(250) {
        subject.commit(&all(from, from + 250));
    }
    // The bulk has gone with the commits; the youngest are left.
    let left = subject.derive();
    assert!((250..2_000).contains(&left), "{left}");
    assert_eq!(subject.listed(&Filter::default()).len(), 4_000);
    // What comes late, below the mark, is there at once; what a second has passed over is written with the next commit.
    let late = Id::new(NOW, 9, [1; 10]);
    subject
        .commit(&[Write::Accept(Box::new(Accept { id: late, ..accept(0, "leads", State::Failed, None) }))]);
    subject.commit(&[accepted(4_000, State::Done, None)]);
    subject.store().commit(&[accepted(4_001, State::Done, None)], NOW + 1_000).unwrap();
    assert_eq!(subject.derive(), 1);
    let failed = Filter { state: Some(State::Failed), ..Filter::default() };
    assert_eq!(subject.listed(&failed).iter().map(|one| one.id).collect::<Vec<_>>(), [late]);
    assert_eq!(subject.summary().received, 4_003);
}

#[test]
fn a_filter_that_finds_little_gives_a_short_page_that_goes_on() {
    let subject = Subject::redb();
    let body = "x".repeat(60_000);
    let batch: Vec<Write> = (1..=400)
        .map(|n| {
            let mut accept = accept(n, "leads", State::Done, None);
            accept.row =
                row(n, State::Done, &[received(if n == 3 { "needle".to_owned() } else { body.clone() })]);
            Write::Accept(Box::new(accept))
        })
        .collect();
    subject.commit(&batch);
    let filter = Filter { text: Some("needle".to_owned()), ..Filter::default() };
    let first = subject.store().list(&filter, None, 10).unwrap();
    assert_eq!(first.items, []);
    let mut after = first.next;
    let mut found = Vec::new();
    while let Some(cursor) = after {
        let page = subject.store().list(&filter, Some(&cursor), 10).unwrap();
        found.extend(page.items);
        after = page.next;
    }
    assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [id(3)]);
}

#[test]
fn memory_keeps_the_newest_that_have_ended_and_all_that_are_open() {
    let subject = Subject::memory();
    subject.commit(&[accepted(0, State::Open, Some(work(NOW, false)))]);
    for n in 1..=10_050 {
        let notice = (n == 1).then(|| "gone".to_owned());
        subject
            .commit(&[Write::Accept(Box::new(Accept { notice, ..accept(n, "leads", State::Done, None) }))]);
    }
    assert!(subject.store().load(id(0)).unwrap().is_some());
    assert!(subject.store().load(id(50)).unwrap().is_none());
    assert!(subject.store().load(id(51)).unwrap().is_some());
    assert_eq!(subject.summary().received, 10_051);
    assert_eq!(subject.summary().notices_waiting, 0);
    let page = subject.store().list(&Filter::default(), None, 20_000).unwrap();
    assert_eq!((page.items.len(), page.next), (10_001, None));
}

#[test]
fn only_disk_gathers_and_copies() {
    let memory = Subject::memory();
    assert!(!memory.store().gathers());
    memory.store().reopen().unwrap();
    let error = memory.store().copy_to(&PathBuf::from("/nowhere")).unwrap_err();
    assert_eq!(error.to_string(), "a store in memory has nothing on disk to copy");
    assert!(Subject::redb().store().gathers());
}

#[test]
fn a_copy_holds_what_was_there() {
    let subject = Subject::redb();
    subject.commit(&crowd());
    let mut large = accept(400, "leads", State::Open, Some(work(NOW, false)));
    large.row = row(400, State::Open, &[received(vec![7; 3_000_000])]);
    subject.commit(&[Write::Accept(Box::new(large)), Write::Setting { key: "a".to_owned(), value: vec![1] }]);
    let target = tempfile::tempdir().unwrap();
    let file = target.path().join("store.redb");
    subject.store().copy_to(&file).unwrap();
    assert!(
        subject.store().copy_to(&file).is_err_and(|error| error.to_string().contains("is there already"))
    );
    let copy = Subject { store: Some(open(target.path().to_str().unwrap()).unwrap()), directory: None };
    assert_eq!(copy.listed(&Filter::default()), subject.listed(&Filter::default()));
    assert_eq!((copy.summary(), copy.heads()), (subject.summary(), subject.heads()));
    let body = |subject: &Subject| subject.store().load(id(400)).unwrap().unwrap().rows;
    assert_eq!(body(&copy), body(&subject));
}

#[test]
fn after_a_crash_all_that_was_committed_is_there() {
    let subject = Subject::redb();
    let path = subject.path().unwrap();
    for part in crowd().chunks(50) {
        subject.commit(part);
    }
    subject.commit(&[accepted(500, State::Open, Some(work(NOW, true)))]);
    // A kill leaves the file as it is now: open, and not closed.
    let after = tempfile::tempdir().unwrap();
    fs::copy(path.join("store.redb"), after.path().join("store.redb")).unwrap();
    let again = Subject { store: Some(open(after.path().to_str().unwrap()).unwrap()), directory: None };
    assert_eq!(again.listed(&Filter::default()), subject.listed(&Filter::default()));
    assert_eq!(again.summary(), subject.summary());
    // Nobody holds what was held.
    assert_eq!(again.heads().len(), 1);
    assert_eq!(again.store().claim(&[(lane("leads", "https://a"), 1)], NOW).unwrap()[0].id, id(500));
}

#[test]
fn opening_again_in_the_process_keeps_who_holds_what() {
    let subject = Subject::redb();
    subject.commit(&[
        accepted(1, State::Open, Some(work(NOW, true))),
        accepted(2, State::Open, Some(work(NOW, false))),
    ]);
    let fence = subject.store().claim(&[(lane("leads", "https://a"), 9)], NOW).unwrap()[0].fence;
    subject.store().reopen().unwrap();
    assert_eq!(subject.heads(), []);
    let written = subject.commit(&[
        stepped(1, 1, ACCEPTED, State::Done, WorkChange::Remove),
        stepped(2, 1, fence, State::Done, WorkChange::Remove),
    ]);
    assert_eq!(written, [Written::Done, Written::Done]);
    assert_eq!(subject.summary().by_state, [0, 2, 0, 0, 0, 0, 0]);
}

#[derive(Clone, Debug)]
enum Move {
    Accept { op: u64, other: bool, state: State, held: Option<bool>, key: Option<u8> },
    Step { op: u64, n: u16, fence: u64, state: State, work: Option<bool> },
    Claim { now: u64 },
    Derive,
    Again,
}

fn moves() -> impl Strategy<Value = Vec<Vec<Move>>> {
    let state = || proptest::sample::select(State::ALL.to_vec());
    let accept =
        (1..9_u64, any::<bool>(), state(), any::<Option<bool>>(), proptest::option::weighted(0.2, 0..3_u8))
            .prop_map(|(op, other, state, held, key)| Move::Accept { op, other, state, held, key });
    let fence = proptest::sample::select(vec![ACCEPTED, NOBODY, 77]);
    let step = (1..9_u64, 1..4_u16, fence, state(), any::<Option<bool>>())
        .prop_map(|(op, n, fence, state, work)| Move::Step { op, n, fence, state, work });
    let one = prop_oneof![
        6 => accept,
        8 => step,
        2 => (0..50_u64).prop_map(|now| Move::Claim { now }),
        1 => Just(Move::Derive),
        1 => Just(Move::Again),
    ];
    proptest::collection::vec(proptest::collection::vec(one, 1..5), 1..12)
}

/// The operation's pipeline is the same in all its rows.
fn write(one: &Move) -> Option<Write> {
    let name = |op: u64| if op % 2 == 0 { "leads" } else { "other" };
    let place = |op: u64, salt: u64, held| Work {
        lane: lane(name(op), if salt % 2 == 0 { "" } else { "https://a" }),
        ..work(NOW + (op * 7 + salt * 5) % 50, held)
    };
    match *one {
        Move::Accept { op, other, state, held, key } => {
            let work = held.map(|held| place(op, u64::from(other), held));
            let claim = key.map(|key| Claim { key: [key; 16], end: NOW + u64::from(key), answer: None });
            let notice = other.then(|| format!("notice of {op}"));
            Some(Write::Accept(Box::new(Accept { claim, notice, ..accept(op, name(op), state, work) })))
        }
        Move::Step { op, n, fence, state, work } => {
            let change = match work {
                None if n == 3 => WorkChange::Remove,
                None => WorkChange::Keep,
                Some(held) => WorkChange::Put(place(op, u64::from(n), held)),
            };
            let step = Step { pipeline: name(op).into(), ..step(op, n, fence, state, change) };
            Some(Write::Step(Box::new(step)))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Rows of an operation come in the order of their numbers, as those who write them see to.
    #[test]
    fn both_stores_do_the_same(batches in moves()) {
        let (memory, mut disk) = (Subject::memory(), Subject::redb());
        let mut next = std::collections::BTreeMap::new();
        for batch in batches {
            let mut writes = Vec::new();
            for mut one in batch {
                if let Move::Step { op, n, .. } = &mut one {
                    *n = (*n).min(next.get(op).copied().unwrap_or(1));
                }
                if let Some(write) = write(&one) {
                    let written = (memory.commit(std::slice::from_ref(&write)), disk.commit(&[write.clone()]));
                    prop_assert_eq!(&written.0, &written.1, "{:?}", one);
                    if let (Move::Step { op, n, .. }, [Written::Done]) = (&one, written.0.as_slice()) {
                        next.insert(*op, n + 1);
                    }
                    writes.push(write);
                }
                match one {
                    Move::Claim { now } => {
                        let lanes: Vec<_> = memory.heads().into_iter().map(|head| (head.lane, 2)).collect();
                        let ids = |subject: &Subject| {
                            let claimed = subject.store().claim(&lanes, NOW + now).unwrap();
                            claimed.into_iter().map(|one| (one.id, one.work)).collect::<Vec<_>>()
                        };
                        prop_assert_eq!(ids(&memory), ids(&disk));
                    }
                    Move::Derive => { disk.derive(); }
                    Move::Again => {
                        // Opened again in the process, so that holds stay.
                        disk.store().reopen().unwrap();
                    }
                    _ => {}
                }
            }
            // A whole batch again changes nothing that is there, and is answered alike.
            prop_assert_eq!(memory.commit(&writes), disk.commit(&writes));
            prop_assert_eq!(memory.heads(), disk.heads());
            prop_assert_eq!(memory.listed(&Filter::default()), disk.listed(&Filter::default()));
            prop_assert_eq!(memory.summary(), disk.summary());
        }
        disk.again();
        for op in 1..9 {
            let load = |subject: &Subject| {
                let operation = subject.store().load(id(op)).unwrap();
                operation.map(|one| (one.pipeline, one.rows, one.work.map(|work| (work.lane, work.due)), one.notice))
            };
            prop_assert_eq!(load(&memory), load(&disk));
        }
        prop_assert_eq!(memory.listed(&Filter::default()), disk.listed(&Filter::default()));
        prop_assert_eq!(
            memory.store().notices(u64::MAX, 99).unwrap(),
            disk.store().notices(u64::MAX, 99).unwrap()
        );
    }
}
