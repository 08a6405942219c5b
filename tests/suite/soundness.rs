//! What the checker derives of a script holds in every run of it: random programs, random requests, random answers, the real
//! engine. A value that is of another kind than the checker knows, or empty where it is present, or a secret where it is none,
//! is a contradiction; so are a step that no run should reach, an answer that should not come, and a call that is sent while the
//! caller waits though the checker says that nobody does.
//!
//! `PROPTEST_CASES=20000 cargo test --test suite soundness` looks at more of them.

mod programs;
mod requests;

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use wj::actions::{Answer, Attempt, Class, judge};
use wj::diagnostic::Diagnostic;
use wj::resolve::model::{Answers, Model, PipelineFacts, Presence, Shape, Type};
use wj::resolve::program::{Call, Pipeline};
use wj::run::{self, Carried, EndState, Next, Run};
use wj::source::{Source, Span};
use wj::value::{self, Value};

use crate::cases;
use programs::{ANSWERED, Choices};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases_wanted()) })]

    #[test]
    fn no_run_contradicts_what_is_derived(bytes in proptest::collection::vec(any::<u8>(), 0..600), runs in any::<[u64; 6]>()) {
        let script = programs::script(&mut Choices::new(&bytes));
        if let Ok(resolved) = resolved(&script) {
            for run in runs {
                if let Err(why) = contradiction(&resolved, run) {
                    return Err(TestCaseError::fail(format!("{why}\n{script}")));
                }
            }
        }
    }
}

/// Most programs are right, and reach what they are made for: a test that looks at nothing holds as well.
#[test]
fn the_programs_are_taken_and_their_runs_go_different_ways() {
    let (mut taken, mut ends, mut looked, mut refused) = (0, BTreeMap::new(), 0, BTreeMap::new());
    let all = 60;
    for seed in 0..all {
        let bytes: Vec<u8> = requests::Random(seed).bytes(500);
        let script = programs::script(&mut Choices::new(&bytes));
        match resolved(&script) {
            Ok(resolved) => {
                taken += 1;
                for run in 0..4 {
                    let seen = contradiction(&resolved, seed * 7 + run)
                        .unwrap_or_else(|why| panic!("{why}\n{script}"));
                    looked += seen.values;
                    *ends.entry(format!("{:?}", seen.end)).or_insert(0) += 1;
                }
            }
            Err(errors) => {
                for error in errors {
                    *refused.entry(format!("{}: {}", error.code.name, error.message)).or_insert(0) += 1;
                }
            }
        }
    }
    let count = |end: &str| ends.get(end).copied().unwrap_or(0);
    let ways = ["Done", "Stopped", "Aborted", "Failed"].map(count);
    assert!(taken * 10 >= all * 7, "{taken} of {all} programs are right; of the others: {refused:#?}");
    assert!(ways.iter().all(|way| *way * 20 >= taken), "the ends of the runs: {ends:#?}");
    assert!(looked > taken * 20, "{looked} values looked at in {taken} programs");
}

/// What is planted is found: of a model that takes what may be empty for present, any kind for a text, or a secret for none.
#[test]
fn a_wrong_model_is_contradicted() {
    type Plant = (&'static str, fn(&mut Type));
    let plants: [Plant; 3] = [
        ("present", |ty| ty.presence = Presence::Present),
        ("a text", |ty| ty.kinds = wj::value::Kinds::TEXT),
        ("no secret", |ty| {
            ty.secret = false;
            ty.shape = Shape::Unknown;
        }),
    ];
    for (planted, plant) in plants {
        let found = (0..40).filter(|seed| {
            let script = programs::script(&mut Choices::new(&requests::Random(*seed).bytes(500)));
            let Ok(mut resolved) = resolved(&script) else { return false };
            resolved.model.definitions.iter_mut().for_each(|definition| plant(&mut definition.ty));
            (0..4).any(|run| contradiction(&resolved, seed * 7 + run).is_err())
        });
        assert!(found.count() > 4, "hardly any run contradicts that everything is {planted}");
    }
}

fn cases_wanted() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(40)
}

struct Resolved {
    pipeline: Arc<Pipeline>,
    model: Model,
}

fn resolved(script: &str) -> Result<Resolved, Vec<Diagnostic>> {
    let source = Arc::new(Source::new("a.wj", script));
    let parsed = wj::syntax::parse(&source);
    let unread = cases::render(&source, &parsed.diagnostics);
    assert!(parsed.diagnostics.iter().all(|d| !d.is_error()), "cannot be read:\n{script}{unread}");
    let resolved = wj::resolve::resolve(&source, &parsed.file, wj::check::built_in_connectors());
    let errors: Vec<_> = resolved.diagnostics.into_iter().filter(Diagnostic::is_error).collect();
    match resolved.pipelines.into_iter().next() {
        Some(pipeline) if errors.is_empty() => Ok(Resolved { pipeline, model: resolved.model }),
        _ => Err(errors),
    }
}

struct Seen {
    values: u64,
    end: EndState,
}

