//! `wj ci`: what a build server asks of the scripts, in one go: check, style and tests of what changed and of all that this
//! affects.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;

use super::ci_report::{Report, Tested};
use super::config::Config;
use super::{Failure, terminal};
use crate::check::{self, Checked, CheckedFile, Options};
use crate::format;
use crate::rehearse::{self, Site};
use crate::resolve::test_program::Test;
use crate::routing::Routes;
use crate::scripts::{self, Base};
use crate::value::Time;

/// Checks, formats on paper and tests what changed since a revision, and everything that this affects.
///
/// Affected is a script that changed, whose connectors changed, whose tests read a file that changed, or of which something else is
/// found than before: a route that another file took, say. All scripts are read and all tests are run; only what is affected
/// counts. Ends with 0 if all is well, with 1 if not, with 2 if it could not run.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj ci --base origin/main\n  wj ci --base origin/main --deny-warnings\n  wj ci"
)]
pub(super) struct Args {
    /// Files and folders.
    #[arg(value_name = "PATH", default_value = "pipelines")]
    paths: Vec<PathBuf>,
    /// What changed since this branch left this revision; without it everything counts.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Warnings count as errors.
    #[arg(long)]
    deny_warnings: bool,
    /// How it is written [default: github in GitHub Actions, else text]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Settings; without it `wj.toml`, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// Annotations of GitHub Actions, and a summary for the page of the run.
    Github,
}

/// What changes everything.
const SETTINGS: &str = "wj.toml";

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    let levels = config.levels().map_err(Failure::could_not_run)?;
    let now = Time { micros: jiff::Timestamp::now().as_microsecond(), zone: None };
    let options = Options { now: Some(&now), levels: Some(&levels), ..Options::default() };
    let scripts = scripts::load(&args.paths).map_err(|error| Failure::could_not_run(error.to_string()))?;
    let checked = check::check_with(&scripts, &options);
    let affected = match &args.base {
        None => checked.files.iter().map(|file| file.source.name.clone()).collect(),
        Some(revision) => {
            let base = scripts::since(revision, &args.paths, &scripts).map_err(Failure::could_not_run)?;
            let settings = args.config.as_deref().unwrap_or(Path::new(SETTINGS));
            let then = check::check_with(&base.scripts, &options);
            affected(&checked, &then, &base, settings)
        }
    };
    let is_affected = |file: &CheckedFile| affected.contains(&file.source.name);
    let tested = tested(&checked, &affected);
    let report = Report {
        base: args.base.as_deref(),
        of: checked.files.len(),
        files: checked.files.iter().filter(|file| is_affected(file)).collect(),
        unformatted: checked.files.iter().filter(|file| is_affected(file)).filter_map(formatted).collect(),
        tests: tested,
        deny_warnings: args.deny_warnings,
    };
    let in_github = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    let format = args.format.unwrap_or(if in_github { Format::Github } else { Format::Text });
    match format {
        Format::Text => report.text(terminal::stdout_has_colours(), out)?,
        Format::Github => {
            report.annotations(out)?;
            append(std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from), &report.markdown())?;
        }
    }
    out.flush()?;
    Ok(ExitCode::from(u8::from(report.failed())))
}

/// Files that changed, and those that something else is true of since.
fn affected(now: &Checked, then: &Checked, base: &Base, settings: &Path) -> BTreeSet<String> {
    let everything = base.has_changed(settings);
    let is = |file: &CheckedFile| {
        let name = &file.source.name;
        let Some(before) = then.files.iter().find(|old| old.source.name == *name) else { return true };
        everything || base.has_changed(Path::new(name)) || is_other(file, before) || reads_changed(file, base)
    };
    now.files.iter().filter(|file| is(file)).map(|file| file.source.name.clone()).collect()
}

/// Other text, other connectors, or other findings.
fn is_other(now: &CheckedFile, then: &CheckedFile) -> bool {
    let hashes = |file: &CheckedFile| file.pipelines.iter().map(|pipeline| pipeline.hash).collect::<Vec<_>>();
    let findings = |file: &CheckedFile| {
        let keys = file.diagnostics.iter().map(|found| (found.span, found.code.id, found.message.clone()));
        keys.collect::<Vec<_>>()
    };
    now.source.text != then.source.text || hashes(now) != hashes(then) || findings(now) != findings(then)
}

/// Whether a test of the file reads a file that changed.
fn reads_changed(file: &CheckedFile, base: &Base) -> bool {
    let folder = Path::new(&file.source.name).parent().unwrap_or(Path::new(""));
    let mut read = file.tests.iter().flat_map(Test::files);
    read.any(|path| base.has_changed(&folder.join(path)))
}

/// The tests of affected files, and those whose requests reach a pipeline of one.
fn tested<'a>(checked: &'a Checked, affected: &BTreeSet<String>) -> Vec<Tested<'a>> {
    let pipelines = checked.files.iter().flat_map(|file| file.pipelines.iter().cloned()).collect();
    let routes = Routes::new(pipelines);
    let site = Site { routes: &routes, files: &scripts::fixture };
    let tests: Vec<&Test> = checked.files.iter().flat_map(|file| &file.tests).collect();
    let done = check::on_all_cores(&tests, |test| rehearse::rehearse(test, &site));
    let all = tests.into_iter().zip(done);
    let counts = all.filter(|(test, rehearsal)| {
        let runs = rehearsal.runs.iter().any(|ran| affected.contains(&*ran.pipeline.file));
        affected.contains(&test.source.name) || runs
    });
    counts.map(|(test, rehearsal)| Tested { test, failures: rehearsal.failures }).collect()
}

/// The text that `wj fmt` would make of a file, where it is another; a file with mistakes has none.
fn formatted(file: &CheckedFile) -> Option<(&CheckedFile, String)> {
    let text = format::format(&file.source).ok()?;
    (*text != *file.source.text).then_some((file, text))
}

/// Adds to a file that the build server named.
fn append(to: Option<PathBuf>, text: &str) -> Result<(), Failure> {
    let Some(path) = to else { return Ok(()) };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::could_not_run(format!("cannot write `{}`: {error}", path.display())))
}
