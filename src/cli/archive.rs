//! Whom `wj history` asks: the running server, or the store where none runs.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::Failure;
use super::history::path_segment;
use crate::admin::{Asked, History, Ordered, Programs, Response, ask, ask_with};
use crate::operations::Order;
use crate::secrets::Secrets;
use crate::store::{self, Filter, Store, Written};
use crate::value::Id;

/// As many recent operations are looked through for the secrets that their programs name.
const RECENT: usize = 100;

/// Whom questions are put to: the running server, or the store where none runs, opened once for all of them.
pub(super) struct Archive<'a> {
    data: &'a Path,
    opened: Option<Opened>,
}

/// When an order is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Now,
    AtTheNextStart,
}

struct Opened {
    store: Arc<dyn Store>,
    programs: Programs,
    secrets: Secrets,
}

impl<'a> Archive<'a> {
    pub fn new(data: &'a Path) -> Archive<'a> {
        Archive { data, opened: None }
    }

    /// # Errors
    /// What keeps it from being answered.
    pub fn question(
        &mut self,
        target: &str,
        offline: impl FnOnce(&History<'_>) -> Response,
    ) -> Result<Json, Failure> {
        let response = match self.answer(target)? {
            Some(response) => response,
            None => {
                let Opened { store, programs, secrets } = self.opened()?;
                offline(&History { store: &**store, programs, masker: secrets.masker() })
            }
        };
        match response.status {
            200 => Ok(response.body),
            _ => Err(Failure::no(error_of(&response.body))),
        }
    }

    /// The whole id of the operation that is named by it, or by its beginning.
    ///
    /// # Errors
    /// A beginning that is none's, or that of several, which are named.
    pub fn id(&mut self, named: &str) -> Result<String, Failure> {
        if named.parse::<Id>().is_ok() {
            return Ok(named.to_owned());
        }
        let target = format!("/history/{}", path_segment(named));
        let operation = self.question(&target, |history| history.show(named))?;
        Ok(operation.get("id").and_then(Json::as_str).unwrap_or(named).to_owned())
    }

    /// The server's answer; `None` where no server runs.
    fn answer(&self, target: &str) -> Result<Option<Response>, Failure> {
        if self.opened.is_some() {
            return Ok(None);
        }
        match ask(self.data, "GET", target) {
            Asked::Answered(response) => Ok(Some(response)),
            Asked::Failed(error) => Err(Failure::no(error)),
            Asked::NoServer => Ok(None),
        }
    }

    /// Lets the server carry out an order, or writes it to the store where none runs, for the next start.
    ///
    /// # Errors
    /// What keeps it from being asked; why it is refused stands in the response.
    pub fn order(
        &mut self,
        id: &str,
        target: &str,
        body: &[u8],
        ordered: Ordered,
    ) -> Result<(Response, When), Failure> {
        if self.opened.is_none() {
            match ask_with(self.data, "POST", target, body) {
                Asked::Answered(response) => return Ok((response, When::Now)),
                Asked::Failed(error) => return Err(Failure::no(error)),
                Asked::NoServer => {}
            }
        }
        let Opened { store, programs, secrets } = self.opened()?;
        let now = crate::serve::now_millis();
        let history = History { store: &**store, programs, masker: secrets.masker() };
        let response = match history.order(id, ordered, Order { who: "the command line", now }) {
            Ok(write) => {
                let written = store.commit(&[write], now).map_err(|error| Failure::no(error.to_string()))?;
                match written.as_slice() {
                    [Written::Duplicate { of, .. }] => Response::error(409, History::key_is_taken(id, *of)),
                    _ => Response::ok(Json::Null),
                }
            }
            Err(refused) => refused,
        };
        Ok((response, When::AtTheNextStart))
    }

    fn opened(&mut self) -> Result<&Opened, Failure> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => {
                let store = open(self.data)?;
                let programs = Programs::default();
                let secrets = secrets_of(&*store, &programs);
                Opened { store, programs, secrets }
            }
        };
        Ok(self.opened.insert(opened))
    }
}

/// Without a server, what is masked are the secrets that the programs of recent operations name, as far as they are set here.
fn secrets_of(store: &dyn Store, programs: &Programs) -> Secrets {
    let recent = store.list(&Filter::default(), None, RECENT).map(|page| page.items).unwrap_or_default();
    let mut names: Vec<Arc<str>> = Vec::new();
    for listed in recent {
        let loaded = store.load(listed.id).ok().flatten();
        let Some(log) = loaded.and_then(|operation| crate::operations::Log::read(&operation).ok()) else {
            continue;
        };
        let program = programs.find(store, log.received.program);
        names.extend(
            program.iter().flat_map(|program| &program.pipelines).flat_map(|own| own.secrets.iter().cloned()),
        );
    }
    names.sort();
    names.dedup();
    Secrets::load(names.iter().map(|name| &**name))
}

/// The store of a directory.
///
/// # Errors
/// There is none, or it cannot be opened.
pub(super) fn open(data: &Path) -> Result<Arc<dyn Store>, Failure> {
    if !data.join(store::FILE).exists() {
        let place = data.display();
        return Err(Failure::no(format!("there is no history in {place}: no server has kept one there yet")));
    }
    store::open(&data.to_string_lossy()).map_err(|error| Failure::no(error.to_string()))
}

/// What a server gave as the reason of a refusal.
pub(super) fn error_of(body: &Json) -> String {
    body.get("error").and_then(Json::as_str).unwrap_or("the server gave no reason").to_owned()
}
