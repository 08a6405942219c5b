//! What a person orders of a running server's operations: retry, settle, cancel, replay.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::clock::now_millis;
use super::status::{Desk, stopping};
use super::{Handler, Incoming, drive};
use crate::actions::Answer;
use crate::admin::{History, Ordered, Response};
use crate::operations::{self, Log, Order, REPLAY, Said, Step};
use crate::routing::{Found, Routes};
use crate::run::failed_reply;
use crate::store::{Fact, Operation, State, Write, Written};
use crate::value::{Bytes, Id};

/// Who orders what comes through the socket.
const WHO: &str = "the command line";

impl Desk {
    /// `what` is the last part of the order's path.
    pub(super) fn order(&self, id: &str, what: &str, query: &str, body: Bytes) -> Response {
        if self.server.around.stopping.load(Ordering::Relaxed) {
            return stopping();
        }
        let ordered = match (what, query) {
            ("replay", query) => return self.replay(id, query == "again=1"),
            ("retry" | "settle", _) if self.server.around.dry_run => {
                return Response::error(
                    409,
                    format!("{id}: this server runs with --dry-run, and would not send it"),
                );
            }
            ("retry", _) => Ordered::Retry,
            ("cancel", _) => Ordered::Cancel { told: self.waiting(id).map(failed_reply) },
            ("settle", "failed=1") => Ordered::Settle(Said::Failed),
            ("settle", query) => match query.strip_prefix("status=").and_then(|status| status.parse().ok()) {
                Some(status) => Ordered::Settle(Said::Answered(Answer { status, body, ..Answer::default() })),
                None => return Response::error(400, "`settle` takes `status=N` or `failed=1`"),
            },
            _ => return Response::error(404, "nothing is asked here by that name"),
        };
        let is_cancel = matches!(ordered, Ordered::Cancel { .. });
        let order = Order { who: WHO, now: now_millis() };
        let write = match self.history(|history| history.order(id, ordered, order)) {
            Ok(write) => write,
            Err(refused) => return refused,
        };
        if let Err(refused) = self.commit(id, write) {
            return refused;
        }
        if !self.history(|history| history.stands(id, order)) {
            return Response::error(409, format!("{id}: it went on meanwhile; look at it, and order again"));
        }
        match self.waiting(id) {
            Some(waiting) if is_cancel => self.tell_cancelled(waiting),
            _ => self.server.work.notify_one(),
        }
        if let Ok(id) = id.parse() {
            // Who repeats its request learns how it ended.
            self.server.callers.wake(id);
        }
        Response::ok(json!({ "id": id, "ordered": what }))
    }

    /// The operation, if a caller waits for its answer.
    fn waiting(&self, id: &str) -> Option<Id> {
        id.parse().ok().filter(|id| self.server.callers.is_waited_for(*id))
    }

    /// Tells the caller of an operation that was cancelled, unless an answer of its own was recorded just before.
    fn tell_cancelled(&self, id: Id) {
        let reply = failed_reply(id);
        let operation = self.server.store.load(id).ok().flatten();
        let log = operation.and_then(|operation| Log::read(&operation).ok());
        if log.is_some_and(|log| log.tells(&reply)) {
            self.server.callers.tell(id, reply);
        }
    }

    fn commit(&self, id: &str, write: Write) -> Result<(), Response> {
        match self.runtime.block_on(self.server.writer.commit(write)) {
            Ok(Written::Done) => Ok(()),
            Ok(Written::Duplicate { of, .. }) => Err(Response::error(409, History::key_is_taken(id, of))),
            Ok(Written::Fenced) => {
                Err(Response::error(409, format!("{id}: it is in hand just now; try again in a moment")))
            }
            Err(error) => Err(Response::error(503, error)),
        }
    }

    /// Carries the request of an operation out anew with today's script, as a new operation that is linked with it.
    fn replay(&self, id: &str, again: bool) -> Response {
        let planned = self.history(|history| planned(history, id, again));
        let (operation, log) = match planned {
            Ok(planned) => planned,
            Err(refused) => return refused,
        };
        let server = &self.server;
        let name = &operation.pipeline;
        let Some(pipeline) = server.pipelines.load().get(name).cloned() else {
            return Response::error(409, format!("{id}: pipeline `{name}` is not served now"));
        };
        if server.around.stop(name).is_some() {
            return Response::error(409, format!("{id}: pipeline `{name}` is stopped"));
        }
        if server.refuses(&pipeline).is_some() {
            return Response::error(503, "the server is busy");
        }
        let request = log.request();
        let path = request.target.split('?').next().unwrap_or_default();
        let routes = Routes::new(vec![pipeline.clone()]);
        let Found::Pipeline { params, .. } = routes.find(&request.method, path) else {
            let (method, path) = (&request.method, path);
            return Response::error(409, format!("{id}: `{name}` does not take {method} {path} now"));
        };
        let mut live = server.begin(
            pipeline,
            Incoming {
                method: request.method,
                target: request.target,
                headers: request.headers,
                body: request.body,
                ip: request.ip,
                params,
                receipt: request.receipt,
            },
            now_millis(),
        );
        let by = live.id;
        live.link(operation.id);
        let Step::Commit(first) = server.step(&mut live) else {
            return Response::error(500, format!("{id}: it could not be begun"));
        };
        if let Err(refused) = self.commit(id, first) {
            return refused;
        }
        live.committed();
        let next = server.step(&mut live);
        {
            let _entered = self.runtime.enter();
            drive::spawn(Arc::clone(server), live, next);
        }
        let order = Order { who: WHO, now: now_millis() };
        let marked = operations::replayed(&operation, by, order).map(|mark| self.commit(id, mark));
        if !matches!(marked, Ok(Ok(()))) {
            tracing::warn!(operation = %operation.id, %by, "it could not be written down that it was replayed");
        }
        Response::ok(json!({ "id": id, "ordered": "replay", "as": by.to_string() }))
    }
}

/// An operation whose request can be carried out anew.
fn planned(history: &History<'_>, id: &str, again: bool) -> Result<(Operation, Log), Response> {
    let operation = history.loaded(id)?;
    let refused = |why: String| Response::error(409, format!("{id}: {why}"));
    let log = Log::read(&operation).map_err(refused)?;
    match log.ended.as_ref().map(|ended| ended.state) {
        None => return Err(refused("it is open: it has not ended yet".to_owned())),
        Some(state @ (State::Rejected | State::Duplicate)) => {
            return Err(refused(format!("it is {}: nothing of it ever ran", state.as_str())));
        }
        Some(_) => {}
    }
    if let Some(by) = replayed_as(&operation).filter(|_| !again) {
        return Err(refused(format!("it was replayed as {by} already")));
    }
    Ok((operation, log))
}

/// The newest operation that carries its request out anew.
fn replayed_as(operation: &Operation) -> Option<Id> {
    operation.rows.iter().rev().find_map(|row| match row.as_slice() {
        [Fact::Person { what, .. }, Fact::Linked(by)] if **what == *REPLAY => Some(Id(*by)),
        _ => None,
    })
}
