//! The hosts that calls go to, over all pipelines: how many calls each takes at once and how often, and whether it answers at
//! all. All of it is in memory: after a start each bucket is empty, each breaker closed, and each host begins with one
//! call at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::breaker::{Breaker, Open, Seen};
use super::bucket::Bucket;
use crate::resolve::program::{OpKind, Pipeline, Rate};
use crate::store::Millis;

/// Calls at once to one host, if nothing else is said.
pub const CALLS_PER_HOST: usize = 16;

/// The hosts (`https://host:port`), and what is known of each.
pub struct Targets {
    hosts: Mutex<Hosts>,
    limit: usize,
    /// Called whenever a call came back, so that who waits can look again.
    freed: Box<dyn Fn() + Send + Sync>,
}

#[derive(Default)]
struct Hosts {
    known: BTreeMap<Arc<str>, Host>,
    /// Hosts with due work in the store that found no place: it comes before what is new.
    behind: BTreeSet<Arc<str>>,
}

struct Host {
    /// Calls that are out.
    out: usize,
    /// Calls that may be out now: one at first, and one more for each that was answered.
    ramp: usize,
    bucket: Option<Bucket>,
    breaker: Breaker,
}

/// The right to make one call; given back when it is dropped.
pub struct Permit {
    targets: Arc<Targets>,
    host: Arc<str>,
    /// How the breaker stood that let it through.
    let_through: Option<Open>,
    /// It took a place in the bucket.
    counted: bool,
    /// The call was made.
    made: bool,
}

/// How a host stands, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostStatus {
    pub host: Arc<str>,
    pub out: usize,
    /// Calls that it takes at once now.
    pub at_once: usize,
    pub rate: Option<Rate>,
    /// Calls in a row that came to nothing.
    pub failed: u32,
    /// Where its breaker is open: when the next call is let through.
    pub open_until: Option<Millis>,
}

impl Targets {
    pub fn new(limit: usize, freed: impl Fn() + Send + Sync + 'static) -> Arc<Targets> {
        Arc::new(Targets { hosts: Mutex::default(), limit, freed: Box::new(freed) })
    }

    /// The strictest rates of all that is served, by host. A rate that is new finds an empty bucket.
    pub fn declare(&self, rates: &BTreeMap<Arc<str>, Rate>, now: Millis) {
        let mut hosts = self.lock();
        for (host, known) in &mut hosts.known {
            if !rates.contains_key(host) {
                known.bucket = None;
            }
        }
        for (host, rate) in rates {
            hosts.host(host).declare(*rate, now);
        }
    }

    /// A rate of a program that is not served any more: it holds as long as its work goes on, if it is the strictest.
    pub fn declare_also(&self, host: &Arc<str>, rate: Rate, now: Millis) {
        let mut hosts = self.lock();
        let known = hosts.host(host);
        if known.bucket.as_ref().is_none_or(|bucket| rate.is_stricter_than(bucket.rate())) {
            known.declare(rate, now);
        }
    }

    /// `declare_also` for each call of a pipeline.
    pub fn declare_also_all(&self, pipeline: &Pipeline, now: Millis) {
        for (host, rate) in strictest_rates([pipeline]) {
            self.declare_also(&host, rate, now);
        }
    }

    /// The right to call `host`, if it takes a call now.
    pub fn take(self: &Arc<Targets>, host: &Arc<str>, now: Millis) -> Option<Permit> {
        let mut hosts = self.lock();
        let known = hosts.host(host);
        let at_once = known.at_once(self.limit);
        if known.out >= at_once {
            return None;
        }
        // What is open lets a call through only where the rate does, and the other way round.
        let counted = known.bucket.is_some();
        if known.bucket.as_mut().is_some_and(|bucket| !bucket.take(now)) {
            return None;
        }
        let let_through = match known.breaker.open() {
            None => None,
            Some(_) => match known.breaker.let_through(now) {
                None => {
                    if let Some(bucket) = known.bucket.as_mut().filter(|_| counted) {
                        bucket.give_back();
                    }
                    return None;
                }
                before => before,
            },
        };
        known.out += 1;
        drop(hosts);
        Some(Permit { targets: self.clone(), host: host.clone(), let_through, counted, made: false })
    }

