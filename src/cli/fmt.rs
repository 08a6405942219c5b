//! `wj fmt`: scripts in the one style.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::check::some;
use super::{Failure, diff, render, terminal};
use crate::check::{MAX_FILE_BYTES, Script};
use crate::format::{self, Refusal};
use crate::scripts;
use crate::source::Source;

/// Puts scripts into the one style: indents, blanks, columns, empty lines and quotes. No word and no comment changes.
///
/// A file with mistakes of syntax is left as it is, and its mistakes are told as `wj check` tells them. Ends with 0, with 1
/// if a file has mistakes or, with `--check` or `--diff`, would change, with 2 if it could not look or write.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj fmt\n  wj fmt --check\n  wj fmt --diff pipelines/leads.wj\n  wj fmt - < leads.wj"
)]
pub(super) struct Args {
    /// Files and folders; `-` takes one script from stdin and prints it.
    #[arg(value_name = "PATH", default_value = "pipelines")]
    paths: Vec<PathBuf>,
    /// Write nothing; print the names of the files that would change, and end with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Write nothing; print what would change, and end with 1 if anything would.
    #[arg(long)]
    diff: bool,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut run = Run { args, out, changed: 0, refused: 0 };
    if args.paths.iter().any(|path| path == Path::new("-")) {
        if args.paths.len() > 1 {
            return Err(Failure::could_not_run(
                "`-` is one script from stdin; no other path stands beside it",
            ));
        }
        return run.stdin();
    }
    let found = scripts::find_all(&args.paths).map_err(|error| Failure::could_not_run(error.to_string()))?;
    for file in &found {
        run.file(&file.path, &scripts::read(file))?;
    }
    Ok(run.end(found.len()))
}

struct Run<'a> {
    args: &'a Args,
    out: &'a mut dyn Write,
    changed: usize,
    refused: usize,
}

impl Run<'_> {
    fn file(&mut self, path: &Path, script: &Script) -> Result<(), Failure> {
        let source = &script.source;
        let Some(formatted) = self.format(script) else { return Ok(()) };
        if *formatted == *source.text {
            return Ok(());
        }
        if !self.args.check && !self.args.diff {
            scripts::write(path, &formatted).map_err(|error| {
                Failure::could_not_run(format!("cannot write `{}`: {error}", source.name))
            })?;
        }
        self.changed += 1;
        Ok(self.show(source, &formatted)?)
    }

    fn stdin(&mut self) -> Result<ExitCode, Failure> {
        let mut bytes = Vec::new();
        let most = MAX_FILE_BYTES as u64 + 1;
        io::stdin()
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::could_not_run(format!("cannot read stdin: {error}")))?;
        let script = Script::from_bytes("<stdin>", &bytes);
        let Some(formatted) = self.format(&script) else { return Ok(ExitCode::from(1)) };
        if !self.args.check && !self.args.diff {
            self.out.write_all(formatted.as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        if *formatted != *script.source.text {
            self.changed += 1;
            self.show(&script.source, &formatted)?;
        }
        Ok(ExitCode::from(u8::from(self.changed > 0)))
    }

    /// The new text; `None` if there is none, and why is told.
    fn format(&mut self, script: &Script) -> Option<String> {
        let source: &Arc<Source> = &script.source;
        let findings = match &script.unreadable {
            Some(finding) => vec![finding.clone()],
            None => match format::format(source) {
                Ok(formatted) => return Some(formatted),
                Err(Refusal::Broken(findings)) => findings,
                Err(Refusal::Unsafe(why)) => {
                    self.refused += 1;
                    terminal::say(&format!(
                        "error: `{}` is left as it is, since formatting would have changed more than its looks: {why}. \
                         This is a mistake of wj; please report it with the file",
                        source.name
                    ));
                    return None;
                }
            },
        };
        self.refused += 1;
        let colours = terminal::stderr_has_colours();
        for finding in findings.iter().filter(|finding| finding.is_error()) {
            terminal::draw(&render::finding(source, finding, colours));
        }
        terminal::say(&format!("`{}` is left as it is: it has mistakes", source.name));
        None
    }

    fn show(&mut self, source: &Source, formatted: &str) -> io::Result<()> {
        if self.args.diff {
            write!(self.out, "{}", diff::unified(&source.name, &source.text, formatted))
        } else {
            writeln!(self.out, "{}", super::printable::printable(&source.name))
        }
    }

    fn end(&self, files: usize) -> ExitCode {
        let dry = self.args.check || self.args.diff;
        let done = if dry { "would change" } else { "changed" };
        let refused =
            if self.refused > 0 { format!(", {} left with mistakes", self.refused) } else { String::new() };
        terminal::say(&format!("{} {done} of {}{refused}", self.changed, some(files, "file")));
        ExitCode::from(u8::from(self.refused > 0 || dry && self.changed > 0))
    }
}
