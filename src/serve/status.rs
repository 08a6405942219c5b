//! What a running server tells operators: health, status, history, and the orders that it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use super::clock::now_millis;
use super::counts::Counts;
use super::served::Served;
use super::server::Server;
use crate::admin::{Answers, Check, History, HistoryQuery, Response, Stillness, examine, iso};
use crate::check::CheckedFile;
use crate::store::{Span, State, Written};

/// The operator's side of a server.
pub struct Desk {
    pub server: Arc<Server>,
    pub counts: Arc<Counts>,
    pub served: Arc<std::sync::Mutex<Served>>,
    /// Renders a file's findings for people.
    pub render: fn(&CheckedFile) -> String,
    pub started_at: u64,
    pub listen: std::net::SocketAddr,
    pub store: String,
    /// Asks for the scripts to be looked at again; the answer comes when that is done.
    pub reload: mpsc::Sender<std::sync::mpsc::Sender<()>>,
    pub runtime: tokio::runtime::Handle,
}

impl Answers for Desk {
    fn answer(&self, method: &str, target: &str) -> Response {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (method, path.as_slice()) {
            ("GET", ["healthz"]) => Response::ok(json!({ "ok": true })),
            ("GET", ["readyz"]) => self.ready(),
            ("GET", ["status"]) => self.status(),
            ("GET", ["history"]) => match HistoryQuery::parse(query) {
                Ok(query) => self.history(|history| history.list(&query)),
                Err(error) => Response::error(400, error),
            },
            ("GET", ["history", id]) => self.history(|history| history.show(&decoded(id))),
            ("POST", ["history", id, "retry"]) => self.retry(&decoded(id)),
            ("GET", ["doctor"]) => self.doctor(),
            ("POST", ["backup"]) => self.backup(query),
            ("POST", ["reload"]) if query == "wait=1" => self.reload_and_wait(),
            ("POST", ["reload"]) => match self.reload() {
                Some(_) => Response::ok(json!({ "reload": "ordered" })),
                None => stopping(),
            },
            _ => Response::error(404, "nothing is asked here by that name"),
        }
    }
}

