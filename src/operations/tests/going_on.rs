//! Going on from the log: behind a crash, behind a `wait`, behind what a person says.

use super::*;

/// The process is gone after any step of an operation. The next one goes on, and whatever was told or done before stays
/// true: what is repeatable is done, what is reported is called once, and a person is asked where nobody knows.
#[test]
fn a_crash_at_any_step_contradicts_nothing() {
    let steps = format!(
        "{}{RESPOND}{}{}",
        put("    retry 3 times, first 1s, at most 1s"),
        post(""),
        put("    retry 3 times, first 1s, at most 1s")
    );
    let pipeline = pipeline(&steps);
    let target = || [answered(503), answered(200), answered(200), answered(503)];
    let mut unknown = 0;
    for lives in 0.. {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().to_str().unwrap();
        let mut world = World::on(store::open(place).unwrap(), target());
        let began = world.now;
        world.lives = lives;
        let id = world.receive(&pipeline, "{}");
        for _ in 0..3 {
            if world.lives > 0 && world.store.load(id).unwrap().is_some_and(|own| own.work.is_some()) {
                world.next_due(&pipeline, began);
            }
        }
        let before = world.happened();
        let (told, now, posts) = (world.told, world.now, world.posts);
        drop(world);

        let mut world = World::on(store::open(place).unwrap(), []);
        (world.now, world.posts) = (now + 60_000, posts);
        let Some(found) = world.store.load(id).unwrap() else {
            assert_eq!(before, "gone", "nothing had left");
            continue;
        };
        let log = Log::read(&found).unwrap();
        assert!(told.is_none() || log.answer.as_ref().map(|answer| answer.status) == told, "{before}");
        let was_open = log.ended.is_none();
        world.start(&pipeline);
        let log = world.log(id);
        if log.ended.as_ref().unwrap().state == State::Interrupted {
            let (_, reason) = world.ended(id);
            assert_eq!(
                reason,
                "the outcome of `http.post` is unknown: the server ended while the call was out"
            );
            // It may have gone out, or not just yet.
            assert!(world.posts <= 1 && world.happened == "⏎ ⏎ interrupted", "{before} | {}", world.happened);
            assert!(world.operation(id).notice.is_some());
            unknown += 1;
            world.now += 1;
            world.settle(id, &pipeline, Said::Answered(Answer { status: 201, ..Answer::default() })).unwrap();
            world.go_on(&pipeline, 0);
        }
        let log = world.log(id);
        assert_eq!(log.ended.unwrap().state, State::Done, "{before} | {}", world.happened);
        assert_eq!(log.answer.unwrap().status, 200);
        assert!(world.store.lanes().unwrap().is_empty());
        assert!(world.posts <= 1, "{before} | {}", world.happened);
        // Of each action one success is recorded, and used.
        for path in ["1", "3", "4"] {
            let ok = log.actions[path].outcomes.iter().filter(|own| own.class == OutcomeClass::Ok);
            assert_eq!(ok.count(), 1, "{path}: {before}");
        }
        let starts = world.operation(id).rows.into_iter().flatten();
        assert_eq!(starts.filter(|fact| matches!(fact, Fact::Resumed(1))).count(), usize::from(was_open));
        if before.ends_with("done") {
            assert_eq!(before, "⏎ call ⏎ parked call ⏎ 200 call ⏎ call ⏎ parked call ⏎ done");
            break;
        }
    }
    assert!(unknown >= 2, "before the call and behind it");
}

/// It ends the server with its first step, each time.
#[test]
fn what_ends_the_server_three_times_is_not_gone_on_with_a_third_time() {
    let pipeline = pipeline(&format!("{RESPOND}{}", put("")));
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().to_str().unwrap().to_owned();
    let mut world = World::on(store::open(&place).unwrap(), []);
    // It is stored and answered, and then its call ends the process.
    world.lives = 2;
    let id = world.receive(&pipeline, "{}");
    let mut began = vec![world.happened()];
    for _ in 0..3 {
        // The file is locked until the old store is gone.
        world.store = store::open(store::MEMORY).unwrap();
        world.store = store::open(&place).unwrap();
        world.now += 1_000;
        world.sudden_end = world.now;
        world.lives = 1;
        world.go_on(&pipeline, world.now);
        began.push(world.happened());
    }
    assert_eq!(began, ["⏎ 200 gone", "⏎ gone", "⏎ gone", "stopped"]);
    assert_eq!(world.ended(id), (State::Interrupted, "stopped the server".to_owned()));
    // A person may try it all the same, and is not refused for what was.
    world.lives = usize::MAX;
    world.retry(id);
    world.start(&pipeline);
    assert_eq!(world.happened(), "⏎ call ⏎ done");
}

