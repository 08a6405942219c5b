//! Operations driven as the server drives them, over a store, a clock and a target that the test holds in its hands. What
//! happens is written down as a line: `⏎` a commit, then what left the process behind it.

mod going_on;
mod model;
mod outage;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::{ArcSwap, ArcSwapOption};

use super::*;
use crate::actions::{Answer, Attempt};
use crate::check;
use crate::resolve::program::Pipeline;
use crate::run::{Headers, Received, Reply};
use crate::source::Source;
use crate::store::{self, Claimed, Fact, Filter, Operation, OutcomeClass, Program, State, Store, Written};
use crate::value::Id;

const HOST: &str = "https://a.example";

struct World {
    store: Arc<dyn Store>,
    around: Surroundings,
    secrets: Secrets,
    now: Millis,
    /// How long a call takes.
    took: u64,
    /// What comes of the next calls; then every one is answered 200.
    target: VecDeque<Attempt>,
    happened: String,
    /// What the caller was told.
    told: Option<u16>,
    calls: usize,
    /// Of them, those with POST.
    posts: usize,
    /// When the process began behind a sudden end; 0 behind an orderly one.
    sudden_end: Millis,
    /// Steps that are still taken before the process is gone.
    lives: usize,
}

impl World {
    fn new(target: impl IntoIterator<Item = Attempt>) -> World {
        World::on(store::open(store::MEMORY).unwrap(), target)
    }

    fn on(store: Arc<dyn Store>, target: impl IntoIterator<Item = Attempt>) -> World {
        World {
            store,
            around: Surroundings {
                ids: Ids::default(),
                random: Random::default(),
                targets: Targets::new(CALLS_PER_HOST, || {}),
                dry_run: false,
                stopping: AtomicBool::new(false),
                stopped: ArcSwap::default(),
                commit: ArcSwapOption::empty(),
            },
            secrets: Secrets::from_lookup(["TOKEN"], |_| Some("t0ken-012345".to_owned())),
            now: 1_800_000_000_000,
            took: 10,
            target: target.into_iter().collect(),
            happened: String::new(),
            told: None,
            calls: 0,
            posts: 0,
            sudden_end: 0,
            lives: usize::MAX,
        }
    }

    fn say(&mut self, word: &str) {
        if !self.happened.is_empty() {
            self.happened.push(' ');
        }
        self.happened.push_str(word);
    }

    /// What happened since this was last asked.
    fn happened(&mut self) -> String {
        std::mem::take(&mut self.happened)
    }

    /// A request comes in, and its operation goes as far as it can now.
    fn receive(&mut self, pipeline: &Arc<Pipeline>, body: &str) -> Id {
        let received = self.received(body);
        let id = received.id;
        let files = vec![("p.wj".to_owned(), pipeline.source.text.to_string())];
        let program = Arc::new(Program { hash: pipeline.hash, edition: 1, files });
        let live = begin(pipeline.clone(), received, program, &self.around);
        self.drive(live);
        id
    }

    fn received(&self, body: &str) -> Received {
        Received {
            id: self.around.ids.next(self.now, 0),
            at: self.now,
            method: "POST".into(),
            target: "/p".into(),
            headers: Headers::collect([("content-type", &b"application/json"[..])].into_iter()),
            body: body.to_owned().into(),
            ip: "127.0.0.1".into(),
            params: Vec::new(),
            receipt: None,
        }
    }

    /// Work that is due goes on, with a place at its host.
    fn go_on(&mut self, pipeline: &Arc<Pipeline>, waits_since: Millis) {
        let lanes = self.store.lanes().unwrap();
        let wanted: Vec<_> = lanes.into_iter().map(|head| (head.lane, 10)).collect();
        for claimed in self.store.claim(&wanted, self.now).unwrap() {
            self.take_up(pipeline, claimed, waits_since);
        }
    }

    fn take_up(&mut self, pipeline: &Arc<Pipeline>, claimed: Claimed, waits_since: Millis) {
        let operation = self.operation(claimed.id);
        let log = Log::read(&operation).unwrap();
        let Claimed { work, fence, .. } = claimed;
        let found = self.sudden_end > 0 && (work.intent_out || work.due <= self.sudden_end);
        if found && log.resumed >= MOST_RESUMED {
            let write = interrupted(&operation, fence, "stopped the server", None, true, self.now);
            assert_eq!(self.store.commit(&[write], self.now).unwrap(), [Written::Done]);
            return self.say("stopped");
        }
        let permit = self.around.targets.take(&work.lane.host, self.now);
        let grasp = Grasp { fence, permit, due: work.due, waits_since, found };
        self.drive(resume(pipeline.clone(), log, grasp));
    }

