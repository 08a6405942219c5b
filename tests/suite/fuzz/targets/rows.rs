//! Facts come back as they were; bytes that are none are refused; and a log of any facts can be read and run on paper.

use std::sync::Arc;

use wj::operations::{Log, replay_trace};
use wj::store::{
    AnswerFact, Fact, Operation, OutcomeClass, OutcomeFact, ReceivedFact, Sent, State, decode, encode,
};
use wj::value::{Bytes, Id};

use super::super::corpus::Corpus;
use super::super::{Target, mutate};
use crate::random::Random;

/// Choices: the facts are drawn from them.
pub const TARGET: Target = Target { name: "rows", input, judge };

fn input(_: &Corpus, random: &mut Random) -> Vec<u8> {
    let count = 16 + random.below(64);
    random.bytes(count)
}

fn judge(corpus: &Corpus, input: &[u8], number: u64) -> Result<(), String> {
    let seed = input.iter().fold(number, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    let random = &mut Random(seed);
    let mut rows = Vec::new();
    for _ in 0..1 + input.len() / 16 {
        let count = random.below(5);
        let mut facts: Vec<Fact> = (0..count).map(|_| fact(corpus, random)).collect();
        if rows.is_empty() {
            facts.insert(0, received(corpus, random));
        }
        let mut blobs = Vec::new();
        let bytes = encode(&facts, &mut blobs);
        match decode(&bytes, &blobs) {
            Ok(again) if again == facts => {}
            other => return Err(format!("facts come back as {other:?} instead of {facts:?}")),
        }
        for _ in 0..8 {
            let changed = mutate::bytes(&bytes, random);
            let fewer = &blobs[..random.below(blobs.len() + 1)];
            if let Ok(facts) = decode(&changed, fewer) {
                // What is still a row is read and written like any other.
                let mut blobs = Vec::new();
                let bytes = encode(&facts, &mut blobs);
                if decode(&bytes, &blobs).as_ref() != Ok(&facts) {
                    return Err(format!("changed facts do not come back: {facts:?}"));
                }
                rows.push(facts);
            }
        }
        rows.push(facts);
    }
    let id = Id::new(1_764_000_000_000, 3, [7; 10]);
    let operation =
        Operation { id, pipeline: "p".into(), rows, work: None, notice: None, notice_sent: false };
    let Ok(log) = Log::read(&operation) else { return Ok(()) };
    let _ = log.request();
    let source = Arc::new(wj::source::Source::new("a.wj", corpus.right_script(random)));
    for pipeline in wj::check::check(&[source]).files.iter().flat_map(|file| &file.pipelines) {
        replay_trace(pipeline, &log);
    }
    Ok(())
}

fn received(corpus: &Corpus, random: &mut Random) -> Fact {
    let headers =
        random.pick(&["", "content-type: application/json\n", "a\n:\n\n: b\nx: \u{0}", "cookie: a=1; b"]);
    Fact::Received(ReceivedFact {
        at: at(random),
        pipeline: word(corpus, random),
        program: [random.next() as u8; 32],
        commit: (random.below(2) == 0).then(|| word(corpus, random)),
        file: word(corpus, random),
        dry_run: random.below(2) == 0,
        method: word(corpus, random),
        target: word(corpus, random),
        headers: Bytes::from(headers.as_bytes().to_vec()),
        body: body(corpus, random),
        ip: word(corpus, random),
        params: pairs(corpus, random),
    })
}

fn fact(corpus: &Corpus, random: &mut Random) -> Fact {
    let path = random.pick(&["1", "2", "3", "4.1", "2[0].1", "5", "6"]).into();
    match random.below(14) {
        0 => received(corpus, random),
        1..=4 => Fact::Outcome(OutcomeFact {
            path,
            action: "http.post".into(),
            attempt: random.next() as u32,
            class: [OutcomeClass::Ok, OutcomeClass::Refused, OutcomeClass::Unknown][random.below(3)],
            at: at(random),
            took_ms: random.next() as u32,
            sent: Sent {
                method: "POST".into(),
                url: word(corpus, random),
                headers: pairs(corpus, random),
                body: body(corpus, random),
            },
            digest: [1; 32],
            answer: (random.below(3) > 0).then(|| AnswerFact {
                status: random.next() as u16,
                headers: pairs(corpus, random),
                body: body(corpus, random),
            }),
            reason: word(corpus, random),
            last: random.below(2) == 0,
            dry_run: random.below(4) == 0,
        }),
        5 => Fact::Answer {
            status: random.next() as u16,
            headers: pairs(corpus, random),
            body: body(corpus, random),
        },
        6 => Fact::Intent { path, attempt: random.next() as u32, digest: [2; 32] },
        7 => Fact::Due { at: at(random), why: word(corpus, random) },
        8 => Fact::End {
            state: State::ALL[random.below(State::ALL.len())],
            reason: word(corpus, random),
            at_step: (random.below(2) == 0).then_some(path),
        },
        9 => Fact::Person {
            who: word(corpus, random),
            what: random.pick(&["retry", "settle", "cancel", "replay", "x"]).into(),
            at: at(random),
        },
        10 => Fact::Resumed(random.next() as u32),
        11 => Fact::LetIn(vec![word(corpus, random)]),
        12 => Fact::Wait { path, until: at(random) },
        _ => Fact::Claimed { key: [3; 16], end: at(random) },
    }
}

fn at(random: &mut Random) -> u64 {
    [0, 1_764_000_000_000, u64::MAX, random.next()][random.below(4)]
}

fn word(corpus: &Corpus, random: &mut Random) -> Arc<str> {
    corpus.token(random).into()
}

fn pairs(corpus: &Corpus, random: &mut Random) -> Vec<(Arc<str>, Arc<str>)> {
    (0..random.below(3)).map(|_| (word(corpus, random), word(corpus, random))).collect()
}

fn body(corpus: &Corpus, random: &mut Random) -> Bytes {
    let body = &corpus.any_body(random).bytes;
    let times = [1, 1, 1, 30][random.below(4)];
    body.repeat(times).into()
}
