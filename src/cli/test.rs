//! `wj test`: runs the `test` blocks of scripts. Nothing is sent anywhere.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use serde_json::json;

use super::{Failure, findings, render, terminal};
use crate::check::{self, CheckedFile, Options};
use crate::rehearse::{self, Site};
use crate::resolve::test_program::Test;
use crate::routing::Routes;
use crate::scripts;
use crate::source::Source;
use crate::value::Time;

/// Runs the `test` blocks of scripts, without sending anything to anybody.
///
/// Reads every `.wj` file of the folders given. Requests go through the routes of all these files, as in the server, and actions
/// are answered by the test. Ends with 0 if all tests pass, with 1 if one fails or a script has an error, with 2 if it
/// could not run.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj test\n  wj test pipelines/leads.wj\n  wj test --filter phone\n  wj test --format json"
)]
pub(super) struct Args {
    /// Files and folders.
    #[arg(value_name = "PATH", default_value = "pipelines")]
    paths: Vec<PathBuf>,
    /// Only tests that have this in their title, or in the name of their file.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line a test, and for those that fail the lines of the script.
    Text,
    /// One JSON object a line a test, for programs.
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let scripts = scripts::load(&args.paths).map_err(|error| Failure::could_not_run(error.to_string()))?;
    let now = Time { micros: jiff::Timestamp::now().as_microsecond(), zone: None };
    let checked = check::check_with(&scripts, &Options { now: Some(&now), ..Options::default() });
    let colours = terminal::stdout_has_colours();
    let broken: Vec<&CheckedFile> = checked.files.iter().filter(|file| file.has_errors()).collect();
    for file in &broken {
        for finding in file.diagnostics.iter().filter(|finding| finding.is_error()) {
            writeln!(
                out,
                "{}",
                match args.format {
                    Format::Text => render::finding(&file.source, finding, colours),
                    Format::Json => findings::json(&file.source, finding),
                }
            )?;
        }
    }
    let pipelines = checked.files.iter().flat_map(|file| file.pipelines.iter().cloned()).collect();
    let routes = Routes::new(pipelines);
    let files =
        |source: &Source, path: &str| scripts::fixture(Path::new(&source.name), path).map(bytes::Bytes::from);
    let site = Site { routes: &routes, files: &files };
    let tests: Vec<&Test> = checked
        .files
        .iter()
        .flat_map(|file| &file.tests)
        .filter(|test| args.filter.as_ref().is_none_or(|filter| is_meant(test, filter)))
        .collect();
    if let Some(filter) = args.filter.as_ref().filter(|_| tests.is_empty() && broken.is_empty()) {
        return Err(Failure::could_not_run(format!(
            "no test has `{filter}` in its title or its file's name"
        )));
    }
    let mut failed = 0;
    for test in &tests {
        let failures = rehearse::rehearse(test, &site);
        failed += usize::from(!failures.is_empty());
        match args.format {
            Format::Text => write_text(test, &failures, colours, out)?,
            Format::Json => writeln!(out, "{}", as_json(test, &failures))?,
        }
    }
    out.flush()?;
    terminal::say(&summary(tests.len(), failed, broken.len()));
    Ok(ExitCode::from(u8::from(failed > 0 || !broken.is_empty())))
}

fn is_meant(test: &Test, filter: &str) -> bool {
    test.title.contains(filter) || test.source.name.contains(filter)
}

fn write_text(
    test: &Test,
    failures: &[rehearse::Failure],
    colours: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let line = test.source.position(test.span.start).line;
    let word = if failures.is_empty() { "ok    " } else { "FAILED" };
    let title = super::printable::printable(&test.title);
    writeln!(out, "{word} {}:{line} {title}", super::printable::printable(&test.source.name))?;
    for failure in failures {
        writeln!(out, "{}", render::failure(&test.source, failure, colours))?;
    }
    Ok(())
}

fn as_json(test: &Test, failures: &[rehearse::Failure]) -> serde_json::Value {
    let place = test.source.position(test.span.start);
    let failures: Vec<_> = failures
        .iter()
        .map(|failure| {
            let place = test.source.position(failure.span.start);
            json!({
                "line": place.line,
                "column": place.column,
                "message": failure.message,
                "expected": failure.expected,
                "came": failure.came,
                "help": failure.help,
            })
        })
        .collect();
    json!({
        "file": test.source.name,
        "line": place.line,
        "title": &*test.title,
        "passed": failures.is_empty(),
        "failures": failures,
    })
}

fn summary(tests: usize, failed: usize, broken: usize) -> String {
    let some = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let ran = match (tests, failed) {
        (0, _) => "no tests".to_owned(),
        (tests, 0) => format!("{} passed", some(tests, "test")),
        (tests, failed) => format!("{failed} of {} failed", some(tests, "test")),
    };
    match broken {
        0 => ran,
        broken => format!("{ran}, and {} with errors could not be tested", some(broken, "file")),
    }
}
