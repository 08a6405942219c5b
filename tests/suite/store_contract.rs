//! What every store must do, held against each of them; and the two against each other, over histories by chance.

mod disk;
mod histories;
mod keeping;
pub mod subject;

use std::sync::Arc;

use wj::store::{
    ACCEPTED, Accept, Claim, ClaimChange, Cursor, Fact, Filter, LaneHead, Listed, NOBODY, Notice, Rejected,
    Span, State, Step, Upkeep, Work, WorkChange, Write, Written, decode,
};
use wj::value::Bytes;

use self::subject::{
    NOW, Subject, accept, accepted, crowd, each, id, lane, program, received, row, step, stepped, work,
};

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
            assert_eq!(subject.store().programs().unwrap(), [[7; 32]]);
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
fn what_must_not_wait_for_its_time_is_found() {
    each(|mut subject| {
        let work = |host: &str, due, pause, intent_out| {
            Some(Work { lane: lane("leads", host), due, pause, intent_out, held: false })
        };
        subject.commit(&[
            accepted(1, State::Open, work("a", NOW + 10_000, 10_000, false)),
            accepted(2, State::Open, work("a", NOW + 100_000, 10_000, false)),
            accepted(3, State::Open, work("b", NOW, 0, true)),
            accepted(4, State::Open, work("", NOW + 100_000, 10_000, false)),
            accepted(5, State::Open, work("b", NOW + 100_000, 0, true)),
            accepted(6, State::Done, None),
        ]);
        subject.again();
        let found = |limit| {
            let strays = subject.store().strays(NOW, limit).unwrap();
            strays.into_iter().map(|claimed| (claimed.id, claimed.work.intent_out)).collect::<Vec<_>>()
        };
        // Calls that may be out come first, whatever the limit.
        let first = found(1);
        assert_eq!(first[..2], [(id(3), true), (id(5), true)]);
        let mut astray = [first[2..].to_vec(), found(9)].concat();
        astray.sort();
        assert_eq!((first.len(), astray), (3, vec![(id(2), false), (id(4), false)]));
        // They are held now, and the lane has what is left.
        assert_eq!(found(9), []);
        let due: Vec<u64> = subject.heads().iter().map(|head| head.due - NOW).collect();
        assert_eq!(due, [10_000]);
    });
}

