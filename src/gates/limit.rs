//! `limit rate N per D by EXPR`: buckets of N tokens that fill up again in D. Each request takes one.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// What one `limit rate` says of one request.
#[derive(Clone, Copy, Debug)]
pub struct Demand<'a> {
    /// So many requests …
    pub count: u32,
    /// … in so many milliseconds.
    pub per: u64,
    /// What `by` gives; "" without one.
    pub key: &'a str,
}

/// The buckets of a server. They are in memory: a restart fills them.
#[derive(Debug, Default)]
pub struct Buckets {
    /// For each bucket the moment at which it is full again, in nanoseconds. Those that are full need not be known.
    full_at: HashMap<[u8; 16], u64>,
    /// When the full ones were last looked for, in milliseconds.
    cleared: u64,
}

/// So many buckets are kept apart; whoever comes beyond shares one with others of the same limit, so that inventing keys
/// neither fills the memory nor gets round a limit.
const MOST: usize = 65_536;

const NANOS: u64 = 1_000_000;

impl Buckets {
    /// Takes a token for each demand, or none at all.
    ///
    /// # Errors
    /// A bucket is empty: the milliseconds until all demands can be met.
    pub fn take(&mut self, pipeline: &str, demands: &[Demand<'_>], now: u64) -> Result<(), u64> {
        self.clear(now);
        let now = now.saturating_mul(NANOS);
        let mut taken = Vec::with_capacity(demands.len());
        let mut wait = 0;
        for (at, demand) in demands.iter().enumerate() {
            let interval = demand.per.saturating_mul(NANOS).div_ceil(demand.count.max(1).into());
            let depth = interval.saturating_mul(u64::from(demand.count.max(1)) - 1);
            let bucket = self.bucket(pipeline, at, demand);
            let known = self.full_at.get(&bucket).copied().unwrap_or(now);
            // A clock that was set back must not keep anybody out for longer than the limit does.
            let full_at = known.clamp(now, now.saturating_add(depth).saturating_add(interval));
            let missing = (full_at - now).saturating_sub(depth);
            wait = wait.max(missing);
            taken.push((bucket, full_at.saturating_add(interval)));
        }
        if wait > 0 {
            return Err(wait.div_ceil(NANOS));
        }
        self.full_at.extend(taken);
        Ok(())
    }

    /// The bucket of a demand. Its numbers are part of it, so a changed limit begins anew.
    fn bucket(&self, pipeline: &str, at: usize, demand: &Demand<'_>) -> [u8; 16] {
        let own = identity(pipeline, at, demand, &[1], demand.key);
        if self.full_at.len() < MOST || self.full_at.contains_key(&own) {
            return own;
        }
        identity(pipeline, at, demand, &[0], "")
    }

    /// Forgets the buckets that are full, at most once in a second: it takes as long as there are many.
    fn clear(&mut self, now: u64) {
        if self.full_at.len() < MOST || now.abs_diff(self.cleared) < 1_000 {
            return;
        }
        self.cleared = now;
        let now = now.saturating_mul(NANOS);
        self.full_at.retain(|_, full_at| *full_at > now);
    }
}

/// A key may be as long as a header, so a bucket is known by a part of its hash.
fn identity(pipeline: &str, at: usize, demand: &Demand<'_>, is_own: &[u8], key: &str) -> [u8; 16] {
    let mut hash = Sha256::new();
    // No name holds a NUL.
    hash.update(pipeline.as_bytes());
    hash.update([0]);
    hash.update(at.to_be_bytes());
    hash.update(demand.count.to_be_bytes());
    hash.update(demand.per.to_be_bytes());
    hash.update(is_own);
    hash.update(key.as_bytes());
    let mut identity = [0; 16];
    for (to, from) in identity.iter_mut().zip(hash.finalize()) {
        *to = from;
    }
    identity
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(count: u32, per: u64, key: &str) -> Demand<'_> {
        Demand { count, per, key }
    }

    #[test]
    fn a_full_bucket_gives_what_it_holds_and_fills_up_evenly() {
        let mut buckets = Buckets::default();
        let three = [demand(3, 1_000, "")];
        let start = 1_800_000_000_000;
        assert_eq!((0..10).filter(|_| buckets.take("p", &three, start).is_ok()).count(), 3);
        assert_eq!(buckets.take("p", &three, start), Err(334));
        assert_eq!(buckets.take("p", &three, start + 333), Err(1));
        assert_eq!(buckets.take("p", &three, start + 334), Ok(()));
        assert!(buckets.take("p", &three, start + 335).is_err());
        // What is not taken does not pile up.
        assert_eq!((0..10).filter(|_| buckets.take("p", &three, start + 60_000).is_ok()).count(), 3);
    }

    #[test]
    fn in_a_long_time_no_more_come_in_than_the_limit_says() {
        let mut buckets = Buckets::default();
        for (count, per) in [(7, 1_000), (1, 50), (100, 60_000)] {
            let passed =
                (0..60_000).filter(|ms| buckets.take("p", &[demand(count, per, "")], *ms).is_ok()).count();
            let most = 60_000 / per as usize * count as usize + count as usize;
            assert!((most - 2 * count as usize..=most).contains(&passed), "{passed} of {most}");
        }
    }

    #[test]
    fn keys_pipelines_and_limits_have_buckets_of_their_own() {
        let mut buckets = Buckets::default();
        assert_eq!(buckets.take("p", &[demand(1, 1_000, "a")], 5_000), Ok(()));
        assert!(buckets.take("p", &[demand(1, 1_000, "a")], 5_000).is_err());
        assert_eq!(buckets.take("p", &[demand(1, 1_000, "b")], 5_000), Ok(()));
        assert_eq!(buckets.take("q", &[demand(1, 1_000, "a")], 5_000), Ok(()));
        assert_eq!(buckets.take("p", &[demand(2, 1_000, "a")], 5_000), Ok(()));
    }

    #[test]
    fn of_several_limits_all_hold_and_a_refusal_takes_from_none() {
        let mut buckets = Buckets::default();
        let both = [demand(1, 100, ""), demand(2, 10_000, "")];
        assert_eq!(buckets.take("p", &both, 0), Ok(()));
        for ms in 1..100 {
            assert_eq!(buckets.take("p", &both, ms), Err(100 - ms));
        }
        assert_eq!(buckets.take("p", &both, 100), Ok(()));
        assert_eq!(buckets.take("p", &both, 200), Err(4_800));
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_nobody_out_for_long() {
        let mut buckets = Buckets::default();
        let one = [demand(1, 1_000, "")];
        assert_eq!(buckets.take("p", &one, 1_000_000), Ok(()));
        assert_eq!(buckets.take("p", &one, 5_000), Err(1_000));
    }

    #[test]
    fn invented_keys_fill_neither_the_memory_nor_get_round_the_limit() {
        let mut buckets = Buckets::default();
        let take = |buckets: &mut Buckets, key: usize, now: u64| {
            buckets.take("p", &[demand(1, 60_000, &key.to_string())], now).is_ok()
        };
        assert_eq!((0..MOST).filter(|key| take(&mut buckets, *key, 5_000)).count(), MOST);
        assert_eq!((MOST..MOST + 100).filter(|key| take(&mut buckets, *key, 5_001)).count(), 1);
        assert!(buckets.full_at.len() <= MOST + 1);
        assert!(take(&mut buckets, MOST + 200, 70_000) && buckets.full_at.len() <= 2);
    }
}
