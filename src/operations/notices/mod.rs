//! Telling people of operations that failed or were interrupted. Notices are queued in the commit that ends an operation,
//! and go out from the store, grouped: the first of a pipeline at once, then one message every five minutes with all
//! that is new. Each channel (an `email` or `http` line of `on_failure`) has a pace of its own, which is stored, so that
//! a restart starts no new round.

mod digest;
mod full;
mod reason;
#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use digest::Digest;
pub use full::Full;
pub use reason::Reason;

use crate::resolve::program::Notify;
use crate::store::{Millis, Span, State, Store, StoreError, Write};
use crate::value::Id;

/// Where a notice stands among those of its pipeline.
pub type Place = (Millis, Id);

/// How often a channel is told, in milliseconds.
pub const EVERY: u64 = 5 * 60_000;

/// The pauses after tries that failed, in milliseconds; from then on the last of them.
const PAUSES: [u64; 4] = [10_000, 30_000, 120_000, EVERY];

/// Notices that one message covers at most: the rest wait for the next.
const MOST: usize = 100_000;

/// Notices that are read at once.
const SLICE: usize = 1_000;

/// A channel of a pipeline, in the settings and in the log.
pub fn channel_of(notify: &Notify) -> String {
    let mut hash = Sha256::new();
    match notify {
        Notify::Email(to) => to.iter().for_each(|to| {
            hash.update(to.as_bytes());
            hash.update([0]);
        }),
        Notify::Http(url) => hash.update(url.as_bytes()),
    }
    let kind = if matches!(notify, Notify::Email(_)) { "email" } else { "http" };
    let hash: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{kind}-{hash}")
}

/// The rounds of one pipeline's notices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rounds {
    kept: Kept,
    /// Tries in a row that failed, and when the next is due. Not stored: a start tries at once.
    failing: BTreeMap<String, (usize, Millis)>,
}

/// What is stored of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    channels: BTreeMap<String, Told>,
    /// All aborted ones of the pipeline, as the last message counted them.
    aborted: u64,
}

/// What a channel was told.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Told {
    at: Millis,
    /// How far, where another channel is behind, so that a notice stays in the store.
    through: Option<(Millis, [u8; 16])>,
}

impl Rounds {
    /// Of a pipeline, from the settings. A setting that cannot be read is none.
    pub fn read(settings: &[(String, Vec<u8>)], pipeline: &str) -> Rounds {
        let name = setting(pipeline);
        let kept = settings.iter().find(|(key, _)| *key == name);
        let kept = kept.and_then(|(_, value)| serde_json::from_slice(value).ok()).unwrap_or_default();
        Rounds { kept, failing: BTreeMap::new() }
    }

    /// When the channel may be told what waits.
    pub fn due(&self, channel: &str, now: Millis) -> Millis {
        // What lies ahead of the clock was written before it was set back.
        let told = self.kept.channels.get(channel).map(|told| told.at).filter(|at| *at <= now);
        let round = told.map_or(0, |at| at.saturating_add(EVERY));
        let again = self.failing.get(channel).map_or(0, |(_, due)| (*due).min(now.saturating_add(EVERY)));
        round.max(again)
    }

    /// All that waits for a channel; `None` if nothing does.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn gather(
        &self,
        store: &dyn Store,
        pipeline: &Arc<str>,
        channel: &str,
    ) -> Result<Option<Digest>, StoreError> {
        let told = self.kept.channels.get(channel);
        let mut after = told.and_then(|told| told.through).map(|(time, id)| (time, Id(id)));
        let mut digest = Digest::new(pipeline.clone());
        loop {
            let slice = store.notices(pipeline, after, SLICE)?;
            let Some(last) = slice.last() else { break };
            if digest.places.len() >= MOST {
                digest.is_cut = true;
                break;
            }
            after = Some((last.time, last.id));
            let is_last = slice.len() < SLICE;
            slice.iter().for_each(|notice| digest.add(notice));
            if is_last {
                break;
            }
        }
        if digest.places.is_empty() {
            return Ok(None);
        }
        digest.aborted = aborted(store, pipeline)?.saturating_sub(self.kept.aborted);
        Ok(Some(digest))
    }

    /// A channel was told. Gives what is to be committed: the round, then the notices that every channel knows of now.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn told(
        &mut self,
        store: &dyn Store,
        channels: &[String],
        channel: &str,
        digest: &Digest,
        now: Millis,
    ) -> Result<Vec<Write>, StoreError> {
        self.failing.remove(channel);
        self.kept.channels.retain(|known, _| channels.contains(known));
        let through = digest.places.last().map(|(time, id)| (*time, id.0));
        self.kept.channels.insert(channel.to_owned(), Told { at: now, through });
        self.kept.aborted = aborted(store, &digest.pipeline)?;
        let slowest = channels
            .iter()
            .map(|channel| self.kept.channels.get(channel).and_then(|told| told.through))
            .min()
            .flatten();
        // Where one was told nothing yet, everything stays.
        let known = digest
            .places
            .iter()
            .filter(|(time, id)| slowest.is_some_and(|slowest| (*time, id.0) <= slowest))
            .collect::<Vec<_>>();
        if known.len() == digest.places.len() {
            // Nothing that one of them was told stays: who comes late with an earlier time is told to all.
            for told in self.kept.channels.values_mut().filter(|told| told.through <= slowest) {
                told.through = None;
            }
        }
        let mut writes = vec![self.write(&digest.pipeline)];
        writes.extend(known.into_iter().map(|(time, id)| Write::NoticeSent {
            pipeline: digest.pipeline.clone(),
            id: *id,
            time: *time,
        }));
        Ok(writes)
    }

    /// A channel could not be told.
    pub fn failed(&mut self, channel: &str, now: Millis) {
        let (tries, due) = self.failing.entry(channel.to_owned()).or_default();
        let pause = PAUSES.get(*tries).or(PAUSES.last()).copied().unwrap_or(EVERY);
        *tries += 1;
        *due = now.saturating_add(pause);
    }

    fn write(&self, pipeline: &str) -> Write {
        Write::Setting { key: setting(pipeline), value: serde_json::to_vec(&self.kept).unwrap_or_default() }
    }
}

fn setting(pipeline: &str) -> String {
    format!("notices/{pipeline}")
}

/// All operations of a pipeline that were aborted, as counted.
fn aborted(store: &dyn Store, pipeline: &Arc<str>) -> Result<u64, StoreError> {
    let summary = store.summary(&Span { pipeline: Some(pipeline.clone()) })?;
    let counted = State::ALL.iter().zip(summary.by_state).find(|(state, _)| **state == State::Aborted);
    Ok(counted.map_or(0, |(_, count)| count))
}
