//! Whose turn it is: the lanes of one host, each a pipeline's, get its free places one after the other, so that a long lane
//! holds up no short one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::targets::{Permit, Targets};
use crate::store::{Lane, LaneHead, Millis};

/// The most that is taken of one lane at once, and of a pipeline's own timers.
const AT_ONCE: usize = 64;

/// The pipeline whose lane was served last, by host.
#[derive(Default)]
pub struct Turns {
    last: BTreeMap<Arc<str>, Arc<str>>,
}

/// What is to be taken of a lane: with a place for each call, or (where no host is called) up to the count.
pub struct Share {
    pub lane: Lane,
    pub permits: Vec<Permit>,
    pub count: usize,
}

/// What a look at the lanes came to.
#[derive(Default)]
pub struct Dealt {
    pub shares: Vec<Share>,
    /// Hosts with due work that found no place.
    pub behind: BTreeSet<Arc<str>>,
    /// When to look again, if nothing else happens before.
    pub next: Option<Millis>,
}

impl Turns {
    /// Deals the places of each host to its due lanes. Lanes of a host that takes nothing now are left as they are.
    pub fn deal(&mut self, targets: &Arc<Targets>, heads: &[LaneHead], now: Millis) -> Dealt {
        let mut dealt = Dealt::default();
        let mut by_host: BTreeMap<&Arc<str>, Vec<&LaneHead>> = BTreeMap::new();
        for head in heads {
            if head.due > now {
                dealt.look_at(head.due);
            } else if head.lane.host.is_empty() {
                dealt.shares.push(Share { lane: head.lane.clone(), permits: Vec::new(), count: AT_ONCE });
            } else {
                by_host.entry(&head.lane.host).or_default().push(head);
            }
        }
        for (host, mut lanes) in by_host {
            lanes.sort_by(|a, b| a.lane.pipeline.cmp(&b.lane.pipeline));
            let after = self.last.get(host).cloned();
            let first = lanes.iter().position(|head| Some(&head.lane.pipeline) > after.as_ref()).unwrap_or(0);
            lanes.rotate_left(first);
            self.deal_host(targets, host, &lanes, now, &mut dealt);
        }
        dealt
    }

    fn deal_host(
        &mut self,
        targets: &Arc<Targets>,
        host: &Arc<str>,
        lanes: &[&LaneHead],
        now: Millis,
        dealt: &mut Dealt,
    ) {
        let mut shares: Vec<Vec<Permit>> = lanes.iter().map(|_| Vec::new()).collect();
        let mut full = false;
        while !full {
            let mut progress = false;
            for (head, share) in lanes.iter().zip(&mut shares) {
                if (share.len() as u64) >= head.depth.min(AT_ONCE as u64) {
                    continue;
                }
                let Some(permit) = targets.take(host, now) else {
                    full = true;
                    break;
                };
                share.push(permit);
                self.last.insert(host.clone(), head.lane.pipeline.clone());
                progress = true;
            }
            if !progress {
                break;
            }
        }
        if full {
            dealt.behind.insert(host.clone());
            if let Some(at) = targets.free_at(host, now) {
                dealt.look_at(at);
            }
        }
        for (head, permits) in lanes.iter().zip(shares) {
            if !permits.is_empty() {
                let count = permits.len();
                dealt.shares.push(Share { lane: head.lane.clone(), permits, count });
            }
        }
    }
}

impl Dealt {
    fn look_at(&mut self, at: Millis) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::breaker::{OPENS_AFTER, Seen};
    use super::*;
    use crate::resolve::program::Rate;

    const NOW: Millis = 86_400_000;

    fn head(pipeline: &str, host: &str, due: Millis, depth: u64) -> LaneHead {
        LaneHead { lane: Lane { pipeline: pipeline.into(), host: host.into() }, due, depth }
    }

    /// Pipelines that got places, with how many.
    fn names(dealt: &Dealt) -> Vec<(String, usize)> {
        dealt.shares.iter().map(|share| (share.lane.pipeline.to_string(), share.permits.len())).collect()
    }

    /// A host that takes as many calls as it may.
    fn warmed(targets: &Arc<Targets>, host: &str, calls: usize) {
        for _ in 1..calls {
            targets.take(&host.into(), NOW).unwrap().came_back(Seen::Alive, NOW);
        }
    }

    #[test]
    fn a_long_lane_holds_up_no_short_one() {
        let targets = Targets::new(4, || {});
        warmed(&targets, "x", 4);
        let heads = [head("flood", "x", 0, 1_000_000), head("small", "x", NOW, 1)];
        let mut turns = Turns::default();
        let dealt = turns.deal(&targets, &heads, NOW);
        assert_eq!(names(&dealt), [("flood".to_owned(), 3), ("small".to_owned(), 1)]);
        assert_eq!((dealt.behind.len(), dealt.next), (1, None));
    }

    #[test]
    fn lanes_take_turns_though_one_place_comes_free_at_a_time() {
        let targets = Targets::new(16, || {});
        let rate = Rate { count: 1, per: 1_000 };
        targets.declare(&BTreeMap::from([(Arc::from("x"), rate)]), NOW - 1_000);
        let heads = [head("a", "x", 0, 99), head("b", "x", 0, 99), head("c", "x", 0, 99)];
        let mut turns = Turns::default();
        let mut served = Vec::new();
        let mut now = NOW;
        for _ in 0..7 {
            let dealt = turns.deal(&targets, &heads, now);
            // A second look finds nothing, and changes nobody's turn.
            let again = turns.deal(&targets, &heads, now);
            assert_eq!((again.shares.len(), again.behind.len()), (0, 1));
            for share in dealt.shares {
                served.push(share.lane.pipeline.to_string());
                for mut permit in share.permits {
                    permit.make();
                    permit.came_back(Seen::Alive, now);
                }
            }
            let next = turns.deal(&targets, &heads, now).next.unwrap();
            assert_eq!(next, now + 1_000);
            now = next;
        }
        assert_eq!(served.concat(), "abcabca");
    }

    #[test]
    fn an_open_breaker_skips_its_lanes_and_nobody_elses() {
        let targets = Targets::new(16, || {});
        for _ in 0..OPENS_AFTER {
            let mut permit = targets.take(&"dead".into(), NOW).unwrap();
            permit.make();
            permit.came_back(Seen::Dead, NOW);
        }
        let heads = [
            head("a", "dead", 0, 1_000_000),
            head("a", "well", 0, 5),
            head("b", "", 0, 3),
            head("c", "well", NOW + 7, 1),
        ];
        let mut turns = Turns::default();
        let dealt = turns.deal(&targets, &heads, NOW);
        assert_eq!(names(&dealt), [("b".to_owned(), 0), ("a".to_owned(), 1)]);
        assert_eq!(dealt.next, Some(NOW + 7));
        drop(dealt);
        let later = turns.deal(&targets, &heads, NOW + 5_000);
        let probes = later.shares.iter().filter(|share| &*share.lane.host == "dead").count();
        assert_eq!(probes, 1, "one call is let through");
    }
}
