//! `wj connector import`: a connector from a description in OpenAPI 3.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use super::{Failure, render, terminal};
use crate::check::{self, Script};
use crate::openapi::{self, Wanted};
use crate::source::Source;

/// Connectors: services described in wj.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Import(Import),
}

/// Writes a connector from a description of a service in OpenAPI 3, as JSON or YAML.
///
/// The connector goes to stdout; what of the description it cannot say, to stderr. Read it before it is used: what counts as a
/// success beyond the status, what may be sent twice and what an answer promises is seldom said by a description.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj connector import openapi.json > connectors/crm.wj\n  wj connector import openapi.json --only addLead,getLead --name crm"
)]
struct Import {
    /// The description; `-` for stdin.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Only these operations: their ids, names of actions, or `POST /path`. May be given several times.
    #[arg(long, value_name = "OPERATION", value_delimiter = ',')]
    only: Vec<String>,
    /// The connector's name; else it is made of the service's title.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Where the service lives; else the description says it.
    #[arg(long, value_name = "URL")]
    base: Option<String>,
}

/// More than any description has.
const MOST_BYTES: u64 = 64 << 20;

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Command::Import(args) = &args.command;
    let shown = args.file.display();
    let json =
        read(args).map_err(|error| Failure::could_not_run(format!("cannot read `{shown}`: {error}")))?;
    let wanted = Wanted { only: args.only.clone(), name: args.name.clone(), base: args.base.clone() };
    let imported = openapi::import(&json, &wanted).map_err(|why| Failure::no(format!("`{shown}`: {why}")))?;
    out.write_all(imported.text.as_bytes())?;
    out.flush()?;
    for sentence in &imported.left_out {
        terminal::say(sentence);
    }
    let plural = if imported.actions == 1 { "" } else { "s" };
    terminal::say(&format!("{} action{plural}", imported.actions));
    let script = Script::from(Arc::new(Source::new("the connector", imported.text)));
    let checked = check::check_with(&[script], &check::Options::default());
    let mut status = ExitCode::SUCCESS;
    for file in &checked.files {
        for finding in file.diagnostics.iter().filter(|finding| finding.is_error()) {
            terminal::say(&render::finding(&file.source, finding, false));
            status = ExitCode::from(1);
        }
    }
    Ok(status)
}

fn read(args: &Import) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if args.file.as_os_str() == "-" {
        std::io::stdin().take(MOST_BYTES).read_to_end(&mut bytes)?;
    } else {
        fs::File::open(&args.file)?.take(MOST_BYTES).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}
