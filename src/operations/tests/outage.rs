//! A target is away for an hour, in simulated time: the operations, the places and the breaker of their host, the turns of
//! its lanes, the rounds of notices and a store, all as they are, under a clock that jumps from one event to the next.
//!
//! Four requests a second; `WJ_OUTAGE_A_SECOND=50 cargo test --lib hours_outage -- --nocapture` makes it fifty.

use std::collections::BTreeMap;

use super::*;
use crate::operations::notices::Rounds;
use crate::resolve::program::Rate;

const MINUTE: Millis = 60_000;
const OUTAGE: Millis = 60 * MINUTE;
const CHANNEL: &str = "email-1";

/// How long the target takes to answer, and to say that it cannot.
const TAKES: Millis = 40;

enum Event {
    Arrives,
    CameBack(Box<Live>),
    /// Work is due, or a rate lets a call through.
    Due,
    /// The round of the notices has come.
    Tells,
}

struct Outage {
    world: World,
    /// One of calls that may be made again, one of calls that may not.
    pipelines: [Arc<Pipeline>; 2],
    turns: Turns,
    rounds: Rounds,
    events: BTreeMap<(Millis, u64), Event>,
    count: u64,
    away: std::ops::Range<Millis>,
    accepted: usize,
    ended: BTreeMap<Id, State>,
    /// How often the target did what each operation asked for.
    did: BTreeMap<String, usize>,
    called: Vec<Millis>,
    mails: Vec<Millis>,
    told_of: usize,
}

impl Outage {
    fn new(rate: Rate) -> Outage {
        let world = World::new([]);
        let call = |name: &str, method: &str| {
            let text = format!(
                "pipeline {name} {{\n  on POST \"/{name}\"\n  respond 200\n  http.{method} \"{HOST}/{{operation.id}}\" {{\n    json {{ a: 1 }}\n    rate {} per {}ms\n  }}\n  on_failure {{ notify email \"a@b.example\" }}\n}}\n",
                rate.count, rate.per
            );
            compiled(&text)
        };
        let pipelines = [call("repeated", "put"), call("reported", "post")];
        let rates = strictest_rates(pipelines.iter().map(|pipeline| &**pipeline));
        assert_eq!(rates.values().collect::<Vec<_>>(), [&rate]);
        world.around.targets.declare(&rates, world.now);
        let begins = world.now + MINUTE;
        Outage {
            world,
            pipelines,
            turns: Turns::default(),
            rounds: Rounds::default(),
            events: BTreeMap::new(),
            count: 0,
            away: begins..begins + OUTAGE,
            accepted: 0,
            ended: BTreeMap::new(),
            did: BTreeMap::new(),
            called: Vec::new(),
            mails: Vec::new(),
            told_of: 0,
        }
    }

    fn at(&mut self, when: Millis, event: Event) {
        self.count += 1;
        self.events.insert((when, self.count), event);
    }

    /// Until nothing is left to happen.
    fn run(&mut self) {
        while let Some(((now, _), event)) = self.events.pop_first() {
            self.world.now = now;
            match event {
                Event::Arrives => {
                    let pipeline = self.pipelines[self.accepted % 2].clone();
                    self.accepted += 1;
                    let files = vec![("p.wj".to_owned(), pipeline.source.text.to_string())];
                    let program = Arc::new(Program { hash: pipeline.hash, edition: 1, files });
                    let received = self.world.received("{}");
                    let live = begin(pipeline, received, program, &self.world.around);
                    self.drive(live);
                }
                Event::CameBack(mut live) => {
                    let attempt = answered(if self.away.contains(&now) { 500 } else { 200 });
                    if !self.away.contains(&now) {
                        *self.did.entry(live.id.to_string()).or_default() += 1;
                    }
                    live.attempted(attempt, &self.world.around, &self.world.moment());
                    self.drive(*live);
                    self.take_up();
                }
                Event::Due => self.take_up(),
                Event::Tells => self.tell(),
            }
        }
    }

    fn drive(&mut self, mut live: Live) {
        loop {
            match live.step(&self.world.around, &self.world.moment()) {
                Step::Commit(write) => {
                    let written = self.world.store.commit(&[write], self.world.now).unwrap();
                    assert_eq!(written, [Written::Done]);
                    live.committed();
                }
                Step::Answer(reply) => assert_eq!(reply.status, 200),
                Step::Call(_) => {
                    self.called.push(self.world.now);
                    return self.at(self.world.now + TAKES, Event::CameBack(Box::new(live)));
                }
                Step::Slot { .. } => panic!("nobody waits for an answer"),
                Step::Parked => return self.take_up(),
                Step::Ended(state) => {
                    assert_eq!(self.ended.insert(live.id, state), None);
                    return self.tell();
                }
            }
        }
    }

