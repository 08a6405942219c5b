//! Takes up work that is due: retries whose time has come, calls that stood in line for their host, and what a person
//! ordered. It sleeps on the store's lanes, not on a task for each operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::clock::now_millis;
use super::resume;
use super::server::Server;
use crate::operations::Permit;
use crate::store::{Lane, LaneHead, Millis};

/// The most that is claimed of one lane at once, and of a pipeline's own timers.
const AT_ONCE: usize = 64;

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
    let mut turn = 0;
    let mut looked = (now_millis(), Instant::now());
    loop {
        // Listened to from before the look: a call that comes back meanwhile is not missed.
        let freed = server.freed.notified();
        let heads = blocking(&server, |server| server.store.lanes()).await;
        if let Some(heads) = &heads {
            server.crowded.store(Arc::new(crowded(heads)));
        }
        let now = now_millis();
        turn += 1;
        let expected = looked.0.saturating_add(looked.1.elapsed().as_millis() as Millis);
        looked = (now, Instant::now());
        if now.saturating_add(SET_BACK) < expected {
            // What was left behind is not told any more from what is due now.
            server.sudden_end.store(0, Ordering::Relaxed);
            resume::take_up_strays(&server).await;
        }
        let asked = choose(&server, heads.as_deref().unwrap_or_default(), now, turn);
        if !asked.is_empty() {
            if take_up(&server, asked, now).await == 0 {
                // Due, and not to be had: the store is in trouble, which it says itself.
                tokio::time::sleep(Duration::from_millis(AGAIN)).await;
            }
            continue;
        }
        let sleep = match &heads {
            Some(heads) => {
                let next = heads.iter().map(|head| head.due).filter(|due| *due > now).min();
                next.map_or(LONGEST_SLEEP, |due| (due - now).min(LONGEST_SLEEP))
            }
            None => AGAIN,
        };
        tokio::select! {
            () = server.work.notified() => {}
            () = freed => {}
            () = tokio::time::sleep(Duration::from_millis(sleep)) => {}
        }
    }
}

/// The pipelines that have as much open as one may have.
fn crowded(heads: &[LaneHead]) -> BTreeSet<Arc<str>> {
    let mut open: BTreeMap<&Arc<str>, u64> = BTreeMap::new();
    for head in heads {
        *open.entry(&head.lane.pipeline).or_default() += head.depth;
    }
    open.into_iter().filter(|(_, open)| *open >= MOST_OPEN).map(|(pipeline, _)| pipeline.clone()).collect()
}

/// How much of each due lane to claim: as many calls as its host takes, the lanes of one host by turns.
fn choose(server: &Server, heads: &[LaneHead], now: Millis, turn: usize) -> Vec<(Lane, Vec<Permit>, usize)> {
    let mut by_host: BTreeMap<&Arc<str>, Vec<&LaneHead>> = BTreeMap::new();
    // A dry run calls nobody: what waits for a host was meant to be sent, and waits for a start that sends.
    let is_for_us =
        |head: &&LaneHead| head.due <= now && (!server.around.dry_run || head.lane.host.is_empty());
    for head in heads.iter().filter(is_for_us) {
        by_host.entry(&head.lane.host).or_default().push(head);
    }
    let mut asked = Vec::new();
    for (host, mut lanes) in by_host {
        if host.is_empty() {
            asked.extend(lanes.into_iter().map(|head| (head.lane.clone(), Vec::new(), AT_ONCE)));
            continue;
        }
        let first = turn % lanes.len();
        lanes.rotate_left(first);
        let mut shares: Vec<Vec<Permit>> = lanes.iter().map(|_| Vec::new()).collect();
        // One place to each lane in turn, until the host takes no more or nobody wants one.
        while let Some(progress) = deal(server, host, &lanes, &mut shares) {
            if !progress {
                break;
            }
        }
        for (head, permits) in lanes.into_iter().zip(shares) {
            if !permits.is_empty() {
                let count = permits.len();
                asked.push((head.lane.clone(), permits, count));
            }
        }
    }
    asked
}

/// One round; `None` when the host is full.
fn deal(server: &Server, host: &Arc<str>, lanes: &[&LaneHead], shares: &mut [Vec<Permit>]) -> Option<bool> {
    let mut progress = false;
    for (head, share) in lanes.iter().zip(shares) {
        if (share.len() as u64) < head.depth.min(AT_ONCE as u64) {
            share.push(server.around.targets.take(host)?);
            progress = true;
        }
    }
    Some(progress)
}

/// Gives how many operations it went on with.
async fn take_up(server: &Arc<Server>, asked: Vec<(Lane, Vec<Permit>, usize)>, now: Millis) -> usize {
    let mut permits = BTreeMap::new();
    let mut wanted = Vec::new();
    for (lane, held, count) in asked {
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
            lane: Lane { pipeline: pipeline.into(), host: host.into() },
            due: 0,
            depth,
        };
        let heads = [head("a", "x", 600_000), head("b", "x", 999_999), head("a", "y", 400_000)];
        assert_eq!(crowded(&heads), [Arc::from("a")].into());
    }
}
