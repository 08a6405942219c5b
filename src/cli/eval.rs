//! `wj eval`: what a path selects in a JSON document.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Failure, render, terminal};
use crate::extract::{Path, Selected};
use crate::source::Source;
use crate::value::{self, Value};

/// Shows what a path gives in a JSON document.
///
/// The value is written as JSON on one line, as a script would get it. Ends with 1 if the path selects nothing, or is no path.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj eval '$.leads.add[0].id' lead.json\n  wj eval '[\"raw\"][1][\"q\"]' < lead.json\n  wj eval '$..email' lead.json --list"
)]
pub(super) struct Args {
    /// A path, as `extract` takes it.
    #[arg(allow_hyphen_values = true)]
    path: String,
    /// The document; stdin if there is none, or if it is `-`.
    file: Option<PathBuf>,
    /// Write the JSON list of all that it selects, which may be empty.
    #[arg(long)]
    list: bool,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let path = match Path::compile(&args.path) {
        Ok(path) => path,
        Err(error) => {
            let source = Source::new("path", args.path.as_str());
            let fix = error.fix.as_ref().map(|fix| format!("Write `{fix}`."));
            let help: Vec<&str> = error.help.as_deref().into_iter().chain(fix.as_deref()).collect();
            let help = (!help.is_empty()).then(|| help.join("\n"));
            let colours = terminal::stderr_has_colours();
            let drawn = render::mistake(&source, error.span, &error.message, help.as_deref(), colours);
            terminal::draw(&drawn);
            return Ok(ExitCode::FAILURE);
        }
    };
    let document = read(args)?;
    if args.list {
        let all = Value::list(path.select_all(&document));
        writeln!(out, "{}", value::to_json(&all).map_err(fault)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    match path.select(&document) {
        Selected::Found(found) => {
            writeln!(out, "{}", value::to_json(&found).map_err(fault)?)?;
            Ok(ExitCode::SUCCESS)
        }
        Selected::Missing(missing) => Err(Failure::no(format!(
            "{} selects nothing: at {} {}",
            args.path, missing.segment, missing.found
        ))),
    }
}

fn read(args: &Args) -> Result<Value, Failure> {
    let file = args.file.as_ref().filter(|file| file.as_os_str() != "-");
    let name = file.map_or("stdin".to_owned(), |file| file.display().to_string());
    let bytes = match file {
        Some(file) => std::fs::read(file),
        None => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
    };
    let bytes = bytes.map_err(|error| Failure::could_not_run(format!("cannot read {name}: {error}")))?;
    value::from_json(&bytes)
        .map_err(|error| Failure::no(format!("{name} is no JSON document: {}", error.message)))
}

fn fault(fault: value::Fault) -> Failure {
    Failure::no(fault.message)
}
