//! A history: what the outside does to a server, and in which order its parts come to their next small step. Shrinks to the
//! few lines that matter.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;

use super::scripts::Script;

#[derive(Clone, PartialEq, Eq)]
pub(super) struct History(pub Vec<Event>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A request, with one of three keys.
    Receive(Script, u8),
    /// The n-th request, counted round, comes once more.
    Again(u8),
    /// So many small steps, each of the first that is ready.
    Go(u8),
    /// One small step of the n-th that is ready, counted round.
    Step(u8),
    /// What the next call meets.
    Target(Meets),
    /// The next commit fails.
    CommitFails(Durable),
    /// The power is cut at the n-th sync from now (in memory: the n-th commit).
    PowerCut(u8),
    /// The process is gone.
    Kill,
    /// It stops in order, and begins again.
    Restart,
    /// The clock goes to the next time that somebody waits for.
    Later,
    /// The clock goes by so many seconds.
    Seconds(u16),
    /// A person orders something of the n-th request of which it can be ordered, counted round.
    Person(Orders, u8),
    /// A person stops a pipeline.
    Stop(Script, Drains),
    Start(Script),
    /// The store has its bounded piece of upkeep.
    Upkeep,
}

/// What a call meets at its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meets {
    Ok,
    /// It is carried out, and the answer is lost.
    AnswerLost,
    /// It is lost on its way.
    RequestLost,
    /// It is carried out, and answered 500.
    Broken,
    /// 503 with `Retry-After`.
    Busy,
    /// 429.
    TooMany,
    /// 404.
    NotThere,
    /// No connection.
    Unreachable,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Durable {
    /// Nothing of it is on disk.
    No,
    /// It is on disk all the same.
    Yes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Orders {
    Retry,
    SettleOk,
    SettleFailed,
    Cancel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drains {
    No,
    Yes,
}

/// One a line, so that a history that shrank can be read, and copied into a test.
impl fmt::Debug for History {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(to, "{} events", self.0.len())?;
        self.0.iter().try_for_each(|event| writeln!(to, "    {event:?},"))
    }
}

pub(super) fn histories(longest: usize) -> impl Strategy<Value = History> {
    vec(event(), 1..longest).prop_map(History)
}

fn event() -> impl Strategy<Value = Event> {
    use Event::*;
    let script = || prop::sample::select(Script::ALL.to_vec());
    let durable = prop_oneof![Just(Durable::No), Just(Durable::Yes)];
    let orders = prop_oneof![
        3 => Just(Orders::Retry),
        1 => Just(Orders::SettleOk),
        1 => Just(Orders::SettleFailed),
        1 => Just(Orders::Cancel),
    ];
    let drains = prop_oneof![Just(Drains::No), Just(Drains::Yes)];
    let meets = prop_oneof![
        1 => Just(Meets::Ok),
        2 => Just(Meets::AnswerLost),
        1 => Just(Meets::RequestLost),
        2 => Just(Meets::Broken),
        1 => Just(Meets::Busy),
        1 => Just(Meets::TooMany),
        1 => Just(Meets::NotThere),
        1 => Just(Meets::Unreachable),
    ];
    prop_oneof![
        8 => (script(), 0..3_u8).prop_map(|(script, key)| Receive(script, key)),
        4 => (0..6_u8).prop_map(Again),
        8 => (1..12_u8).prop_map(Go),
        6 => (0..8_u8).prop_map(Step),
        6 => meets.prop_map(Target),
        2 => durable.prop_map(CommitFails),
        2 => (1..9_u8).prop_map(PowerCut),
        3 => Just(Kill),
        1 => Just(Restart),
        4 => Just(Later),
        1 => (1..7_200_u16).prop_map(Seconds),
        4 => (orders, 0..6_u8).prop_map(|(order, of)| Person(order, of)),
        1 => (script(), drains).prop_map(|(script, drains)| Stop(script, drains)),
        1 => script().prop_map(Start),
        1 => Just(Upkeep),
    ]
}
