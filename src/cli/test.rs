//! `wj test`: runs the `test` blocks of scripts. Nothing is sent anywhere.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Instant;

use clap::ValueEnum;
use serde_json::json;

use super::check::some;
use super::config::Place;
use super::{
    Failure, coverage_html, coverage_text, findings, record, render, terminal, test_junit, trace_text,
};
use crate::check::{self, CheckedFile, Options};
use crate::rehearse::{self, Coverage, Ran, Site};
use crate::resolve::test_program::Test;
use crate::routing::Routes;
use crate::scripts;
use crate::value::Time;

/// Runs the `test` blocks of scripts, without sending anything to anybody.
///
/// Reads every `.wj` file of the folders given. Requests go through the routes of all these files, as in the server, and actions
/// are answered by the test. Ends with 0 if all tests pass, with 1 if one fails, a script has an error or too little is covered,
/// with 2 if it could not run.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj test\n  wj test pipelines/leads.wj\n  wj test --filter phone\n  wj test --at pipelines/leads.wj:41\n  wj test --coverage --threshold 90\n  wj test --junit tests.xml --lcov coverage.info\n  wj test --watch\n  wj test --record 019355a2-… >> pipelines/leads.wj"
)]
pub(super) struct Args {
    /// Files and folders.
    #[arg(value_name = "PATH", default_value = "pipelines")]
    paths: Vec<PathBuf>,
    /// Only tests that have this in their title, or in the name of their file.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Only the test around this line. The other files of PATH are read too, if FILE lies among them.
    #[arg(long, value_name = "FILE:LINE", conflicts_with = "filter")]
    at: Option<At>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Tells how many steps, branches and `on_missing` the tests came by, and which they did not.
    #[arg(long)]
    coverage: bool,
    /// Ends with 1 if less than this is covered, in percent of all steps, branches and `on_missing`.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    threshold: Option<u8>,
    /// Writes what is covered to a file that editors and build servers read.
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,
    /// Writes what is covered beside the text of the scripts, as a page for browsers.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Writes the results to a file in the XML of JUnit too.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Runs the tests again whenever a script changes, until it is stopped.
    #[arg(long, conflicts_with_all = ["junit", "lcov", "html", "threshold"])]
    watch: bool,
    /// Prints a test that sends what an operation of the history was sent, with look-alikes in the places of secrets and of
    /// personal data. The operation is named by its id, or by as much of its beginning as no other has. Where the test would
    /// not go as the operation did, nothing is printed.
    #[arg(long, value_name = "OPERATION", conflicts_with_all = ["filter", "at", "format", "coverage", "threshold", "lcov", "html", "junit", "watch"])]
    record: Option<String>,
    #[command(flatten)]
    store: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line a test, and for those that fail the lines of the script.
    Text,
    /// One JSON object a line a test, for programs.
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    if let Some(operation) = &args.record {
        return record::run(operation, &args.paths, &args.store, out);
    }
    if args.store.is_said() {
        return Err(Failure::could_not_run(
            "`--data` and `--config` say where `--record` finds the operation: without it they mean nothing",
        ));
    }
    if !args.watch {
        return once(args, out);
    }
    let (signal, mut changes) = tokio::sync::mpsc::channel(1);
    for path in &paths(args) {
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(Path::new(".")) };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        scripts::watch(folder, signal.clone())
            .map_err(|error| Failure::could_not_run(format!("the scripts cannot be watched: {error}")))?;
    }
    loop {
        // What keeps it from running now may be mended in a moment.
        if let Err(failure) = once(args, out) {
            terminal::say(&format!("error: {}", failure.message));
        }
        terminal::say("waiting for changes (Ctrl-C ends it)");
        if changes.blocking_recv().is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

fn once(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let scripts = scripts::load(&paths(args)).map_err(|error| Failure::could_not_run(error.to_string()))?;
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
    let pipelines: Vec<_> = checked.files.iter().flat_map(|file| file.pipelines.iter().cloned()).collect();
    let mut coverage = Coverage::new(&pipelines);
    let routes = Routes::new(pipelines);
    let site = Site { routes: &routes, files: &scripts::fixture };
    let tests: Vec<&Test> = checked
        .files
        .iter()
        .flat_map(|file| &file.tests)
        .filter(|test| args.filter.as_ref().is_none_or(|filter| is_meant(test, filter)))
        .filter(|test| args.at.as_ref().is_none_or(|at| at.is_in(test)))
        .collect();
    if let Some(At { file, line }) = args.at.as_ref().filter(|_| tests.is_empty() && broken.is_empty()) {
        return Err(Failure::could_not_run(format!("no test stands at line {line} of `{}`", file.display())));
    }
    if let Some(filter) = args.filter.as_ref().filter(|_| tests.is_empty() && broken.is_empty()) {
        return Err(Failure::could_not_run(format!(
            "no test has `{filter}` in its title or its file's name"
        )));
    }
    let done = check::on_all_cores(&tests, |test| {
        let began = Instant::now();
        (rehearse::rehearse(test, &site), began.elapsed())
    });
    let mut failed = 0;
    for (test, (rehearsal, _)) in tests.iter().zip(&done) {
        failed += usize::from(!rehearsal.failures.is_empty());
        rehearsal.runs.iter().for_each(|ran| coverage.count(ran));
        match args.format {
            Format::Text => write_text(test, &rehearsal.failures, colours, out)?,
            Format::Json => writeln!(out, "{}", as_json(test, &rehearsal.failures))?,
        }
    }
    if args.coverage {
        match args.format {
            Format::Text => write!(out, "\n{}", coverage_text::text(&coverage))?,
            Format::Json => writeln!(out, "{}", coverage_text::json(&coverage))?,
        }
    }
    write_file(args.lcov.as_deref(), || coverage_text::lcov(&coverage))?;
    write_file(args.html.as_deref(), || coverage_html::page(&coverage))?;
    write_file(args.junit.as_deref(), || {
        test_junit::report(
            tests.iter().zip(&done).map(|(test, (rehearsal, took))| test_junit::Case {
                test,
                failures: &rehearsal.failures,
                took: *took,
            }),
            &broken,
        )
    })?;
    out.flush()?;
    terminal::say(&summary(tests.len(), failed, broken.len()));
    let percent = coverage.counts(None, None).percent();
    let too_little = args.threshold.filter(|least| percent < usize::from(*least));
    if let Some(least) = too_little {
        terminal::say(&format!("{percent} % is covered, and {least} % is the least (`--threshold`)"));
    }
    Ok(ExitCode::from(u8::from(failed > 0 || !broken.is_empty() || too_little.is_some())))
}

/// What is read: a file that is named by `--at` alone, if it lies in none of the paths.
fn paths(args: &Args) -> Vec<PathBuf> {
    match &args.at {
        Some(at) if !args.paths.iter().any(|path| real(&at.file).starts_with(real(path))) => {
            vec![at.file.clone()]
        }
        _ => args.paths.clone(),
    }
}

/// One way to write a path, if it is that of something.
fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// A line of a file.
#[derive(Clone, Debug)]
struct At {
    file: PathBuf,
    line: usize,
}

impl At {
    fn is_in(&self, test: &Test) -> bool {
        let line_of = |offset| test.source.position(offset).line as usize;
        let lines = line_of(test.item.start)..=line_of(test.item.end);
        lines.contains(&self.line) && real(Path::new(&test.source.name)) == real(&self.file)
    }
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<At, String> {
        // The file comes first, since it may have a `:` in its name.
        let parts = text.rsplit_once(':').filter(|(file, _)| !file.is_empty());
        let line = parts.and_then(|(_, line)| line.parse().ok()).filter(|line| *line > 0);
        match (parts, line) {
            (Some((file, _)), Some(line)) => Ok(At { file: file.into(), line }),
            _ => Err("it is a file and a line, as in `pipelines/leads.wj:41`".to_owned()),
        }
    }
}

/// Writes a report, if there is a place for it.
fn write_file(to: Option<&Path>, report: impl FnOnce() -> String) -> Result<(), Failure> {
    let Some(path) = to else { return Ok(()) };
    std::fs::write(path, report())
        .map_err(|error| Failure::could_not_run(format!("cannot write `{}`: {error}", path.display())))
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
    for (at, failure) in failures.iter().enumerate() {
        write!(out, "{}", render::failure(&test.source, failure, colours))?;
        if let Some((expected, came)) = &failure.texts {
            write!(out, "{}", trace_text::difference(expected, came))?;
        }
        // Several lines about one run show it once.
        let next = failures.get(at + 1).and_then(|next| next.ran.as_ref());
        let is_last = |ran: &Ran| next.is_none_or(|next| !std::sync::Arc::ptr_eq(&next.trace, &ran.trace));
        if let Some(ran) = failure.ran.as_ref().filter(|ran| is_last(ran)) {
            write!(out, "{}", trace_text::steps(ran))?;
        }
        writeln!(out)?;
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
                "trace": failure.ran.as_ref().map(trace_text::json),
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

pub(super) fn summary(tests: usize, failed: usize, broken: usize) -> String {
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
