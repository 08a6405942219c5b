//! The server as one thing: what the door hands in becomes operations, driven to their ends over store and network.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use tokio::sync::{Notify, oneshot};

use super::clock::now_millis;
use super::writer::Writer;
use super::{Handler, Incoming};
use crate::admin::Programs;
use crate::deliver::Deliver;
use crate::operations::{Live, Moment, Step, Surroundings, begin};
use crate::resolve::program::Pipeline;
use crate::run::{Received, Reply};
use crate::secrets::Secrets;
use crate::store::{
    Fact, Hash, Index, Millis, Program, ReceivedFact, Rejected, Row, State, Store, Write, Written, encode,
};
use crate::value::{Bytes, Id};

/// The requests of one pipeline that may be without an answer at once.
const UNANSWERED: usize = 256;

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
    /// Work in the store may be due.
    pub work: Notify,
    /// A call came back.
    pub freed: Arc<Notify>,
    /// No new request and no new call.
    pub stopping: AtomicBool,
    /// Operations in hand.
    pub in_hand: AtomicUsize,
    /// The last one in hand is done.
    pub idle: Notify,
    waiting: Mutex<HashMap<Id, oneshot::Sender<Reply>>>,
    unanswered: Mutex<HashMap<Arc<str>, usize>>,
}

/// What a server is put together from.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub writer: Writer,
    pub around: Surroundings,
    pub secrets: Secrets,
    pub deliver: Deliver,
    pub freed: Arc<Notify>,
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
            work: Notify::new(),
            freed: parts.freed,
            stopping: AtomicBool::new(false),
            in_hand: AtomicUsize::new(0),
            idle: Notify::new(),
            waiting: Mutex::default(),
            unanswered: Mutex::default(),
        }
    }

    /// Asks an operation for its next step, at this moment.
    pub fn step(&self, live: &mut Live) -> Step {
        let secrets = self.secrets.load();
        live.step(&self.around, &Moment { now: now_millis(), secrets: &secrets })
    }

    /// Gives the caller of an operation its answer, if one waits.
    pub fn tell(&self, id: Id, reply: Reply) {
        let caller = lock(&self.waiting).remove(&id);
        if let Some(caller) = caller {
            // A caller who hung up changes nothing.
            drop(caller.send(reply));
        }
    }

    /// Looks up the secrets of a program that is not served any more.
    pub fn know_secrets(&self, names: &[Arc<str>]) {
        let secrets = self.secrets.load();
        if names.iter().all(|name| secrets.names().any(|known| *known == **name)) {
            return;
        }
        let all = secrets.names().chain(names.iter().map(|name| &**name));
        self.secrets.store(Arc::new(Secrets::load(all)));
    }

    fn received(&self, now: Millis, request: Incoming) -> Received {
        Received {
            id: self.around.ids.next(now, 0),
            at: now,
            method: request.method,
            target: request.target,
            headers: request.headers,
            body: request.body,
            ip: request.ip,
            params: request.params,
        }
    }

    /// The text of a pipeline's program. A request that came just before a reload still runs the old one.
    fn program(&self, pipeline: &Pipeline) -> Arc<Program> {
        let served = self.programs.load().get(&pipeline.hash).cloned();
        served.unwrap_or_else(|| Arc::new(program_of(pipeline)))
    }
}

impl Handler for Arc<Server> {
    async fn handle(&self, pipeline: Arc<Pipeline>, request: Incoming) -> Reply {
        if self.stopping.load(Ordering::Relaxed) || self.writer.is_full() {
            return busy();
        }
        let Some(_turn) = Turn::take(self, &pipeline.name) else {
            return busy();
        };
        let program = self.program(&pipeline);
        let received = self.received(now_millis(), request);
        let id = received.id;
        let mut live = begin(pipeline, received, program, &self.around);
        match self.step(&mut live) {
            // With its first row it has ended: nothing is left that would have to survive this connection.
            Step::Commit(Write::Accept(accept)) if accept.work.is_none() => {
                let state = accept.row.index.state;
                match self.writer.commit(Write::Accept(accept)).await {
                    Ok(Written::Done) => {}
                    Ok(Written::Duplicate { .. } | Written::Fenced) => return internal(id),
                    Err(_) => return not_stored(),
                }
                super::drive::tell_the_log(&live, state);
                live.committed();
                match self.step(&mut live) {
                    Step::Answer(reply) => reply,
                    _ => internal(id),
                }
            }
            first => {
                let (caller, answer) = oneshot::channel();
                lock(&self.waiting).insert(id, caller);
                super::drive::spawn(self.clone(), live, first);
                answer.await.unwrap_or_else(|_| internal(id))
            }
        }
    }

