//! What only a store on disk has: derived rows that lag, crashes, copies, opening again.

use std::fs;
use std::path::PathBuf;

use wj::store::{ACCEPTED, Accept, Filter, State, WorkChange, Write, Written, open};
use wj::value::Id;

use super::subject::{NOW, Subject, accept, accepted, crowd, id, lane, received, row, stepped, work};

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
