//! `wj history replay`: carries stored requests out anew with today's script, each as a new operation. An estimate first;
//! then one after the other, at a rate.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value as Json;

use super::Failure;
use super::archive::error_of;
use super::history::path_segment;
use super::terminal;
use crate::admin::{Asked, HistoryQuery, Response, ask};
use crate::store::Cursor;

/// Carries stored requests out anew with today's script, as new operations that are linked with the old ones.
///
/// Needs a running server. `dedupe` aside, whatever the old ones did is done again; what is open, or never ran, is left
/// out, and so is what was replayed before.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Those received at this time or later, as 2026-11-24T10:00:00Z or 2026-11-24 (UTC)
    #[arg(long, value_name = "TIME")]
    since: String,
    /// Those received before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only of this pipeline
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Only in this state: done, aborted, failed, interrupted
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only tells how many there are, and how long it takes
    #[arg(long)]
    dry_run: bool,
    /// So many a second at most
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rate: u32,
    /// Also those that were replayed before
    #[arg(long)]
    again: bool,
}

/// How long a busy server is left alone.
const AGAIN: Duration = Duration::from_secs(1);

/// How often it is asked again.
const PATIENCE: usize = 60;

pub(super) fn run(args: &Args, data: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let found = find(args, data)?;
    estimate(args, &found, out)?;
    if args.dry_run || found.ids.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    out.flush()?;
    let (mut replayed, mut refused) = (0, Vec::new());
    for id in &found.ids {
        let response = replay(args, data, id)?;
        match response.body.get("as").and_then(Json::as_str) {
            Some(by) if response.status == 200 => {
                replayed += 1;
                writeln!(out, "{id}: replayed as {by}")?;
            }
            _ => refused.push(error_of(&response.body)),
        }
        out.flush()?;
        std::thread::sleep(Duration::from_secs(1) / args.rate);
    }
    terminal::say(&format!("{replayed} replayed, {} left out", refused.len()));
    match refused.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Err(Failure::no(refused.join("\n"))),
    }
}

/// What is to be replayed.
#[derive(Default)]
struct Found {
    /// The oldest first.
    ids: Vec<String>,
    by_pipeline: BTreeMap<String, usize>,
    /// What is left out, by its state.
    left_out: BTreeMap<String, usize>,
}

fn find(args: &Args, data: &Path) -> Result<Found, Failure> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("limit", "1000").append_pair("since", &args.since);
    for (name, value) in [("until", &args.until), ("pipeline", &args.pipeline), ("status", &args.status)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let mut query = HistoryQuery::parse(&query.finish()).map_err(Failure::could_not_run)?;
    let mut found = Found::default();
    loop {
        let page = asked(data, "GET", &format!("/history?{}", query.to_query()))?;
        if page.status != 200 {
            return Err(Failure::no(error_of(&page.body)));
        }
        for operation in page.body.get("operations").and_then(Json::as_array).into_iter().flatten() {
            let text = |name: &str| operation.get(name).and_then(Json::as_str).unwrap_or("").to_owned();
            let status = text("status");
            if matches!(&*status, "open" | "rejected" | "duplicate") {
                *found.left_out.entry(status).or_default() += 1;
            } else {
                *found.by_pipeline.entry(text("pipeline")).or_default() += 1;
                found.ids.push(text("id"));
            }
        }
        let next = page.body.get("next").and_then(Json::as_str).and_then(|next| next.parse().ok());
        query.after = next.map(Cursor);
        if query.after.is_none() {
            found.ids.reverse();
            return Ok(found);
        }
    }
}

fn estimate(args: &Args, found: &Found, out: &mut dyn Write) -> Result<(), Failure> {
    let count = found.ids.len();
    if count == 0 {
        writeln!(out, "no operations to replay")?;
    } else {
        let seconds = (count as u64).div_ceil(args.rate.into());
        let parts: Vec<String> =
            found.by_pipeline.iter().map(|(name, count)| format!("{name} {count}")).collect();
        let parts = parts.join(", ");
        writeln!(out, "{count} to replay ({parts}), {} a second: about {seconds} s", args.rate)?;
    }
    if !found.left_out.is_empty() {
        let parts: Vec<String> =
            found.left_out.iter().map(|(state, count)| format!("{count} {state}")).collect();
        writeln!(out, "left out: {}", parts.join(", "))?;
    }
    Ok(())
}

fn replay(args: &Args, data: &Path, id: &str) -> Result<Response, Failure> {
    let again = if args.again { "?again=1" } else { "" };
    let target = format!("/history/{}/replay{again}", path_segment(id));
    let mut tries = 0;
    loop {
        let response = asked(data, "POST", &target)?;
        tries += 1;
        if response.status != 503 || tries >= PATIENCE {
            return Ok(response);
        }
        std::thread::sleep(AGAIN);
    }
}

fn asked(data: &Path, method: &str, target: &str) -> Result<Response, Failure> {
    match ask(data, method, target) {
        Asked::Answered(response) => Ok(response),
        Asked::Failed(error) => Err(Failure::no(error)),
        Asked::NoServer => Err(Failure::no(format!(
            "no server runs on {}: requests are carried out anew by one, with the script that it serves",
            data.display()
        ))),
    }
}
