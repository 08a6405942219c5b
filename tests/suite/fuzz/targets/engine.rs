//! A script that checks clean runs to an end on any request and any answers, never meets a defect of wj, and goes the same way
//! again when its log answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use wj::actions::{Answer, Attempt, Class, judge as judged};
use wj::check;
use wj::operations::{Log, replay_trace};
use wj::resolve::program::Pipeline;
use wj::run::{self, Admission, Carried, End, Headers, Need, Next, Received, Run, Trace};
use wj::source::Source;
use wj::store::{AnswerFact, Fact, Operation, OutcomeClass, OutcomeFact, ReceivedFact, Sent};
use wj::value::{Bytes, Id};

use super::super::corpus::Corpus;
use super::super::{Target, mutate};
use super::{first_difference, text};
use crate::random::Random;

pub const TARGET: Target = Target { name: "engine", input, judge };

/// What an end or an answer says of a limit that a script or a request ran into: that is no defect.
const LIMITS: [&str; 2] = ["at most", "are the most"];

/// How a defect of wj tells itself, behind an answer too.
const DEFECTS: [&str; 12] = [
    "a secret stands where",
    "a secret was given to",
    "a secret is compared",
    "was given no",
    "of a function is not",
    "is no path",
    "no path has place",
    "nothing says what",
    "computed lazily",
    "found no time",
    "has no mask",
    "is no part of a request",
];

fn input(corpus: &Corpus, random: &mut Random) -> Vec<u8> {
    let text = corpus.right_script(random);
    match random.below(3) {
        0 => text.to_owned(),
        // One change leaves many right.
        1 => mutate::one(text, corpus, random),
        _ => mutate::script(text, corpus, random),
    }
    .into_bytes()
}

fn judge(corpus: &Corpus, input: &[u8], number: u64) -> Result<(), String> {
    let source = Arc::new(Source::new("a.wj", text(input)));
    let checked = check::check(&[source]);
    for pipeline in checked.files.iter().flat_map(|file| &file.pipelines) {
        for round in 0..4 {
            let random = &mut Random(!number ^ round << 32);
            one_run(corpus, pipeline, random)?;
        }
    }
    Ok(())
}

fn one_run(corpus: &Corpus, pipeline: &Arc<Pipeline>, random: &mut Random) -> Result<(), String> {
    let mut received = received(corpus, pipeline, random);
    let secret = |name: &str| (!name.len().is_multiple_of(5)).then(|| Arc::<str>::from("secret value"));
    if let Admission::LetIn(receipt) = run::admit(pipeline, &received, &secret) {
        received.receipt = receipt;
    } else {
        let mut signed = received.clone();
        // Not every request can be signed; what is signed is let in.
        let all = |_: &str| Some(Arc::<str>::from("c2VjcmV0IHZhbHVl"));
        let _ = run::sign(pipeline, &mut signed, &all);
        let _ = run::admit(pipeline, &signed, &all);
    }
    let received = Arc::new(received);
    let mut run = Run::traced(pipeline.clone(), received.clone());
    let mut facts = vec![first_fact(pipeline, &received)];
    let mut answers: BTreeMap<Arc<str>, Carried> = BTreeMap::new();
    let end = loop {
        match run.next() {
            Next::Answer(reply) => {
                if reply.status == 500 && reply.body.starts_with(b"{\"error\":\"internal\"") {
                    is_limit(&last_note(run.trace()))?;
                }
            }
            Next::Claim(_) => {}
            Next::Wait(wait) => {
                facts.push(Fact::Wait { path: wait.path.clone(), until: received.at });
                run.waited();
            }
            Next::Need(need) => {
                let (carried, fact) = carried(corpus, pipeline, &need, random)?;
                answers.insert(need.path.clone(), carried.clone());
                facts.push(fact);
                run.resume(carried);
            }
            Next::End(end) => break end,
        }
    };
    if DEFECTS.iter().any(|defect| end.reason.contains(defect)) {
        is_limit(&end.reason)?;
    }
    let trace = run.take_trace();
    replayed(pipeline, &received, facts, &trace, &end)
}

