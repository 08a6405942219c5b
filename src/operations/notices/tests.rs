//! Rounds under a clock that the test holds, over a store in memory.

use std::collections::BTreeSet;

use super::*;
use crate::store::{self, Accept, Index, Notice, Program, Row};

const START: Millis = 1_800_000_000_000;
const MAIL: &str = "email-1";
const HOOK: &str = "http-1";

struct World {
    store: Arc<dyn Store>,
    rounds: Rounds,
    channels: Vec<String>,
    now: Millis,
    count: u64,
    /// What each channel was told: when, and of which operations.
    told: BTreeMap<String, Vec<(Millis, Vec<Id>)>>,
    tries: usize,
}

impl World {
    fn new(channels: &[&str]) -> World {
        World {
            store: store::open(store::MEMORY).unwrap(),
            rounds: Rounds::default(),
            channels: channels.iter().map(|channel| (*channel).to_owned()).collect(),
            now: START,
            count: 0,
            told: BTreeMap::new(),
            tries: 0,
        }
    }

    /// An operation ends so.
    fn ends(&mut self, state: State, notice: Option<&str>) -> Id {
        self.count += 1;
        let id = Id::new(self.now, 0, [0, 0, 0, 0, 0, 0, 0, 0, (self.count >> 8) as u8, self.count as u8]);
        let index = Index { state, status: 200, at: self.now, bytes: 9, reason: "".into() };
        let accept = Accept {
            id,
            pipeline: "leads".into(),
            row: Row { facts: Vec::new(), blobs: Vec::new(), index },
            work: None,
            claim: None,
            notice: notice.map(str::to_owned),
            program: Arc::new(Program { hash: [1; 32], edition: 1, files: Vec::new() }),
        };
        self.store.commit(&[Write::Accept(Box::new(accept))], self.now).unwrap();
        id
    }

    fn fails(&mut self) -> Id {
        self.ends(State::Failed, Some("failed answered_500"))
    }

    /// Tells every channel whose round has come; `works` says which can be told. As the server does it.
    fn tell(&mut self, works: impl Fn(&str) -> bool) {
        for channel in self.channels.clone() {
            if self.rounds.due(&channel, self.now) > self.now {
                continue;
            }
            let digest = self.rounds.gather(&*self.store, &"leads".into(), &channel).unwrap();
            let Some(digest) = digest else { continue };
            self.tries += 1;
            if !works(&channel) {
                self.rounds.failed(&channel, self.now);
                continue;
            }
            let ids = digest.places.iter().map(|(_, id)| *id).collect();
            self.told.entry(channel.clone()).or_default().push((self.now, ids));
            let writes = self.rounds.told(&*self.store, &self.channels, &channel, &digest, self.now).unwrap();
            self.store.commit(&writes, self.now).unwrap();
        }
    }

    fn restart(&mut self) {
        let settings = self.store.summary(&Span::default()).unwrap().settings;
        self.rounds = Rounds::read(&settings, "leads");
    }

    fn waiting(&self) -> u64 {
        self.store.summary(&Span::default()).unwrap().notices_waiting
    }

    fn told(&self, channel: &str) -> &[(Millis, Vec<Id>)] {
        self.told.get(channel).map_or(&[], Vec::as_slice)
    }
}

#[test]
fn an_hour_of_failures_gives_thirteen_mails_and_each_is_told_once() {
    let mut world = World::new(&[MAIL]);
    let mut failed = BTreeSet::new();
    for second in 0..=3_600 {
        world.now = START + second * 1_000;
        failed.insert(world.fails());
        world.tell(|_| true);
    }
    let told = world.told(MAIL);
    assert_eq!(told.len(), 13);
    assert_eq!((told[0].0, told[0].1.len()), (START, 1), "the first at once");
    assert!(told.windows(2).all(|pair| pair[1].0 - pair[0].0 == EVERY));
    let ids: Vec<Id> = told.iter().flat_map(|(_, ids)| ids.clone()).collect();
    assert_eq!((ids.len(), ids.into_iter().collect::<BTreeSet<_>>()), (3_601, failed));
    assert_eq!(world.waiting(), 0);
}

#[test]
fn a_restart_starts_no_new_round() {
    let mut world = World::new(&[MAIL]);
    world.fails();
    world.tell(|_| true);
    for minute in 1..5 {
        world.now = START + minute * 60_000;
        world.restart();
        world.fails();
        world.tell(|_| true);
    }
    assert_eq!((world.told(MAIL).len(), world.waiting()), (1, 4));
    world.now = START + EVERY;
    world.tell(|_| true);
    assert_eq!((world.told(MAIL).len(), world.waiting()), (2, 0));
    // A clock that was set back holds up nobody.
    world.now = START - 3_600_000;
    world.fails();
    world.tell(|_| true);
    assert_eq!((world.told(MAIL).len(), world.waiting()), (3, 0));
}

