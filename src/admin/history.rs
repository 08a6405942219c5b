//! Questions about operations, answered from a store: `list`, `show`, `retry`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::operation::{View, iso, operation};
use super::{Response, beginning};
use crate::check;
use crate::operations::{self, Order, Said};
use crate::resolve::program::{Notify, Pipeline};
use crate::run::Reply;
use crate::secrets::Masker;
use crate::source::Source;
use crate::store::{Cursor, Fact, Filter, Hash, Listed, Millis, Operation, State, Store, StoreError, Write};
use crate::value::Id;

/// Programs of the store, compiled as they are asked for.
#[derive(Default)]
pub struct Programs {
    compiled: Mutex<BTreeMap<Hash, Arc<Compiled>>>,
}

/// A program of the store.
pub struct Compiled {
    pub source: Arc<Source>,
    pub pipelines: Vec<Arc<Pipeline>>,
}

impl Compiled {
    pub fn pipeline(&self, name: &str) -> Option<&Arc<Pipeline>> {
        self.pipelines.iter().find(|pipeline| *pipeline.name == *name)
    }
}

impl Programs {
    /// The program that operations ran under; `None` if its text is gone or no longer reads as a program.
    pub fn find(&self, store: &dyn Store, hash: Hash) -> Option<Arc<Compiled>> {
        self.look(store, hash).ok().flatten()
    }

    /// As `find`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn look(&self, store: &dyn Store, hash: Hash) -> Result<Option<Arc<Compiled>>, StoreError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(known) = compiled.get(&hash) {
            return Ok(Some(known.clone()));
        }
        let Some(program) = store.program(hash)?.filter(|program| program.edition == check::EDITION) else {
            return Ok(None);
        };
        // A handful is enough: operations that are looked at together ran under few programs.
        if compiled.len() >= 64 {
            compiled.pop_first();
        }
        let sources: Vec<Arc<Source>> =
            program.files.into_iter().map(|(name, text)| Arc::new(Source::new(name, text))).collect();
        let Some(source) = sources.first().cloned() else { return Ok(None) };
        let pipelines =
            check::check_kept(&sources).files.into_iter().flat_map(|file| file.pipelines).collect();
        let found = Arc::new(Compiled { source, pipelines });
        compiled.insert(hash, found.clone());
        Ok(Some(found))
    }

    /// Why a pipeline of a program that operations ran under cannot run here; `None` if it can.
    pub fn unfit(&self, store: &dyn Store, hash: Hash, pipeline: &str) -> Option<String> {
        match store.program(hash) {
            Err(error) => return Some(format!("the program of `{pipeline}` cannot be read: {error}")),
            Ok(None) => return Some(format!("the program of `{pipeline}` is not there")),
            Ok(Some(program)) if program.edition != check::EDITION => {
                return Some(format!(
                    "the program of `{pipeline}` is of edition {}, and this wj knows {}",
                    program.edition,
                    check::EDITION
                ));
            }
            Ok(Some(_)) => {}
        }
        let found = self.find(store, hash)?;
        let why = || format!("{}, as it was then, is no program for this wj", found.source.name);
        found.pipeline(pipeline).is_none().then(why)
    }
}

/// Bounds of one page, so that a question, however wide, costs a server neither its memory nor its time.
const LONGEST_PAGE: usize = 1_000;
const LARGEST_PAGE: u64 = 8 << 20;
const LONGEST_SEARCH: Duration = Duration::from_secs(1);

/// A question about operations.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    pub filter: Filter,
    pub after: Option<Cursor>,
    pub limit: usize,
    /// Whole operations instead of lines.
    pub full: bool,
}

pub struct History<'a> {
    pub store: &'a dyn Store,
    pub programs: &'a Programs,
    pub masker: &'a Masker,
}

