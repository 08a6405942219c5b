//! `wj check`: what is wrong in scripts, without running them.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::{Failure, findings, render, terminal};
use crate::check::{self, Checked, Options};
use crate::diagnostic::{Diagnostic, Severity};
use crate::scripts;
use crate::source::Source;
use crate::value::Time;

/// Finds what is wrong in scripts, without running them.
///
/// Reads every `.wj` file of the folders given (names that begin with a dot are left out) and reports all findings of all
/// files. Ends with 0 if there is no error, with 1 if there is one, with 2 if it could not look.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj check\n  wj check pipelines/leads.wj --format short\n  wj check --format json --deny-warnings"
)]
pub(super) struct Args {
    /// Files and folders.
    #[arg(value_name = "PATH", default_value = "pipelines")]
    paths: Vec<PathBuf>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// End with 1 for warnings too.
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// With the lines of the script, for people.
    Text,
    /// `file:line:column: error[CODE]: message`, for editors.
    Short,
    /// One JSON object a line, for programs.
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let scripts = scripts::load(&args.paths).map_err(|error| Failure::could_not_run(error.to_string()))?;
    let now = Time { micros: jiff::Timestamp::now().as_microsecond(), zone: None };
    let checked = check::check_with(&scripts, &Options { now: Some(&now), serving: None });
    let colours = terminal::stdout_has_colours();
    for file in &checked.files {
        for finding in &file.diagnostics {
            writeln!(out, "{}", line(args.format, &file.source, finding, colours))?;
        }
    }
    out.flush()?;
    let (errors, warnings) = (count(&checked, Severity::Error), count(&checked, Severity::Warning));
    terminal::say(&summary(errors, warnings, checked.files.len()));
    let failed = errors > 0 || args.deny_warnings && warnings > 0;
    Ok(ExitCode::from(u8::from(failed)))
}

fn line(format: Format, source: &Source, finding: &Diagnostic, colours: bool) -> String {
    match format {
        Format::Text => render::finding(source, finding, colours),
        Format::Short => findings::short(source, finding),
        Format::Json => findings::json(source, finding),
    }
}

fn count(checked: &Checked, severity: Severity) -> usize {
    let findings = checked.files.iter().flat_map(|file| &file.diagnostics);
    findings.filter(|finding| finding.code.severity == severity).count()
}

fn summary(errors: usize, warnings: usize, files: usize) -> String {
    let some = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let files = some(files, "file");
    match (errors, warnings) {
        (0, 0) => format!("no findings in {files}"),
        (0, _) => format!("{} in {files}", some(warnings, "warning")),
        (_, 0) => format!("{} in {files}", some(errors, "error")),
        _ => format!("{} and {} in {files}", some(errors, "error"), some(warnings, "warning")),
    }
}
