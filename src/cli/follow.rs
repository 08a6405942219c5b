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
    mut query: HistoryQuery,
    data: &Path,
    out: &mut dyn Write,
    line: impl Fn(&Json) -> String,
) -> Result<ExitCode, Failure> {
    let mut shown: BTreeSet<Id> = BTreeSet::new();
    let since = query.filter.since;
    let mut is_first = true;
    loop {
        let from = now_millis().saturating_sub(BACK);
        let Some(mut found) = look(&mut query, data, is_first)? else {
            let place = data.display();
            return match is_first {
                true => Err(Failure::no(format!("no server runs on {place}, so nothing will come"))),
                false => Err(Failure::no(format!("the server on {place} is gone"))),
            };
        };
        // Newest first as it came; people read downwards.
        found.reverse();
        for operation in found {
            let id = operation.get("id").and_then(Json::as_str).and_then(|id| id.parse::<Id>().ok());
            let Some(id) = id else { continue };
            if shown.insert(id) {
                writeln!(out, "{}", line(&operation))?;
            }
        }
        out.flush()?;
        // From here on only what is new, however much comes between two looks.
        query.filter.since = Some(since.map_or(from, |since| since.max(from)));
        query.limit = usize::MAX;
        let oldest = Id::new(from.saturating_sub(BACK), 0, [0; 10]);
        shown = shown.split_off(&oldest);
        is_first = false;
        std::thread::sleep(EVERY);
    }
}

/// All that fits, newest first; `None` where no server runs.
fn look(query: &mut HistoryQuery, data: &Path, is_first: bool) -> Result<Option<Vec<Json>>, Failure> {
    let mut found = Vec::new();
    query.after = None;
    loop {
        let mut page = query.clone();
        page.limit = query.limit.saturating_sub(found.len());
        let mut body = match ask(data, "GET", &format!("/history?{}", page.to_query())) {
            Asked::Answered(response) if response.status == 200 => response.body,
            Asked::Answered(response) => return Err(Failure::no(error_of(&response.body))),
            // A server that is just going may hang up in the middle.
            Asked::Failed(error) if is_first => return Err(Failure::no(error)),
            Asked::Failed(_) | Asked::NoServer => return Ok(None),
        };
        if let Some(Json::Array(operations)) = body.get_mut("operations").map(Json::take) {
            found.extend(operations);
        }
        let next = body.get("next").and_then(Json::as_str).and_then(|next| next.parse().ok());
        query.after = next.map(Cursor);
        if query.after.is_none() || found.len() >= query.limit {
            return Ok(Some(found));
        }
    }
}
