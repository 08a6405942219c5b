//! What a running server tells operators: health, status, history, and the orders that it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use super::counts::Counts;
use super::served::Served;
use super::server::Server;
use crate::admin::{Answers, Check, History, HistoryQuery, Response, Stillness, examine, iso, stop_name};
use crate::check::CheckedFile;
use crate::diagnostic::near;
use crate::operations::Stop;
use crate::store::{Lane, LaneHead, Span, State};
use crate::value::Bytes;

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
    fn answer(&self, method: &str, target: &str, body: Bytes) -> Response {
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
            ("POST", ["history", id, what]) => self.order(&decoded(id), what, query, body),
            ("GET", ["doctor"]) => self.doctor(),
            ("POST", ["backup"]) => self.backup(query),
            ("POST", ["pipelines", name, "stop"]) => {
                let stop = if query == "drain=1" { Stop::Draining } else { Stop::Held };
                self.set_stop(&decoded(name), Some(stop))
            }
            ("POST", ["pipelines", name, "start"]) => self.set_stop(&decoded(name), None),
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
    pub(super) fn history<T>(&self, ask: impl FnOnce(&History<'_>) -> T) -> T {
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

    fn set_stop(&self, name: &str, stop: Option<Stop>) -> Response {
        let open = self.open_work();
        let pipelines = self.server.pipelines.load();
        let is_known = pipelines.contains_key(name)
            || self.server.around.stop(name).is_some()
            || open.iter().any(|head| *head.lane.pipeline == *name);
        if !is_known {
            let near = near(name, pipelines.keys().map(|name| &**name));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Response::error(404, format!("there is no pipeline `{name}` here{hint}"));
        }
        match self.runtime.block_on(self.server.set_stop(name, stop)) {
            Ok(()) => {
                tracing::info!(pipeline = %name, "{}", stop.map_or("started", |_| "stopped"));
                Response::ok(json!({
                    "pipeline": name,
                    "stopped": stop.map(stop_name),
                    "open": depth(&open, |lane| *lane.pipeline == *name),
                }))
            }
            Err(error) => Response::error(503, error),
        }
    }

    /// The lanes of unfinished operations.
    fn open_work(&self) -> Vec<LaneHead> {
        self.server.store.lanes().unwrap_or_default()
    }

    /// The hosts that are called or waited for, with what waits for each.
    fn hosts(&self, open: &[LaneHead]) -> Vec<Json> {
        let shown = self.server.around.targets.status().into_iter().filter(|host| !host.host.is_empty());
        shown
            .map(|host| {
                let waiting = depth(open, |lane| lane.host == host.host);
                json!({
                    "host": host.host,
                    "calls_out": host.out,
                    "calls_at_once": host.at_once,
                    "rate": host.rate.map(|rate| format!("{} per {}", rate.count, written(rate.per))),
                    "failed_in_a_row": host.failed,
                    "open_until": host.open_until.map(iso),
                    "waiting": waiting,
                })
            })
            .collect()
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
        let open = self.open_work();
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
                    "stopped": self.server.around.stop(&pipeline.name).map(stop_name),
                    "open": depth(&open, |lane| lane.pipeline == pipeline.name),
                })
            })
            .collect();
        let stopped = self.server.around.stopped.load();
        let is_served = |name: &Arc<str>| served.pipelines().iter().any(|own| own.name == *name);
        let stopped_unserved: Vec<Json> = stopped
            .iter()
            .filter(|(name, _)| !is_served(name))
            .map(|(name, stop)| {
                let open = depth(&open, |lane| lane.pipeline == *name);
                json!({ "name": name, "stopped": stop_name(*stop), "open": open })
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
            "stopped_and_not_served": stopped_unserved,
            "hosts": self.hosts(&open),
            "broken": broken,
            "files_with_warnings": served.warned(),
            "secrets_not_set": unset,
            "mail": self.server.deliver.has_mail(),
            "notices": self.notices(),
            "operations": counts,
        }))
    }
}

impl Desk {
    /// Pipelines whose notices wait: when the next message may go out, and why the last one did not.
    fn notices(&self) -> Vec<Json> {
        let secrets = self.server.secrets.load();
        let telling = self.server.telling();
        let waiting = telling.iter().map(|(pipeline, telling)| {
            json!({
                "pipeline": pipeline,
                "next_at": telling.next.map(iso),
                "error": telling.error.as_ref().map(|why| secrets.masker().mask(why).into_owned()),
            })
        });
        waiting.collect()
    }

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

/// How much waits in lanes; what is in hand counts, where some of its lane waits.
fn depth(open: &[LaneHead], is_meant: impl Fn(&Lane) -> bool) -> u64 {
    open.iter().filter(|head| is_meant(&head.lane)).map(|head| head.depth).sum()
}

/// Milliseconds as scripts write them: `90m`.
fn written(millis: u64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];
    match units.into_iter().find(|(_, unit)| millis >= *unit && millis.is_multiple_of(*unit)) {
        Some((name, unit)) => format!("{}{name}", millis / unit),
        None => format!("{millis}ms"),
    }
}

pub(super) fn stopping() -> Response {
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
