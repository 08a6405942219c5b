//! The world of a history: a process on its ground, its clock, its targets and callers; and what all of them have seen, which
//! no end of a process takes away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::history::{Drains, Durable, Event, History};
use super::process::{Doing, Process};
use super::scripts::Script;
use super::target::Target;
use crate::operations::*;
use crate::run::Reply;
use crate::store::ground::{Gone, Ground};
use crate::store::{Fact, Upkeep};
use crate::value::{Bytes, Id};

pub(super) struct World {
    pub ground: Ground,
    pub process: Process,
    pub target: Target,
    pub now: Millis,
    /// All requests that were let in, oldest first.
    pub received: Vec<Received>,
    pub told: BTreeMap<Id, Told>,
    /// Told 503 in the place of the commit of their first row.
    pub refused: BTreeSet<Id>,
    /// The logs as they were when a commit of theirs was last acknowledged.
    pub acknowledged: BTreeMap<Id, Vec<Vec<Fact>>>,
    pub stopped: BTreeMap<Arc<str>, Stop>,
    /// What the next commit comes to.
    pub fails: Option<Durable>,
    /// In memory: commits until the power is cut.
    pub cut_in: Option<u8>,
    /// The process is not there any more; how it went.
    pub gone: Option<Gone>,
    processes: u64,
    /// What happened, a line each.
    pub happened: Vec<String>,
    /// The first sentence of the contract that did not hold.
    pub broken: Option<String>,
}

#[derive(Clone, Copy)]
pub(super) struct Received {
    pub id: Id,
    pub script: Script,
    pub key: u8,
}

pub(super) struct Told {
    pub status: u16,
    pub body: Bytes,
}

/// What can go on by a small step.
enum Ready {
    Task(u64),
    Writer,
    Scheduler,
}

const BEGAN: Millis = 1_800_000_000_000;

/// More small steps than any history comes to its rest in.
const MOST_STEPS: usize = 20_000;

/// Plays a history to its end, and what is left behind it to rest; gives what happened, a line each.
///
/// # Errors
/// The sentence of the contract that did not hold, with what happened before.
pub(super) fn play(history: &History, mut ground: Ground) -> Result<Vec<String>, String> {
    let store = ground.open(Gone::Killed).map_err(|error| error.to_string())?;
    let mut world = World {
        ground,
        process: Process::begin(store, 1, 0, 0),
        target: Target::default(),
        now: BEGAN,
        received: Vec::new(),
        told: BTreeMap::new(),
        refused: BTreeSet::new(),
        acknowledged: BTreeMap::new(),
        stopped: BTreeMap::new(),
        fails: None,
        cut_in: None,
        gone: None,
        processes: 1,
        happened: Vec::new(),
        broken: None,
    };
    for event in &history.0 {
        world.say(format!("# {event:?}"));
        world.meet(*event);
        if world.broken.is_some() {
            break;
        }
    }
    if world.broken.is_none() {
        world.come_to_rest();
    }
    match world.broken.take() {
        None => Ok(world.happened),
        Some(broken) => Err(format!("{broken}\n  {}", world.happened.join("\n  "))),
    }
}

impl World {
    pub(super) fn say(&mut self, line: String) {
        self.happened.push(line);
    }

    /// A sentence of the contract. The first that does not hold ends the history.
    pub(super) fn must(&mut self, holds: bool, sentence: impl FnOnce() -> String) {
        if !holds && self.broken.is_none() {
            self.broken = Some(sentence());
        }
    }

