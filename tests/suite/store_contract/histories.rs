//! The two stores against each other, over histories by chance.

use proptest::prelude::*;
use wj::store::{
    ACCEPTED, Accept, Claim, ClaimChange, Filter, NOBODY, State, Step, Work, WorkChange, Write, Written,
};

use super::subject::{NOW, Subject, accept, id, lane, step, work};

#[derive(Clone, Debug)]
enum Move {
    Accept { op: u64, other: bool, state: State, held: Option<bool>, key: Option<u8> },
    Step { op: u64, n: u16, fence: u64, state: State, work: Option<bool>, claim: (u8, u8) },
    Claim { now: u64 },
    Derive,
    Again,
}

fn moves() -> impl Strategy<Value = Vec<Vec<Move>>> {
    let state = || proptest::sample::select(State::ALL.to_vec());
    let accept =
        (1..9_u64, any::<bool>(), state(), any::<Option<bool>>(), proptest::option::weighted(0.2, 0..3_u8))
            .prop_map(|(op, other, state, held, key)| Move::Accept { op, other, state, held, key });
    let fence = proptest::sample::select(vec![ACCEPTED, NOBODY, 77]);
    let claim = (0..7_u8, 0..3_u8);
    let step = (1..9_u64, 1..4_u16, fence, state(), any::<Option<bool>>(), claim)
        .prop_map(|(op, n, fence, state, work, claim)| Move::Step { op, n, fence, state, work, claim });
    let one = prop_oneof![
        6 => accept,
        8 => step,
        2 => (0..50_u64).prop_map(|now| Move::Claim { now }),
        1 => Just(Move::Derive),
        1 => Just(Move::Again),
    ];
    proptest::collection::vec(proptest::collection::vec(one, 1..5), 1..12)
}

/// Of three keys, one has ended.
fn claim(key: u8, kept: bool) -> Claim {
    Claim { key: [key; 16], end: NOW + u64::from(key), answer: None, kept }
}

/// The operation's pipeline is the same in all its rows.
fn write(one: &Move) -> Option<Write> {
    let name = |op: u64| if op.is_multiple_of(2) { "leads" } else { "other" };
    let place = |op: u64, salt: u64, held| Work {
        lane: lane(name(op), if salt.is_multiple_of(2) { "" } else { "https://a" }),
        ..work(NOW + (op * 7 + salt * 5) % 50, held)
    };
    match *one {
        Move::Accept { op, other, state, held, key } => {
            let work = held.map(|held| place(op, u64::from(other), held));
            let claim = key.map(|key| claim(key, state != State::Aborted));
            let notice = other.then(|| format!("notice of {op}"));
            Some(Write::Accept(Box::new(Accept { claim, notice, ..accept(op, name(op), state, work) })))
        }
        Move::Step { op, n, fence, state, work, claim: (what, key) } => {
            let change = match work {
                None if n == 3 => WorkChange::Remove,
                None => WorkChange::Keep,
                Some(held) => WorkChange::Put(place(op, u64::from(n), held)),
            };
            let claim = match what {
                0 => ClaimChange::Take(claim(key, true)),
                1 => ClaimChange::Answer { key: [key; 16], answer: Some(format!("{op}.{n}").into()) },
                2 => ClaimChange::Answer { key: [key; 16], answer: None },
                3 => ClaimChange::Release { key: [key; 16] },
                _ => ClaimChange::Keep,
            };
            let step = Step { pipeline: name(op).into(), claim, ..step(op, n, fence, state, change) };
            Some(Write::Step(Box::new(step)))
        }
        _ => None,
    }
}

/// Writes that memory has taken one by one, and disk is to take in one batch.
#[derive(Default)]
struct Pending {
    writes: Vec<Write>,
    written: Vec<Written>,
}

impl Pending {
    fn flush(&mut self, disk: &Subject) {
        if !self.writes.is_empty() {
            assert_eq!(disk.commit(&self.writes), self.written, "{:?}", self.writes);
        }
        *self = Pending::default();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows of an operation come in the order of their numbers, as those who write them see to.
    #[test]
    fn both_stores_do_the_same(batches in moves()) {
        let (memory, mut disk) = (Subject::memory(), Subject::redb());
        let mut next = std::collections::BTreeMap::new();
        for batch in batches {
            let mut pending = Pending::default();
            for mut one in batch {
                if let Move::Step { op, n, .. } = &mut one {
                    *n = (*n).min(next.get(op).copied().unwrap_or(1));
                }
                if let Some(write) = write(&one) {
                    let written = memory.commit(std::slice::from_ref(&write));
                    if let (Move::Step { op, n, .. }, [Written::Done]) = (&one, written.as_slice()) {
                        next.insert(*op, n + 1);
                    }
                    pending.writes.push(write);
                    pending.written.extend(written);
                    continue;
                }
                pending.flush(&disk);
                match one {
                    Move::Claim { now } => {
                        let lanes: Vec<_> = memory.heads().into_iter().map(|head| (head.lane, 2)).collect();
                        let ids = |subject: &Subject| {
                            let claimed = subject.store().claim(&lanes, NOW + now).unwrap();
                            claimed.into_iter().map(|one| (one.id, one.work)).collect::<Vec<_>>()
                        };
                        prop_assert_eq!(ids(&memory), ids(&disk));
                    }
                    Move::Derive => {
                        disk.derive();
                    }
                    // Opened again in the process, so that holds stay.
                    Move::Again => disk.store().reopen().unwrap(),
                    _ => {}
                }
            }
            pending.flush(&disk);
            prop_assert_eq!(memory.heads(), disk.heads());
            prop_assert_eq!(memory.listed(&Filter::default()), disk.listed(&Filter::default()));
            prop_assert_eq!(memory.summary(), disk.summary());
        }
        disk.again();
        for op in 1..9 {
            let load = |subject: &Subject| {
                let operation = subject.store().load(id(op)).unwrap();
                operation.map(|one| (one.pipeline, one.rows, one.work.map(|work| (work.lane, work.due)), one.notice))
            };
            prop_assert_eq!(load(&memory), load(&disk));
        }
        prop_assert_eq!(memory.listed(&Filter::default()), disk.listed(&Filter::default()));
        prop_assert_eq!(
            memory.store().noticed().unwrap(),
            disk.store().noticed().unwrap()
        );
    }
}
