//! The server as one thing: what the door hands in becomes operations, driven to their ends over store and network.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::Notify;

use super::budget::Lease;
use super::callers::{Callers, Turn};
use super::clock::{Clock, now_millis};
use super::notices::Telling;
use super::rejections::Rejections;
use super::upkeep::Keepings;
use super::writer::{Room, Writer};
use super::{Handler, Incoming};
use crate::admin::{Programs, stop_setting};
use crate::check;
use crate::deliver::Deliver;
use crate::gates::limit::Buckets;
use crate::operations::{self, Live, Moment, Step, Stop, Surroundings, begin};
use crate::resolve::program::Pipeline;
use crate::routing::Refusal;
use crate::run::{self, Admission, Received, Reply, admit};
use crate::secrets::Secrets;
use crate::store::{Hash, Millis, Program, Store, Write, Written};
use crate::value::Id;

/// What every part of the server shares.
pub struct Server {
    pub store: Arc<dyn Store>,
    pub writer: Writer,
    pub around: Surroundings,
    pub secrets: ArcSwap<Secrets>,
    pub deliver: Deliver,
    /// Texts of the programs that are served, by their hash.
    pub programs: ArcSwap<BTreeMap<Hash, Arc<Program>>>,
    /// Programs of operations that outlived theirs.
    pub compiled: Programs,
    /// The pipelines that are served, by name.
    pub pipelines: ArcSwap<BTreeMap<Arc<str>, Arc<Pipeline>>>,
    /// When this server began behind one that ended suddenly; 0 behind an orderly stop.
    pub sudden_end: AtomicU64,
    /// Work in the store may be due.
    pub work: Notify,
    /// A call came back.
    pub freed: Arc<Notify>,
    /// Operations in hand.
    pub in_hand: AtomicUsize,
    /// The last one in hand is done.
    pub idle: Notify,
    /// Pipelines with too much open for more, as the scheduler last saw it.
    pub crowded: ArcSwap<BTreeSet<Arc<str>>>,
    /// Pipelines whose history takes no more, as upkeep last saw it.
    pub full: ArcSwap<BTreeSet<Arc<str>>>,
    /// The disk is nearly full.
    pub low: AtomicBool,
    /// The clock jumped, and is not believed yet.
    pub doubted: AtomicBool,
    pub clock: Arc<Clock>,
    pub keepings: Keepings,
    pub callers: Callers,
    pub rejections: Rejections,
    /// Of every `limit rate`. A reload leaves them as they are.
    buckets: Mutex<Buckets>,
    /// How it stands with notices, by pipeline.
    telling: Mutex<BTreeMap<Arc<str>, Telling>>,
    /// Every secret that anything named since the start: what was sent under an older program is masked too.
    named: Mutex<BTreeSet<Arc<str>>>,
    /// The secret that is the password for the mail server.
    mail_password: Option<Arc<str>>,
}

/// What a server is put together from.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub writer: Writer,
    pub around: Surroundings,
    pub secrets: Secrets,
    pub deliver: Deliver,
    pub freed: Arc<Notify>,
    pub clock: Arc<Clock>,
    pub keepings: Keepings,
    /// The name of the secret that is the password for the mail server.
    pub mail_password: Option<Arc<str>>,
}

impl Server {
    pub fn new(parts: Parts) -> Server {
        Server {
            store: parts.store,
            writer: parts.writer,
            around: parts.around,
            secrets: ArcSwap::from_pointee(parts.secrets),
            deliver: parts.deliver,
            programs: ArcSwap::default(),
            compiled: Programs::default(),
            pipelines: ArcSwap::default(),
            sudden_end: AtomicU64::new(0),
            work: Notify::new(),
            freed: parts.freed,
            in_hand: AtomicUsize::new(0),
            idle: Notify::new(),
            crowded: ArcSwap::default(),
            full: ArcSwap::default(),
            low: AtomicBool::new(false),
            doubted: AtomicBool::new(false),
            clock: parts.clock,
            keepings: parts.keepings,
            callers: Callers::default(),
            rejections: Rejections::default(),
            buckets: Mutex::default(),
            telling: Mutex::default(),
            named: Mutex::new(parts.mail_password.iter().cloned().collect()),
            mail_password: parts.mail_password,
        }
    }