#[test]
fn an_orderly_stop_is_no_sudden_end() {
    let pipeline = pipeline(&format!("{RESPOND}{}", put("    retry 9 times, first 1s, at most 1s")));
    let mut world = World::new((0..5).map(|_| answered(503)));
    world.receive(&pipeline, "{}");
    for _ in 0..5 {
        world.next_due(&pipeline, 0);
    }
    // Behind a sudden end an outcome makes it count anew.
    for _ in 0..2 {
        world.target.extend([answered(503)]);
        world.now += 2_000;
        world.start(&pipeline);
    }
    assert_eq!(
        world.happened(),
        "⏎ 200 call ⏎ parked call ⏎ parked call ⏎ parked call ⏎ parked call ⏎ parked call ⏎ done"
    );
}

#[test]
fn a_start_before_the_answer_gives_all_patience_again() {
    for more in ["", "\n    give up after 3s"] {
        let retry = format!("    retry 9 times, first 1s, at most 1s{more}");
        let pipeline = pipeline(&format!("{}{RESPOND}", put(&retry)));
        let mut world = World::new([answered(503)]);
        let id = world.receive(&pipeline, "{}");
        assert_eq!(world.happened(), "⏎ call ⏎ parked");
        // An hour later nobody waits any more; whoever repeats the request finds an answer.
        world.now += 3_600_000;
        world.target.extend([answered(503)]);
        world.start(&pipeline);
        assert_eq!(world.happened(), "⏎ call ⏎ parked");
        let since = world.now;
        world.next_due(&pipeline, since);
        assert_eq!(world.happened(), "call ⏎ 200 done");
        assert_eq!(world.log(id).answer.unwrap().status, 200);
    }
}

#[test]
fn a_step_whose_last_time_passed_while_the_server_was_down_gets_one_more() {
    let pipeline = pipeline(&format!("{RESPOND}{}", put("    retry 9 times\n    give up after 1m")));
    let mut world = World::new([answered(503), answered(503)]);
    let id = world.receive(&pipeline, "{}");
    world.now += 86_400_000;
    world.start(&pipeline);
    assert_eq!(world.happened(), "⏎ 200 call ⏎ parked ⏎ call ⏎ failed");
    assert_eq!(world.log(id).actions["2"].outcomes.len(), 2);
}

#[test]
fn a_wait_is_a_due_time_that_outlives_the_process() {
    let pipeline = pipeline(&format!("{RESPOND}  wait 2h\n{}{}", put(""), post("")));
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().to_str().unwrap();
    let mut world = World::on(store::open(place).unwrap(), []);
    let began = world.now;
    let id = world.receive(&pipeline, "{}");
    let work = world.operation(id).work.unwrap();
    assert_eq!((&*work.lane.host, work.due, work.pause), ("", began + 7_200_000, 7_200_000));
    drop(std::mem::replace(&mut world.store, store::open(store::MEMORY).unwrap()));
    world.store = store::open(place).unwrap();
    world.now += 7_199_999;
    world.start(&pipeline);
    assert_eq!(world.happened(), "⏎ 200 parked");
    world.next_due(&pipeline, 0);
    assert_eq!(world.happened(), "call ⏎ call ⏎ done");
    assert_eq!(world.log(id).waits.keys().map(|path| &**path).collect::<Vec<_>>(), ["2"]);
    assert!(replay_trace(&pipeline, &world.log(id)).1.is_some());
}

#[test]
fn a_clock_that_was_set_back_holds_nothing_up() {
    let pipeline = pipeline(&format!("{RESPOND}{}", put("    retry 9 times, first 5s, at most 5s")));
    let mut world = World::new([answered(503)]);
    world.receive(&pipeline, "{}");
    let now = world.now;
    assert!(world.store.strays(now, 9).unwrap().is_empty());
    world.now -= 86_400_000;
    world.go_on(&pipeline, 0);
    assert_eq!(world.happened(), "⏎ 200 call ⏎ parked");
    for claimed in world.store.strays(world.now, 9).unwrap() {
        world.take_up(&pipeline, claimed, 0);
    }
    assert_eq!(world.happened(), "call ⏎ done");
}

#[test]
fn a_person_says_how_a_call_went() {
    let steps = format!(
        "  let got = http.post \"{HOST}/x\" {{\n    json {{ a: 1 }}\n    require $.id\n    on_fail {{ stop \"no\" }}\n  }}\n{RESPOND}{}",
        put("")
    );
    let pipeline = pipeline(&steps);
    let json = |status, body: &str| {
        Said::Answered(Answer { status, body: body.to_owned().into(), ..Answer::default() })
    };
    for (said, goes_on, state, reason) in [
        (json(200, "{\"id\": 7}"), "call ⏎ done", State::Done, ""),
        (json(404, ""), "⏎ done", State::Done, "no"),
        (Said::Failed, "⏎ done", State::Done, "no"),
    ] {
        let mut world = World::new([Attempt::Lost("reset".into())]);
        let id = world.receive(&pipeline, "{}");
        assert_eq!(world.happened(), "⏎ call ⏎ 502 interrupted");
        // An answer that leaves it open helps nobody.
        for open in [json(200, "{}"), json(500, "")] {
            let refused = world.settle(id, &pipeline, open).unwrap_err();
            assert!(refused.contains("leaves it open whether it took effect"), "{refused}");
        }
        world.settle(id, &pipeline, said).unwrap();
        assert!(world.settle(id, &pipeline, Said::Failed).unwrap_err().contains("it is open"));
        world.go_on(&pipeline, 0);
        assert_eq!(world.happened(), goes_on);
        assert_eq!((world.ended(id), world.posts), ((state, reason.to_owned()), 1));
        assert!(world.settle(id, &pipeline, Said::Failed).unwrap_err().contains("it is done"));
    }
}