    /// As `take`, for a call that nobody waits for: it stands in line behind the due work of its host.
    pub fn take_in_line(self: &Arc<Targets>, host: &Arc<str>, now: Millis) -> Option<Permit> {
        if self.lock().behind.contains(host) {
            return None;
        }
        self.take(host, now)
    }

    /// When a call to `host` may be made; `None` if that depends on a call that is out.
    pub fn free_at(&self, host: &Arc<str>, now: Millis) -> Option<Millis> {
        let mut hosts = self.lock();
        let limit = self.limit;
        let known = hosts.host(host);
        if known.out >= known.at_once(limit) {
            return None;
        }
        let by_rate = known.bucket.as_mut().map_or(now, |bucket| bucket.free_at(now));
        Some(known.breaker.open().map_or(now, |open| open.next).max(by_rate).max(now))
    }

    /// Where the breaker of `host` is open: when the next call is let through.
    pub fn open_until(&self, host: &str) -> Option<Millis> {
        self.lock().known.get(host)?.breaker.open().map(|open| open.next)
    }

    /// The hosts whose due work found no place.
    pub fn set_behind(&self, behind: BTreeSet<Arc<str>>) {
        self.lock().behind = behind;
    }

    /// All calls that are out.
    pub fn total(&self) -> usize {
        self.lock().known.values().map(|host| host.out).sum()
    }

    /// Each host that was called since the start, or has a rate.
    pub fn status(&self) -> Vec<HostStatus> {
        let hosts = self.lock();
        let status = hosts.known.iter().map(|(host, known)| HostStatus {
            host: host.clone(),
            out: known.out,
            at_once: known.at_once(self.limit),
            rate: known.bucket.as_ref().map(Bucket::rate),
            failed: known.breaker.failed(),
            open_until: known.breaker.open().map(|open| open.next),
        });
        status.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Hosts> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The strictest rate that is declared for each host.
pub fn strictest_rates<'a>(pipelines: impl IntoIterator<Item = &'a Pipeline>) -> BTreeMap<Arc<str>, Rate> {
    let mut rates: BTreeMap<Arc<str>, Rate> = BTreeMap::new();
    for op in pipelines.into_iter().flat_map(|pipeline| &pipeline.code) {
        let OpKind::Call(call) = &op.kind else { continue };
        let Some(rate) = call.policy.rate else { continue };
        let strictest = rates.entry(call.target.clone()).or_insert(rate);
        if rate.is_stricter_than(*strictest) {
            *strictest = rate;
        }
    }
    rates
}

impl Hosts {
    fn host(&mut self, host: &Arc<str>) -> &mut Host {
        self.known.entry(host.clone()).or_insert_with(|| Host {
            out: 0,
            ramp: 1,
            bucket: None,
            breaker: Breaker::default(),
        })
    }
}

impl Host {
    fn at_once(&self, limit: usize) -> usize {
        if self.breaker.open().is_some() { 1 } else { self.ramp.min(limit) }
    }

    fn declare(&mut self, rate: Rate, now: Millis) {
        match &mut self.bucket {
            Some(bucket) if bucket.rate() == rate => {}
            Some(bucket) => bucket.change(rate),
            None => self.bucket = Some(Bucket::empty(rate, now)),
        }
    }
}

impl Permit {
    pub fn is_for(&self, host: &str) -> bool {
        *self.host == *host
    }

    /// The call goes out.
    pub fn make(&mut self) {
        self.made = true;
    }