    /// As the scheduler does it.
    fn take_up(&mut self) {
        loop {
            let (now, heads) = (self.world.now, self.world.store.lanes().unwrap());
            let Dealt { shares, behind, next } = self.turns.deal(&self.world.around.targets, &heads, now);
            self.world.around.targets.set_behind(behind);
            if shares.is_empty() {
                let is_planned = |next| {
                    matches!(self.events.range((next, 0)..=(next, u64::MAX)).next(), Some((_, Event::Due)))
                };
                if let Some(next) = next.filter(|next| !is_planned(*next)) {
                    self.at(next, Event::Due);
                }
                return;
            }
            for Share { lane, permits, count } in shares {
                let claimed = self.world.store.claim(&[(lane, count)], now).unwrap();
                assert!(!claimed.is_empty());
                for (claimed, permit) in claimed.into_iter().zip(permits) {
                    let log = self.world.log(claimed.id);
                    let operation = self.world.operation(claimed.id);
                    let pipeline = self.pipelines.iter().find(|one| one.name == operation.pipeline).unwrap();
                    let Claimed { work, fence, .. } = claimed;
                    let waits_since = log.received.at;
                    let grasp =
                        Grasp { fence, permit: Some(permit), due: work.due, waits_since, found: false };
                    let live = resume(pipeline.clone(), log, grasp);
                    self.drive(live);
                }
            }
        }
    }

    /// As the notices do it.
    fn tell(&mut self) {
        let (now, pipeline) = (self.world.now, Arc::from("reported"));
        if self.world.store.notices(&pipeline, None, 1).unwrap().is_empty() {
            return;
        }
        let due = self.rounds.due(CHANNEL, now);
        if due > now {
            if !self.events.values().any(|event| matches!(event, Event::Tells)) {
                self.at(due, Event::Tells);
            }
            return;
        }
        let store = self.world.store.clone();
        let digest = self.rounds.gather(&*store, &pipeline, CHANNEL).unwrap().unwrap();
        self.mails.push(now);
        self.told_of += digest.places.len();
        let writes = self.rounds.told(&*store, &[CHANNEL.to_owned()], CHANNEL, &digest, now).unwrap();
        store.commit(&writes, now).unwrap();
    }
}

#[test]
fn an_hours_outage_loses_nothing_and_is_told_in_thirteen_mails() {
    let a_second = std::env::var("WJ_OUTAGE_A_SECOND").ok().and_then(|many| many.parse().ok()).unwrap_or(4);
    let rate = Rate { count: 2 * a_second, per: 1_000 };
    let mut outage = Outage::new(rate);
    let (begins, ends) = (outage.world.now, outage.away.end + MINUTE);
    for nth in 0..(ends - begins) * u64::from(a_second) / 1_000 {
        outage.at(begins + nth * 1_000 / u64::from(a_second), Event::Arrives);
    }
    outage.run();

    // Nothing is lost: each is done, once, or a person knows that nobody knows.
    assert_eq!(outage.ended.len(), outage.accepted);
    assert!(outage.world.store.lanes().unwrap().is_empty());
    let mut unknown = 0;
    for (id, state) in &outage.ended {
        let did = outage.did.get(&id.to_string()).copied().unwrap_or(0);
        match state {
            State::Done => assert_eq!(did, 1, "{id}"),
            State::Interrupted => {
                assert_eq!(did, 0, "{id}");
                unknown += 1;
            }
            other => panic!("{id}: {other:?}"),
        }
    }
    assert_eq!(outage.told_of, unknown, "each is told of, once");
    let mails: Vec<_> = outage.mails.iter().map(|at| (at - outage.away.start) / MINUTE).collect();
    assert_eq!(mails, (0..=60).step_by(5).collect::<Vec<_>>(), "one at once, then one each five minutes");

    // No second holds more calls than the rate.
    let most = rate.count as usize;
    let too_close = outage.called.windows(most + 1).filter(|some| some[most] - some[0] < rate.per).count();
    assert_eq!(too_close, 0);
    // While it is away it is asked whether it is back, and no more.
    let asked = outage.called.iter().filter(|at| outage.away.contains(at)).count();
    assert!(asked < 20 + 16 + 70, "{asked}");
    // What waited is drained as fast as the rate lets it.
    let waited = outage.accepted as u64 - u64::from(a_second) * 60;
    let drained = outage.called.iter().rev().nth(asked).unwrap() - outage.away.end;
    let least = waited * rate.per / u64::from(rate.count);
    assert!(drained <= least + 3 * MINUTE, "{drained} ms for what takes {least}");
    println!(
        "{} accepted, {asked} calls while the target was away, {unknown} left to a person in {} mails, drained within {} s",
        outage.accepted,
        mails.len(),
        drained / 1_000
    );
}
