//! What is kept no longer: by age, by bytes, by count; and what is never removed.

use std::sync::Arc;

use wj::store::{
    ACCEPTED, Accept, CLASSES, Claim, Filter, Limits, Listed, Program, Retention, State, Step, Tended,
    Upkeep, WorkChange, Write, Written,
};
use wj::value::{Bytes, Id};

use super::subject::{NOW, Subject, accept, accepted, each, id, lane, program, received, row, step, work};

const FAR: u64 = 1 << 40;

/// Nothing is removed but what a test says.
fn generous() -> Retention {
    Retention {
        ages: [None; CLASSES],
        rest: Limits { bytes: FAR, count: FAR, failed: FAR },
        pipelines: Default::default(),
        programs: Default::default(),
    }
}

/// Slices until there is nothing more to do.
fn tend(subject: &Subject, retention: &Retention, now: u64) -> Tended {
    let mut sum = Tended::default();
    let retention = Some(Arc::new(retention.clone()));
    for _ in 0..200 {
        let plan = Upkeep { derive: true, claims: true, retention: retention.clone() };
        let tended = subject.store().tend(&plan, now).unwrap();
        sum.removed += tended.removed;
        sum.claims += tended.claims;
        sum.programs += tended.programs;
        sum.full = tended.full;
        if !tended.more {
            return sum;
        }
    }
    panic!("it goes on for ever");
}

fn ids(subject: &Subject) -> Vec<Id> {
    let mut ids: Vec<Id> = subject.listed(&Filter::default()).iter().map(|one| one.id).collect();
    ids.sort();
    ids
}

/// What is counted is what is there.
fn counted(subject: &Subject) {
    let listed = subject.listed(&Filter::default());
    let summary = subject.summary();
    let bytes: u64 = listed.iter().map(|one: &Listed| u64::from(one.bytes)).sum();
    assert_eq!((summary.received, summary.bytes), (listed.len() as u64, bytes));
    for (state, count) in State::ALL.iter().zip(summary.by_state) {
        let of_state = subject.listed(&Filter { state: Some(*state), ..Filter::default() });
        assert_eq!(of_state.len() as u64, count, "{state:?}");
    }
}

#[test]
fn age_removes_what_is_settled_and_nothing_else() {
    each(|mut subject| {
        // Seven states in three classes; class 0 has no age, 1 has one, and 2 a longer one.
        let all: Vec<Write> = (0..42)
            .map(|n| {
                let state = State::ALL[n as usize % 7];
                let held = (state == State::Open).then(|| work(NOW, false));
                let mut accept = accept(n, "leads", state, held);
                accept.row = row(n, state, &[received(vec![b'x'; 6_000])]);
                if state == State::Failed {
                    accept.notice = Some("a notice".to_owned());
                }
                Write::Accept(Box::new(accept))
            })
            .collect();
        subject.commit(&all);
        let mut plan = generous();
        plan.ages[1] = Some(1_000);
        plan.ages[2] = Some(2_000);
        assert_eq!(tend(&subject, &plan, NOW + 1_000).removed, 0);
        // Of those received before NOW + 20, class 1.
        let settled = |n: u64| !matches!(n % 7, 0 | 3 | 4);
        let left = |first: &dyn Fn(u64) -> bool| (0..42).filter(|n| !first(*n)).map(id).collect::<Vec<_>>();
        let tended = tend(&subject, &plan, NOW + 1_020);
        let young = left(&|n| n % 3 == 1 && n < 20 && settled(n));
        assert_eq!((ids(&subject), tended.removed), (young.clone(), 42 - young.len()));
        counted(&subject);
        assert!(subject.store().load(id(1)).unwrap().is_none());
        subject.again();
        assert_eq!(ids(&subject), young);
        // By now all of both classes; failed ones have a time of their own.
        tend(&subject, &plan, NOW + 9_000);
        assert_eq!(ids(&subject), left(&|n| n % 3 != 0 && settled(n)));
        assert_eq!(subject.summary().notices_waiting, 6);
        plan.rest.failed = 5_000;
        tend(&subject, &plan, NOW + 5_020);
        let failed = subject.listed(&Filter { state: Some(State::Failed), ..Filter::default() });
        assert!(failed.len() == 3 && failed.iter().all(|one| one.id.millis() >= NOW + 20));
        assert_eq!(subject.summary().notices_waiting, 3);
        counted(&subject);
        // What is open goes on, and can be removed once it has ended.
        let open = lane("leads", "https://a");
        let claimed = subject.store().claim(&[(open, 99)], NOW).unwrap();
        assert_eq!(claimed.len(), 6);
        for claimed in claimed {
            let end = Step { id: claimed.id, ..step(0, 1, claimed.fence, State::Done, WorkChange::Remove) };
            assert_eq!(subject.commit(&[Write::Step(Box::new(end))]), [Written::Done]);
        }
        // What ended behind the sweep is found a day later at the latest.
        tend(&subject, &plan, NOW + 90_000_000);
        tend(&subject, &plan, NOW + 180_000_000);
        let settled_or_open = |n: u64| !n.is_multiple_of(3) && !matches!(n % 7, 3 | 4);
        let interrupted_too: Vec<Id> = left(&|n| settled_or_open(n) || n % 7 == 3);
        assert_eq!(ids(&subject), interrupted_too);
        counted(&subject);
    });
}