    /// Another process begins on the same store, behind a sudden end.
    fn start(&mut self, pipeline: &Arc<Pipeline>) {
        self.sudden_end = self.now;
        self.lives = usize::MAX;
        self.told = None;
        for claimed in self.store.strays(self.now, 10).unwrap() {
            self.take_up(pipeline, claimed, self.now);
        }
        self.go_on(pipeline, self.now);
    }

    /// The clock goes to the next due time, and what is due goes on.
    fn next_due(&mut self, pipeline: &Arc<Pipeline>, waits_since: Millis) {
        let due = self.store.lanes().unwrap().iter().map(|head| head.due).min().unwrap();
        self.now = self.now.max(due);
        self.go_on(pipeline, waits_since);
    }

    fn operation(&self, id: Id) -> Operation {
        self.store.load(id).unwrap().unwrap()
    }

    fn log(&self, id: Id) -> Log {
        Log::read(&self.operation(id)).unwrap()
    }

    fn ended(&self, id: Id) -> (State, String) {
        let ended = self.log(id).ended.unwrap();
        (ended.state, ended.reason.to_string())
    }

    fn retry(&mut self, id: Id) {
        let write = retry(&self.operation(id), self.order()).unwrap();
        assert_eq!(self.store.commit(&[write], self.now).unwrap(), [Written::Done]);
    }

    fn settle(&mut self, id: Id, pipeline: &Arc<Pipeline>, said: Said) -> Result<(), String> {
        let masker = self.secrets.masker();
        let write = settle(&self.operation(id), pipeline, said, masker, self.order())?;
        assert_eq!(self.store.commit(&[write], self.now).unwrap(), [Written::Done]);
        Ok(())
    }

    fn moment(&self) -> Moment<'_> {
        Moment { now: self.now, secrets: &self.secrets }
    }

    fn order(&self) -> Order<'static> {
        Order { who: "test", now: self.now }
    }

    fn drive(&mut self, mut live: Live) {
        loop {
            if self.lives == 0 {
                return self.say("gone");
            }
            self.lives -= 1;
            let step = live.step(&self.around, &Moment { now: self.now, secrets: &self.secrets });
            match step {
                Step::Commit(write) => {
                    assert_eq!(self.store.commit(&[write], self.now).unwrap(), [Written::Done]);
                    live.committed();
                    self.say("⏎");
                }
                Step::Answer(reply) => {
                    assert_eq!(self.told, None, "one answer");
                    self.told = Some(reply.status);
                    self.say(&reply.status.to_string());
                }
                Step::Call(call) => {
                    self.say("call");
                    self.calls += 1;
                    self.posts += usize::from(&*call.request.method == "POST");
                    assert!(call.timeout > 0);
                    self.now += self.took.min(call.timeout);
                    let attempt = self.target.pop_front().unwrap_or_else(|| answered(200));
                    let moment = Moment { now: self.now, secrets: &self.secrets };
                    live.attempted(attempt, &self.around, &moment);
                }
                Step::Slot { until } => {
                    self.say("slot");
                    assert!(until > self.now, "it would wait for nothing");
                    self.now = until;
                }
                Step::Parked => return self.say("parked"),
                Step::Ended(state) => return self.say(state.as_str()),
            }
        }
    }
}

fn answered(status: u16) -> Attempt {
    Attempt::Answered(Answer { status, ..Answer::default() })
}

fn pipeline(steps: &str) -> Arc<Pipeline> {
    let text = format!(
        "pipeline p {{\n  on POST \"/p\"\n{steps}\n  on_failure {{ notify email \"a@b.example\" }}\n}}\n"
    );
    compiled(&text)
}

/// The one pipeline of a script.
fn compiled(text: &str) -> Arc<Pipeline> {
    let checked = check::check(&[Arc::new(Source::new("p.wj", text))]);
    let file = checked.files.into_iter().next().unwrap();
    assert!(!file.has_errors(), "{text}{:?}", file.diagnostics);
    file.pipelines.into_iter().next().unwrap()
}

fn post(more: &str) -> String {
    format!("  http.post \"{HOST}/x\" {{\n    json {{ a: 1 }}\n{more}\n  }}\n")
}

fn put(more: &str) -> String {
    format!("  http.put \"{HOST}/x\" {{\n    json {{ a: 1 }}\n{more}\n  }}\n")
}