#[test]
fn a_person_ends_what_nobody_has_in_hand() {
    let pipeline = pipeline(&format!("{RESPOND}  wait 30d\n{}", put("")));
    let mut world = World::new([]);
    let id = world.receive(&pipeline, "{}");
    let write = cancel(&world.operation(id), Some(&pipeline), None, world.order()).unwrap();
    assert_eq!(world.store.commit(&[write], world.now).unwrap(), [Written::Done]);
    assert_eq!(world.ended(id), (State::Aborted, "cancelled by a person".to_owned()));
    assert!(world.store.lanes().unwrap().is_empty());
    let again = cancel(&world.operation(id), Some(&pipeline), None, world.order());
    assert!(again.unwrap_err().contains("it is aborted"));
}

#[test]
fn what_a_person_ends_leaves_its_key_where_nothing_reported_may_have_come_of_it() {
    let retry = "    retry 3 times, first 1s, at most 1s";
    let (put, post) = (put(retry), post(""));
    for (steps, leaves) in [
        (format!("{DEDUPE}{put}{RESPOND}"), true),
        (format!("{DEDUPE}{post}{put}{RESPOND}"), false),
        (format!("{DEDUPE}{RESPOND}{put}"), false),
    ] {
        let pipeline = pipeline(&steps);
        let fails = [answered(500), answered(500)];
        let first = if steps.contains("http.post") { vec![answered(200)] } else { vec![] };
        let mut world = World::new(first.into_iter().chain(fails));
        let id = world.receive(&pipeline, r#"{"id":"7"}"#);
        assert!(world.operation(id).work.is_some(), "it waits for its next try");
        let write = cancel(&world.operation(id), Some(&pipeline), None, world.order()).unwrap();
        assert_eq!(world.store.commit(&[write], world.now).unwrap(), [Written::Done]);
        world.now += 1;
        assert_eq!(repeated(&mut world, &pipeline, r#"{"id":"7"}"#).is_none(), leaves, "{steps}");
    }
}

#[test]
fn an_action_with_its_own_patience_takes_none_of_the_others() {
    let steps = format!(
        "{}{}{RESPOND}",
        put("    retry 9 times, first 1s, at most 1s\n    give up after 1m"),
        put("    retry 9 times, first 1s, at most 1s")
    );
    let pipeline = pipeline(&steps);
    let mut world = World::new((0..3).map(|_| Attempt::Lost("no answer".into())));
    world.took = 4_000;
    let began = world.now;
    world.receive(&pipeline, "{}");
    while world.told.is_none() {
        world.next_due(&pipeline, began);
    }
    assert_eq!((world.told, world.calls), (Some(200), 5));
    assert!(world.now > began + 20_000);
}

#[test]
fn answers_of_failed_tries_are_kept_up_to_eight_megabytes() {
    let large =
        Attempt::Answered(Answer { status: 500, body: vec![b'x'; 3 << 20].into(), ..Answer::default() });
    let pipeline = pipeline(&format!("{RESPOND}{}", put("    retry 9 times, first 1s, at most 1s")));
    let mut world = World::new((0..4).map(|_| large.clone()));
    let id = world.receive(&pipeline, "{}");
    for _ in 0..4 {
        world.next_due(&pipeline, 0);
    }
    let kept: Vec<usize> = world.log(id).actions["2"]
        .outcomes
        .iter()
        .map(|outcome| outcome.answer.as_ref().unwrap().body.len())
        .collect();
    assert_eq!(kept, [3 << 20, 3 << 20, 0, 0, 0]);
}

#[test]
fn a_way_that_leaves_out_what_is_recorded_has_diverged() {
    let old = pipeline(&format!("{RESPOND}{}{}", put(""), put("    retry 9 times")));
    for (new, at) in [
        (format!("{RESPOND}  stop\n"), "replay diverged at its end"),
        (format!("{RESPOND}  when true {{\n{}  }}\n", put("")), "replay diverged at 2.1"),
        (format!("{RESPOND}  wait 1h\n"), "replay diverged at 2"),
    ] {
        let mut world = World::new([answered(200), answered(500)]);
        let id = world.receive(&old, "{}");
        world.next_due(&pipeline(&new), 0);
        assert_eq!(world.ended(id), (State::Interrupted, at.to_owned()));
        assert_eq!(world.calls, 2);
    }
}
