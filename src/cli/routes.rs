//! `wj routes`: which pipeline answers where.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{Failure, terminal};
use crate::{check, scripts};

/// Lists every route of the scripts, with its pipeline and where it stands.
///
/// Files with errors are left out, and named; then it ends with 1.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files and folders
    #[arg(default_value = "pipelines")]
    paths: Vec<PathBuf>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let scripts = scripts::load(&args.paths).map_err(|error| Failure::could_not_run(error.to_string()))?;
    let checked = check::check_with(&scripts, &check::Options::default());
    let mut lines = Vec::new();
    for pipeline in checked.files.iter().flat_map(|file| &file.pipelines) {
        for route in &pipeline.routes {
            let text = format!("{route}  {}  ({})", pipeline.name, pipeline.file);
            lines.push((route.pattern.clone(), text));
        }
    }
    lines.sort();
    for (_, line) in lines {
        writeln!(out, "{line}")?;
    }
    let broken: Vec<_> = checked.files.iter().filter(|file| file.has_errors()).collect();
    for file in &broken {
        terminal::say(&format!("{} has errors: see `wj check {}`", file.source.name, file.source.name));
    }
    Ok(if broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
