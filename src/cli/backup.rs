//! `wj backup`: a copy of the store, beside a running server or without one.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::Failure;
use super::archive::{error_of, open};
use super::config::Place;
use crate::admin::{Asked, ask_patiently};
use crate::serve::now_millis;

/// Copies the store, as it is at one moment, into a new file.
///
/// A running server goes on meanwhile. To restore it, put the file as `store.redb` into an empty data directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wj backup\n  wj backup --data /var/lib/wj /backup/wj.redb")]
pub(super) struct Args {
    /// The new file [default: wj-TIME.redb in this folder]
    file: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let data = args.place.directory().map_err(Failure::could_not_run)?;
    let file = args.file.clone().unwrap_or_else(named_by_time);
    // The server's folder is another one than this.
    let path = std::path::absolute(&file)?;
    let Some(text) = path.to_str() else {
        return Err(Failure::could_not_run("the name of the file is not UTF-8"));
    };
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", text).finish();
    match ask_patiently(&data, "POST", &format!("/backup?{query}")) {
        Asked::Answered(response) if response.status == 200 => {}
        Asked::Answered(response) => return Err(Failure::no(error_of(&response.body))),
        Asked::Failed(error) => return Err(Failure::no(error)),
        Asked::NoServer => open(&data)?.copy_to(&path).map_err(|error| Failure::no(error.to_string()))?,
    }
    writeln!(out, "{}: {} bytes", file.display(), std::fs::metadata(&path)?.len())?;
    Ok(ExitCode::SUCCESS)
}

fn named_by_time() -> PathBuf {
    let stamp: String =
        crate::admin::iso(now_millis()).chars().filter(|c| c.is_ascii_alphanumeric()).take(15).collect();
    PathBuf::from(format!("wj-{stamp}.redb"))
}
