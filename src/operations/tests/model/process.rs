//! One process of the server: what it has in memory, and loses when it is gone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};

use super::history::Orders;
use super::scripts::Script;
use crate::actions::Attempt;
use crate::operations::*;
use crate::run::Received;
use crate::store::{Store, Write};
use crate::value::Id;

pub(super) struct Process {
    pub store: Arc<dyn Store>,
    pub around: Surroundings,
    pub secrets: Secrets,
    /// Operations in hand.
    pub tasks: Vec<Task>,
    pub queue: VecDeque<(Write, For)>,
    pub turns: Turns,
    /// Who waits for an answer.
    pub callers: BTreeMap<Id, Caller>,
    /// Since when it goes on with operations that have no answer and no caller here.
    pub left: BTreeMap<Id, Millis>,
    /// When it began behind a sudden end; 0 behind an orderly one.
    pub sudden_end: Millis,
    /// The scheduler is to look.
    pub woken: bool,
    /// It has not looked yet for what must not wait for its time.
    pub is_new: bool,
    /// When it is to look next.
    pub look_at: Option<Millis>,
    /// Places that came free, and how many the scheduler has seen.
    pub freed: Arc<AtomicU64>,
    pub freed_seen: u64,
    /// The calls whose outcome it knows.
    pub heard: Vec<usize>,
    next_task: u64,
}

pub(super) struct Caller {
    pub script: Script,
    pub parked: bool,
}

/// Whose write it is.
pub(super) enum For {
    Task(u64),
    Person(Id, Orders, Millis),
    /// An operation that cannot go on here.
    Nobody(Id),
}

/// One operation in hand.
pub(super) struct Task {
    pub number: u64,
    pub id: Id,
    pub live: Option<Box<Live>>,
    /// Of one that asks for a key with its first row.
    pub asks: Option<Asks>,
    pub doing: Doing,
}

pub(super) struct Asks {
    pub script: Script,
    pub received: Received,
    pub looked_at: Option<Id>,
}

pub(super) enum Doing {
    Next(Step),
    Committing,
    /// The row that says that it is a repeat, and what it is told.
    Repeats(crate::run::Reply),
    /// The n-th call is out, and will come to this.
    Calling {
        call: usize,
        attempt: Attempt,
    },
    Slot {
        until: Millis,
        freed: u64,
    },
    /// For news of the first one with its key.
    Watching {
        of: Id,
        until: Millis,
        news: bool,
    },
}

impl Process {
    pub(super) fn begin(store: Arc<dyn Store>, number: u64, newest: Millis, sudden_end: Millis) -> Process {
        let freed = Arc::new(AtomicU64::new(0));
        let count = freed.clone();
        Process {
            store,
            around: Surroundings {
                ids: Ids::seeded(newest, number),
                random: Random::seeded(number),
                targets: Targets::new(2, move || {
                    count.fetch_add(1, Ordering::Relaxed);
                }),
                dry_run: false,
                stopping: AtomicBool::new(false),
                stopped: ArcSwap::default(),
                commit: ArcSwapOption::empty(),
            },
            // Another value in each process: a key that was changed.
            secrets: Secrets::from_lookup(["TOKEN", "GATE"], |name| Some(format!("{name}-0123456-{number}"))),
            tasks: Vec::new(),
            queue: VecDeque::new(),
            turns: Turns::default(),
            callers: BTreeMap::new(),
            left: BTreeMap::new(),
            sudden_end,
            woken: true,
            is_new: true,
            look_at: None,
            freed,
            freed_seen: 0,
            heard: Vec::new(),
            next_task: 0,
        }
    }

    pub(super) fn step(&self, live: &mut Live, now: Millis) -> Step {
        live.step(&self.around, &Moment { now, secrets: &self.secrets })
    }

    pub(super) fn take_in_hand(&mut self, id: Id, live: Option<Box<Live>>, asks: Option<Asks>, doing: Doing) {
        let number = self.next_task;
        self.next_task += 1;
        self.tasks.push(Task { number, id, live, asks, doing });
    }

    pub(super) fn freed(&self) -> u64 {
        self.freed.load(Ordering::Relaxed)
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.around.stopping.load(Ordering::Relaxed)
    }

    /// Wakes who waits for news of an operation.
    pub(super) fn wake(&mut self, id: Id) {
        for task in &mut self.tasks {
            if let Doing::Watching { of, news, .. } = &mut task.doing
                && *of == id
            {
                *news = true;
            }
        }
    }
}
