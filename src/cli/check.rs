//! `wj check`: what is wrong in scripts, without running them.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use super::config::Config;
use super::{Failure, annotations, diff, findings, junit, render, sarif, terminal};
use crate::check::{self, Checked, Host, Options, Script};
use crate::diagnostic::Severity;
use crate::scripts;
use crate::secrets;
use crate::value::Time;

/// Finds what is wrong in scripts, without running them.
///
/// Reads every `.wj` file of the folders given (names that begin with a dot are left out) and reports all findings of all
/// files. Ends with 0 if there is no error, with 1 if there is one, with 2 if it could not look. `[check]` in `wj.toml` says
/// how grave warnings are taken: `unused-field = "off"`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj check\n  wj check pipelines/leads.wj --format short\n  wj check --diff\n  wj check --fix\n  wj check --format json --deny-warnings"
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
    /// Mend what can be mended without asking, and report what is left.
    #[arg(long)]
    fix: bool,
    /// Print what `--fix` would change, write nothing, and end with 1 if it would change anything.
    #[arg(long, conflicts_with_all = ["fix", "format"])]
    diff: bool,
    /// Look for the secrets of the scripts too, in this environment: each without a value is a warning.
    #[arg(long)]
    env: bool,
    /// Print every host that anything may be sent to, and from where, instead of findings.
    #[arg(long, conflicts_with_all = ["fix", "diff", "deny_warnings", "env"])]
    hosts: bool,
    /// Settings; without it `wj.toml`, if there is one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// With the lines of the script, for people.
    Text,
    /// `file:line:column: error[CODE]: message`, for editors.
    Short,
    /// One JSON object a line, for programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// JUnit's XML, for build servers.
    Junit,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    let levels = config.levels().map_err(Failure::could_not_run)?;
    let now = Time { micros: jiff::Timestamp::now().as_microsecond(), zone: None };
    let is_set: Option<fn(&str) -> bool> = if args.env { Some(secrets::is_set) } else { None };
    let options = Options { now: Some(&now), levels: Some(&levels), is_set, ..Options::default() };
    let found = scripts::find_all(&args.paths).map_err(|error| Failure::could_not_run(error.to_string()))?;
    let mut scripts: Vec<Script> = found.iter().map(scripts::read).collect();
    if args.hosts {
        return write_hosts(args.format, &check::check_with(&scripts, &options), out);
    }
    if args.diff {
        return show_fixes(&scripts, &options, out);
    }
    if args.fix {
        fix(&found, &mut scripts, &options)?;
    }
    let checked = check::check_with(&scripts, &options);
    write_findings(args.format, &checked, out)?;
    out.flush()?;
    let (errors, warnings) = (count(&checked, Severity::Error), count(&checked, Severity::Warning));
    let summary = summary(errors, warnings, checked.files.len());
    terminal::say(&format!("{summary}{}", mendable(&checked)));
    let failed = errors > 0 || args.deny_warnings && warnings > 0;
    Ok(ExitCode::from(u8::from(failed)))
}

/// Writes every file that has something to be mended, and takes the new texts for the old.
fn fix(found: &[scripts::Found], scripts: &mut [Script], options: &Options<'_>) -> Result<(), Failure> {
    let (mut count, mut files) = (0, 0);
    let all = check::fix_all(scripts, options);
    for ((found, script), fixed) in found.iter().zip(scripts).zip(all) {
        let Some(fixed) = fixed else { continue };
        scripts::write(&found.path, &fixed.script.source.text)
            .map_err(|error| Failure::could_not_run(format!("cannot write `{}`: {error}", found.name)))?;
        *script = fixed.script;
        count += fixed.count;
        files += 1;
    }
    terminal::say(&format!("mended {} in {}", some(count, "finding"), some(files, "file")));
    Ok(())
}

/// A line a place, by host. What a file with errors would send is not known, so it is named, and the status is 1.
fn write_hosts(format: Format, checked: &Checked, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let as_json = match format {
        Format::Text | Format::Short => false,
        Format::Json => true,
        Format::Sarif | Format::Github | Format::Junit => {
            return Err(Failure::could_not_run("hosts are written as `text`, `short` or `json`"));
        }
    };
    for host in check::hosts(checked) {
        let Host { origin, file, line, column, pipeline, action } = &host;
        if as_json {
            let value = serde_json::json!({
                "host": &**origin, "file": &**file, "line": line, "column": column,
                "action": action, "pipeline": &**pipeline,
            });
            writeln!(out, "{value}")?;
        } else {
            writeln!(out, "{origin}  {file}:{line}:{column}  {action} in {pipeline}")?;
        }
    }
    out.flush()?;
    let broken: Vec<_> = checked.files.iter().filter(|file| file.has_errors()).collect();
    for file in &broken {
        terminal::say(&format!(
            "{} has errors, so its hosts are not known: see `wj check {}`",
            file.source.name, file.source.name
        ));
    }
    Ok(ExitCode::from(u8::from(!broken.is_empty())))
}

fn show_fixes(scripts: &[Script], options: &Options<'_>, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let (mut count, mut files) = (0, 0);
    for (script, fixed) in scripts.iter().zip(check::fix_all(scripts, options)) {
        let Some(fixed) = fixed else { continue };
        let (old, new) = (&script.source, &fixed.script.source);
        write!(out, "{}", diff::unified(&old.name, &old.text, &new.text))?;
        count += fixed.count;
        files += 1;
    }
    out.flush()?;
    terminal::say(&format!("`--fix` would mend {} in {}", some(count, "finding"), some(files, "file")));
    Ok(ExitCode::from(u8::from(count > 0)))
}

fn write_findings(format: Format, checked: &Checked, out: &mut dyn Write) -> Result<(), Failure> {
    match format {
        Format::Sarif => writeln!(out, "{}", sarif::report(checked))?,
        Format::Junit => write!(out, "{}", junit::report(checked))?,
        Format::Text | Format::Short | Format::Json | Format::Github => {
            let colours = terminal::stdout_has_colours();
            for file in &checked.files {
                let source = &file.source;
                for finding in &file.diagnostics {
                    let line = match format {
                        Format::Short => findings::short(source, finding),
                        Format::Json => findings::json(source, finding),
                        Format::Github => annotations::line(source, finding),
                        _ => render::finding(source, finding, colours),
                    };
                    writeln!(out, "{line}")?;
                }
            }
        }
    }
    Ok(())
}

fn count(checked: &Checked, severity: Severity) -> usize {
    let findings = checked.files.iter().flat_map(|file| &file.diagnostics);
    findings.filter(|finding| finding.severity == severity).count()
}

fn summary(errors: usize, warnings: usize, files: usize) -> String {
    let files = some(files, "file");
    match (errors, warnings) {
        (0, 0) => format!("no findings in {files}"),
        (0, _) => format!("{} in {files}", some(warnings, "warning")),
        (_, 0) => format!("{} in {files}", some(errors, "error")),
        _ => format!("{} and {} in {files}", some(errors, "error"), some(warnings, "warning")),
    }
}

/// What is said of findings that `--fix` would mend.
fn mendable(checked: &Checked) -> String {
    let findings = checked.files.iter().flat_map(|file| &file.diagnostics);
    match findings.filter(|finding| finding.only_safe_fix().is_some()).count() {
        0 => String::new(),
        count => format!("; `wj check --fix` mends {count}"),
    }
}

pub(super) fn some(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
