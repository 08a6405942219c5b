//! Goes on with operations from their logs: those whose time has come, and at a start what the last server left.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::callers::Parked;
use super::clock::now_millis;
use super::drive;
use super::server::Server;
use crate::admin::Programs;
use crate::operations::{Grasp, Log, MOST_RESUMED, Permit, interrupted, resume};
use crate::resolve::program::Pipeline;
use crate::routing::Refusal;
use crate::run::failed_reply;
use crate::store::{Claimed, Filter, NOBODY, Operation, Span, State, Store, StoreError, Work, Write};
use crate::value::Id;

/// The setting that says whether the last server left nothing in hand.
const ORDERLY: &str = "orderly_stop";
const YES: &[u8] = b"yes";
const NO: &[u8] = b"no";

/// How long a store that cannot be read is left alone.
const AGAIN: Duration = Duration::from_secs(1);

/// Work that does not wait for its time is taken up in pieces.
const AT_ONCE: usize = 4_096;

/// Looks how the last server ended, and writes down that this one has not yet. Before anything goes on.
pub async fn begin(server: &Server) {
    let settings = server.store.summary(&Span::default()).unwrap_or_default().settings;
    if !settings.iter().any(|(key, value)| key == ORDERLY && value == YES) {
        server.sudden_end.store(now_millis(), Ordering::Relaxed);
    }
    if let Err(error) = server.writer.commit(setting(NO)).await {
        tracing::error!(error, "it could not be written down that this server runs");
    }
    let open: u64 = server.store.lanes().unwrap_or_default().iter().map(|head| head.depth).sum();
    match (open, server.around.dry_run) {
        (0, _) => {}
        (_, false) => tracing::info!("{open} operations were left open, and go on"),
        (_, true) => {
            tracing::warn!(
                "{open} operations were left open: a dry run leaves them to the next start without it"
            )
        }
    }
}

/// Writes down that nothing is left in hand.
pub async fn end(server: &Server) {
    if server.in_hand.load(Ordering::Relaxed) == 0
        && let Err(error) = server.writer.commit(setting(YES)).await
    {
        tracing::warn!(error, "it could not be written down that this server stopped in order");
    }
}

fn setting(value: &[u8]) -> Write {
    Write::Setting { key: ORDERLY.to_owned(), value: value.to_vec() }
}

/// Takes up what must not wait for its time: at a start first the calls that may be out, then what is due further off than
/// its own pause, since the clock was set back.
pub async fn take_up_strays(server: &Arc<Server>) {
    if server.around.dry_run {
        return;
    }
    loop {
        let looking = server.clone();
        let found = tokio::task::spawn_blocking(move || looking.store.strays(now_millis(), AT_ONCE)).await;
        match found {
            Ok(Ok(strays)) if strays.is_empty() => return,
            Ok(Ok(strays)) => {
                for claimed in strays {
                    go_on(server, claimed, None).await;
                }
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "the store could not be looked through");
                tokio::time::sleep(AGAIN).await;
            }
            Err(_) => return,
        }
    }
}

/// Interrupts at once what is open and was begun with a script that this version cannot run, and says how much that is.
pub async fn report_unreadable(server: Arc<Server>) {
    let looking = server.clone();
    let found = tokio::task::spawn_blocking(move || unreadable(&*looking.store)).await;
    let open = match found {
        Ok(Ok(open)) => open,
        Ok(Err(error)) => {
            tracing::error!(%error, "the scripts of open operations could not be looked through");
            return;
        }
        Err(_) => return,
    };
    if server.around.dry_run || open.is_empty() {
        return;
    }
    tracing::warn!("{} open operations were begun with scripts that this version cannot run", open.len());
    for id in open {
        if let Some(operation) = load(&server, id).await {
            interrupt(&server, &operation, None, NOBODY, CANNOT_RUN).await;
        }
    }
}

