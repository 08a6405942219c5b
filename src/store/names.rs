//! Names as numbers: pipelines, hosts and lanes are long and few, rows are many.

use std::collections::HashMap;
use std::sync::Arc;

use super::Lane;

#[derive(Debug, Default)]
pub(super) struct Names {
    pub pipelines: Texts,
    pub hosts: Texts,
    pub lanes: Lanes,
}

/// How many names there were at a moment, so that what was added since can be written, or forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub pipelines: usize,
    pub hosts: usize,
    pub lanes: usize,
}

impl Names {
    pub(super) fn mark(&self) -> Mark {
        Mark { pipelines: self.pipelines.all.len(), hosts: self.hosts.all.len(), lanes: self.lanes.all.len() }
    }

    /// Forgets what was added since: the commit that was to keep it failed.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        self.pipelines.truncate(mark.pipelines);
        self.hosts.truncate(mark.hosts);
        self.lanes.truncate(mark.lanes);
    }

    pub(super) fn take_lane(&mut self, lane: &Lane) -> u32 {
        let pair = (self.pipelines.take(&lane.pipeline), self.hosts.take(&lane.host));
        self.lanes.take(pair)
    }

    pub(super) fn find_lane(&self, lane: &Lane) -> Option<u32> {
        let pair = (self.pipelines.find(&lane.pipeline)?, self.hosts.find(&lane.host)?);
        self.lanes.by_pair.get(&pair).copied()
    }

    pub(super) fn lane(&self, number: u32) -> Option<Lane> {
        let (pipeline, host) = *self.lanes.all.get(number as usize)?;
        Some(Lane { pipeline: self.pipelines.get(pipeline)?, host: self.hosts.get(host)? })
    }
}

/// Texts, numbered from 0 in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub all: Vec<Arc<str>>,
    by_text: HashMap<Arc<str>, u32>,
}

impl Texts {
    pub(super) fn take(&mut self, text: &Arc<str>) -> u32 {
        if let Some(number) = self.by_text.get(text) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(Arc::clone(text));
        self.by_text.insert(Arc::clone(text), number);
        number
    }

    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.by_text.get(text).copied()
    }

    pub(super) fn get(&self, number: u32) -> Option<Arc<str>> {
        self.all.get(number as usize).cloned()
    }

    fn truncate(&mut self, len: usize) {
        for text in self.all.drain(len..) {
            self.by_text.remove(&text);
        }
    }
}

/// Pairs of pipeline and host.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    pub all: Vec<(u32, u32)>,
    by_pair: HashMap<(u32, u32), u32>,
}

impl Lanes {
    pub(super) fn take(&mut self, pair: (u32, u32)) -> u32 {
        let number = self.all.len() as u32;
        let known = *self.by_pair.entry(pair).or_insert(number);
        if known == number {
            self.all.push(pair);
        }
        known
    }

    fn truncate(&mut self, len: usize) {
        for pair in self.all.drain(len..) {
            self.by_pair.remove(&pair);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_failed_commit_named_is_forgotten() {
        let mut names = Names::default();
        let lane = |host: &str| Lane { pipeline: "leads".into(), host: host.into() };
        assert_eq!(names.take_lane(&lane("a")), 0);
        let mark = names.mark();
        assert_eq!(names.take_lane(&lane("b")), 1);
        assert_eq!(names.lane(1), Some(lane("b")));
        names.roll_back(mark);
        assert_eq!((names.mark(), names.find_lane(&lane("b")), names.lane(1)), (mark, None, None));
        assert_eq!(names.take_lane(&lane("a")), 0);
    }
}
