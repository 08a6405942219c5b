//! What the server does for its store once a second: derived rows, what is kept no longer, the room on the disk, the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::clock::now_millis;
use super::server::Server;
use crate::operations::notices::{Full, Reason};
use crate::operations::{Classes, Rules};
use crate::resolve::program::Pipeline;
use crate::store::{Limits, MEMORY, Retention, Space, Span, StoreError, Tended, Upkeep, Write};

/// How often there is a look.
const EVERY: Duration = Duration::from_secs(1);

/// What is kept, and since when in which class.
pub struct Keepings {
    rules: Rules,
    /// Where room is needed; none for a store in memory.
    pub place: Option<PathBuf>,
    now: Mutex<Now>,
    /// Whose full history people were told of.
    told: Mutex<Full>,
}

#[derive(Default)]
struct Now {
    classes: Classes,
    /// Of the pipelines that are served or named.
    limits: BTreeMap<Arc<str>, Limits>,
    by_pipeline: BTreeMap<Arc<str>, u8>,
}

impl Keepings {
    /// # Errors
    /// The store cannot be read.
    pub fn new(rules: Rules, data: &str, store: &dyn crate::store::Store) -> Result<Keepings, StoreError> {
        let settings = store.summary(&Span::default())?.settings;
        let (classes, told) = (Classes::read(&settings), Mutex::new(Full::read(&settings)));
        let place = (data != MEMORY).then(|| PathBuf::from(data));
        Ok(Keepings { rules, place, now: Mutex::new(Now { classes, ..Now::default() }), told })
    }

    /// Takes in what is served. Classes are on disk before anything is kept in them.
    pub fn serve(&self, pipelines: &[Arc<Pipeline>], store: &dyn crate::store::Store) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let mut classes = now.classes.clone();
        // What is in the first class stays there for what everything is kept for.
        classes.take(self.rules.rest().age);
        let named = self.rules.pipelines.keys().map(|name| (name.clone(), Default::default()));
        let served = pipelines.iter().map(|pipeline| (pipeline.name.clone(), pipeline.keep));
        let keepings: BTreeMap<_, _> =
            named.chain(served).map(|(name, keep)| (name.clone(), self.rules.of(&name, keep))).collect();
        let by_pipeline: BTreeMap<Arc<str>, u8> =
            keepings.iter().map(|(name, keeping)| (name.clone(), classes.take(keeping.age))).collect();
        let changes = classes.changes(&now.classes);
        if !changes.is_empty()
            && let Err(error) = store.commit(&changes, now_millis())
        {
            // What is new goes on in the classes of before, until the next reload.
            tracing::error!(%error, "how long operations are kept could not be recorded");
            return;
        }
        now.limits = keepings.iter().map(|(name, keeping)| (name.clone(), keeping.limits)).collect();
        (now.classes, now.by_pipeline) = (classes, by_pipeline);
    }

    /// The retention class of a pipeline's new operations.
    pub fn class(&self, pipeline: &str) -> u8 {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        now.by_pipeline.get(pipeline).copied().unwrap_or(0)
    }

    fn retention(&self, server: &Server) -> Retention {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        Retention {
            ages: now.classes.ages,
            rest: self.rules.rest().limits,
            pipelines: now.limits.clone(),
            programs: server.programs.load().keys().copied().collect(),
        }
    }

    /// The room on the disk, where the store is on one.
    pub fn space(&self) -> Option<Space> {
        Space::of(self.place.as_deref()?)
    }
}

/// Runs until it is aborted.
pub async fn run(server: Arc<Server>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let looking = server.clone();
        // A panic in it is no reason to stop looking after the store.
        drop(tokio::task::spawn_blocking(move || look(&looking)).await);
    }
}

/// One look at the disk and the clock.
pub fn look(server: &Server) {
    let low = server.keepings.space().is_some_and(Space::is_low);
    if server.low.swap(low, Ordering::Relaxed) != low {
        match low {
            true => tracing::error!("the disk is nearly full: new requests are refused with 503"),
            false => tracing::info!("the disk has room again: requests are taken"),
        }
    }
    let look = server.clock.look();
    server.doubted.store(look.doubted, Ordering::Relaxed);
    if !server.writer.has_failed() {
        tend(server, !look.doubted);
    }
}

/// Slices until there is no more to do, with as much time between them for others.
fn tend(server: &Server, retain: bool) {
    loop {
        let began = Instant::now();
        let retention = retain.then(|| Arc::new(server.keepings.retention(server)));
        match server.store.tend(&Upkeep { derive: true, claims: retain, retention }, now_millis()) {
            Ok(Tended { full, more, removed, programs, .. }) => {
                if removed > 0 || programs > 0 {
                    tracing::debug!("{removed} operations and {programs} programs are kept no longer");
                }
                if retain {
                    tell_full(server, full);
                }
                if !more || server.around.stopping.load(Ordering::Relaxed) {
                    return;
                }
            }
            Err(error) => {
                tracing::error!(%error, "upkeep of the store failed");
                server.writer.trouble(&error);
                return;
            }
        }
        std::thread::sleep(began.elapsed().max(Duration::from_millis(5)));
    }
}

/// Whose history is full takes no new requests; the log, the status and a notice say so. It runs where it may wait.
fn tell_full(server: &Server, full: Vec<Arc<str>>) {
    let full: BTreeSet<Arc<str>> = full.into_iter().collect();
    let full = Arc::new(full);
    // Whoever reads the word finds it true already.
    let before = server.full.swap(full.clone());
    for name in full.difference(&before) {
        tracing::error!(
            "pipeline {name} is refused with 503: its history is above its `keep`, and nothing is left in it but open, interrupted and failed operations"
        );
    }
    for name in before.difference(&full) {
        tracing::info!("pipeline {name} is served again: its history is within its `keep`");
    }
    if let Err(error) = Handle::current().block_on(tell_people(server, &full)) {
        tracing::error!(error, "that a history is full could not be written down; it is tried again");
    }
}

/// Queues a notice for those who were not told yet, also before a restart.
async fn tell_people(server: &Server, full: &BTreeSet<Arc<str>>) -> Result<(), String> {
    let told = || server.keepings.told.lock().unwrap_or_else(PoisonError::into_inner);
    let ended = told().ended(full);
    server.writer.commit_all(ended).await?;
    let served = server.pipelines.load();
    let tells = |name: &Arc<str>| served.get(name).is_some_and(|pipeline| !pipeline.notify.is_empty());
    for name in full.iter().filter(|name| tells(name)) {
        if told().is_told(name) {
            continue;
        }
        let now = now_millis();
        let id = server.around.ids.next(now, 0);
        let reason = Reason::history_full().to_string();
        server.writer.commit(Write::Notice { pipeline: name.clone(), id, time: now, reason }).await?;
        // Behind it: rather told twice than never.
        let written = told().told(name);
        server.writer.commit(written).await?;
        tracing::debug!(pipeline = %name, "a notice that its history is full is queued");
    }
    Ok(())
}