const RESPOND: &str = "  respond 200\n";

#[test]
fn each_shape_takes_the_commits_of_the_contract_and_nothing_leaves_before_its_own() {
    let twice = format!("{}{}{RESPOND}{}", post(""), put(""), post(""));
    for (steps, happens) in [
        (RESPOND.to_owned(), "⏎ 200 done"),
        ("  abort 422 \"no\"\n".to_owned(), "⏎ 422 aborted"),
        (format!("{RESPOND}  wait 1h\n"), "⏎ 200 parked ⏎ done"),
        ("  wait 1h\n".to_owned(), "⏎ 200 parked ⏎ done"),
        (format!("{}{RESPOND}  wait 1h\n", post("")), "⏎ call ⏎ 200 parked ⏎ done"),
        (format!("{RESPOND}{}", post("")), "⏎ 200 call ⏎ done"),
        (format!("{RESPOND}{}", put("")), "⏎ 200 call ⏎ done"),
        (post(""), "⏎ 200 call ⏎ done"),
        (format!("{RESPOND}  wait 1h\n{}", put("")), "⏎ 200 parked call ⏎ done"),
        (format!("{RESPOND}  wait 1h\n{}", post("")), "⏎ 200 parked ⏎ call ⏎ done"),
        (format!("{DEDUPE}{RESPOND}"), "⏎ 200 done"),
        (format!("{DEDUPE}{}{RESPOND}", post("")), "⏎ call ⏎ 200 done"),
        (format!("{}{RESPOND}", post("")), "⏎ call ⏎ 200 done"),
        (format!("{}{RESPOND}", put("")), "⏎ call ⏎ 200 done"),
        (twice, "⏎ call ⏎ call ⏎ 200 call ⏎ done"),
    ] {
        let mut world = World::new([]);
        let pipeline = pipeline(&steps);
        let id = world.receive(&pipeline, r#"{"id":"7"}"#);
        if world.operation(id).work.is_some() {
            world.next_due(&pipeline, 0);
        }
        assert_eq!(world.happened(), happens, "{steps}");
        assert_eq!(world.operation(id).work, None);
        assert_eq!(world.around.targets.total(), 0, "every place is given back");
    }
}

#[test]
fn without_a_place_at_its_host_a_call_waits_in_the_store_and_has_no_intent_yet() {
    for (action, goes_on) in [(post(""), "⏎ call ⏎ done"), (put(""), "call ⏎ done")] {
        let pipeline = pipeline(&format!("{RESPOND}{action}"));
        let mut world = World::new([]);
        let taken: Vec<_> =
            (0..CALLS_PER_HOST).map(|_| world.around.targets.take(&HOST.into(), world.now)).collect();
        let id = world.receive(&pipeline, "{}");
        assert_eq!(world.happened(), "⏎ 200 parked");
        let work = world.operation(id).work.unwrap();
        assert_eq!((&*work.lane.host, work.intent_out, work.held), (HOST, false, false));
        drop(taken);
        world.go_on(&pipeline, 0);
        assert_eq!(world.happened(), goes_on);
    }
}

#[test]
fn a_further_attempt_is_a_due_row_first() {
    let retry = "    retry 3 times, first 1s, at most 2s";
    for (action, attempt, goes_on) in [
        (put(retry), answered(500), "call ⏎ done"),
        (put(retry), Attempt::Lost("reset".into()), "call ⏎ done"),
        (put(""), Attempt::NotSent("no route".into()), "call ⏎ done"),
        (post(""), answered(429), "⏎ call ⏎ done"),
        // Who writes a `retry` on a reported action wants it.
        (post(retry), Attempt::Lost("reset".into()), "⏎ call ⏎ done"),
    ] {
        let pipeline = pipeline(&format!("{RESPOND}{action}"));
        let mut world = World::new([attempt]);
        let id = world.receive(&pipeline, "{}");
        assert_eq!(world.happened(), "⏎ 200 call ⏎ parked");
        assert!(!world.operation(id).work.unwrap().intent_out);
        world.next_due(&pipeline, 0);
        assert_eq!(world.happened(), goes_on);
        let attempts: Vec<u32> =
            world.log(id).actions["2"].outcomes.iter().map(|outcome| outcome.attempt).collect();
        assert_eq!(attempts, [1, 2]);
    }
}

#[test]
fn what_may_have_taken_effect_is_left_to_a_person() {
    for (attempt, reason, notice) in [
        (
            Attempt::Lost("reset".into()),
            "the outcome of `http.post` is unknown: reset",
            "interrupted no_answer",
        ),
        (answered(500), "the outcome of `http.post` is unknown: answered 500", "interrupted answered_500"),
    ] {
        let pipeline = pipeline(&format!("{}{RESPOND}", post("")));
        let mut world = World::new([attempt]);
        let id = world.receive(&pipeline, "{}");
        assert_eq!(world.happened(), "⏎ call ⏎ 502 interrupted");
        assert_eq!(world.ended(id), (State::Interrupted, reason.to_owned()));
        assert_eq!(world.operation(id).notice.as_deref(), Some(notice));
        // A person orders it: what the caller was told stays.
        world.retry(id);
        world.go_on(&pipeline, 0);
        assert_eq!(world.happened(), "⏎ call ⏎ done");
        let log = world.log(id);
        assert_eq!((log.answer.unwrap().status, log.ended.unwrap().state), (502, State::Done));
    }
}

#[test]
fn tries_are_counted_over_parking_and_begin_anew_with_a_persons_order() {
    let pipeline = pipeline(&format!("{RESPOND}{}", put("    retry 2 times, first 1s, at most 1s")));
    let mut world = World::new((0..6).map(|_| answered(503)));
    let id = world.receive(&pipeline, "{}");
    world.next_due(&pipeline, 0);
    world.next_due(&pipeline, 0);
    assert_eq!(world.happened(), "⏎ 200 call ⏎ parked call ⏎ parked call ⏎ failed");
    world.retry(id);
    world.go_on(&pipeline, 0);
    world.next_due(&pipeline, 0);
    world.next_due(&pipeline, 0);
    assert_eq!(world.happened(), "call ⏎ parked call ⏎ parked call ⏎ failed");
    assert_eq!(world.log(id).actions["2"].outcomes.len(), 6);
}

#[test]
fn a_caller_waits_five_seconds_in_all_however_often_it_is_tried() {
    let pipeline = pipeline(&format!("{}{RESPOND}", put("    retry 900 times, first 1s, at most 1s")));
    let mut world = World::new((0..900).map(|_| answered(503)));
    world.took = 400;
    let began = world.now;
    world.receive(&pipeline, "{}");
    while world.told.is_none() {
        world.next_due(&pipeline, began);
    }
    assert_eq!(world.told, Some(502));
    assert!(world.now <= began + PATIENCE, "{}", world.now - began);
    assert!(world.calls > 1);
}

#[test]
fn give_up_after_bounds_tries_and_the_last_time_out() {
    let retry = "    timeout 10s\n    retry 900 times, first 1s, at most 1s\n    give up after 3s";
    for respond_first in [true, false] {
        let steps = if respond_first {
            format!("{RESPOND}{}", put(retry))
        } else {
            format!("{}{RESPOND}", put(retry))
        };
        let pipeline = pipeline(&steps);
        let mut world = World::new((0..900).map(|_| Attempt::Lost("no answer".into())));
        world.took = 1_300;
        let began = world.now;
        let id = world.receive(&pipeline, "{}");
        while world.log(id).ended.is_none() {
            world.next_due(&pipeline, began);
        }
        assert!(world.now <= began + 3_000, "{}", world.now - began);
        assert_eq!(world.ended(id).0, State::Failed);
        assert_eq!(world.told, Some(if respond_first { 200 } else { 502 }));
    }
}

#[test]
fn a_call_that_found_no_place_before_the_answer_is_recorded_and_replays_the_same() {
    let steps = format!(
        "  let got = http.put \"{HOST}/x\" {{\n    json {{ a: 1 }}\n    on_fail continue\n  }}\n{RESPOND}{}",
        put("")
    );
    for (more, waits) in [("", PATIENCE), ("\n    give up after 1s", 1_000)] {
        let pipeline = pipeline(&steps.replacen("\n    on_fail", &format!("{more}\n    on_fail"), 1));
        let mut world = World::new([answered(500)]);
        let began = world.now;
        let _taken: Vec<_> =
            (0..CALLS_PER_HOST).map(|_| world.around.targets.take(&HOST.into(), world.now)).collect();
        let id = world.receive(&pipeline, "{}");
        assert_eq!(world.happened(), "slot ⏎ 200 parked");
        assert_eq!(world.now, began + waits);
        let first = &world.log(id).actions["1"].outcomes[0];
        assert_eq!((&*first.reason, first.last), ("no time was left before the answer", true));
        // Nothing is sent for it later, when the second one goes on.
        drop(_taken);
        world.go_on(&pipeline, 0);
        world.next_due(&pipeline, 0);
        assert_eq!(world.happened(), "call ⏎ parked call ⏎ done");
        assert!(replay_trace(&pipeline, &world.log(id)).1.is_some());
    }
}

#[test]
fn a_request_that_would_be_another_one_now_is_not_sent() {
    let old = pipeline(&format!("{RESPOND}{}{}", put(""), put("    retry 9 times")));
    // As a defect would have it: the same operation under another text. The first action has its outcome already.
    for changed in [0, 1] {
        let mut world = World::new([answered(200), answered(500)]);
        let id = world.receive(&old, "{}");
        assert_eq!(world.happened(), "⏎ 200 call ⏎ call ⏎ parked");
        let text = format!("{RESPOND}{}{}", put(""), put("    retry 9 times"));
        let at = text.match_indices("a: 1").nth(changed).unwrap().0;
        let new = pipeline(&format!("{}a: 7{}", &text[..at], &text[at + 4..]));
        world.next_due(&new, 0);
        assert_eq!(world.happened(), "⏎ interrupted");
        assert_eq!(world.ended(id).1, format!("replay diverged at {}", changed + 2));
    }
}

#[test]
fn a_secret_is_looked_up_for_each_attempt_and_never_decides_the_way() {
    let steps = format!("{RESPOND}{}", put("    header \"X-Token\" = secret.TOKEN\n    retry 9 times"));
    let pipeline = pipeline(&steps);
    let mut world = World::new([answered(500)]);
    world.secrets = Secrets::from_lookup(["TOKEN"], |_| None);
    let id = world.receive(&pipeline, "{}");
    assert_eq!(world.happened(), "⏎ 200 interrupted");
    assert_eq!(world.ended(id).1, "not sent: secret TOKEN is not set");
    // One that its place cannot carry is the operator's to mend, not the caller's.
    world.secrets = Secrets::from_lookup(["TOKEN"], |_| Some("line\nend".to_owned()));
    world.retry(id);
    world.go_on(&pipeline, 0);
    let (state, reason) = world.ended(id);
    assert_eq!(state, State::Interrupted);
    assert!(
        reason.starts_with("not sent: header `X-Token` cannot carry") && !reason.contains("line"),
        "{reason}"
    );
    // Another value between two attempts is no divergence.
    for value in ["first-0123456", "second-654321"] {
        world.secrets = Secrets::from_lookup(["TOKEN"], |_| Some(value.to_owned()));
        match world.log(id).ended.is_some() {
            true => world.retry(id),
            false => world.now += 3_600_000,
        }
        world.go_on(&pipeline, 0);
    }
    assert_eq!(world.happened(), "⏎ interrupted call ⏎ parked call ⏎ done");
    assert_eq!(world.calls, 2);
    let rows = format!("{:?}", world.operation(id).rows);
    assert!(!rows.contains("first-0123456") && rows.contains("«secret TOKEN»"));
}

#[test]
fn a_dry_run_pretends_its_own_and_leaves_what_was_meant() {
    let pipeline = pipeline(&format!("{RESPOND}{}", put("    header \"X-Token\" = secret.TOKEN")));
    let mut world = World::new([]);
    world.secrets = Secrets::from_lookup(["TOKEN"], |_| None);
    let meant = world.receive(&pipeline, "{}");
    world.told = None;
    world.around.dry_run = true;
    let pretended = world.receive(&pipeline, "{}");
    assert_eq!(world.happened(), "⏎ 200 interrupted ⏎ 200 done");
    assert!(world.log(pretended).actions["2"].outcomes[0].dry_run);
    world.retry(meant);
    world.go_on(&pipeline, 0);
    assert_eq!(
        world.ended(meant),
        (State::Interrupted, "not sent: this server runs with --dry-run".to_owned())
    );
    assert_eq!(world.calls, 0);
}

#[test]
fn a_stop_begins_no_call_behind_an_answer_and_finishes_those_before_it() {
    let mut world = World::new([]);
    world.around.stopping = AtomicBool::new(true);
    world.receive(&pipeline(&format!("{}{RESPOND}{}", put(""), post(""))), "{}");
    assert_eq!(world.happened(), "⏎ call ⏎ 200 parked");
    let open = world.store.list(&Filter::default(), None, 9).unwrap();
    assert!(!world.operation(open.items[0].id).work.unwrap().intent_out);
}

#[test]
fn a_rate_of_mail_is_the_mail_servers() {
    let pipeline = pipeline(
        "  respond 200\n  email.send {\n    to = \"a@b.example\"\n    subject = \"s\"\n    text = \"t\"\n    rate 2 per 1s\n  }\n",
    );
    let rates = strictest_rates([&*pipeline]);
    assert_eq!(rates.keys().map(|host| &**host).collect::<Vec<_>>(), [crate::actions::MAIL]);
    let mut world = World::new([]);
    let id = world.receive(&pipeline, "{}");
    assert_eq!(world.ended(id).0, State::Done);
    assert_eq!(&*world.log(id).actions["2"].outcomes[0].sent.url, "mailto:a%40b.example");
}

#[test]
fn a_notice_is_queued_with_a_code_and_no_words_from_outside() {
    for (steps, attempt, notice) in [
        (put("    retry none"), answered(404), "failed answered_404"),
        (put("    retry none"), Attempt::NotSent("no route".into()), "failed not_made"),
        (put("    retry none"), Attempt::Refused("550 no".into()), "failed not_made"),
        (put("    retry none"), Attempt::Lost("reset".into()), "failed no_answer"),
        (
            "  extract body { a = $.a on_missing abort }\n  for x in a {\n    stop\n  }\n".to_owned(),
            answered(200),
            "failed step_failed",
        ),
    ] {
        let pipeline = pipeline(&format!("{RESPOND}{steps}"));
        let mut world = World::new([attempt]);
        let id = world.receive(&pipeline, "{\"a\":\"x\"}");
        assert_eq!(world.operation(id).notice.as_deref(), Some(notice), "{steps}");
    }
}

const DEDUPE: &str = "  extract body { id = $.id on_missing abort }\n  dedupe by id within 1h\n";

/// What a second request with the same key comes to: itself, or whose it is a repeat of and what is told.
fn repeated(world: &mut World, pipeline: &Arc<Pipeline>, body: &str) -> Option<(Id, First)> {
    let received = world.received(body);
    let program = Arc::new(Program { hash: pipeline.hash, edition: 1, files: Vec::new() });
    let bytes = received.body.clone();
    let mut live = begin(pipeline.clone(), received, program, &world.around);
    let Step::Commit(write) = live.step(&world.around, &Moment { now: world.now, secrets: &world.secrets })
    else {
        panic!("no commit")
    };
    match world.store.commit(&[write], world.now).unwrap().as_slice() {
        [Written::Done] => None,
        [Written::Duplicate { of, answer }] => {
            let kept = answer.as_ref().and_then(|answer| kept_answer(answer, &bytes));
            Some((*of, kept.unwrap_or_else(|| first_of(Some(&world.operation(*of)), &bytes))))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_is_held_by_what_may_have_come_to_something_and_left_by_what_did_not() {
    let lost = || Attempt::Lost("reset".into());
    let refused = || Attempt::NotSent("no route".into());
    let told = |status| {
        Some(First::Answered {
            reply: Reply { status, reason: None, headers: vec![], body: "".into() },
            other_body: false,
        })
    };
    let abort = "  abort 422 \"no\"\n";
    let late = format!("  when id == \"7\" {{\n  {abort}  }}\n{RESPOND}");
    for (steps, target, state, expected) in [
        (RESPOND.to_owned(), vec![], State::Done, told(200)),
        ("  stop \"enough\"\n".to_owned(), vec![], State::Done, told(200)),
        (format!("{RESPOND}{}", put("    retry none")), vec![answered(500)], State::Failed, told(200)),
        (format!("{RESPOND}{}", post("")), vec![lost()], State::Interrupted, told(200)),
        // Bad data can be corrected by the sender, and what had no effect be tried again.
        (abort.to_owned(), vec![], State::Aborted, None),
        (format!("{}{RESPOND}", put("")), vec![answered(500)], State::Failed, None),
        (format!("{}{RESPOND}", post("")), vec![refused()], State::Failed, None),
        (format!("{}{late}", put("")), vec![], State::Aborted, None),
        // A reported action may have taken effect, or did.
        (
            format!("{}{RESPOND}", post("")),
            vec![lost()],
            State::Interrupted,
            Some(First::Interrupted { other_body: false }),
        ),
        (format!("{}{late}", post("")), vec![], State::Aborted, told(422)),
        // Where no answer can come any more, the empty one goes out before the call.
        (format!("{}{abort}", put("")), vec![], State::Aborted, told(200)),
        (
            format!("{}{}{RESPOND}", post(""), put("")),
            vec![answered(200), answered(500)],
            State::Failed,
            told(502),
        ),
    ] {
        let pipeline = pipeline(&format!("{DEDUPE}{steps}"));
        let mut world = World::new(target);
        let first = world.receive(&pipeline, r#"{"id":"7"}"#);
        assert_eq!(world.ended(first).0, state, "{steps}");
        let got = repeated(&mut world, &pipeline, r#"{"id":"7"}"#);
        match (got, expected) {
            (None, None) => {}
            (
                Some((of, First::Answered { reply, other_body })),
                Some(First::Answered { reply: wanted, .. }),
            ) => {
                assert_eq!((of, reply.status, other_body), (first, wanted.status, false), "{steps}");
            }
            (Some((of, got)), Some(wanted)) => assert_eq!((of, got), (first, wanted), "{steps}"),
            (got, wanted) => panic!("{steps}: {got:?}, not {wanted:?}"),
        }
        // Another key, and the same one after its time, are nobody's.
        assert_eq!(repeated(&mut world, &pipeline, r#"{"id":"8"}"#), None);
        world.now += 3_600_000;
        assert_eq!(repeated(&mut world, &pipeline, r#"{"id":"7"}"#), None);
    }
}

#[test]
fn a_repeat_takes_one_commit_of_its_own_and_leaves_nothing_to_be_done() {
    let pipeline = pipeline(&format!("{DEDUPE}{RESPOND}{}", put("")));
    let mut world = World::new([]);
    let body = r#"{"id":"7"}"#;
    let first = world.receive(&pipeline, body);
    // Its key is asked for with its first row, and nothing of that is written.
    let Some((of, told)) = repeated(&mut world, &pipeline, body) else { panic!("it is the first") };
    assert_eq!(world.store.list(&Filter::default(), None, 9).unwrap().items.len(), 1);
    let program = Arc::new(Program { hash: pipeline.hash, edition: 1, files: Vec::new() });
    let received = world.received(body);
    let (write, reply) = duplicate(&pipeline, &received, &program, of, told, &world.around);
    assert_eq!(world.store.commit(&[write], world.now).unwrap(), [Written::Done]);
    let operation = world.operation(received.id);
    assert_eq!((of, reply.status, operation.rows.len()), (first, 200, 1));
    assert_eq!((world.ended(received.id).0, operation.work, world.calls), (State::Duplicate, None, 1));
    assert!(world.store.lanes().unwrap().is_empty());
}

#[test]
fn another_body_is_marked_and_a_long_answer_is_read_from_the_log() {
    let long = "x".repeat(5_000);
    for text in ["short", &long] {
        let pipeline = pipeline(&format!("{DEDUPE}  respond 202 {{ text \"{text}\" }}\n"));
        let mut world = World::new([]);
        let first = world.receive(&pipeline, r#"{"id":"7"}"#);
        for (body, other) in [(r#"{"id":"7"}"#, false), (r#"{"id":"7","more":1}"#, true)] {
            let Some((of, First::Answered { reply, other_body })) = repeated(&mut world, &pipeline, body)
            else {
                panic!("no answer")
            };
            assert_eq!((of, reply.status, &*reply.body, other_body), (first, 202, text.as_bytes(), other));
        }
    }
}

#[test]
fn a_first_one_without_an_answer_is_open_and_what_a_person_orders_is_told_to_repeats() {
    let pipeline = pipeline(&format!("{DEDUPE}{}  respond 201\n", post("")));
    let mut world = World::new((0..2).map(|_| Attempt::Lost("reset".into())));
    // It is gone with its first call out.
    world.lives = 2;
    let first = world.receive(&pipeline, r#"{"id":"7"}"#);
    assert_eq!(world.happened(), "⏎ call gone");
    let body = r#"{"id":"7"}"#;
    assert_eq!(repeated(&mut world, &pipeline, body), Some((first, First::Open)));
    world.lives = usize::MAX;
    let first = world.receive(&pipeline, r#"{"id":"9"}"#);
    let body9 = r#"{"id":"9"}"#;
    assert_eq!(repeated(&mut world, &pipeline, body9).map(|got| got.0), Some(first));
    world.told = None;
    world.retry(first);
    assert_eq!(repeated(&mut world, &pipeline, body9), Some((first, First::Open)));
    world.go_on(&pipeline, 0);
    let Some((_, First::Answered { reply, .. })) = repeated(&mut world, &pipeline, body9) else { panic!() };
    assert_eq!((reply.status, world.log(first).answer.unwrap().status), (201, 502));
}

#[test]
fn a_retry_takes_its_key_again_unless_it_is_anothers() {
    let pipeline = pipeline(&format!("{DEDUPE}{}{RESPOND}", put("")));
    let mut world = World::new([answered(500), answered(500), answered(200)]);
    let body = r#"{"id":"7"}"#;
    let first = world.receive(&pipeline, body);
    world.told = None;
    let second = world.receive(&pipeline, body);
    assert_eq!((world.ended(first).0, world.ended(second).0), (State::Failed, State::Failed));
    world.retry(first);
    let order = retry(&world.operation(second), Order { who: "test", now: world.now }).unwrap();
    let written = world.store.commit(&[order], world.now).unwrap();
    assert_eq!(written, [Written::Duplicate { of: first, answer: None }]);
    assert_eq!(world.ended(second).0, State::Failed);
}

#[test]
fn a_key_is_asked_for_though_its_host_has_no_place_yet() {
    let pipeline = pipeline(&format!("{DEDUPE}{}{RESPOND}", post("")));
    let mut world = World::new([]);
    let taken = world.around.targets.take(&HOST.into(), world.now);
    world.lives = 2;
    let body = r#"{"id":"7"}"#;
    let first = world.receive(&pipeline, body);
    assert_eq!(world.happened(), "⏎ slot gone");
    let work = world.operation(first).work.unwrap();
    assert_eq!((work.intent_out, work.held), (false, true));
    assert_eq!(repeated(&mut world, &pipeline, body), Some((first, First::Open)));
    drop(taken);
}

#[test]
fn an_open_breaker_leaves_work_as_it_is_and_tells_who_waits_at_once() {
    let dead = || Attempt::NotSent("no route".into());
    let trying = pipeline(&format!("{RESPOND}{}", put("    retry none")));
    let mut world = World::new((0..21).map(|_| dead()));
    for _ in 0..20 {
        world.receive(&trying, "{}");
        world.told = None;
    }
    world.happened();
    let opened = world.now;
    assert_eq!(world.around.targets.open_until(HOST), Some(opened + 5_000));
    // Behind the answer it waits in the store, and no attempt is made or counted.
    let waiting = world.receive(&trying, "{}");
    world.told = None;
    assert_eq!(world.happened(), "⏎ 200 parked");
    assert!(world.log(waiting).actions.is_empty());
    // Before the answer, who would wait in vain is told so.
    let asking = pipeline(&format!("{}{RESPOND}", put("")));
    let asked = world.receive(&asking, "{}");
    assert_eq!((world.happened(), world.told.take()), ("⏎ 502 failed".to_owned(), Some(502)));
    assert!(world.ended(asked).1.contains("is left alone"), "{}", world.ended(asked).1);
    // The one call that is let through is a whole try, and fails: then the pause is longer.
    world.now = opened + 5_000;
    world.go_on(&trying, 0);
    assert_eq!(world.happened(), "call ⏎ failed");
    assert_eq!(world.around.targets.open_until(HOST), Some(world.now + 10_000));
    // Once one is answered it is closed.
    let last = world.receive(&trying, "{}");
    world.now += 10_000;
    world.go_on(&trying, 0);
    assert_eq!((world.ended(last).0, world.around.targets.open_until(HOST)), (State::Done, None));
}

#[test]
fn a_step_whose_last_due_time_passed_while_its_host_was_left_alone_gets_one_more() {
    let trying = pipeline(&format!("{RESPOND}{}", put("    give up after 1m")));
    let mut world = World::new([answered(500)]);
    let id = world.receive(&trying, "{}");
    world.told = None;
    assert_eq!(world.happened(), "⏎ 200 call ⏎ parked");
    world.now += 600_000;
    world.go_on(&trying, 0);
    assert_eq!((world.happened().as_str(), world.ended(id).0), ("call ⏎ done", State::Done));
}

#[test]
fn the_work_of_a_held_pipeline_waits_in_the_store() {
    let pipeline = pipeline(&format!("{RESPOND}{}{}", put(""), put("")));
    let mut world = World::new([]);
    let stop = |how: Option<Stop>| Arc::new(how.map(|how| (Arc::from("p"), how)).into_iter().collect());
    world.around.stopped.store(stop(Some(Stop::Held)));
    world.receive(&pipeline, "{}");
    assert_eq!(world.happened(), "⏎ 200 parked");
    world.around.stopped.store(stop(Some(Stop::Draining)));
    world.go_on(&pipeline, 0);
    assert_eq!(world.happened(), "call ⏎ call ⏎ done");
}
