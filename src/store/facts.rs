//! The facts that a row of an operation's log is made of, and their bytes: a version byte, then postcard.

use std::sync::Arc;

use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

use super::{Hash, Millis, State};
use crate::value::Bytes;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// Row 0 of every operation.
    Received(ReceivedFact),
    Outcome(OutcomeFact),
    /// What the caller was, or would have been, told.
    Answer {
        status: u16,
        headers: Vec<(Arc<str>, Arc<str>)>,
        body: Bytes,
    },
    /// A reported call is about to go out.
    Intent {
        path: Arc<str>,
        attempt: u32,
        digest: Hash,
    },
    /// To go on at a time, and why.
    Due {
        at: Millis,
        why: Arc<str>,
    },
    End {
        state: State,
        reason: Arc<str>,
        at_step: Option<Arc<str>>,
    },
    /// What a person ordered: `retry`, `settle`, `cancel`.
    Person {
        who: Arc<str>,
        what: Arc<str>,
        at: Millis,
    },
    /// The n-th start in a row that goes on with it, behind a sudden end each: none brought an outcome so far.
    Resumed(u32),
    Note(Arc<str>),
    /// A replay that a person ordered links the two operations to each other.
    Linked([u8; 16]),
    /// The schemes of `verify` that let the request in, in row 0: nobody asks again.
    LetIn(Vec<Arc<str>>),
    /// What `dedupe` decided at receipt: it is the first with this key, which it holds until a time.
    Claimed {
        key: [u8; 16],
        end: Millis,
    },
    /// What `dedupe` decided at receipt: another one has its key.
    Repeats {
        of: [u8; 16],
        /// The other one's body is not the same.
        other_body: bool,
    },
    /// A `wait` began, to be over at this time.
    Wait {
        path: Arc<str>,
        until: Millis,
    },
    /// What a `verify` made for the sender to read in the answer, in row 0.
    Receipt(Arc<str>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceivedFact {
    pub at: Millis,
    pub pipeline: Arc<str>,
    #[serde(with = "whole")]
    pub program: Hash,
    /// The git commit of the scripts, if there is one.
    pub commit: Option<Arc<str>>,
    /// The script's file, as shown.
    pub file: Arc<str>,
    pub dry_run: bool,
    pub method: Arc<str>,
    pub target: Arc<str>,
    /// Lines of `name: value`.
    pub headers: Bytes,
    pub body: Bytes,
    pub ip: Arc<str>,
    pub params: Vec<(Arc<str>, Arc<str>)>,
}

/// What came of one attempt of an action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeFact {
    pub path: Arc<str>,
    /// `http.post`.
    pub action: Arc<str>,
    /// From 1.
    pub attempt: u32,
    pub class: OutcomeClass,
    /// When it was sent.
    pub at: Millis,
    pub took_ms: u32,
    /// The masked request.
    pub sent: Sent,
    /// Over the masked request: what replay compares.
    pub digest: Hash,
    /// The answer, masked; `None` if no whole one came.
    pub answer: Option<AnswerFact>,
    /// Why it is no success.
    pub reason: Arc<str>,
    /// No further attempt follows.
    pub last: bool,
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OutcomeClass {
    Ok,
    Refused,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sent {
    pub method: Arc<str>,
    pub url: Arc<str>,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: Bytes,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerFact {
    pub status: u16,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: Bytes,
}

/// A hash written at once, not byte by byte.
mod whole {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::store::Hash;

    pub(super) fn serialize<S: Serializer>(hash: &Hash, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(hash)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Hash, D::Error> {
        let bytes = <&[u8]>::deserialize(from)?;
        bytes.try_into().map_err(|_| D::Error::custom("a hash has 32 bytes"))
    }
}

/// Bodies above this go into `blobs`.
const INLINE: usize = 4 << 10;

const VERSION: u8 = 1;

/// Where a body that was taken out belongs: its place (twice the fact's index, plus which of its bodies) and its blob.
type Moved = (u32, u32);

/// Encodes the facts of one row. Bodies above 4 KiB are taken out into `blobs` and referred to; they are shared, not
/// copied.
pub fn encode(facts: &[Fact], blobs: &mut Vec<Bytes>) -> Vec<u8> {
    let mut out = Vec::with_capacity(facts.iter().map(room).sum::<usize>() + 16);
    out.push(VERSION);
    if facts.iter().all(|fact| bodies(fact).into_iter().flatten().all(|body| body.len() <= INLINE)) {
        let moved: [Moved; 0] = [];
        return write(&(moved.as_slice(), facts), out);
    }
    let mut moved: Vec<Moved> = Vec::new();
    let mut light = facts.to_vec();
    for (at, fact) in (0_u32..).step_by(2).zip(&mut light) {
        for (which, body) in (0_u32..).zip(bodies_mut(fact)) {
            let Some(body) = body.filter(|body| body.len() > INLINE) else { continue };
            moved.push((at + which, blobs.len() as u32));
            blobs.push(std::mem::take(body));
        }
    }
    write(&(moved.as_slice(), light.as_slice()), out)
}

/// The facts of a row.
///
/// # Errors
/// Bytes that this version cannot read, in words.
pub fn decode(bytes: &[u8], blobs: &[Bytes]) -> Result<Vec<Fact>, String> {
    let (version, rest) = bytes.split_first().ok_or("it is empty")?;
    if *version != VERSION {
        return Err(format!("its version is {version}, and this wj reads {VERSION}"));
    }
    let (moved, rest) = read::<Vec<Moved>>(rest)?;
    let (mut facts, rest) = read::<Vec<Fact>>(rest)?;
    if !rest.is_empty() {
        return Err(format!("{} bytes too many stand behind its facts", rest.len()));
    }
    for (place, blob) in moved {
        let body = facts
            .get_mut(place as usize / 2)
            .and_then(|fact| bodies_mut(fact).into_iter().nth(place as usize % 2).flatten());
        match (body, blobs.get(blob as usize)) {
            (Some(body), Some(blob)) => *body = blob.clone(),
            _ => return Err(format!("its body {place} is not there")),
        }
    }
    Ok(facts)
}

/// The program of a first row, without its bodies.
pub(super) fn program_of(bytes: &[u8]) -> Option<Hash> {
    let (version, rest) = bytes.split_first()?;
    let (_, rest) = (*version == VERSION).then(|| read::<Vec<Moved>>(rest).ok())??;
    let (facts, _) = read::<Vec<Fact>>(rest).ok()?;
    facts.iter().find_map(|fact| match fact {
        Fact::Received(received) => Some(received.program),
        _ => None,
    })
}

/// Postcard fails only where a length is unknown or a buffer is full, and neither can be here.
fn write(wire: &(&[Moved], &[Fact]), out: Vec<u8>) -> Vec<u8> {
    postcard::serialize_with_flavor(wire, Growing(out)).unwrap_or_default()
}

/// Bytes to a vector with room of its own; postcard's `to_extend` copies texts and bodies byte by byte.
struct Growing(Vec<u8>);

impl Flavor for Growing {
    type Output = Vec<u8>;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<(T, &'a [u8]), String> {
    postcard::take_from_bytes(bytes).map_err(|error| format!("its facts cannot be read: {error}"))
}

/// About how many bytes a fact takes, so that the row is written without growing.
fn room(fact: &Fact) -> usize {
    let bodies: usize = bodies(fact).into_iter().flatten().map(Bytes::len).filter(|len| *len <= INLINE).sum();
    bodies + 256
}

fn bodies(fact: &Fact) -> [Option<&Bytes>; 2] {
    match fact {
        Fact::Received(received) => [Some(&received.headers), Some(&received.body)],
        Fact::Outcome(outcome) => {
            [Some(&outcome.sent.body), outcome.answer.as_ref().map(|answer| &answer.body)]
        }
        Fact::Answer { body, .. } => [Some(body), None],
        _ => [None, None],
    }
}

fn bodies_mut(fact: &mut Fact) -> [Option<&mut Bytes>; 2] {
    match fact {
        Fact::Received(received) => [Some(&mut received.headers), Some(&mut received.body)],
        Fact::Outcome(outcome) => {
            [Some(&mut outcome.sent.body), outcome.answer.as_mut().map(|answer| &mut answer.body)]
        }
        Fact::Answer { body, .. } => [Some(body), None],
        _ => [None, None],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> impl Strategy<Value = Arc<str>> {
        "[a-zа-я0-9/: ]{0,12}".prop_map(Arc::from)
    }

    fn lines() -> impl Strategy<Value = Vec<(Arc<str>, Arc<str>)>> {
        proptest::collection::vec((text(), text()), 0..4)
    }

    /// Small ones, and some on either side of the line.
    fn body() -> impl Strategy<Value = Bytes> {
        prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from),
            (INLINE - 2..INLINE + 3, any::<u8>()).prop_map(|(len, byte)| Bytes::from(vec![byte; len])),
        ]
    }

    fn state() -> impl Strategy<Value = State> {
        proptest::sample::select(State::ALL.to_vec())
    }

    fn class() -> impl Strategy<Value = OutcomeClass> {
        proptest::sample::select(vec![OutcomeClass::Ok, OutcomeClass::Refused, OutcomeClass::Unknown])
    }

    fn received() -> impl Strategy<Value = Fact> {
        let names = (text(), text(), text(), text(), text());
        let option = proptest::option::of(text());
        (any::<u64>(), any::<Hash>(), option, any::<bool>(), names, body(), body(), lines()).prop_map(
            |(at, program, commit, dry_run, (pipeline, file, method, target, ip), headers, body, params)| {
                Fact::Received(ReceivedFact {
                    at,
                    pipeline,
                    program,
                    commit,
                    file,
                    dry_run,
                    method,
                    target,
                    headers,
                    body,
                    ip,
                    params,
                })
            },
        )
    }

    fn outcome() -> impl Strategy<Value = Fact> {
        let answer = proptest::option::of((any::<u16>(), lines(), body()))
            .prop_map(|answer| answer.map(|(status, headers, body)| AnswerFact { status, headers, body }));
        let sent = (text(), text(), lines(), body()).prop_map(|(method, url, headers, body)| Sent {
            method,
            url,
            headers,
            body,
        });
        let flags = (any::<bool>(), any::<bool>());
        let numbers = (any::<u32>(), any::<u64>(), any::<u32>());
        let names = (text(), text(), text());
        (names, numbers, class(), sent, any::<Hash>(), answer, flags).prop_map(
            |(
                (path, action, reason),
                (attempt, at, took_ms),
                class,
                sent,
                digest,
                answer,
                (last, dry_run),
            )| {
                Fact::Outcome(OutcomeFact {
                    path,
                    action,
                    attempt,
                    class,
                    at,
                    took_ms,
                    sent,
                    digest,
                    answer,
                    reason,
                    last,
                    dry_run,
                })
            },
        )
    }

    fn fact() -> impl Strategy<Value = Fact> {
        prop_oneof![
            received(),
            outcome(),
            (any::<u16>(), lines(), body()).prop_map(|(status, headers, body)| Fact::Answer {
                status,
                headers,
                body
            }),
            (text(), any::<u32>(), any::<Hash>()).prop_map(|(path, attempt, digest)| Fact::Intent {
                path,
                attempt,
                digest
            }),
            (any::<u64>(), text()).prop_map(|(at, why)| Fact::Due { at, why }),
            (state(), text(), proptest::option::of(text())).prop_map(|(state, reason, at_step)| Fact::End {
                state,
                reason,
                at_step
            }),
            (text(), text(), any::<u64>()).prop_map(|(who, what, at)| Fact::Person { who, what, at }),
            any::<u32>().prop_map(Fact::Resumed),
            text().prop_map(Fact::Note),
            any::<[u8; 16]>().prop_map(Fact::Linked),
            text().prop_map(Fact::Receipt),
            (text(), any::<u64>()).prop_map(|(path, until)| Fact::Wait { path, until }),
            Just(Fact::LetIn(vec!["github".into(), "ip".into()])),
            (any::<[u8; 16]>(), any::<u64>()).prop_map(|(key, end)| Fact::Claimed { key, end }),
            (any::<[u8; 16]>(), any::<bool>()).prop_map(|(of, other_body)| Fact::Repeats { of, other_body }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn facts_come_back_as_they_were(facts in proptest::collection::vec(fact(), 0..5)) {
            let mut blobs = Vec::new();
            let row = encode(&facts, &mut blobs);
            prop_assert!(blobs.iter().all(|blob| blob.len() > INLINE));
            prop_assert_eq!(decode(&row, &blobs), Ok(facts));
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), version in any::<bool>()) {
            if let Some(first) = bytes.first_mut().filter(|_| version) {
                *first = VERSION;
            }
            let _ = decode(&bytes, &[]);
        }

        #[test]
        fn a_cut_row_is_refused(facts in proptest::collection::vec(fact(), 1..3), cut in 1_usize..30) {
            let mut blobs = Vec::new();
            let row = encode(&facts, &mut blobs);
            let (row, _) = row.split_at(row.len().saturating_sub(cut));
            prop_assert!(decode(row, &blobs).is_err());
        }
    }

    #[test]
    fn a_large_body_is_shared_and_not_copied() {
        let body = Bytes::from(vec![7; INLINE + 1]);
        let facts = [Fact::Answer { status: 200, headers: Vec::new(), body: body.clone() }];
        let mut blobs = Vec::new();
        let row = encode(&facts, &mut blobs);
        assert!(row.len() < 20);
        assert_eq!(blobs.iter().map(|blob| blob.as_ptr()).collect::<Vec<_>>(), [body.as_ptr()]);
        assert!(decode(&row, &[]).is_err_and(|why| why.contains("is not there")));
    }
}