    fn meet(&mut self, event: Event) {
        match event {
            Event::Receive(script, key) => self.receive(script, key),
            Event::Again(which) => {
                if !self.received.is_empty() {
                    let Received { script, key, .. } =
                        self.received[usize::from(which) % self.received.len()];
                    self.receive(script, key);
                }
            }
            Event::Go(steps) => {
                for _ in 0..steps {
                    self.small_step(0);
                }
            }
            Event::Step(which) => {
                self.small_step(which);
            }
            Event::Target(meets) => self.target.next.push_back(meets),
            Event::CommitFails(durable) => self.fails = Some(durable),
            Event::PowerCut(at) => {
                if !self.ground.cut_in(u64::from(at)) {
                    self.cut_in = Some(at);
                }
            }
            Event::Kill => self.gone = Some(Gone::Killed),
            Event::Restart => self.restart(),
            Event::Later => self.now = self.next_time().unwrap_or(self.now),
            Event::Seconds(seconds) => self.now += u64::from(seconds) * 1_000,
            Event::Person(orders, of) => self.order(orders, of),
            Event::Stop(script, drains) => {
                let how = if drains == Drains::Yes { Stop::Draining } else { Stop::Held };
                self.stopped.insert(script.known().pipeline.name.clone(), how);
                self.set_stopped();
            }
            Event::Start(script) => {
                self.stopped.remove(&script.known().pipeline.name);
                self.set_stopped();
            }
            Event::Upkeep => {
                let upkeep = Upkeep { derive: true, claims: true, retention: None };
                if self.process.store.tend(&upkeep, self.now).is_err() {
                    self.mend(Vec::new());
                }
            }
        }
        self.begin_again_if_gone();
    }

    /// One small step of what is ready; false if nothing is.
    fn small_step(&mut self, which: u8) -> bool {
        if self.broken.is_some() {
            return false;
        }
        let mut ready = self.ready();
        if ready.is_empty() {
            return false;
        }
        match ready.swap_remove(usize::from(which) % ready.len()) {
            Ready::Task(number) => self.move_task(number),
            Ready::Writer => self.write(),
            Ready::Scheduler => self.look(),
        }
        self.begin_again_if_gone();
        true
    }

    /// Who can go on: first who has something to do, then the writer, so that a batch forms, then what comes from outside.
    fn ready(&self) -> Vec<Ready> {
        let process = &self.process;
        let first = |task: &&super::process::Task| matches!(task.doing, Doing::Next(_));
        let later = |task: &&super::process::Task| match &task.doing {
            Doing::Next(_) | Doing::Committing | Doing::Repeats(_) => false,
            Doing::Calling { .. } => true,
            Doing::Slot { until, freed } => *until <= self.now || *freed != process.freed(),
            Doing::Watching { until, news, .. } => *news || *until <= self.now,
        };
        let mut ready: Vec<Ready> =
            process.tasks.iter().filter(first).map(|task| Ready::Task(task.number)).collect();
        ready.extend((!process.queue.is_empty()).then_some(Ready::Writer));
        ready.extend(process.tasks.iter().filter(later).map(|task| Ready::Task(task.number)));
        let is_time = process.look_at.is_some_and(|at| at <= self.now);
        let looks = process.is_new || process.woken || is_time || process.freed_seen != process.freed();
        ready.extend(looks.then_some(Ready::Scheduler));
        ready
    }

    /// When somebody wakes by himself.
    fn next_time(&self) -> Option<Millis> {
        let waits = self.process.tasks.iter().filter_map(|task| match &task.doing {
            Doing::Slot { until, .. } | Doing::Watching { until, .. } => Some(*until),
            _ => None,
        });
        waits.chain(self.process.look_at).filter(|at| *at > self.now).min()
    }

    fn set_stopped(&mut self) {
        self.process.around.stopped.store(Arc::new(self.stopped.clone()));
        let held = |script: Script| self.stopped.get(&script.known().pipeline.name) == Some(&Stop::Held);
        let dismissed: Vec<Id> = self
            .process
            .callers
            .iter()
            .filter(|(_, caller)| caller.parked && held(caller.script))
            .map(|(id, _)| *id)
            .collect();
        for id in dismissed {
            self.tell_of_trouble(id);
        }
        self.process.woken = true;
    }