    /// Asks an operation for its next step, at this moment.
    pub fn step(&self, live: &mut Live) -> Step {
        self.step_at(live, now_millis())
    }

    fn step_at(&self, live: &mut Live, now: Millis) -> Step {
        let secrets = self.secrets.load();
        live.step(&self.around, &Moment { now, secrets: &secrets })
    }

    /// Looks up secrets, with those that were named before: files may hold others by now.
    pub fn load_secrets(&self, names: impl IntoIterator<Item = Arc<str>>) {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.extend(names);
        let secrets = Secrets::load(named.iter().map(|name| &**name));
        if let Some(name) = &self.mail_password {
            self.deliver.know_password(secrets.get(name));
        }
        self.secrets.store(Arc::new(secrets));
    }

    /// How it stands with notices, by pipeline.
    pub fn telling(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Telling>> {
        self.telling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that the secrets of a program are known that is not served any more.
    pub fn know_secrets(&self, names: &[Arc<str>]) {
        let known = self.secrets.load();
        if !names.iter().all(|name| known.names().any(|known| *known == **name)) {
            self.load_secrets(names.iter().cloned());
        }
    }

    /// Takes a request in: an operation that nothing is stored of yet.
    pub fn begin(&self, pipeline: Arc<Pipeline>, request: Incoming, now: Millis) -> Live {
        let program = self.program(&pipeline);
        let received = self.received(now, &pipeline.name, request);
        begin(pipeline, received, program, &self.around)
    }

    /// Stops a pipeline or starts it again, now and for every later start.
    ///
    /// # Errors
    /// The store failed.
    pub async fn set_stop(&self, pipeline: &str, stop: Option<Stop>) -> Result<(), String> {
        self.writer.commit(stop_setting(pipeline, stop)).await?;
        self.around.stopped.rcu(|stopped| {
            let mut stopped = BTreeMap::clone(stopped);
            match stop {
                Some(stop) => stopped.insert(pipeline.into(), stop),
                None => stopped.remove(pipeline),
            };
            stopped
        });
        if stop == Some(Stop::Held) {
            self.callers.dismiss(pipeline, &Refusal::Stopped.reply());
        }
        self.work.notify_one();
        Ok(())
    }

    fn received(&self, now: Millis, pipeline: &str, request: Incoming) -> Received {
        request.received(self.around.ids.next(now, self.keepings.class(pipeline)), now)
    }

    /// Why a new request is refused at the door, without waiting for anything: nothing is stored of it.
    fn has_no_room(&self, pipeline: &Arc<str>) -> Option<Refusal> {
        if self.writer.has_failed() {
            Some(Refusal::StoreUnavailable)
        } else if self.low.load(Ordering::Relaxed) {
            Some(Refusal::DiskFull)
        } else if self.full.load().contains(pipeline) {
            Some(Refusal::HistoryFull)
        } else if self.writer.room() == Room::None || self.crowded.load().contains(pipeline) {
            Some(Refusal::Busy)
        } else {
            None
        }
    }

    /// The text of a pipeline's program. A request that came just before a reload still runs the old one.
    fn program(&self, pipeline: &Pipeline) -> Arc<Program> {
        let served = self.programs.load().get(&pipeline.hash).cloned();
        served.unwrap_or_else(|| Arc::new(program_of(pipeline)))
    }
}

impl Handler for Arc<Server> {
    fn refuses(&self, pipeline: &Pipeline) -> Option<Refusal> {
        if self.around.stop(&pipeline.name).is_some() {
            return Some(Refusal::Stopped);
        }
        self.has_no_room(&pipeline.name)
    }

    async fn handle(
        &self,
        pipeline: Arc<Pipeline>,
        request: Incoming,
        lease: Lease,
    ) -> Result<Reply, Refusal> {
        let turn = self.callers.turn(&pipeline.name).ok_or(Refusal::Busy)?;
        Ok(self.take_in(pipeline, request, turn, lease).await)
    }

    fn limits(&self, pipeline: &Arc<Pipeline>, request: &Incoming) -> Result<(), Refusal> {
        if pipeline.rates.is_empty() {
            return Ok(());
        }
        let now = now_millis();
        // An id is not used up by looking.
        let received = request.clone().received(Id([0; 16]), now);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        run::limit(pipeline, received, &mut buckets).map_err(|after| Refusal::TooManyRequests { after })
    }

    fn admits(&self, pipeline: &Arc<Pipeline>, request: &Incoming) -> Admission {
        if pipeline.verify.is_empty() {
            return Admission::LetIn(None);
        }
        let received = request.clone().received(Id([0; 16]), now_millis());
        let secrets = self.secrets.load();
        admit(pipeline, &received, &|name| secrets.get(name))
    }

    fn rejected(&self, pipeline: &Arc<Pipeline>, request: Incoming, status: u16, reason: &str) {
        let now = now_millis();
        // Nobody waits for it, and it is the first to be dropped when the writer cannot keep up.
        let busy =
            self.writer.room() != Room::Much || self.writer.has_failed() || self.low.load(Ordering::Relaxed);
        if busy || !self.rejections.admits(&pipeline.name, now) {
            self.rejections.drop_one();
            return;
        }
        let request = self.received(now, &pipeline.name, request);
        let write = operations::rejected(pipeline, &request, status, reason, &self.around);
        let writer = self.writer.clone();
        drop(tokio::spawn(async move { writer.commit(write).await }));
    }
}

impl Server {
    /// Begins an operation, and waits for its answer.
    async fn take_in(
        self: &Arc<Server>,
        pipeline: Arc<Pipeline>,
        request: Incoming,
        turn: Turn,
        lease: Lease,
    ) -> Reply {
        // One look at the clock for all that happens before the first wait.
        let now = now_millis();
        let mut live = self.begin(pipeline, request, now);
        let id = live.id;
        match self.step_at(&mut live, now) {
            // Whether it is the first with its key, only the commit says.
            Step::Commit(Write::Accept(accept)) if accept.claim.is_some() => {
                let answer = self.callers.wait(id, turn, lease);
                super::repeats::spawn(self.clone(), live, accept);
                answer.await.unwrap_or_else(|_| internal(id))
            }
            // With its first row it has ended: nothing is left that would have to survive this connection.
            Step::Commit(Write::Accept(accept)) if accept.work.is_none() => {
                let state = accept.row.index.state;
                match self.writer.commit(Write::Accept(accept)).await {
                    Ok(Written::Done) => {}
                    Ok(Written::Duplicate { .. } | Written::Fenced) => return internal(id),
                    Err(_) => return Refusal::StoreUnavailable.reply(),
                }
                super::drive::tell_the_log(&live, state);
                live.committed();
                live.take_answer().unwrap_or_else(|| internal(id))
            }
            first => {
                let answer = self.callers.wait(id, turn, lease);
                super::drive::spawn(self.clone(), live, first);
                answer.await.unwrap_or_else(|_| internal(id))
            }
        }
    }
}

/// What is kept of a pipeline's program.
pub fn program_of(pipeline: &Pipeline) -> Program {
    let all = std::iter::once(&pipeline.source).chain(&pipeline.connectors);
    let files = all.map(|source| (source.name.clone(), source.text.to_string())).collect();
    Program { hash: pipeline.hash, edition: check::EDITION, files }
}

/// A defect of wj's own.
pub fn internal(id: Id) -> Reply {
    let headers = vec![("content-type".into(), "application/json".into())];
    Reply {
        status: 500,
        reason: None,
        headers,
        body: format!(r#"{{"error":"internal","operation":"{id}"}}"#).into(),
    }
}
