//! `wj history`: what was received, answered and done, beside a running server or without one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value as Json;

use super::archive::Archive;
use super::config::Config;
use super::follow::follow;
use super::{Failure, operation_text, orders, replay, terminal};
use crate::admin::HistoryQuery;
use crate::store::Cursor;

/// Shows what was received, answered and done, beside a running server or without one.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj history\n  wj history list --status failed --since 2026-11-24\n  wj history list --follow\n  wj history export > history.jsonl\n  wj history show 019355a2-…\n  wj history retry 019355a2-…\n  wj history settle 019355a2-… --status 200 --body answer.json\n  wj history replay --since 2026-11-24 --pipeline leads --status failed --dry-run"
)]
pub(super) struct Args {
    /// The data directory of the server, running or not [default: .wj]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration that names the data directory [default: wj.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    List(List),
    Export(Export),
    Show(Show),
    /// Tries again what ended operations that failed or were interrupted
    ///
    /// Without a server the order is kept, and carried out at the next start.
    Retry(orders::Ids),
    Settle(orders::Settle),
    /// Ends operations that are open and nobody has in hand, as aborted
    Cancel(orders::Ids),
    Replay(replay::Args),
}

/// Which operations.
#[derive(Clone, Debug, Default, clap::Args)]
struct Filters {
    /// Only of this pipeline
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Only in this state: open, done, aborted, failed, interrupted, duplicate, rejected
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only received at this time or later, as 2026-11-24T10:00:00Z or 2026-11-24 (UTC)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only received before this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only with this text in what is shown of them
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

/// Shows the newest operations, a line each.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    of: Filters,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    /// Goes on behind the last operation of an earlier list
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// Goes on with what comes in, until it is stopped
    #[arg(long, conflicts_with_all = ["after", "until"])]
    follow: bool,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// Writes whole operations, one JSON object a line, newest first: all of them, or those that are asked for.
///
/// A running server goes on meanwhile, and what comes in after the beginning is left out.
#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    of: Filters,
}

/// As many as `list` shows if nothing is said.
const LIMIT: usize = 100;

/// Shows one operation whole: request, answer, steps, actions.
#[derive(Debug, clap::Args)]
struct Show {
    /// The operation's id, or as much of its beginning as no other has
    id: String,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    #[value(alias = "text")]
    Table,
    /// One JSON object an operation, a line each
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    let data = args.data.clone().or(config.data).unwrap_or_else(|| PathBuf::from(super::config::DATA));
    match &args.what {
        None => list(&List::default(), &data, out),
        Some(What::List(args)) => list(args, &data, out),
        Some(What::Export(args)) => list(&args.as_list(), &data, out),
        Some(What::Show(args)) => show(args, &data, out),
        Some(What::Retry(args)) => orders::retry(args, &data, out),
        Some(What::Settle(args)) => orders::settle(args, &data, out),
        Some(What::Cancel(args)) => orders::cancel(args, &data, out),
        Some(What::Replay(args)) => replay::run(args, &data, out),
    }
}

impl Default for List {
    fn default() -> List {
        List { of: Filters::default(), limit: LIMIT, after: None, follow: false, format: Format::Table }
    }
}

impl Export {
    fn as_list(&self) -> List {
        List { of: self.of.clone(), limit: usize::MAX, format: Format::Json, ..List::default() }
    }
}

impl List {
    fn query(&self) -> Result<HistoryQuery, String> {
        // What a person typed is written as a query and read back, so that both ways in accept the same.
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string());
        let given = [
            ("pipeline", &self.of.pipeline),
            ("status", &self.of.status),
            ("since", &self.of.since),
            ("until", &self.of.until),
            ("text", &self.of.text),
            ("after", &self.after),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        HistoryQuery::parse(&query.finish())
    }
}

fn list(args: &List, data: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let json = args.format == Format::Json;
    let mut query = HistoryQuery { full: json, ..args.query().map_err(Failure::could_not_run)? };
    if args.follow {
        let line = |operation: &Json| match json {
            true => operation.to_string(),
            false => operation_text::line(operation),
        };
        return follow(query, data, out, line);
    }
    let mut archive = Archive::new(data);
    let mut rows = Vec::new();
    // A page may be short of what was asked for.
    loop {
        let target = format!("/history?{}", query.to_query());
        let mut response = archive.question(&target, |history| history.list(&query))?;
        let operations = match response.get_mut("operations").map(Json::take) {
            Some(Json::Array(operations)) => operations,
            _ => Vec::new(),
        };
        query.limit = query.limit.saturating_sub(operations.len());
        if json {
            for operation in operations {
                writeln!(out, "{operation}")?;
            }
        } else {
            rows.extend(operations);
        }
        let next = response.get("next").and_then(Json::as_str).and_then(|next| next.parse().ok());
        query.after = next.map(Cursor);
        if query.after.is_none() || query.limit == 0 {
            break;
        }
    }
    if !json && rows.is_empty() {
        terminal::say("no operations");
    } else if !json {
        out.write_all(operation_text::table(&rows).as_bytes())?;
    }
    if let Some(Cursor(next)) = query.after {
        terminal::say(&format!("there may be more: wj history list --after {next}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn show(args: &Show, data: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let target = format!("/history/{}", path_segment(&args.id));
    let operation = Archive::new(data).question(&target, |history| history.show(&args.id))?;
    match args.format {
        Format::Json => writeln!(out, "{operation}")?,
        Format::Table => out.write_all(operation_text::whole(&operation).as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn path_segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
