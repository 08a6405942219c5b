//! The commands, one file each: a command is its file, its line in `Command` and its arm in `run`. Only this room
//! prints, and only it knows clap and miette.

mod annotations;
mod archive;
mod backup;
mod check;
mod ci;
mod ci_report;
mod compact;
mod config;
mod connector;
mod coverage_html;
mod coverage_text;
mod diff;
mod completions;
mod doctor;
mod eval;
mod examples;
mod excerpt;
mod explain;
mod findings;
mod fmt;
mod follow;
mod history;
mod junit;
mod new;
mod lsp;
mod operation_text;
mod orders;
mod plan;
mod plan_text;
mod printable;
mod record;
mod record_lines;
mod render;
mod replay;
mod requested;
mod routes;
mod run;
mod sarif;
mod serve;
mod settings;
mod smtp;
mod status;
mod stop;
mod terminal;
mod test;
mod test_junit;
mod trace_text;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use settings::{SETTINGS, Setting};

/// Runs webhook pipelines written as text.
#[derive(Debug, Parser)]
#[command(name = "wj", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Check(check::Args),
    Test(test::Args),
    Plan(plan::Args),
    Run(run::Args),
    Ci(ci::Args),
    New(new::Args),
    Connector(connector::Args),
    Fmt(fmt::Args),
    Explain(explain::Args),
    Eval(eval::Args),
    Lsp(lsp::Args),
    History(history::Args),
    Status(status::Args),
    Reload(status::ReloadArgs),
    Stop(stop::StopArgs),
    Start(stop::StartArgs),
    Routes(routes::Args),
    Backup(backup::Args),
    Compact(compact::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
}

/// Why a command did not come to its end: what to tell, and the status to end with.
#[derive(Debug)]
struct Failure {
    message: String,
    status: u8,
}

impl Failure {
    /// It could not run at all: a bad flag, no such path.
    fn could_not_run(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), status: 2 }
    }

    /// It ran, and the answer is no.
    fn no(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), status: 1 }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::could_not_run(format!("cannot write what was asked for: {error}"))
    }
}

/// Runs the command that the arguments name. What was asked for goes to stdout, all else to stderr.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = terminal::stdout();
    let result = run(cli.command, &mut out).and_then(|status| Ok(out.flush().map(|()| status)?));
    match result {
        Ok(status) => status,
        Err(failure) => {
            terminal::say(&format!("error: {}", failure.message));
            ExitCode::from(failure.status)
        }
    }
}

fn run(command: Command, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(args) => serve::run(&args, out),
        Command::Check(args) => check::run(&args, out),
        Command::Test(args) => test::run(&args, out),
        Command::Plan(args) => plan::run(&args, out),
        Command::Run(args) => run::run(&args, out),
        Command::Ci(args) => ci::run(&args, out),
        Command::New(args) => new::run(&args, out),
        Command::Connector(args) => connector::run(&args, out),
        Command::Fmt(args) => fmt::run(&args, out),
        Command::Explain(args) => explain::run(&args, out),
        Command::Eval(args) => eval::run(&args, out),
        Command::Lsp(args) => lsp::run(&args, out),
        Command::History(args) => history::run(&args, out),
        Command::Status(args) => status::run(&args, out),
        Command::Reload(args) => status::reload(&args, out),
        Command::Stop(args) => stop::stop(&args, out),
        Command::Start(args) => stop::start(&args, out),
        Command::Routes(args) => routes::run(&args, out),
        Command::Backup(args) => backup::run(&args, out),
        Command::Compact(args) => compact::run(&args, out),
        Command::Doctor(args) => doctor::run(&args, out),
        Command::Completions(args) => completions::run(&args, out),
    }
}
