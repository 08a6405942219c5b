//! `wj run`: carries one request out for real.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::ValueEnum;
use ipnet::IpNet;
use serde_json::Value as Json;

use super::config::Config;
use super::requested::{Requested, no_request};
use super::{Failure, operation_text, terminal};
use crate::run::Headers;
use crate::serve::{self, CarriedOut, Once};

/// Sends one request through a script for real: actions are called, mail is sent, retries are waited for. Then shows the whole
/// operation with its steps, as `wj history show` does.
///
/// Each pause is told, with the action, the reason and the try. What no further try can change (a private target that is not
/// allowed, no mail server) ends the tries at once. Nothing is kept: it needs no server, and the history of one that runs does not know of it. Ends with 0 if the operation is done,
/// with 1 if it ended otherwise, was refused, or the script has an error, with 2 if it could not be tried.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  BIZON_TOKEN=… wj run pipelines/leads.wj --request lead.http\n  wj run pipelines/leads.wj --signed < lead.http"
)]
pub(super) struct Args {
    #[command(flatten)]
    requested: Requested,
    /// Signs the request as the pipeline's `verify` wants it, with the secrets as they are: what was recorded is too old by
    /// now, or was masked.
    #[arg(long)]
    signed: bool,
    /// Lets actions call targets in this private range; may be given several times.
    #[arg(long, value_name = "CIDR")]
    allow_private: Vec<IpNet>,
    /// Settings, for the mail server; without it `wj.toml`, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the operation is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object, for programs.
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    let (smtp, mail_password) = match &config.smtp {
        Some(smtp) => {
            let (smtp, password) = smtp.server().map_err(Failure::could_not_run)?;
            (Some(smtp), password)
        }
        None => (None, None),
    };
    let Some(files) = args.requested.checked()? else { return Ok(ExitCode::from(1)) };
    let Some((request, _)) = args.requested.recorded(&files)? else { return Err(no_request(&files)) };
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
    let once = Once {
        pipelines: files.into_iter().flat_map(|file| file.pipelines).collect(),
        headers: Headers::collect(headers),
        method: request.method,
        target: request.target,
        body: request.body,
        signed: args.signed,
        allow_private: config.allow_private.into_iter().chain(args.allow_private.iter().copied()).collect(),
        smtp,
        mail_password,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::could_not_run(format!("the runtime cannot be started: {error}")))?;
    let carried_out = runtime.block_on(serve::once(once, &|told| terminal::say(told)));
    runtime.shutdown_timeout(Duration::ZERO);
    match carried_out.map_err(|error| Failure::could_not_run(error.to_string()))? {
        CarriedOut::NotTried(why) => Err(Failure::could_not_run(why)),
        CarriedOut::Refused { status, why } => {
            Err(Failure::no(format!("refused with {status}: {why}; nothing was done")))
        }
        CarriedOut::Operation(operation) => {
            match args.format {
                Format::Text => out.write_all(operation_text::whole(&operation).as_bytes())?,
                Format::Json => writeln!(out, "{operation}")?,
            }
            let is_done = operation.get("status").and_then(Json::as_str) == Some("done");
            Ok(ExitCode::from(u8::from(!is_done)))
        }
    }
}
