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

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use self::history::{Drains, Durable, Event, History, Meets, Orders, histories};
use self::scripts::Script;
use self::world::play;
use crate::store::ground::Ground;

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
    let held = runner.run(&histories(longest), |history| {
        play(&history, ground()).map(drop).map_err(TestCaseError::fail)
    });
    if let Err(error) = held {
        panic!("{error}");
    }
}

#[test]
fn the_contract_holds_in_every_history_in_memory() {
    hold(400, 60, Ground::memory);
}

#[test]
fn the_contract_holds_in_every_history_on_a_disk_that_loses_what_was_not_synced() {
    hold(40, 40, Ground::disk);
}

/// Histories that broke the contract once, or that everybody should know.
fn holds(events: &[Event]) {
    for ground in [Ground::memory, Ground::disk] {
        if let Err(broken) = play(&History(events.to_vec()), ground()) {
            panic!("{broken}");
        }
    }
}

/// Its answer was recorded, and its task had not come to tell it yet; the caller was told 502, which was not recorded.
#[test]
fn who_is_cancelled_behind_a_recorded_answer_is_told_that_answer() {
    holds(&[
        Event::Receive(Script::Keyed, 0),
        Event::Go(6),
        Event::Person(Orders::Cancel, 0),
        Event::Step(1),
    ]);
}