#[test]
fn many_go_in_slices() {
    each(|subject| {
        let all: Vec<Write> = (0..3_500).map(|n| accepted(n * 3, State::Done, None)).collect();
        for part in all.chunks(250) {
            subject.commit(part);
        }
        let mut plan = generous();
        plan.ages[0] = Some(1_000);
        if subject.path().is_some() {
            let plan = Upkeep { derive: true, claims: true, retention: Some(Arc::new(plan.clone())) };
            let first = subject.store().tend(&plan, NOW + 20_000).unwrap();
            assert_eq!((first.removed, first.more), (1_000, true));
        }
        tend(&subject, &plan, NOW + 10_001);
        assert_eq!(ids(&subject), (3_001..3_500).map(|n| id(n * 3)).collect::<Vec<_>>());
        counted(&subject);
    });
}

#[test]
fn bytes_and_count_remove_the_oldest_of_their_pipeline() {
    each(|subject| {
        for n in 0..400 {
            let pipeline = if n % 2 == 0 { "leads" } else { "other" };
            let state = if n % 10 == 0 { State::Failed } else { State::Done };
            subject.commit(&[Write::Accept(Box::new(accept(n, pipeline, state, None)))]);
        }
        let mut plan = generous();
        plan.pipelines.insert("leads".into(), Limits { count: 150, ..plan.rest });
        assert_eq!(tend(&subject, &plan, NOW + 1_000).removed, 50);
        let leads = |state| {
            let filter = Filter { pipeline: Some("leads".into()), state, ..Filter::default() };
            subject.listed(&filter).iter().map(|one| one.id).collect::<Vec<_>>()
        };
        assert_eq!(leads(None).len(), 150);
        assert_eq!(leads(Some(State::Failed)).len(), 40);
        // Failed ones stay; of the others the oldest are gone.
        assert_eq!(leads(Some(State::Done)).last(), Some(&id(126)));
        assert_eq!(
            subject.listed(&Filter { pipeline: Some("other".into()), ..Filter::default() }).len(),
            200
        );
        counted(&subject);

        // By bytes, down to what may not go; then it is full.
        let failed: u64 = subject
            .listed(&Filter {
                pipeline: Some("leads".into()),
                state: Some(State::Failed),
                ..Filter::default()
            })
            .iter()
            .map(|one| u64::from(one.bytes))
            .sum();
        plan.pipelines.insert("leads".into(), Limits { bytes: failed, ..plan.rest });
        assert_eq!(tend(&subject, &plan, NOW + 1_000), Tended { removed: 110, ..Tended::default() });
        plan.pipelines.insert("leads".into(), Limits { bytes: failed - 1, ..plan.rest });
        for later in [1_000, 2_000, 60_000, 62_000, 125_000] {
            let tended = tend(&subject, &plan, NOW + later);
            assert_eq!((tended.removed, tended.full), (0, vec!["leads".into()]), "{later}");
        }
        // A count alone makes nobody full; and what was settled meanwhile makes room.
        plan.pipelines.insert("leads".into(), Limits { count: 3, ..plan.rest });
        assert_eq!(tend(&subject, &plan, NOW + 200_000), Tended::default());
        plan.pipelines.insert("leads".into(), Limits { bytes: failed - 1, ..plan.rest });
        let mended = Step { id: leads(None)[20], ..step(0, 1, ACCEPTED, State::Done, WorkChange::Keep) };
        subject.commit(&[Write::Step(Box::new(mended))]);
        let tended = tend(&subject, &plan, NOW + 300_000);
        assert_eq!((tended.removed, tended.full.len()), (1, 0));
        counted(&subject);
    });
}

