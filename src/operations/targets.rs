//! How many calls may be out to one host at once, over all pipelines.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Calls at once to one host, if nothing else is said.
pub const CALLS_PER_HOST: usize = 16;

/// Counts the calls that are out, by host (`https://host:port`).
pub struct Targets {
    out: Mutex<HashMap<Arc<str>, usize>>,
    limit: usize,
    /// Called whenever a call came back, so that who waits can look again.
    freed: Box<dyn Fn() + Send + Sync>,
}

/// The right to have one call out; given back when it is dropped.
pub struct Permit {
    targets: Arc<Targets>,
    host: Arc<str>,
}

impl Targets {
    pub fn new(limit: usize, freed: impl Fn() + Send + Sync + 'static) -> Arc<Targets> {
        Arc::new(Targets { out: Mutex::default(), limit, freed: Box::new(freed) })
    }

    /// A place among the calls to `host`, if one is free.
    pub fn take(self: &Arc<Targets>, host: &Arc<str>) -> Option<Permit> {
        let mut out = self.lock();
        let count = out.entry(host.clone()).or_insert(0);
        if *count >= self.limit {
            return None;
        }
        *count += 1;
        Some(Permit { targets: self.clone(), host: host.clone() })
    }

    /// How many more calls `host` takes now.
    pub fn free(&self, host: &str) -> usize {
        self.limit.saturating_sub(self.lock().get(host).copied().unwrap_or(0))
    }

    /// All calls that are out.
    pub fn total(&self) -> usize {
        self.lock().values().sum()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Arc<str>, usize>> {
        self.out.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Permit {
    pub fn is_for(&self, host: &str) -> bool {
        *self.host == *host
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        {
            let mut out = self.targets.lock();
            if let Some(count) = out.get_mut(&self.host) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    out.remove(&self.host);
                }
            }
        }
        (self.targets.freed)();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_host_takes_so_many_calls_and_no_more() {
        let freed = Arc::new(AtomicUsize::new(0));
        let count = freed.clone();
        let targets = Targets::new(2, move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let (a, b): (Arc<str>, Arc<str>) = ("http://a:80".into(), "http://b:80".into());
        let first = targets.take(&a);
        assert!(first.is_some() && targets.take(&b).is_some());
        let _second = targets.take(&a);
        assert!(targets.take(&a).is_none());
        drop(first);
        assert_eq!((targets.free(&a), freed.load(Ordering::Relaxed)), (1, 2));
    }
}
