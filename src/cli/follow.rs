//! `wj history list --follow`: what comes in, as it comes.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value as Json;

use super::Failure;
use super::archive::error_of;
use crate::admin::{Asked, HistoryQuery, ask};
use crate::serve::now_millis;
use crate::store::{Cursor, Millis};
use crate::value::Id;

/// How often the server is asked.
const EVERY: Duration = Duration::from_millis(500);

/// How far back each look reads: ids are not in the order in which operations are committed.
const BACK: Millis = 10_000;

/// Shows the newest, oldest first, and then each as it comes, until the server is gone or whoever reads is. Only a running
/// server gets new ones.
pub(super) fn follow(
    query: HistoryQuery,
    data: &Path,
    out: &mut dyn Write,
    line: impl Fn(&Json) -> String,
) -> Result<ExitCode, Failure> {
    let place = data.display();
    let begin = |missed| match missed {
        Missed::Nobody => Failure::no(format!("no server runs on {place}, so nothing will come")),
        Missed::HungUp(error) | Missed::Refused(error) => Failure::no(error),
    };
    let mut from = now_millis().saturating_sub(BACK);
    let before = look(since(&query, from), data).map_err(begin)?;
    let mut found = look(query.clone(), data).map_err(begin)?;
    // What was there before and is none of the newest that were asked for does not come later either.
    let mut shown: BTreeSet<Id> = before.iter().filter_map(id_of).collect();
    for id in found.iter().filter_map(id_of) {
        shown.remove(&id);
    }
    loop {
        // Newest first as it came; people read downwards.
        for operation in found.iter().rev() {
            if id_of(operation).is_some_and(|id| shown.insert(id)) {
                writeln!(out, "{}", line(operation))?;
            }
        }
        out.flush()?;
        shown = shown.split_off(&Id::new(from.saturating_sub(BACK), 0, [0; 10]));
        std::thread::sleep(EVERY);
        let next = since(&query, from);
        from = now_millis().saturating_sub(BACK);
        found = look(next, data).map_err(|missed| match missed {
            // A server that is just going may hang up in the middle.
            Missed::Nobody | Missed::HungUp(_) => Failure::no(format!("the server on {place} is gone")),
            Missed::Refused(error) => Failure::no(error),
        })?;
    }
}

/// All that is not older, however much it is.
fn since(query: &HistoryQuery, from: Millis) -> HistoryQuery {
    let mut query = HistoryQuery { limit: usize::MAX, ..query.clone() };
    query.filter.since = Some(query.filter.since.map_or(from, |since| since.max(from)));
    query
}

fn id_of(operation: &Json) -> Option<Id> {
    operation.get("id")?.as_str()?.parse().ok()
}

/// Why nothing was found out.
enum Missed {
    /// No server runs.
    Nobody,
    HungUp(String),
    Refused(String),
}

/// All that fits, newest first.
fn look(mut query: HistoryQuery, data: &Path) -> Result<Vec<Json>, Missed> {
    let mut found = Vec::new();
    loop {
        let page = HistoryQuery { limit: query.limit.saturating_sub(found.len()), ..query.clone() };
        let mut body = match ask(data, "GET", &format!("/history?{}", page.to_query())) {
            Asked::Answered(response) if response.status == 200 => response.body,
            Asked::Answered(response) => return Err(Missed::Refused(error_of(&response.body))),
            Asked::Failed(error) => return Err(Missed::HungUp(error)),
            Asked::NoServer => return Err(Missed::Nobody),
        };
        if let Some(Json::Array(operations)) = body.get_mut("operations").map(Json::take) {
            found.extend(operations);
        }
        let next = body.get("next").and_then(Json::as_str).and_then(|next| next.parse().ok());
        query.after = next.map(Cursor);
        if query.after.is_none() || found.len() >= query.limit {
            return Ok(found);
        }
    }
}
