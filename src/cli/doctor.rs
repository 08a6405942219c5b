//! `wj doctor`: examines a store, beside a running server or without one, and changes nothing.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value as Json, json};

use super::Failure;
use super::archive::error_of;
use super::config::Place;
use super::printable::printable;
use crate::admin::{Asked, Check, Programs, Stillness, ask_patiently, examine};
use crate::store::{self, Space};

/// Examines a store: whether all of it can be read, and whatever is open can go on with this wj.
///
/// Changes nothing, so it may be asked before an upgrade. Ends with 1 if there is trouble. Checksums are looked at only
/// where no server runs.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    place: Place,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let mut checks = vec![match args.place.config() {
        Ok(_) => Check::new("settings", true, "they mean something").to_json(),
        Err(error) => Check::new("settings", false, error).to_json(),
    }];
    let data = args.place.directory().unwrap_or_else(|_| super::config::DATA.into());
    match ask_patiently(&data, "GET", "/doctor") {
        Asked::Answered(response) if response.status == 200 => {
            checks.push(Check::new("store", true, format!("a server runs on {}", data.display())).to_json());
            checks
                .extend(response.body.get("checks").and_then(Json::as_array).into_iter().flatten().cloned());
        }
        Asked::Answered(response) => {
            checks.push(Check::new("store", false, error_of(&response.body)).to_json());
        }
        Asked::Failed(error) => checks.push(Check::new("store", false, error).to_json()),
        Asked::NoServer => checks.extend(alone(&data).iter().map(Check::to_json)),
    }
    let is_well = |check: &Json| check.get("ok") == Some(&Json::Bool(true));
    let well = checks.iter().all(is_well);
    match args.format {
        Format::Json => writeln!(out, "{}", json!({ "ok": well, "checks": checks }))?,
        Format::Text => {
            for check in &checks {
                let text = |name: &str| check.get(name).and_then(Json::as_str).unwrap_or("");
                let mark = if is_well(check) { "ok     " } else { "TROUBLE" };
                writeln!(out, "{mark}  {}: {}", text("check"), printable(text("says")))?;
                let ids = check.get("operations").and_then(Json::as_array).into_iter().flatten();
                for id in ids.filter_map(Json::as_str) {
                    writeln!(out, "         {id}")?;
                }
            }
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Where no server runs.
fn alone(data: &Path) -> Vec<Check> {
    if !data.join(store::FILE).exists() {
        let says = format!("there is none in {}: no server has kept one there yet", data.display());
        return vec![Check::new("store", false, says)];
    }
    match store::examine(data) {
        Ok((opened, whole)) => {
            let mut checks = vec![match whole {
                true => Check::new(
                    "store",
                    true,
                    format!("{} can be opened, and its checksums are right", data.display()),
                ),
                false => Check::new(
                    "store",
                    false,
                    format!("{} was not closed well, or some of its checksums are wrong", data.display()),
                ),
            }];
            checks.extend(examine(&*opened, &Programs::default(), Space::of(data), Stillness::Still));
            checks
        }
        Err(error) => vec![Check::new("store", false, error.to_string())],
    }
}