/// Open operations whose program gives no pipeline here.
fn unreadable(store: &dyn Store) -> Result<Vec<Id>, StoreError> {
    let (programs, mut unreadable) = (Programs::default(), BTreeSet::new());
    for hash in store.programs()? {
        if programs.look(store, hash)?.is_none_or(|compiled| compiled.pipelines.is_empty()) {
            unreadable.insert(hash);
        }
    }
    let (mut open, mut after) = (Vec::new(), None);
    // Each has to be read for its program, so only where there is something to be found.
    if unreadable.is_empty() {
        return Ok(open);
    }
    loop {
        let filter = Filter { state: Some(State::Open), ..Filter::default() };
        let page = store.list(&filter, after.as_ref(), 1_000)?;
        for listed in page.items {
            let operation = store.load(listed.id)?;
            let log = operation.and_then(|operation| Log::read(&operation).ok());
            if log.is_some_and(|log| unreadable.contains(&log.received.program)) {
                open.push(listed.id);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(open);
        }
    }
}

const STOPPED_THE_SERVER: &str =
    "stopped the server: it was in hand each of the last three times that the server ended suddenly";

const CANNOT_RUN: &str = "its script can no longer be run by this version";

/// Goes on with one claimed operation, from its log.
pub async fn go_on(server: &Arc<Server>, claimed: Claimed, permit: Option<Permit>) {
    let id = claimed.id;
    server.callers.set_parked(id, Parked::No);
    let is_waited_for = server.callers.is_waited_for(id);
    if server.around.stopping.load(Ordering::Relaxed) && !is_waited_for {
        // Its row stays as it is, for the next start.
        return;
    }
    let Some(operation) = load(server, id).await else {
        server.callers.tell(id, Refusal::StoreUnavailable.reply());
        return;
    };
    let mut pipeline = None;
    let reason = match Log::read(&operation) {
        // What was meant to be sent waits for a start that sends.
        Ok(log) if server.around.dry_run && !log.received.dry_run => return,
        Ok(log) => {
            let found = server.was_left(&claimed.work);
            pipeline = pipeline_of(server, &operation, &log).await;
            match &pipeline {
                Some(_) if found && log.resumed >= MOST_RESUMED => STOPPED_THE_SERVER.to_owned(),
                Some(pipeline) => {
                    let waits_since = match log.answer {
                        Some(_) => log.received.at,
                        None => server.callers.waits_since(id, log.received.at, now_millis()),
                    };
                    let (fence, due) = (claimed.fence, claimed.work.due);
                    let grasp = Grasp { fence, permit, due, waits_since, found };
                    let mut live = resume(pipeline.clone(), log, grasp);
                    let first = server.step(&mut live);
                    drive::spawn(server.clone(), live, first);
                    return;
                }
                None => CANNOT_RUN.to_owned(),
            }
        }
        Err(error) => error,
    };
    interrupt(server, &operation, pipeline.as_deref(), claimed.fence, &reason).await;
}

/// Its whole log; `None` if it cannot be read at all. A store in trouble is waited for.
async fn load(server: &Arc<Server>, id: Id) -> Option<Operation> {
    loop {
        let reading = server.clone();
        match tokio::task::spawn_blocking(move || reading.store.load(id)).await {
            Ok(Ok(Some(operation))) => return Some(operation),
            Ok(Err(error)) if !matches!(error, StoreError::Row(..)) => {
                tracing::error!(operation = %id, %error, "it cannot be read now");
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            Ok(Ok(None)) => tracing::error!(operation = %id, "its work is there, and it is not"),
            Ok(Err(error)) => tracing::error!(operation = %id, %error, "it stays open: it cannot be read"),
            Err(_) => {}
        }
        return None;
    }
}

/// Ends an operation as interrupted, for a person to decide. A caller who waits for it gets 502.
async fn interrupt(
    server: &Server,
    operation: &Operation,
    pipeline: Option<&Pipeline>,
    fence: u64,
    reason: &str,
) {
    let id = operation.id;
    // Whom to tell stands in its own script, or else in the one that is served now.
    let served = server.pipelines.load_full();
    let pipeline = pipeline.or_else(|| served.get(&operation.pipeline).map(|served| &**served));
    let notify = pipeline.is_some_and(|pipeline| !pipeline.notify.is_empty());
    let told = server.callers.is_waited_for(id).then(|| failed_reply(id));
    let write = interrupted(operation, fence, reason, told.as_ref(), notify, now_millis());
    tracing::warn!(operation = %id, pipeline = %operation.pipeline, "interrupted: {reason}");
    match server.writer.commit(write).await {
        Ok(_) => {
            told.into_iter().for_each(|told| server.callers.tell(id, told));
            server.callers.wake(id);
        }
        Err(error) => {
            tracing::error!(operation = %id, error, "it could not be recorded as interrupted");
            server.callers.tell(id, Refusal::StoreUnavailable.reply());
        }
    }
}

/// The program that an operation started with: the one served now if it is the same, else the one kept with it.
async fn pipeline_of(server: &Arc<Server>, operation: &Operation, log: &Log) -> Option<Arc<Pipeline>> {
    let hash = log.received.program;
    let served =
        server.pipelines.load().get(&operation.pipeline).filter(|served| served.hash == hash).cloned();
    let is_served = served.is_some();
    let pipeline = match served {
        Some(served) => served,
        None => loop {
            let reading = server.clone();
            let found =
                tokio::task::spawn_blocking(move || reading.compiled.look(&*reading.store, hash)).await;
            match found {
                Ok(Ok(compiled)) => break compiled?.pipeline(&operation.pipeline)?.clone(),
                Ok(Err(error)) => {
                    tracing::error!(operation = %operation.id, %error, "its script cannot be read now");
                    tokio::time::sleep(AGAIN).await;
                }
                Err(_) => return None,
            }
        },
    };
    server.know_secrets(&pipeline.secrets);
    if !is_served {
        server.around.targets.declare_also_all(&pipeline, now_millis());
    }
    Some(pipeline)
}

impl Server {
    /// Whether a server that ended suddenly left this work behind.
    fn was_left(&self, work: &Work) -> bool {
        let at = self.sudden_end.load(Ordering::Relaxed);
        at > 0 && (work.intent_out || work.due <= at)
    }
}