    fn rejected(&self, pipeline: &Arc<Pipeline>, request: Incoming, status: u16, reason: &'static str) {
        let now = now_millis();
        let received = self.received(now, request);
        let program = pipeline.hash;
        let facts = [
            Fact::Received(ReceivedFact {
                at: now,
                pipeline: pipeline.name.clone(),
                program,
                commit: self.around.commit(),
                file: pipeline.file.clone(),
                dry_run: self.around.dry_run,
                method: received.method,
                target: received.target,
                headers: received.headers.as_block().clone(),
                body: received.body,
                ip: received.ip,
                params: received.params,
            }),
            Fact::Answer { status, headers: Vec::new(), body: Bytes::new() },
            Fact::End { state: State::Rejected, reason: reason.into(), at_step: None },
        ];
        let mut blobs = Vec::new();
        let facts = encode(&facts, &mut blobs);
        let bytes = u32::try_from(facts.len()).unwrap_or(u32::MAX);
        let index = Index { state: State::Rejected, status, at: now, bytes, reason: reason.into() };
        let write = Write::Rejected(Box::new(Rejected {
            id: received.id,
            pipeline: pipeline.name.clone(),
            row: Row { facts, blobs, index },
        }));
        // Nobody waits for it, and it is the first to be dropped when the writer cannot keep up.
        if !self.writer.is_full() {
            let writer = self.writer.clone();
            drop(tokio::spawn(async move { writer.commit(write).await }));
        }
    }
}

/// The language edition that programs are kept with.
const EDITION: u16 = 1;

/// What is kept of a pipeline's program.
pub fn program_of(pipeline: &Pipeline) -> Program {
    let files = vec![(pipeline.source.name.clone(), pipeline.source.text.to_string())];
    Program { hash: pipeline.hash, edition: EDITION, files }
}

/// One request of a pipeline that waits for its answer.
struct Turn<'a> {
    server: &'a Server,
    pipeline: Arc<str>,
}

impl<'a> Turn<'a> {
    fn take(server: &'a Server, pipeline: &Arc<str>) -> Option<Turn<'a>> {
        let mut unanswered = lock(&server.unanswered);
        match unanswered.get_mut(pipeline) {
            Some(count) if *count >= UNANSWERED => return None,
            Some(count) => *count += 1,
            None => drop(unanswered.insert(pipeline.clone(), 1)),
        }
        Some(Turn { server, pipeline: pipeline.clone() })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(count) = lock(&self.server.unanswered).get_mut(&self.pipeline) {
            *count = count.saturating_sub(1);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn busy() -> Reply {
    refusal(503, r#"{"error":"busy"}"#.into())
}

/// The store failed: what was to be acknowledged may or may not be on disk, so it is not acknowledged.
pub fn not_stored() -> Reply {
    refusal(503, r#"{"error":"store_unavailable"}"#.into())
}

fn internal(id: Id) -> Reply {
    refusal(500, format!(r#"{{"error":"internal","operation":"{id}"}}"#))
}

fn refusal(status: u16, body: String) -> Reply {
    let mut headers: Vec<(Arc<str>, Arc<str>)> = vec![("Content-Type".into(), "application/json".into())];
    if status == 503 {
        headers.push(("Retry-After".into(), "1".into()));
    }
    Reply { status, reason: None, headers, body: body.into() }
}