fn is_limit(why: &str) -> Result<(), String> {
    match LIMITS.iter().any(|limit| why.contains(limit)) {
        true => Ok(()),
        false => Err(format!("a defect: {why}")),
    }
}

fn last_note(trace: &[Trace]) -> String {
    trace.iter().rev().find_map(|step| step.note.clone()).unwrap_or_default()
}

/// From the log as it stands in a store.
fn replayed(
    pipeline: &Arc<Pipeline>,
    received: &Received,
    facts: Vec<Fact>,
    trace: &[Trace],
    end: &End,
) -> Result<(), String> {
    let mut blobs = Vec::new();
    let bytes = wj::store::encode(&facts, &mut blobs);
    let rows = vec![wj::store::decode(&bytes, &blobs)?];
    let operation = Operation {
        id: received.id,
        pipeline: pipeline.name.clone(),
        rows,
        work: None,
        notice: None,
        notice_sent: false,
    };
    let log = Log::read(&operation)?;
    let (again, end_again) = replay_trace(pipeline, &log);
    let (first, again) = (format!("{trace:?} {:?}", Some(end)), format!("{again:?} {end_again:?}"));
    if first != again {
        return Err(format!("from its log it runs otherwise{}", first_difference(&first, &again)));
    }
    Ok(())
}

fn received(corpus: &Corpus, pipeline: &Pipeline, random: &mut Random) -> Received {
    let body = corpus.any_body(random);
    let bytes = match random.below(3) {
        0 => mutate::bytes(&body.bytes, random),
        1 => wanted(pipeline, corpus, random).into_bytes(),
        _ => body.bytes.clone(),
    };
    let kind = if random.below(6) == 0 {
        corpus.any_body(random).content_type.clone()
    } else {
        body.content_type.clone()
    };
    let token = |random: &mut Random| corpus.token(random).replace(['\r', '\n'], "");
    let (one, other) = (token(random), token(random));
    let query = random.pick(&["", "?a=1&b=", "?a[b][]=%D0%96&n=7", "?%ff=%", "?q=1&q=2"]);
    let headers: Vec<(&str, &[u8])> = vec![
        ("content-type", kind.as_bytes()),
        ("cookie", b"a=1; b=\"x\"; c"),
        ("authorization", one.as_bytes()),
        ("x-signature", other.as_bytes()),
    ];
    let route = pipeline.routes.first().map_or("/", |route| &route.pattern);
    let params = route.split('{').skip(1).filter_map(|part| part.split('}').next());
    Received {
        id: Id::new(1_764_000_000_000, random.below(16) as u8, [7; 10]),
        at: 1_764_000_000_000 + random.next() % 100_000_000_000,
        method: "POST".into(),
        target: format!("/x{query}").into(),
        headers: Headers::collect(headers.into_iter()),
        body: Bytes::from(bytes),
        ip: "192.0.2.7".into(),
        params: params.map(|name| (name.trim_start_matches('*').into(), one.as_str().into())).collect(),
        receipt: None,
    }
}

/// JSON with the names that stand in paths of the script, so that they are met.
fn wanted(pipeline: &Pipeline, corpus: &Corpus, random: &mut Random) -> String {
    let text = &pipeline.source.text;
    let names: Vec<&str> = text
        .split(['.', '"', '[', ']', ' ', '\n'])
        .filter(|word| {
            !word.is_empty()
                && word.len() < 24
                && word.chars().all(|letter| letter.is_alphanumeric() || "_-".contains(letter))
        })
        .collect();
    json(&names, corpus, random, 3)
}