    /// What came of the call.
    pub fn came_back(mut self, seen: Seen, now: Millis) {
        self.made = true;
        let mut hosts = self.targets.lock();
        let limit = self.targets.limit;
        let known = hosts.host(&self.host);
        if known.breaker.see(seen, self.let_through.is_some(), now) {
            known.ramp = 1;
        }
        if seen == Seen::Alive {
            known.ramp = (known.ramp + 1).min(limit);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        {
            let mut hosts = self.targets.lock();
            if let Some(known) = hosts.known.get_mut(&self.host) {
                known.out = known.out.saturating_sub(1);
                if !self.made {
                    if let Some(bucket) = known.bucket.as_mut().filter(|_| self.counted) {
                        bucket.give_back();
                    }
                    if let Some(before) = self.let_through {
                        known.breaker.give_back(before);
                    }
                }
            }
        }
        (self.targets.freed)();
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::breaker::OPENS_AFTER;
    use super::*;

    const NOW: Millis = 86_400_000;

    fn host(name: &str) -> Arc<str> {
        format!("http://{name}:80").into()
    }

    /// A call that comes to this.
    fn call(targets: &Arc<Targets>, host: &Arc<str>, seen: Seen, now: Millis) -> bool {
        let Some(mut permit) = targets.take(host, now) else { return false };
        permit.make();
        permit.came_back(seen, now);
        true
    }

    fn all(targets: &Arc<Targets>, host: &Arc<str>, now: Millis) -> Vec<Permit> {
        std::iter::from_fn(|| targets.take(host, now)).collect()
    }

    #[test]
    fn a_host_begins_with_one_call_and_takes_one_more_for_each_answer() {
        let freed = Arc::new(AtomicUsize::new(0));
        let count = freed.clone();
        let targets = Targets::new(3, move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let (a, b) = (host("a"), host("b"));
        for wanted in [1, 2, 3, 3] {
            assert_eq!(all(&targets, &a, NOW).len(), wanted);
            assert!(call(&targets, &a, Seen::Alive, NOW));
        }
        assert!(call(&targets, &b, Seen::Dead, NOW));
        assert_eq!(all(&targets, &b, NOW).len(), 1, "no answer, no more calls");
        let before = freed.load(Ordering::Relaxed);
        let held = all(&targets, &a, NOW);
        assert_eq!((targets.free_at(&a, NOW), targets.total()), (None, 3));
        drop(held);
        assert_eq!((targets.free_at(&a, NOW), freed.load(Ordering::Relaxed)), (Some(NOW), before + 3));
    }

    #[test]
    fn the_rate_of_a_host_holds_over_all_and_an_unused_place_is_given_back() {
        let targets = Targets::new(16, || {});
        let a = host("a");
        let rate = Rate { count: 2, per: 1_000 };
        targets.declare(&BTreeMap::from([(a.clone(), rate)]), NOW - 500_000);
        for _ in 0..2 {
            // Twice taken and not made.
            drop(targets.take(&a, NOW));
        }
        assert!(call(&targets, &a, Seen::Alive, NOW) && call(&targets, &a, Seen::Alive, NOW));
        assert!(targets.take(&a, NOW).is_none());
        assert_eq!(targets.free_at(&a, NOW), Some(NOW + 1_000));
        // A program of before with a stricter one: it holds too, until the next look at the scripts.
        targets.declare_also(&a, Rate { count: 9, per: 1_000 }, NOW);
        assert_eq!(targets.status()[0].rate, Some(rate));
        targets.declare_also(&a, Rate { count: 1, per: 1_000 }, NOW);
        assert_eq!(targets.status()[0].rate, Some(Rate { count: 1, per: 1_000 }));
        targets.declare(&BTreeMap::new(), NOW);
        assert!(targets.take(&a, NOW).is_some());
    }

    #[test]
    fn an_open_breaker_lets_one_call_through_and_the_host_begins_anew() {
        let targets = Targets::new(16, || {});
        let a = host("a");
        for _ in 0..9 {
            assert!(call(&targets, &a, Seen::Alive, NOW));
        }
        for _ in 0..OPENS_AFTER {
            assert!(call(&targets, &a, Seen::Dead, NOW));
        }
        assert!(targets.take(&a, NOW + 4_999).is_none());
        assert_eq!(
            (targets.open_until(&a), targets.free_at(&a, NOW)),
            (Some(NOW + 5_000), Some(NOW + 5_000))
        );
        // One that is given back was none.
        drop(targets.take(&a, NOW + 5_000).unwrap());
        let held = all(&targets, &a, NOW + 5_000);
        assert_eq!(held.len(), 1);
        drop(held);
        assert!(call(&targets, &a, Seen::Alive, NOW + 5_000));
        assert_eq!(targets.open_until(&a), None);
        assert_eq!(all(&targets, &a, NOW + 5_000).len(), 2);
    }

    #[test]
    fn what_nobody_waits_for_stands_in_line() {
        let targets = Targets::new(16, || {});
        let (a, b) = (host("a"), host("b"));
        targets.set_behind(BTreeSet::from([a.clone()]));
        assert!(targets.take_in_line(&a, NOW).is_none() && targets.take_in_line(&b, NOW).is_some());
        assert!(targets.take(&a, NOW).is_some());
    }
}