impl History<'_> {
    /// `{"operations": […], "next": cursor}`, newest first. A page may be shorter than what was asked for, when there is
    /// much to read or to search: whoever wants more goes on at the cursor.
    pub fn list(&self, query: &HistoryQuery) -> Response {
        let mut filter = query.filter.clone();
        // The text is looked for in what is shown, masked: a secret cannot be guessed by searching for it.
        let text = filter.text.take().map(|text| in_json(&text).to_lowercase());
        let until = Instant::now() + LONGEST_SEARCH;
        let limit = query.limit.min(LONGEST_PAGE);
        let mut after = query.after;
        let mut shown = Vec::new();
        let mut bytes = 0_u64;
        loop {
            let page =
                match self.store.list(&filter, after.as_ref(), limit.saturating_sub(shown.len()).max(1)) {
                    Ok(page) => page,
                    Err(error) => return Response::error(500, error.to_string()),
                };
            let count = page.items.len();
            after = page.next;
            for (at, listed) in (1..).zip(page.items) {
                let id = listed.id;
                if query.full || text.is_some() {
                    bytes += u64::from(listed.bytes);
                }
                shown.extend(self.listed(listed, query.full, text.as_deref()));
                if at < count && (bytes > LARGEST_PAGE || Instant::now() >= until) {
                    after = Some(Cursor(id));
                    break;
                }
            }
            if after.is_none() || shown.len() >= limit || bytes > LARGEST_PAGE || Instant::now() >= until {
                return Response::ok(
                    json!({ "operations": shown, "next": after.map(|cursor| cursor.0.to_string()) }),
                );
            }
        }
    }

    /// One operation of a list, if the text is found in it.
    fn listed(&self, listed: Listed, full: bool, text: Option<&str>) -> Option<Json> {
        let whole = if full || text.is_some() { self.whole(listed.id, false) } else { None };
        if let Some(text) = text {
            whole.as_ref().filter(|json| json.to_string().to_lowercase().contains(text))?;
        }
        Some(match whole.filter(|_| full) {
            Some(whole) => whole,
            None => json!({
                "id": listed.id.to_string(),
                "pipeline": listed.pipeline,
                "status": listed.state.as_str(),
                "received_at": iso(listed.received_at),
                "updated_at": iso(listed.updated_at),
                "answer": if listed.status == 0 { Json::Null } else { json!({ "status": listed.status }) },
                "bytes": listed.bytes,
                "reason": self.masker.mask(&listed.reason),
            }),
        })
    }

    /// One operation, whole, with its steps. It may be named by the beginning of its id.
    pub fn show(&self, id: &str) -> Response {
        let id = match beginning::find(self.store, id) {
            Ok(id) => id,
            Err(refused) => return refused,
        };
        match self.whole(id, true) {
            Some(json) => Response::ok(json),
            None => Response::error(404, format!("there is no operation {id} in this store")),
        }
    }

    fn whole(&self, id: Id, steps: bool) -> Option<Json> {
        let loaded = self.store.load(id).ok()??;
        let compiled = steps
            .then(|| operations::Log::read(&loaded).ok())
            .flatten()
            .and_then(|log| self.programs.find(self.store, log.received.program));
        let view = View { masker: self.masker, compiled: compiled.as_deref(), steps };
        let mut json = operation(&loaded, &view);
        let pipeline = compiled.as_ref().and_then(|compiled| compiled.pipeline(&loaded.pipeline));
        if let (Some(notice), Some(pipeline)) = (json.get_mut("notice"), pipeline) {
            let to: Vec<&str> = pipeline
                .notify
                .iter()
                .flat_map(|notify| match notify {
                    Notify::Email(to) => to.iter().map(|to| &**to).collect::<Vec<_>>(),
                    Notify::Http(url) => vec![&**url],
                })
                .collect();
            if let Some(notice) = notice.as_object_mut() {
                notice.insert("to".into(), json!(to));
            }
        }
        Some(json)
    }

    /// Why an operation is not retried that left its `dedupe` key.
    pub fn key_is_taken(id: &str, of: Id) -> String {
        format!("{id}: its `dedupe` key is held by {of} since, and one key is carried out once")
    }

    /// The write that carries out an order about an operation.
    ///
    /// # Errors
    /// Why it cannot be carried out, as an answer.
    pub fn order(&self, id: &str, what: Ordered, order: Order<'_>) -> Result<Write, Response> {
        let loaded = self.loaded(id)?;
        let write = match what {
            Ordered::Retry => operations::retry(&loaded, order),
            Ordered::Cancel { told } => {
                let pipeline = self.began_with(&loaded);
                operations::cancel(&loaded, pipeline.as_ref(), told.as_ref(), order)
            }
            Ordered::Settle(said) => match self.began_with(&loaded) {
                Some(pipeline) => operations::settle(&loaded, &pipeline, said, self.masker, order),
                None => Err("its script can no longer be run by this version".to_owned()),
            },
        };
        write.map_err(|why| Response::error(409, format!("{}: {why}", loaded.id)))
    }

    /// The pipeline that an operation began with, if its script can be run here.
    fn began_with(&self, operation: &Operation) -> Option<Arc<Pipeline>> {
        let log = operations::Log::read(operation).ok()?;
        let compiled = self.programs.find(self.store, log.received.program)?;
        compiled.pipeline(&operation.pipeline).cloned()
    }

    /// Whether an order that was committed stands in the log: another row may have come before it.
    pub fn stands(&self, id: &str, order: Order<'_>) -> bool {
        self.loaded(id).is_ok_and(|loaded| {
            loaded.rows.iter().flatten().any(|fact| {
                matches!(fact, Fact::Person { who, at, .. } if **who == *order.who && *at == order.now)
            })
        })
    }

    /// An operation by its id.
    ///
    /// # Errors
    /// Why it cannot be had, as an answer.
    pub fn loaded(&self, id: &str) -> Result<Operation, Response> {
        let id: Id =
            id.parse().map_err(|()| Response::error(400, format!("`{id}` is not the id of an operation")))?;
        self.store
            .load(id)
            .map_err(|error| Response::error(500, error.to_string()))?
            .ok_or_else(|| Response::error(404, format!("there is no operation {id} in this store")))
    }
}

