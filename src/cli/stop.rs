//! `wj stop` and `wj start`: whether a pipeline takes requests, on the running server or kept for the next one.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value as Json;

use super::Failure;
use super::archive::{error_of, open};
use super::config::{Config, DATA};
use super::printable::printable;
use crate::admin::{Asked, ask, stop_setting};
use crate::operations::Stop;

/// Stops a pipeline: new requests get 503, and what is open waits until it is started again.
///
/// A running server does so at once, and every later one too; without a server it is kept for the next one.
#[derive(Debug, clap::Args)]
pub(super) struct StopArgs {
    #[command(flatten)]
    args: Args,
    /// Lets what is open run out instead of holding it
    #[arg(long)]
    drain: bool,
}

/// Starts a stopped pipeline again: it takes requests, and what was held goes on.
#[derive(Debug, clap::Args)]
pub(super) struct StartArgs {
    #[command(flatten)]
    args: Args,
}

#[derive(Debug, clap::Args)]
struct Args {
    /// The pipeline's name
    name: String,
    /// The data directory of the server [default: .wj]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration that names the data directory [default: wj.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn stop(args: &StopArgs, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    set(&args.args, Some(if args.drain { Stop::Draining } else { Stop::Held }), out)
}

pub(super) fn start(args: &StartArgs, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    set(&args.args, None, out)
}

fn set(args: &Args, stop: Option<Stop>, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    let data = args.data.clone().or(config.data).unwrap_or_else(|| PathBuf::from(DATA));
    let name = printable(&args.name).into_owned();
    let segment: String = url::form_urlencoded::byte_serialize(args.name.as_bytes()).collect();
    let order = match stop {
        None => "start",
        Some(Stop::Held) => "stop",
        Some(Stop::Draining) => "stop?drain=1",
    };
    let open_work = match ask(&data, "POST", &format!("/pipelines/{}/{order}", segment.replace('+', "%20"))) {
        Asked::Answered(response) if response.status == 200 => {
            response.body.get("open").and_then(Json::as_u64)
        }
        Asked::Answered(response) => return Err(Failure::no(error_of(&response.body))),
        Asked::Failed(error) => return Err(Failure::no(error)),
        Asked::NoServer => {
            let store = open(&data)?;
            let now = crate::serve::now_millis();
            store
                .commit(&[stop_setting(&args.name, stop)], now)
                .map_err(|error| Failure::no(error.to_string()))?;
            None
        }
    };
    let what = match (stop, open_work) {
        (None, Some(_)) => "started: it takes requests".to_owned(),
        (None, None) => "starts with the next server: no server runs now".to_owned(),
        (Some(_), None) => "is stopped when the next server starts: no server runs now".to_owned(),
        (Some(Stop::Held), Some(open)) => format!("stopped; {} held", operations(open, "is", "are")),
        (Some(Stop::Draining), Some(open)) => format!("stopped; {} out", operations(open, "runs", "run")),
    };
    writeln!(out, "{name}: {what}")?;
    Ok(ExitCode::SUCCESS)
}

fn operations(count: u64, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 open operation {one}"),
        count => format!("{count} open operations {several}"),
    }
}
