//! Takes up work that is due: retries whose time has come, calls that stood in line for their host, and what a person
//! ordered. It sleeps on the store's lanes, not on a task for each operation.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::callers::Parked;
use super::clock::now_millis;
use super::drive;
use super::server::{Server, not_stored};
use super::writer::Room;
use crate::operations::{Dealt, Log, PATIENCE, Permit, Share, Stop, Turns, interrupted, resume};
use crate::resolve::program::Pipeline;
use crate::run::failed_reply;
use crate::store::{Claimed, LaneHead, Millis, Operation};

/// How long it sleeps at most: a clock that was set forward is noticed then.
const LONGEST_SLEEP: u64 = 60_000;

/// Operations of a pipeline that may be open at once; past them new requests are refused.
const MOST_OPEN: u64 = 1_000_000;

/// How long a store that cannot be read is left alone.
const AGAIN: u64 = 1_000;

/// Runs until it is aborted. While the server stops it goes on for those who still wait for an answer.
pub async fn run(server: Arc<Server>) {
    let mut turns = Turns::default();
    loop {
        // Listened to from before the look: a call that comes back meanwhile is not missed.
        let freed = server.freed.notified();
        let heads = blocking(&server, |server| server.store.lanes()).await;
        let now = now_millis();
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

/// The lanes but for those that a person holds.
fn going(server: &Server, heads: &[LaneHead]) -> Vec<LaneHead> {
    let stopped = server.around.stopped.load();
    let is_held = |head: &&LaneHead| stopped.get(&head.lane.pipeline) == Some(&Stop::Held);
    heads.iter().filter(|head| !is_held(head)).cloned().collect()
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
        go_on(server, claimed, permit).await;
    }
    count
}

/// Goes on with one claimed operation, from its log.
pub async fn go_on(server: &Arc<Server>, claimed: Claimed, permit: Option<Permit>) {
    let id = claimed.id;
    server.callers.set_parked(id, Parked::No);
    let is_waited_for = server.callers.is_waited_for(id);
    if server.around.stopping.load(Ordering::Relaxed) && !is_waited_for {
        // Its row stays as it is, for the next start.
        return;
    }
    let Some(Some(operation)) = blocking(server, move |server| server.store.load(id)).await else {
        tracing::error!(operation = %id, "it cannot be read; the next start reports it");
        server.callers.tell(id, not_stored());
        return;
    };
    let reason = match Log::read(&operation) {
        Ok(log) => match pipeline_of(server, &operation, &log) {
            Some(pipeline) => {
                let waits_since = if is_waited_for { log.received.at } else { now_millis() };
                let mut live = resume(pipeline, log, claimed.fence, permit, waits_since + PATIENCE);
                let first = server.step(&mut live);
                drive::spawn(server.clone(), live, first);
                return;
            }
            None => "its script can no longer be run by this version".to_owned(),
        },
        Err(error) => error,
    };
    interrupt(server, &operation, claimed.fence, &reason).await;
}

/// Ends an operation as interrupted, for a person to decide. A caller who waits for it gets 502.
pub async fn interrupt(server: &Server, operation: &Operation, fence: u64, reason: &str) {
    let id = operation.id;
    let pipelines = server.pipelines.load_full();
    let notify = pipelines.get(&operation.pipeline).is_some_and(|pipeline| !pipeline.notify.is_empty());
    let told = server.callers.is_waited_for(id).then(|| failed_reply(id));
    let write = interrupted(operation, fence, reason, told.as_ref(), notify, now_millis());
    match server.writer.commit(write).await {
        Ok(_) => {
            told.into_iter().for_each(|told| server.callers.tell(id, told));
            server.callers.wake(id);
        }
        Err(error) => {
            tracing::error!(operation = %id, error, "it could not be recorded as interrupted");
            server.callers.tell(id, not_stored());
        }
    }
}

/// The program that an operation started with: the one served now if it is the same, else the one kept with it.
fn pipeline_of(server: &Server, operation: &Operation, log: &Log) -> Option<Arc<Pipeline>> {
    let hash = log.received.program;
    let served =
        server.pipelines.load().get(&operation.pipeline).filter(|served| served.hash == hash).cloned();
    let kept = || server.compiled.find(&*server.store, hash)?.pipeline(&operation.pipeline).cloned();
    let is_served = served.is_some();
    let pipeline = served.or_else(kept)?;
    server.know_secrets(&pipeline.secrets);
    if !is_served {
        server.around.targets.declare_also_all(&pipeline, now_millis());
    }
    Some(pipeline)
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