/// Runs a program on one request, and says in which point the run contradicts what is known of it.
fn contradiction(resolved: &Resolved, seed: u64) -> Result<Seen, String> {
    let Resolved { pipeline, model } = resolved;
    let facts = model.pipelines.first().expect("a pipeline has facts");
    let mut random = requests::Random(seed);
    let mut run = Run::traced(pipeline.clone(), Arc::new(requests::received(&mut random)));
    let mut answered_by_script = false;
    let end = loop {
        match run.next() {
            Next::Answer(reply) => answered_by_script |= reply.status == ANSWERED,
            Next::Claim(_) => {}
            Next::Wait(_) => run.waited(),
            Next::Need(need) => {
                let span = pipeline.code[need.op].span;
                let call = facts
                    .calls
                    .iter()
                    .find(|call| span.start <= call.span.start && call.whole.end <= span.end);
                let call = call.ok_or_else(|| format!("no facts about the call at {span:?}"))?;
                if !call.before_answer && !run.answered() {
                    return Err(format!("`{}` is sent before the caller has an answer", call.name));
                }
                let call = run::call(pipeline, &need).expect("a need is about a call");
                run.resume(carried(call, &mut random));
            }
            Next::End(end) => break end,
        }
    };
    let done = end.state == EndState::Done;
    match facts.answers {
        Answers::Always if done && !answered_by_script => {
            return Err("an answer always comes, and did not".to_owned());
        }
        Answers::Never if answered_by_script => return Err("no answer ever comes, and one did".to_owned()),
        _ => {}
    }
    let trace = run.take_trace();
    let mut values = 0;
    for step in &trace {
        let span = pipeline.code[step.op].span;
        unreached(facts, span)?;
        for (name, value) in &step.values {
            let known = model.definitions.iter().find(|definition| definition.name == *name);
            let Some(known) =
                known.filter(|known| span.start <= known.span.start && known.span.end <= span.end)
            else {
                continue;
            };
            values += 1;
            holds(value, &known.ty).map_err(|why| format!("`{name}` {why}: it is {}", shown(value)))?;
        }
    }
    Ok(Seen { values, end: end.state })
}

fn unreached(facts: &PipelineFacts, span: Span) -> Result<(), String> {
    let reached =
        facts.unreachable.iter().find(|dead| dead.span.start <= span.start && span.end <= dead.span.end);
    match reached {
        Some(dead) => {
            Err(format!("the step at {span:?} is reached, though nothing comes behind {:?}", dead.because))
        }
        None => Ok(()),
    }
}

fn holds(value: &Value, ty: &Type) -> Result<(), String> {
    let Some(kind) = value.kind() else {
        return if ty.presence == Presence::Present { Err("is never empty".to_owned()) } else { Ok(()) };
    };
    if ty.presence == Presence::Empty {
        return Err("is always empty".to_owned());
    }
    if !ty.kinds.has(kind) {
        return Err(format!("is {}", ty.kinds.nouns()));
    }
    if !ty.secret && holds_secret(value) {
        return Err("holds no secret".to_owned());
    }
    if ty
        .constant
        .as_ref()
        .is_some_and(|constant| value::to_json(constant).ok() != value::to_json(value).ok())
    {
        return Err(format!("is always {:?}", ty.constant));
    }
    match (&ty.shape, value) {
        (Shape::Unknown, _) => Ok(()),
        (Shape::Each(item), Value::List(values)) => values
            .iter()
            .try_for_each(|value| holds(value, item).map_err(|why| format!("has an item that {why}"))),
        (Shape::List(items), Value::List(values)) => {
            if items.len() != values.len() {
                return Err(format!("has {} items", items.len()));
            }
            items
                .iter()
                .zip(values.iter())
                .try_for_each(|(ty, value)| holds(value, ty).map_err(|why| format!("has an item that {why}")))
        }
        (Shape::Object(members), Value::Object(object)) => members.iter().try_for_each(|(name, ty)| {
            let value = object.get(name).cloned().unwrap_or_default();
            holds(&value, ty).map_err(|why| format!("has a `{name}` that {why}"))
        }),
        _ => Err("has another shape".to_owned()),
    }
}

fn holds_secret(value: &Value) -> bool {
    match value {
        Value::Sealed(_) => true,
        Value::List(items) => items.iter().any(holds_secret),
        Value::Object(object) => object.iter().any(|(_, value)| holds_secret(value)),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    if holds_secret(value) { "a secret".to_owned() } else { format!("{value:?}") }
}

/// What comes of a call: judged as in the server, so that an answer without what is promised is a failure.
fn carried(call: &Call, random: &mut requests::Random) -> Carried {
    if random.below(4) == 0 {
        return Carried::Failed {
            reason: "it is said to fail".to_owned(),
            status: (random.below(2) == 0).then_some(500),
        };
    }
    let answer = Answer {
        status: 200,
        headers: vec![("content-type".into(), "application/json".into())],
        body: requests::json(random, 3).into(),
        ..Answer::default()
    };
    let attempt = Attempt::Answered(answer);
    let judged = judge(&attempt, &call.policy.rules);
    match (judged.class, attempt) {
        (Class::Ok, Attempt::Answered(answer)) => Carried::Ok(answer),
        _ => Carried::Failed { reason: judged.reason, status: Some(200) },
    }
}
