//! Takes up work that is due: retries whose time has come, calls that stood in line for their host, and what a person
//! ordered. It sleeps on the store's lanes, not on a task for each operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::clock::now_millis;
use super::resume;
use super::server::Server;
use super::writer::Room;
use crate::operations::{Dealt, Share, Stop, Turns};
use crate::store::{LaneHead, Millis};

/// How long it sleeps at most: a clock that was set forward is noticed then.
const LONGEST_SLEEP: u64 = 60_000;

/// Operations of a pipeline that may be open at once; past them new requests are refused.
const MOST_OPEN: u64 = 1_000_000;

/// A clock that went back by so much was set; less is how clocks are kept right.
const SET_BACK: Millis = 2_000;

/// How long a store that cannot be read is left alone.
const AGAIN: u64 = 1_000;

/// Runs until it is aborted. While the server stops it goes on for those who still wait for an answer.
pub async fn run(server: Arc<Server>) {
    resume::take_up_strays(&server).await;
    let mut turns = Turns::default();
    let mut looked = (now_millis(), Instant::now());
    loop {
        server.writer.healed().await;
        // Listened to from before the look: a call that comes back meanwhile is not missed.
        let freed = server.freed.notified();
        let heads = blocking(&server, |server| server.store.lanes()).await;
        let now = now_millis();
        let expected = looked.0.saturating_add(looked.1.elapsed().as_millis() as Millis);
        looked = (now, Instant::now());
        if now.saturating_add(SET_BACK) < expected {
            // What was left behind is not told any more from what is due now.
            server.sudden_end.store(0, Ordering::Relaxed);
            resume::take_up_strays(&server).await;
        }
        let Dealt { shares, behind, next } = match &heads {
            Some(heads) => {
                server.crowded.store(Arc::new(crowded(heads)));
                turns.deal(&server.around.targets, &going(&server, heads), now)
            }
            None => Dealt::default(),
        };
        server.around.targets.set_behind(behind);
        if !shares.is_empty() {
            // What is open waits longer when the disk cannot keep up: outcomes of calls come before new calls.
            while server.writer.room() == Room::None {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            if take_up(&server, shares, now).await == 0 {
                // Due, and not to be had: the store is in trouble, which it says itself.
                tokio::time::sleep(Duration::from_millis(AGAIN)).await;
            }
            continue;
        }
        let sleep = match &heads {
            Some(_) => next.map_or(LONGEST_SLEEP, |next| next.saturating_sub(now).clamp(1, LONGEST_SLEEP)),
            None => AGAIN,
        };
        tokio::select! {
            () = server.work.notified() => {}
            () = freed => {}
            () = tokio::time::sleep(Duration::from_millis(sleep)) => {}
        }
    }
}

/// The lanes but for those that a person holds. A dry run calls nobody: what waits for a host was meant to be sent, and waits
/// for a start that sends.
fn going(server: &Server, heads: &[LaneHead]) -> Vec<LaneHead> {
    let stopped = server.around.stopped.load();
    let is_held = |head: &&LaneHead| stopped.get(&head.lane.pipeline) == Some(&Stop::Held);
    let is_sent = |head: &&LaneHead| !server.around.dry_run || head.lane.host.is_empty();
    heads.iter().filter(|head| !is_held(head) && is_sent(head)).cloned().collect()
}

/// The pipelines that have as much open as one may have.
fn crowded(heads: &[LaneHead]) -> BTreeSet<Arc<str>> {
    let mut open: BTreeMap<&Arc<str>, u64> = BTreeMap::new();
    for head in heads {
        *open.entry(&head.lane.pipeline).or_default() += head.depth;
    }
    open.into_iter().filter(|(_, open)| *open >= MOST_OPEN).map(|(pipeline, _)| pipeline.clone()).collect()
}

/// Gives how many operations it went on with.
async fn take_up(server: &Arc<Server>, shares: Vec<Share>, now: Millis) -> usize {
    let mut permits = BTreeMap::new();
    let mut wanted = Vec::new();
    for Share { lane, permits: held, count } in shares {
        permits.insert(lane.clone(), held);
        wanted.push((lane, count));
    }
    let claimed = blocking(server, move |server| server.store.claim(&wanted, now)).await.unwrap_or_default();
    let count = claimed.len();
    for claimed in claimed {
        let permit = permits.get_mut(&claimed.work.lane).and_then(Vec::pop);
        resume::go_on(server, claimed, permit).await;
    }
    count
}

async fn blocking<T: Send + 'static>(
    server: &Arc<Server>,
    work: impl FnOnce(&Server) -> Result<T, crate::store::StoreError> + Send + 'static,
) -> Option<T> {
    let server = server.clone();
    match tokio::task::spawn_blocking(move || work(&server)).await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "the store could not be read");
            None
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_is_crowded_by_all_its_lanes_together() {
        let head = |pipeline: &str, host: &str, depth| LaneHead {
            lane: crate::store::Lane { pipeline: pipeline.into(), host: host.into() },
            due: 0,
            depth,
        };
        let heads = [head("a", "x", 600_000), head("b", "x", 999_999), head("a", "y", 400_000)];
        assert_eq!(crowded(&heads), [Arc::from("a")].into());
    }
}