#[test]
fn claims_outlive_their_operation_and_go_at_their_end() {
    each(|mut subject| {
        let with = |n: u64, end| {
            let claim =
                Claim { key: [n as u8; 16], end, answer: Some(Bytes::from_static(b"told")), kept: true };
            Write::Accept(Box::new(Accept { claim: Some(claim), ..accept(n, "leads", State::Done, None) }))
        };
        subject.commit(&[with(3, NOW + 50_000), with(6, NOW + 900_000)]);
        let mut plan = generous();
        plan.ages[0] = Some(1_000);
        assert_eq!(tend(&subject, &plan, NOW + 9_000).removed, 2);
        subject.again();
        let again = |n: u64| {
            let claim = Claim { key: [n as u8; 16], end: NOW + 900_000, answer: None, kept: true };
            let accept = Accept { claim: Some(claim), ..accept(n + 30, "leads", State::Done, None) };
            Write::Accept(Box::new(accept))
        };
        let told = |n| Written::Duplicate { of: id(n), answer: Some(Bytes::from_static(b"told")) };
        assert_eq!(subject.commit(&[again(3), again(6)]), [told(3), told(6)]);
        // While the clock is doubted, nothing of it is looked at.
        let doubted = Upkeep { derive: true, claims: false, retention: None };
        assert_eq!(subject.store().tend(&doubted, NOW + FAR).unwrap().claims, 0);
        assert_eq!(tend(&subject, &plan, NOW + 50_000).claims, 1);
        assert_eq!(tend(&subject, &plan, NOW + 50_000).claims, 0);
        assert_eq!(subject.commit(&[again(3), again(6)]), [Written::Done, told(6)]);
    });
}

#[test]
fn a_claim_without_an_answer_of_its_own_keeps_its_operation() {
    each(|mut subject| {
        let claim = Claim { key: [1; 16], end: NOW + 5_000, answer: None, kept: true };
        let first = Accept { claim: Some(claim), ..accept(3, "leads", State::Done, None) };
        subject.commit(&[Write::Accept(Box::new(first)), accepted(6, State::Done, None)]);
        let mut plan = generous();
        plan.ages[0] = Some(1_000);
        for _ in 0..2 {
            tend(&subject, &plan, NOW + 4_000);
            assert_eq!(ids(&subject), [id(3)]);
            subject.again();
        }
        plan.ages[0] = None;
        plan.rest.count = 0;
        assert_eq!(tend(&subject, &plan, NOW + 4_500).removed, 0);
        // With its claim it goes.
        assert_eq!(tend(&subject, &plan, NOW + 5_000).claims, 1);
        tend(&subject, &plan, NOW + 90_000);
        assert_eq!(ids(&subject), []);
    });
}

#[test]
fn a_program_goes_with_its_last_operation() {
    let mut subject = Subject::redb();
    let of = |n: u64, program: &Arc<Program>| {
        let mut accept = accept(n, "leads", State::Done, None);
        let received = wj::store::ReceivedFact { program: program.hash, ..received_fact() };
        accept.row = row(n, State::Done, &[wj::store::Fact::Received(received)]);
        accept.program = program.clone();
        Write::Accept(Box::new(accept))
    };
    let other = Arc::new(Program { hash: [8; 32], edition: 1, files: Vec::new() });
    subject.commit(&[of(3, &program()), of(6, &other), of(9_000, &program())]);
    subject.derive();
    subject.commit(&[of(9_003, &program())]);
    let mut plan = generous();
    plan.ages[0] = Some(1_000);
    let kept = |subject: &Subject| [7, 8].map(|hash| subject.store().program([hash; 32]).unwrap().is_some());
    // One is served: it stays. The other has an operation left.
    plan.programs.insert([8; 32]);
    assert_eq!(tend(&subject, &plan, NOW + 2_000).removed, 2);
    assert_eq!(kept(&subject), [true, true]);
    subject.again();
    // Served no longer: within the hour.
    plan.programs.clear();
    assert_eq!(tend(&subject, &plan, NOW + 4_000_000).programs, 2);
    assert_eq!(kept(&subject), [false, false]);
    // And it comes back with the next that uses it.
    subject.commit(&[of(12_000_000, &other)]);
    assert_eq!(kept(&subject), [false, true]);
    tend(&subject, &plan, NOW + 12_000_500);
    assert_eq!(kept(&subject), [false, true]);
}

fn received_fact() -> wj::store::ReceivedFact {
    match received("") {
        wj::store::Fact::Received(fact) => fact,
        other => panic!("{other:?}"),
    }
}
