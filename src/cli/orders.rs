//! `wj history retry`, `settle` and `cancel`: what a person decides about operations.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Failure;
use super::archive::{Archive, When, error_of};
use super::history::path_segment;
use crate::actions::Answer;
use crate::admin::{Ordered, Response};
use crate::operations::Said;

#[derive(Debug, clap::Args)]
pub(super) struct Ids {
    /// The operations' ids, or as much of their beginnings as no other has
    #[arg(required = true)]
    ids: Vec<String>,
}

/// Says how the call went that an operation is interrupted at; it goes on from there.
///
/// The answer is judged as the action says, so one that it takes for a failure is a failure here too. Without a server the
/// order is kept, and carried out at the next start.
#[derive(Debug, clap::Args)]
pub(super) struct Settle {
    /// The operation's id, or as much of its beginning as no other has
    id: String,
    /// The call was answered with this status
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..=599), required_unless_present = "failed")]
    status: Option<u16>,
    /// The body of that answer
    #[arg(long, value_name = "FILE", requires = "status")]
    body: Option<PathBuf>,
    /// The call failed, and had no effect
    #[arg(long, conflicts_with = "status")]
    failed: bool,
}

impl Ids {
    /// All of them, before any is ordered about.
    fn whole(&self, archive: &mut Archive<'_>) -> Result<Vec<String>, Failure> {
        self.ids.iter().map(|named| archive.id(named)).collect()
    }
}

pub(super) fn retry(args: &Ids, data: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut archive = Archive::new(data);
    let ids = args.whole(&mut archive)?;
    each(&ids, out, |id| {
        let (response, when) = archive.order(id, &target(id, "retry"), b"", Ordered::Retry)?;
        Ok((response, format!("retry ordered; {}", goes_on(when))))
    })
}

pub(super) fn cancel(args: &Ids, data: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut archive = Archive::new(data);
    let ids = args.whole(&mut archive)?;
    each(&ids, out, |id| {
        let (response, _) = archive.order(id, &target(id, "cancel"), b"", Ordered::Cancel { told: None })?;
        Ok((response, "cancelled".to_owned()))
    })
}

pub(super) fn settle(args: &Settle, data: &Path, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let body = match &args.body {
        Some(path) => std::fs::read(path)
            .map_err(|error| Failure::could_not_run(format!("{} cannot be read: {error}", path.display())))?,
        None => Vec::new(),
    };
    let (query, said) = match args.status {
        Some(status) => {
            let answer = Answer { status, body: body.clone().into(), ..Answer::default() };
            (format!("status={status}"), Said::Answered(answer))
        }
        None => ("failed=1".to_owned(), Said::Failed),
    };
    let mut archive = Archive::new(data);
    let id = archive.id(&args.id)?;
    let target = format!("{}?{query}", target(&id, "settle"));
    let (response, when) = archive.order(&id, &target, &body, Ordered::Settle(said))?;
    match response.status {
        200 => {
            writeln!(out, "{id}: settled; {}", goes_on(when))?;
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(Failure::no(error_of(&response.body))),
    }
}

/// One order for each operation, and what is said where it is taken; those that are refused are told at the end.
fn each(
    ids: &[String],
    out: &mut dyn Write,
    mut order: impl FnMut(&str) -> Result<(Response, String), Failure>,
) -> Result<ExitCode, Failure> {
    let mut refused = Vec::new();
    for id in ids {
        let (response, said) = order(id)?;
        match response.status {
            200 => writeln!(out, "{id}: {said}")?,
            _ => refused.push(error_of(&response.body)),
        }
    }
    match refused.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Err(Failure::no(refused.join("\n"))),
    }
}

fn goes_on(when: When) -> &'static str {
    match when {
        When::Now => "it goes on now",
        When::AtTheNextStart => "it goes on when the server starts",
    }
}

fn target(id: &str, what: &str) -> String {
    format!("/history/{}/{what}", path_segment(id))
}