#[test]
fn what_cannot_be_sent_stays_and_is_tried_ever_more_rarely() {
    let mut world = World::new(&[MAIL]);
    for second in 0..3_600 {
        world.now = START + second * 1_000;
        world.fails();
        world.tell(|_| false);
    }
    assert_eq!(world.waiting(), 3_600);
    assert!((10..=15).contains(&world.tries), "{}", world.tries);
    world.now += EVERY;
    world.tell(|_| true);
    assert_eq!((world.told(MAIL).len(), world.told(MAIL)[0].1.len(), world.waiting()), (1, 3_600, 0));
}

#[test]
fn a_channel_that_hangs_keeps_nothing_from_another_and_nothing_is_told_twice() {
    let mut world = World::new(&[HOOK, MAIL]);
    let mut all = Vec::new();
    for round in 0..4 {
        world.now = START + round * EVERY;
        all.push(world.fails());
        world.tell(|channel| channel == MAIL);
        assert_eq!(world.waiting(), round + 1, "the hook knows of none yet");
    }
    let mail =
        |world: &World| -> Vec<Id> { world.told(MAIL).iter().flat_map(|(_, ids)| ids.clone()).collect() };
    assert_eq!(mail(&world), all);
    world.restart();
    world.now += EVERY;
    all.push(world.fails());
    world.tell(|_| true);
    assert_eq!((mail(&world), world.waiting()), (all.clone(), 0));
    assert_eq!((world.told(HOOK).len(), &world.told(HOOK)[0].1), (1, &all));
    // Nothing of the chase is left: a row with an earlier time that is committed late is told to both.
    world.now -= 1;
    let late = world.fails();
    world.now += EVERY + 1;
    world.tell(|_| true);
    for channel in [HOOK, MAIL] {
        assert_eq!(world.told(channel).last().unwrap().1, [late]);
    }
}

#[test]
fn a_message_holds_counts_codes_and_ids_and_nothing_from_outside() {
    let mut world = World::new(&[MAIL]);
    let first = world.fails();
    world.ends(State::Interrupted, Some("interrupted no_answer"));
    world.ends(State::Failed, Some("evil\r\nBcc: x@y.example"));
    world.ends(State::Aborted, None);
    for _ in 0..30 {
        world.fails();
    }
    let digest = || world.rounds.gather(&*world.store, &"leads".into(), MAIL).unwrap().unwrap();
    let letter = digest().letter(&["ops@school.example".into()]);
    assert_eq!(letter.id, format!("notice-{first}-{START}"));
    assert_eq!(digest().letter(&[]).id, letter.id, "the same for the same first one");
    assert_eq!(letter.subject, "wj: operations of leads failed or were interrupted");
    for line in [
        "31 failed: the target answered 500",
        "1 failed: its history says why",
        "1 interrupted: no whole answer came, and it is not known whether the call took effect",
        "1 aborted since the last notice",
        "and 13 more",
        &format!("{first}  failed answered_500"),
    ] {
        assert!(letter.text.lines().any(|own| own == line), "{line} in {}", letter.text);
    }
    assert!(!letter.text.contains("evil"));
    let json = digest().json();
    assert_eq!(json["failed"], 32);
    assert_eq!(
        (&json["interrupted"], &json["aborted"], &json["not_named"]),
        (&1.into(), &1.into(), &13.into())
    );
    assert_eq!(
        json["operations"][0],
        serde_json::json!({ "id": first.to_string(), "status": "failed", "reason": "answered_500" })
    );
    assert!(!json.to_string().contains("evil"));
    world.tell(|_| true);
    world.now += EVERY;
    world.fails();
    let digest = world.rounds.gather(&*world.store, &"leads".into(), MAIL).unwrap().unwrap();
    assert_eq!(digest.aborted, 0, "told already");
}

#[test]
fn a_setting_that_cannot_be_read_is_none() {
    let settings = [("notices/leads".to_owned(), b"{".to_vec())];
    assert_eq!(Rounds::read(&settings, "leads"), Rounds::default());
    let mut digest = Digest::new("leads".into());
    digest.add(&Notice { pipeline: "leads".into(), time: 1, id: Id([1; 16]), reason: String::new() });
    assert_eq!(digest.by_reason.len(), 1);
}
