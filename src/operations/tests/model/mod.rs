//! The model: histories of requests, targets, callers, people, failing disks and processes that end at any moment drive the
//! engine, the life of operations and a real store by small steps, in any order. Whatever happens, the sentences of the
//! delivery contract (`contract`) hold. What a server does with the steps in `serve` is done here by hand and in the same
//! order: `hands`, `writer`, `scheduler`, `people`.
//!
//! `WJ_MODEL_CASES=20000 cargo test --lib model` plays so many histories that nobody has seen before.

mod contract;
mod hands;
mod history;
mod people;
mod process;
mod scheduler;
mod scripts;
mod target;
mod world;
mod writer;

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use self::history::{Durable, Event, History, Meets, Orders, histories};
use self::scripts::Script;
use self::world::play;
use crate::store::ground::Ground;

/// What has to come about in a run of the few histories: else they would show little.
const COMES_ABOUT: [&str; 17] = [
    "— Killed",
    "— PowerCut",
    "fails: ",
    "calls a: AnswerLost",
    "calls b: RequestLost",
    "calls c: Ok",
    "waits for its first one",
    "repeats one",
    "goes on",
    "is ordered to Retry",
    "is ordered to SettleOk",
    "is ordered to SettleFailed",
    "is ordered to Cancel",
    "is interrupted",
    "is failed",
    "is aborted",
    "refused at the door",
];

/// Plays histories that are drawn anew where `WJ_MODEL_CASES` says how many, and else the same few each time.
fn hold(cases: u32, longest: usize, ground: fn() -> Ground) {
    let asked = std::env::var("WJ_MODEL_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: asked.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        None => TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32])),
    };
    let seen = RefCell::new(BTreeMap::from(COMES_ABOUT.map(|what| (what, 0_usize))));
    let held = runner.run(&histories(longest), |history| {
        let happened = play(&history, ground()).map_err(TestCaseError::fail)?;
        for (what, count) in seen.borrow_mut().iter_mut() {
            *count += happened.iter().filter(|line| line.contains(what)).count();
        }
        Ok(())
    });
    if let Err(error) = held {
        panic!("{error}");
    }
    let seen = seen.into_inner();
    assert!(seen.values().all(|count| *count > 0), "{seen:#?}");
}

#[test]
fn the_contract_holds_in_every_history_in_memory() {
    hold(400, 60, Ground::memory);
}

#[test]
fn the_contract_holds_in_every_history_on_a_disk_that_loses_what_was_not_synced() {
    hold(60, 60, Ground::disk);
}

/// One history, in memory and on a disk; gives what happened in memory.
fn holds(events: &[Event]) -> String {
    let [happened, _] = [Ground::memory, Ground::disk]
        .map(|ground| play(&History(events.to_vec()), ground()).unwrap_or_else(|broken| panic!("{broken}")));
    happened.join("\n")
}

/// Its answer was recorded, and its task had not come to tell it yet; the caller was told 502, which was not recorded.
#[test]
fn who_is_cancelled_behind_a_recorded_answer_is_told_that_answer() {
    let happened = holds(&[
        Event::Receive(Script::Keyed, 0),
        Event::Go(6),
        Event::Person(Orders::Cancel, 0),
        Event::Step(1),
    ]);
    assert!(happened.contains("#0 is told 201") && !happened.contains("#0 is told 502"), "{happened}");
}

#[test]
fn of_two_callers_with_one_key_one_is_carried_out_and_both_are_told_its_answer() {
    let happened = holds(&[
        Event::Receive(Script::Before, 0),
        Event::Receive(Script::Before, 0),
        Event::Go(2),
        Event::Step(0),
        Event::Step(1),
        Event::Step(0),
    ]);
    assert!(happened.contains("#1 repeats one"), "{happened}");
    assert!(happened.contains("#0 is told 200") && happened.contains("#1 is told 200"), "{happened}");
    assert_eq!(happened.matches("calls").count(), 3, "{happened}");
}

#[test]
fn a_process_that_ends_with_a_reported_call_out_leaves_it_to_a_person() {
    let mut events =
        vec![Event::Receive(Script::Reported, 0), Event::Target(Meets::Ok), Event::Go(4), Event::Kill];
    let happened = holds(&events);
    assert_eq!(happened.matches("#0 calls a").count(), 1, "{happened}");
    assert!(happened.contains("#0 is interrupted"), "{happened}");
    // It is called again when a person orders that, and not before.
    events.extend([Event::Go(20), Event::Person(Orders::Retry, 0)]);
    let happened = holds(&events);
    assert_eq!(happened.matches("#0 calls a").count(), 2, "{happened}");
    assert!(happened.ends_with("#0 is done\n— PowerCut"), "{happened}");
}

#[test]
fn whatever_becomes_of_a_commit_that_failed_who_was_told_503_has_nothing_carried_out() {
    for durable in [Durable::No, Durable::Yes] {
        let happened = holds(&[
            Event::CommitFails(durable),
            Event::Receive(Script::Before, 0),
            Event::Receive(Script::Before, 0),
            Event::Go(3),
        ]);
        assert_eq!(happened.matches("is told 503 by the server").count(), 2, "{happened}");
        assert_eq!(happened.matches("calls").count(), 0, "{happened}");
        // What is known of a call is kept and committed once the store writes again.
        let happened = holds(&[
            Event::Receive(Script::Reported, 0),
            Event::Go(5),
            Event::CommitFails(durable),
            Event::Go(2),
        ]);
        assert!(happened.contains("fails: ") && happened.contains("#0 is done"), "{happened}");
        assert_eq!(happened.matches("calls").count(), 3, "{happened}");
    }
}

#[test]
fn a_power_cut_at_each_sync_of_one_operation_breaks_nothing() {
    for script in Script::ALL {
        for at in 1..18 {
            let requests = [Event::Receive(script, 0), Event::Again(0)];
            let history = [&[Event::PowerCut(at)], &requests[..], &[Event::Go(40)]].concat();
            play(&History(history), Ground::disk()).unwrap_or_else(|broken| panic!("{broken}"));
        }
    }
}

#[test]
fn a_process_that_ends_behind_each_small_step_breaks_nothing() {
    for script in Script::ALL {
        for steps in 0..40 {
            let history = vec![Event::Receive(script, 0), Event::Again(0), Event::Go(steps), Event::Kill];
            play(&History(history), Ground::memory()).unwrap_or_else(|broken| panic!("{broken}"));
        }
    }
}
