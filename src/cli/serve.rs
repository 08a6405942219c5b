//! `wj serve`: runs the server.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use ipnet::IpNet;
use tracing_subscriber::EnvFilter;

use super::config::{Config, DATA};
use super::{Failure, render};
use crate::check::CheckedFile;
use crate::operations::CALLS_PER_HOST;
use crate::serve::{self, Setup, StartError};

/// How long a stop waits for requests and calls, if `wj.toml` does not say.
const STOP_WITHIN: Duration = Duration::from_secs(30);

/// Serves the pipelines of a folder, reloads them on change, and keeps the history.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Secrets: secret.NAME is the environment variable NAME, else the file named by NAME_FILE, else the file NAME in $CREDENTIALS_DIRECTORY.\n\nExamples:\n  wj serve\n  wj serve --dry-run\n  BIZON_TOKEN=… wj serve --listen 0.0.0.0:8080"
)]
pub(super) struct Args {
    /// The folder with the scripts
    #[arg(default_value = "pipelines")]
    dir: PathBuf,
    /// Where webhooks come in [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Where health and status are told [default: 127.0.0.1:8081]
    #[arg(long, value_name = "ADDR")]
    admin: Option<SocketAddr>,
    /// The folder that the history is kept in, or `memory:` [default: .wj]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration [default: wj.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Lets actions call targets in this private range; may be given several times
    #[arg(long, value_name = "CIDR")]
    allow_private: Vec<IpNet>,
    /// Records actions instead of sending them
    #[arg(long)]
    dry_run: bool,
    /// How the log is written
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    log: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

pub(super) fn run(args: &Args, _out: &mut dyn Write) -> Result<ExitCode, Failure> {
    start_log(args.log);
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    let keep = config.rules().map_err(Failure::could_not_run)?;
    let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let (smtp, mail_password) = match &config.smtp {
        Some(smtp) => {
            let (smtp, password) = smtp.server().map_err(Failure::could_not_run)?;
            (Some(smtp), password)
        }
        None => (None, None),
    };
    let data = args.data.clone().or(config.data).unwrap_or_else(|| PathBuf::from(DATA));
    let setup = Setup {
        dir: args.dir.clone(),
        listen: args.listen.or(config.listen).unwrap_or_else(|| local(8080)),
        admin: args.admin.or(config.admin).unwrap_or_else(|| local(8081)),
        data: data.to_string_lossy().into_owned(),
        allow_private: config.allow_private.into_iter().chain(args.allow_private.iter().copied()).collect(),
        calls_per_host: config.calls_per_host.map_or(CALLS_PER_HOST, NonZeroUsize::get),
        dry_run: args.dry_run,
        keep,
        smtp,
        mail_password,
        network: serve::Options { trusted_proxies: config.trusted_proxies, ..serve::Options::default() },
        stop_within: config.stop_within.unwrap_or(STOP_WITHIN),
        render: findings,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::could_not_run(format!("the runtime cannot be started: {error}")))?;
    let ended = runtime.block_on(serve::run(setup));
    // What hangs in a blocking call (a look-up of a name, say) does not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error @ StartError::Store(_)) => Err(Failure::no(error.to_string())),
        Err(error) => Err(Failure::could_not_run(error.to_string())),
    }
}

/// A file's findings, drawn as `wj check` draws them, without colours: a log is no terminal.
fn findings(file: &CheckedFile) -> String {
    let findings: Vec<String> =
        file.diagnostics.iter().map(|finding| render::finding(&file.source, finding, false)).collect();
    findings.join("\n")
}

/// `WJ_LOG` says how much (`wj=debug`), as tracing's filters are written.
fn start_log(format: LogFormat) {
    let filter = EnvFilter::try_from_env("WJ_LOG").unwrap_or_else(|_| EnvFilter::new("wj=info,warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (as in a test) keeps the first log.
    let _ = match format {
        LogFormat::Json => log.json().try_init(),
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            log.with_ansi(colours).with_target(false).compact().try_init()
        }
    };
}
