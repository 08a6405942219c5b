//! `wj compact`: gives the space of what was removed back to the disk.

use std::io::Write;
use std::process::ExitCode;

use super::Failure;
use super::config::Place;
use crate::admin::{Asked, ask};
use crate::store;

/// Makes the file of a store smaller, by the space of what was removed.
///
/// A server uses that space again by itself; this is for a disk that is needed for something else. It needs the store for
/// itself, so no server may run on it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let data = args.place.directory().map_err(Failure::could_not_run)?;
    let place = data.display();
    if !matches!(ask(&data, "GET", "/healthz"), Asked::NoServer) {
        return Err(Failure::no(format!(
            "a server runs on {place}: stop it first, since this needs the store for itself"
        )));
    }
    if !data.join(store::FILE).exists() {
        return Err(Failure::no(format!("there is no history in {place}: no server has kept one there yet")));
    }
    let (before, after) = store::compact(&data).map_err(|error| Failure::no(error.to_string()))?;
    writeln!(out, "{place}: {before} bytes before, {after} now")?;
    Ok(ExitCode::SUCCESS)
}