    fn begin_again_if_gone(&mut self) {
        if self.ground.is_cut() {
            self.gone = Some(Gone::PowerCut);
        }
        if let Some(gone) = self.gone.take() {
            self.begin_again(gone, true);
        }
    }

    /// Another process begins on what the last one left.
    fn begin_again(&mut self, gone: Gone, suddenly: bool) {
        self.say(format!("— {gone:?}"));
        (self.fails, self.cut_in) = (None, None);
        self.processes += 1;
        let store = match self.ground.open(gone) {
            Ok(store) => store,
            Err(error) => return self.must(false, || format!("a start finds no store: {error}")),
        };
        let newest = self.received.last().map_or(0, |received| received.id.millis());
        let sudden_end = if suddenly { self.now } else { 0 };
        // What was in hand goes with the process, on its store.
        self.process = Process::begin(store, self.processes, newest, sudden_end);
        self.process.around.stopped.store(Arc::new(self.stopped.clone()));
        self.check_start();
    }

    /// SIGTERM: who waits gets an answer, calls that are out are waited for, nothing else begins.
    fn restart(&mut self) {
        self.process.around.stopping.store(true, std::sync::atomic::Ordering::Relaxed);
        let until = self.now + 30_000;
        let processes = self.processes;
        for _ in 0..MOST_STEPS {
            if self.small_step(0) {
                if self.processes != processes {
                    return;
                }
                continue;
            }
            let in_hand = !self.process.tasks.is_empty() || !self.process.callers.is_empty();
            match self.next_time().filter(|at| in_hand && *at <= until) {
                Some(at) => self.now = at,
                None => break,
            }
        }
        let suddenly = !self.process.tasks.is_empty();
        if !suddenly {
            self.check_heard();
        }
        self.begin_again(Gone::Killed, suddenly);
    }

    /// All targets are well, every pipeline is started, nothing fails any more: then all that was accepted ends.
    fn come_to_rest(&mut self) {
        self.say("# to rest".to_owned());
        self.stopped.clear();
        self.set_stopped();
        self.target.next.clear();
        (self.fails, self.cut_in) = (None, None);
        for _ in 0..MOST_STEPS {
            if self.small_step(0) {
                continue;
            }
            match self.next_time() {
                Some(at) if self.is_busy() => self.now = at,
                _ => break,
            }
        }
        let busy = self.is_busy();
        self.must(!busy, || "it does not come to rest".to_owned());
        if self.broken.is_none() {
            self.check_rest();
        }
        if self.broken.is_none() {
            self.begin_again(Gone::PowerCut, true);
            self.check_keys();
        }
    }

    fn is_busy(&self) -> bool {
        let open = self.process.store.lanes().is_ok_and(|lanes| !lanes.is_empty());
        open || !self.process.tasks.is_empty()
    }

    /// A caller has the answer of a run.
    pub(super) fn tell(&mut self, id: Id, reply: &Reply) {
        if self.process.callers.remove(&id).is_some() {
            self.say(format!("{} is told {}", self.name(id), reply.status));
            self.check_told(id, reply);
            let told = Told { status: reply.status, body: reply.body.clone() };
            let before = self.told.insert(id, told);
            self.must(before.is_none(), || format!("{id} is told twice"));
        }
        self.process.left.remove(&id);
        self.process.wake(id);
    }

    /// A caller is told 503, which is no answer of the run.
    pub(super) fn tell_of_trouble(&mut self, id: Id) {
        if self.process.callers.remove(&id).is_some() {
            self.say(format!("{} is told 503 by the server", self.name(id)));
        }
        self.process.left.remove(&id);
        self.process.wake(id);
    }

    /// A short name for a request.
    pub(super) fn name(&self, id: Id) -> String {
        match self.received.iter().position(|received| received.id == id) {
            Some(at) => format!("#{at}"),
            None => id.to_string(),
        }
    }
}
