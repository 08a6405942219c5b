//! How many rows of rejected requests are kept: a flood of refusals must not fill the disk. What is not kept is counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::Millis;

/// Rows of rejected requests of one pipeline that are kept in one second.
const A_SECOND: u32 = 100;

#[derive(Default)]
pub struct Rejections {
    /// For each pipeline the second that is counted, and how many rows it has.
    kept: Mutex<BTreeMap<Arc<str>, (u64, u32)>>,
    dropped: AtomicU64,
}

impl Rejections {
    /// Whether one more row of this pipeline is kept now.
    pub fn admits(&self, pipeline: &Arc<str>, now: Millis) -> bool {
        let second = now / 1_000;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, count) = kept.entry(pipeline.clone()).or_default();
        if *of != second {
            (*of, *count) = (second, 0);
        }
        *count = count.saturating_add(1);
        *count <= A_SECOND
    }

    pub fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Rejected requests since the start of which nothing is kept.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_a_second_are_kept_of_each_pipeline() {
        let rejections = Rejections::default();
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        assert_eq!((0..150).filter(|n| rejections.admits(&a, 5_000 + n)).count(), 100);
        assert!(
            rejections.admits(&b, 5_500) && !rejections.admits(&a, 5_999) && rejections.admits(&a, 6_000)
        );
    }
}