/// What a person may order of an operation.
pub enum Ordered {
    Retry,
    Settle(Said),
    /// With what a caller who still waits is told.
    Cancel {
        told: Option<Reply>,
    },
}

/// A text as it stands inside a JSON text.
fn in_json(text: &str) -> String {
    let quoted = Json::String(text.to_owned()).to_string();
    let inner = quoted.get(1..quoted.len() - 1);
    inner.unwrap_or_default().to_owned()
}

impl HistoryQuery {
    /// Reads the query of a request.
    ///
    /// # Errors
    /// A value that means nothing, in words.
    pub fn parse(query: &str) -> Result<HistoryQuery, String> {
        let mut out = HistoryQuery { limit: 100, ..HistoryQuery::default() };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "pipeline" => out.filter.pipeline = Some((*value).into()),
                "status" => {
                    out.filter.state = Some(State::parse(&value).ok_or_else(|| {
                        let states: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
                        format!("`{value}` is no status; there are: {}", states.join(", "))
                    })?);
                }
                "since" => out.filter.since = Some(time(&value)?),
                "until" => out.filter.until = Some(time(&value)?),
                "text" => out.filter.text = Some(value.into_owned()),
                "limit" => {
                    out.limit =
                        value.parse().ok().filter(|limit| *limit > 0).ok_or("`limit` is a number above 0")?;
                }
                "after" => {
                    let id = value.parse().map_err(|()| format!("`{value}` is no cursor"))?;
                    out.after = Some(Cursor(id));
                }
                "full" => out.full = value == "1",
                _ => return Err(format!("`{name}` is not known here")),
            }
        }
        Ok(out)
    }

    /// Writes what `parse` reads.
    pub fn to_query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string());
        if let Some(pipeline) = &self.filter.pipeline {
            query.append_pair("pipeline", pipeline);
        }
        if let Some(state) = self.filter.state {
            query.append_pair("status", state.as_str());
        }
        if let Some(since) = self.filter.since {
            query.append_pair("since", &iso(since));
        }
        if let Some(until) = self.filter.until {
            query.append_pair("until", &iso(until));
        }
        if let Some(text) = &self.filter.text {
            query.append_pair("text", text);
        }
        if let Some(after) = &self.after {
            query.append_pair("after", &after.0.to_string());
        }
        if self.full {
            query.append_pair("full", "1");
        }
        query.finish()
    }
}

/// A time as operators write it: ISO 8601 with an offset or `Z`, or a date (its beginning in UTC).
fn time(text: &str) -> Result<Millis, String> {
    let stamp = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let date: jiff::civil::Date = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
    });
    stamp
        .and_then(|stamp| Millis::try_from(stamp.as_millisecond()).ok())
        .ok_or_else(|| format!("`{text}` is no time; write 2026-11-24T10:00:00Z or 2026-11-24"))
}