impl Desk {
    fn history(&self, ask: impl FnOnce(&History<'_>) -> Response) -> Response {
        let secrets = self.server.secrets.load();
        ask(&History {
            store: &*self.server.store,
            programs: &self.server.compiled,
            masker: secrets.masker(),
        })
    }

    fn doctor(&self) -> Response {
        let space = self.server.keepings.space();
        let checks = examine(&*self.server.store, &self.server.compiled, space, Stillness::Serving);
        Response::ok(json!({ "checks": checks.iter().map(Check::to_json).collect::<Vec<_>>() }))
    }

    /// Copies the store, as it is at one moment, into a new file.
    fn backup(&self, query: &str) -> Response {
        let to = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
        let Some((_, to)) = to else { return Response::error(400, "`to` names the new file") };
        match self.server.store.copy_to(std::path::Path::new(&*to)) {
            Ok(()) => Response::ok(json!({ "backup": to })),
            Err(error) => Response::error(409, error.to_string()),
        }
    }

    fn retry(&self, id: &str) -> Response {
        if self.server.around.dry_run {
            return Response::error(
                409,
                format!("{id}: this server runs with --dry-run, and would not send it"),
            );
        }
        let mut write = None;
        let refused = self.history(|history| match history.retry(id, "the command line", now_millis()) {
            Ok(order) => {
                write = Some(order);
                Response::ok(Json::Null)
            }
            Err(response) => response,
        });
        let Some(write) = write else {
            return refused;
        };
        match self.runtime.block_on(self.server.writer.commit(write)) {
            Ok(Written::Done) => {
                self.server.work.notify_one();
                Response::ok(json!({ "id": id, "retry": "ordered" }))
            }
            Ok(Written::Duplicate { .. } | Written::Fenced) => {
                Response::error(409, format!("{id}: somebody else goes on with it just now"))
            }
            Err(error) => Response::error(503, error),
        }
    }

    fn ready(&self) -> Response {
        if self.server.around.stopping.load(Ordering::Relaxed) {
            stopping()
        } else if self.server.writer.has_failed() {
            Response::error(503, "the store failed, and is being opened again")
        } else if self.server.low.load(Ordering::Relaxed) {
            Response::error(503, "the disk is nearly full")
        } else {
            Response::ok(json!({ "ready": true }))
        }
    }

    /// Orders a look at the scripts; what is given tells when it is done. `None` when nobody looks any more.
    fn reload(&self) -> Option<std::sync::mpsc::Receiver<()>> {
        let (done, wait) = std::sync::mpsc::channel();
        self.reload.blocking_send(done).ok().map(|()| wait)
    }

    fn reload_and_wait(&self) -> Response {
        match self.reload().map(|wait| wait.recv()) {
            Some(Ok(())) => self.status(),
            _ => stopping(),
        }
    }

    fn status(&self) -> Response {
        let served = self.served.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let pipelines: Vec<Json> = served
            .pipelines()
            .iter()
            .map(|pipeline| {
                let routes: Vec<String> = pipeline.routes.iter().map(ToString::to_string).collect();
                json!({
                    "name": pipeline.name,
                    "title": pipeline.title,
                    "file": pipeline.file,
                    "routes": routes,
                })
            })
            .collect();
        let broken: Vec<Json> = served
            .broken()
            .map(|(file, still_served)| {
                json!({
                    "file": file.source.name,
                    "last_good_version_served": still_served,
                    "findings": (self.render)(file),
                })
            })
            .collect();
        let secrets = self.server.secrets.load();
        let used = served.secrets();
        let unset: Vec<&Arc<str>> = secrets.unset().iter().filter(|name| used.contains(*name)).collect();
        let mut counts = serde_json::Map::new();
        match self.server.store.summary(&Span::default()) {
            Ok(summary) => {
                counts.insert("received".into(), json!(summary.received));
                for (state, count) in State::ALL.iter().zip(summary.by_state) {
                    counts.insert(state.as_str().into(), json!(count));
                }
                counts.insert("bytes".into(), json!(summary.bytes));
                counts.insert("notices_waiting".into(), json!(summary.notices_waiting));
            }
            Err(error) => {
                counts.insert("error".into(), json!(error.to_string()));
            }
        }
        Response::ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "started_at": iso(self.started_at),
            "listen": self.listen.to_string(),
            "store": self.store,
            "dry_run": self.server.around.dry_run,
            "stopping": self.server.around.stopping.load(Ordering::Relaxed),
            "store_failed": self.server.writer.has_failed(),
            "disk": self.server.keepings.space().map(|space| json!({
                "free": space.free,
                "size": space.size,
                "low": self.server.low.load(Ordering::Relaxed),
            })),
            "clock_doubted": self.server.doubted.load(Ordering::Relaxed),
            "history_full": self.server.full.load().iter().collect::<Vec<_>>(),
            "in_hand": self.server.in_hand.load(Ordering::Relaxed),
            "calls_out": self.server.around.targets.total(),
            "connections": self.counts.open(),
            "refused": self.refused(),
            "commit": self.server.around.commit.load_full().map(|commit| commit.to_string()),
            "pipelines": pipelines,
            "broken": broken,
            "files_with_warnings": served.warned(),
            "secrets_not_set": unset,
            "operations": counts,
        }))
    }
}

impl Desk {
    /// What was refused at the door, by status; what never happened is left out.
    fn refused(&self) -> Json {
        let mut refused = serde_json::Map::new();
        for (status, count) in self.counts.refused().filter(|(_, count)| *count > 0) {
            refused.insert(status.to_string(), json!(count));
        }
        let not_kept = self.server.rejections.dropped();
        if not_kept > 0 {
            refused.insert("not_kept_in_history".into(), json!(not_kept));
        }
        Json::Object(refused)
    }
}

fn stopping() -> Response {
    Response::error(503, "the server is stopping")
}

fn decoded(segment: &str) -> String {
    percent_decoded(segment).unwrap_or_else(|| segment.to_owned())
}

/// An id holds no escapes; whatever else comes is only shown back in an error.
fn percent_decoded(segment: &str) -> Option<String> {
    let pairs = format!("x={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned())
}