#[test]
fn one_key_is_taken_once() {
    each(|mut subject| {
        let with = |n: u64, pipeline: &str, end, answer: Option<&'static [u8]>| {
            let claim = Claim { key: [1; 16], end, answer: answer.map(Bytes::from_static), kept: true };
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
fn a_claim_gets_its_answer_and_is_released_with_a_row() {
    each(|mut subject| {
        let asked = |n: u64, kept| {
            let claim = Claim { key: [1; 16], end: NOW + 10, answer: None, kept };
            let work = Some(work(NOW, true));
            Write::Accept(Box::new(Accept { claim: Some(claim), ..accept(n, "leads", State::Open, work) }))
        };
        let changed = |op: u64, n: u16, fence, claim| {
            Write::Step(Box::new(Step { claim, ..step(op, n, fence, State::Open, WorkChange::Keep) }))
        };
        let duplicate = |of: u64, answer: Option<&'static [u8]>| Written::Duplicate {
            of: id(of),
            answer: answer.map(Bytes::from_static),
        };
        // Who only asks leaves it free, and finds it taken.
        assert_eq!(
            subject.commit(&[asked(1, false), asked(2, true), asked(3, false)])[..],
            [Written::Done, Written::Done, duplicate(2, None)]
        );
        let answer = |text: &'static [u8]| ClaimChange::Answer {
            key: [1; 16],
            answer: Some(Bytes::from_static(text)),
        };
        // Another's answer is none, and a step that is fenced off says nothing either.
        let written = subject.commit(&[
            changed(1, 1, ACCEPTED, answer(b"not mine")),
            changed(2, 1, 77, answer(b"fenced")),
            asked(4, true),
        ]);
        assert_eq!(written, [Written::Done, Written::Fenced, duplicate(2, None)]);
        subject.commit(&[changed(2, 1, ACCEPTED, answer(b"said"))]);
        assert_eq!(subject.commit(&[asked(4, true)]), [duplicate(2, Some(b"said"))]);
        // Only its holder releases it, and then it is the next one's.
        let release = || ClaimChange::Release { key: [1; 16] };
        subject.commit(&[changed(1, 2, ACCEPTED, release())]);
        assert_eq!(subject.commit(&[asked(4, true)]), [duplicate(2, Some(b"said"))]);
        let end = Step { claim: release(), ..step(2, 2, ACCEPTED, State::Failed, WorkChange::Remove) };
        let written = subject.commit(&[Write::Step(Box::new(end.clone())), asked(4, true)]);
        assert_eq!(written, [Written::Done, Written::Done]);
        // The batch once more: what is the other's now stays the other's.
        assert_eq!(subject.commit(&[Write::Step(Box::new(end)), asked(4, true)]), vec![Written::Done; 2]);
        assert_eq!(subject.commit(&[asked(5, true)]), [duplicate(4, None)]);
        // It is taken again only if it is free, and keeps the answer that it has.
        let take = |by: u64, n: u16| {
            let claim = Claim { key: [1; 16], end: NOW + 10, answer: None, kept: true };
            changed(by, n, NOBODY, ClaimChange::Take(claim))
        };
        assert_eq!(subject.commit(&[take(2, 3)]), [duplicate(4, None)]);
        assert_eq!(subject.store().load(id(2)).unwrap().unwrap().rows.len(), 3);
        subject.commit(&[changed(4, 1, ACCEPTED, answer(b"4"))]);
        let end = Step { claim: ClaimChange::Keep, ..step(4, 2, ACCEPTED, State::Done, WorkChange::Remove) };
        assert_eq!(subject.commit(&[Write::Step(Box::new(end)), take(4, 3)]), vec![Written::Done; 2]);
        subject.again();
        assert_eq!(subject.commit(&[asked(5, true)]), [duplicate(4, Some(b"4"))]);
    });
}

#[test]
fn claims_whose_end_has_come_are_swept_away() {
    each(|subject| {
        let with = |n: u64, end| {
            let mut key = [0; 16];
            key[..8].copy_from_slice(&n.to_be_bytes());
            let claim = Claim { key, end, answer: None, kept: true };
            Write::Accept(Box::new(Accept { claim: Some(claim), ..accept(n, "leads", State::Done, None) }))
        };
        // More than one piece of the way.
        let batch: Vec<Write> =
            (1..=5_000).map(|n| with(n, if n % 2 == 0 { NOW + 10 } else { NOW + 1_000 })).collect();
        subject.commit(&batch);
        let sweep = |now| {
            let plan = Upkeep { claims: true, ..Upkeep::default() };
            subject.store().tend(&plan, now).unwrap().claims
        };
        assert_eq!(sweep(NOW + 9) + sweep(NOW + 9), 0);
        let rounds = [sweep(NOW + 10), sweep(NOW + 10), sweep(NOW + 10)];
        assert_eq!((rounds.iter().sum::<usize>(), rounds[2]), (2_500, 0));
        assert!(rounds[0] > 0 && rounds[1] > 0, "{rounds:?}");
        // What is held is held on.
        let Write::Accept(again) = with(3, NOW + 2_000) else { unreachable!() };
        let again = Write::Accept(Box::new(Accept { id: id(9_999), ..*again }));
        let duplicate = Written::Duplicate { of: id(3), answer: None };
        assert_eq!(subject.store().commit(&[again], NOW + 10).unwrap(), [duplicate]);
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
        let waiting = |pipeline, after, limit| subject.store().notices(pipeline, after, limit).unwrap();
        assert_eq!(waiting("leads", None, 9), [notice(1, "leads"), notice(3, "leads")]);
        assert_eq!(waiting("leads", Some((NOW + 1, id(1))), 9), [notice(3, "leads")]);
        assert_eq!(waiting("leads", Some((NOW + 2, id(9))), 9), [notice(3, "leads")]);
        assert_eq!(waiting("leads", None, 1), [notice(1, "leads")]);
        assert_eq!(waiting("other", Some((NOW + 2, id(2))), 9), []);
        assert_eq!(waiting("unknown", None, 9), []);
        assert_eq!(subject.store().noticed().unwrap(), ["leads".into(), "other".into()]);
        assert!(!subject.store().load(id(1)).unwrap().unwrap().notice_sent);
        assert_eq!(subject.summary().notices_waiting, 3);
        let sent = Write::NoticeSent { pipeline: "leads".into(), id: id(1), time: NOW + 1 };
        subject.commit(&[sent.clone(), sent]);
        assert_eq!(waiting("leads", None, 9), [notice(3, "leads")]);
        assert!(subject.store().load(id(1)).unwrap().unwrap().notice_sent);
        let of = |name: &str| Span { pipeline: Some(name.into()) };
        let waiting = |name| subject.store().summary(&of(name)).unwrap().notices_waiting;
        assert_eq!((waiting("leads"), waiting("other"), waiting("unknown")), (1, 1, 0));
        // One that is of no operation.
        let own = Write::Notice {
            pipeline: "third".into(),
            id: id(4),
            time: NOW + 4,
            reason: "notice 4".to_owned(),
        };
        subject.commit(&[own]);
        subject.again();
        assert_eq!(subject.store().notices("third", None, 9).unwrap(), [notice(4, "third")]);
        assert!(subject.store().load(id(4)).unwrap().is_none());
        subject.commit(&[Write::NoticeSent { pipeline: "third".into(), id: id(4), time: NOW + 4 }]);
        assert_eq!(subject.store().notices("third", None, 9).unwrap(), []);
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
    assert_eq!(subject.summary().received, 10_001);
    assert_eq!(subject.summary().notices_waiting, 0);
    let page = subject.store().list(&Filter::default(), None, 20_000).unwrap();
    assert_eq!((page.items.len(), page.next), (10_001, None));
}