fn json(names: &[&str], corpus: &Corpus, random: &mut Random, depth: usize) -> String {
    match random.below(if depth == 0 { 3 } else { 8 }) {
        0 => serde_json::Value::from(corpus.token(random)).to_string(),
        1 => random
            .pick(&[
                "null",
                "true",
                "7",
                "1e400",
                "-0.5",
                "\"\"",
                "\" \"",
                "\"a@b.example\"",
                "\"+7 999 123-45-67\"",
                "\"2026-11-24T10:00:00Z\"",
                "\"{\\\"a\\\":1}\"",
            ])
            .to_owned(),
        2 => random.below(100_000).to_string(),
        3 => {
            let count = random.below(4);
            format!(
                "[{}]",
                (0..count).map(|_| json(names, corpus, random, depth - 1)).collect::<Vec<_>>().join(",")
            )
        }
        _ => {
            let count = names.len().min(12);
            let members = (0..count).map(|_| {
                let name = names[random.below(names.len())];
                format!("{}:{}", serde_json::Value::from(name), json(names, corpus, random, depth - 1))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

/// What comes of a call: judged as in the server, and what the log keeps of it.
fn carried(
    corpus: &Corpus,
    pipeline: &Arc<Pipeline>,
    need: &Need,
    random: &mut Random,
) -> Result<(Carried, Fact), String> {
    let call = run::call(pipeline, need).ok_or("a need is about no call")?;
    let body = match random.below(3) {
        0 => mutate::bytes(&corpus.any_body(random).bytes, random),
        1 => wanted(pipeline, corpus, random).into_bytes(),
        _ => corpus.any_body(random).bytes.clone(),
    };
    let answer = Answer {
        status: [200, 200, 200, 201, 204, 302, 404, 429, 500][random.below(9)],
        headers: vec![
            ("content-type".into(), corpus.any_body(random).content_type.as_str().into()),
            ("x-a".into(), "1".into()),
        ],
        body: body.into(),
        dry_run: random.below(10) == 0,
    };
    let attempt = match random.below(8) {
        0 => Attempt::Lost("time is up".to_owned()),
        _ => Attempt::Answered(answer),
    };
    let verdict = judged(&attempt, &call.policy.rules);
    let answer = match attempt {
        Attempt::Answered(answer) => Some(answer),
        _ => None,
    };
    let fact = Fact::Outcome(OutcomeFact {
        path: need.path.clone(),
        action: call.name.clone(),
        attempt: 1,
        class: match verdict.class {
            Class::Ok => OutcomeClass::Ok,
            Class::Refused => OutcomeClass::Refused,
            Class::Unknown => OutcomeClass::Unknown,
        },
        at: 1_764_000_000_000,
        took_ms: 1,
        sent: Sent { method: "POST".into(), url: "".into(), headers: Vec::new(), body: Bytes::new() },
        digest: [0; 32],
        answer: answer.as_ref().map(|answer| AnswerFact {
            status: answer.status,
            headers: answer.headers.clone(),
            body: answer.body.clone(),
        }),
        reason: verdict.reason.as_str().into(),
        last: true,
        dry_run: answer.as_ref().is_some_and(|answer| answer.dry_run),
    });
    let status = answer.as_ref().map(|answer| answer.status);
    let carried = match (verdict.class, answer) {
        (Class::Ok, Some(answer)) => Carried::Ok(answer),
        _ => Carried::Failed { reason: verdict.reason, status },
    };
    Ok((carried, fact))
}

fn first_fact(pipeline: &Pipeline, received: &Received) -> Fact {
    Fact::Received(ReceivedFact {
        at: received.at,
        pipeline: pipeline.name.clone(),
        program: pipeline.hash,
        commit: None,
        file: pipeline.file.clone(),
        dry_run: false,
        method: received.method.clone(),
        target: received.target.clone(),
        headers: received.headers.as_block().clone(),
        body: received.body.clone(),
        ip: received.ip.clone(),
        params: received.params.clone(),
    })
}
