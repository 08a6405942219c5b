//! `wj status` and `wj reload`: what a running server says of itself.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::Value as Json;

use super::Failure;
use super::archive::error_of;
use super::config::{Config, DATA};
use super::printable::printable;
use crate::admin::{Asked, ask};

/// Shows what a running server serves, what is broken, and how its operations stand.
///
/// Ends with 1 if a file is broken.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The data directory of the server [default: .wj]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration that names the data directory [default: wj.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Lets a running server look at its scripts now.
///
/// A server looks by itself when a file changes; this is for where no change is seen, as on some network disks, and for
/// secrets that changed.
#[derive(Debug, clap::Args)]
pub(super) struct ReloadArgs {
    #[command(flatten)]
    args: Args,
    /// Waits until that is done, and shows the status: ends with 1 if a file is broken
    #[arg(long)]
    wait: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    show(args, "GET", "/status", out)
}

pub(super) fn reload(args: &ReloadArgs, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    if args.wait {
        return show(&args.args, "POST", "/reload?wait=1", out);
    }
    let answer = asked(&args.args, "POST", "/reload")?;
    match args.args.format {
        Format::Json => writeln!(out, "{answer}")?,
        Format::Text => writeln!(out, "reload ordered; `wj status` shows what came of it")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What the running server answers.
fn asked(args: &Args, method: &str, target: &str) -> Result<Json, Failure> {
    let config = Config::load(args.config.as_deref()).map_err(Failure::could_not_run)?;
    let data = args.data.clone().or(config.data).unwrap_or_else(|| PathBuf::from(DATA));
    match ask(&data, method, target) {
        Asked::Answered(response) if response.status == 200 => Ok(response.body),
        Asked::Answered(response) => Err(Failure::no(error_of(&response.body))),
        Asked::Failed(error) => Err(Failure::no(error)),
        Asked::NoServer => Err(Failure::no(format!("no server runs on {}", data.display()))),
    }
}

fn show(args: &Args, method: &str, target: &str, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let status = asked(args, method, target)?;
    match args.format {
        Format::Json => writeln!(out, "{status}")?,
        Format::Text => out.write_all(text(&status).as_bytes())?,
    }
    let broken = status.get("broken").and_then(Json::as_array).is_some_and(|broken| !broken.is_empty());
    Ok(if broken { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn text(status: &Json) -> String {
    let string = |name: &str| status.get(name).and_then(Json::as_str).unwrap_or("");
    let list = |name: &str| status.get(name).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let mut out = format!(
        "wj {} on http://{} since {}, store {}{}\n",
        string("version"),
        string("listen"),
        string("started_at"),
        string("store"),
        if status.get("dry_run") == Some(&Json::Bool(true)) { ", dry run" } else { "" }
    );
    for pipeline in list("pipelines") {
        let text = |name: &str| pipeline.get(name).and_then(Json::as_str).unwrap_or("");
        let routes: Vec<&str> = pipeline
            .get("routes")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let how = stopped(pipeline).map_or_else(String::new, |how| format!("  {how}"));
        out += &format!("  {}  {}  ({}){how}\n", text("name"), routes.join(", "), text("file"));
    }
    for pipeline in list("stopped_and_not_served") {
        let name = pipeline.get("name").and_then(Json::as_str).unwrap_or("");
        out += &format!("  {name}  not served  {}\n", stopped(pipeline).unwrap_or_default());
    }
    for host in list("hosts") {
        out += &target(host).map_or_else(String::new, |line| format!("{line}\n"));
    }
    let waiting = status.pointer("/operations/notices_waiting").and_then(Json::as_u64).unwrap_or(0);
    if waiting > 0 {
        let plural = if waiting == 1 { "" } else { "s" };
        out += &format!("{waiting} notice{plural} wait{} to be sent\n", if waiting == 1 { "s" } else { "" });
    }
    for notice in list("notices") {
        let text = |name: &str| notice.get(name).and_then(Json::as_str).unwrap_or("");
        match (text("error"), text("next_at")) {
            ("", "") => {}
            ("", next) => out += &format!("  {}: the next is due at {next}\n", text("pipeline")),
            (error, _) => out += &format!("  {}: the last try failed: {error}\n", text("pipeline")),
        }
    }
    for name in list("secrets_not_set") {
        out += &format!("secret {} is not set\n", name.as_str().unwrap_or(""));
    }
    if let Some(counts) = status.get("operations").and_then(Json::as_object) {
        let shown: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        out += &format!("operations: {}\n", shown.join(", "));
    }
    if let Some(refused) = status.get("refused").and_then(Json::as_object).filter(|all| !all.is_empty()) {
        let shown: Vec<String> = refused.iter().map(|(status, count)| format!("{status}: {count}")).collect();
        out += &format!("refused at the door since the start: {}\n", shown.join(", "));
    }
    for file in list("broken") {
        let text = |name: &str| file.get(name).and_then(Json::as_str).unwrap_or("");
        let served = match file.get("last_good_version_served") {
            Some(Json::Bool(true)) => "its last good version goes on being served",
            _ => "it is not served",
        };
        out += &format!("\n{} is broken: {served}\n{}", text("file"), text("findings"));
    }
    printable(&out).into_owned()
}

/// How a stopped pipeline is stopped, and how much of it is open.
fn stopped(pipeline: &Json) -> Option<String> {
    let open = pipeline.get("open").and_then(Json::as_u64).unwrap_or(0);
    match pipeline.get("stopped").and_then(Json::as_str)? {
        "draining" => Some(format!("stopped, {open} open run out")),
        _ => Some(format!("stopped, {open} open are held")),
    }
}

/// A host that is left alone, or that something waits for.
fn target(host: &Json) -> Option<String> {
    let number = |name: &str| host.get(name).and_then(Json::as_u64).unwrap_or(0);
    let text = |name: &str| host.get(name).and_then(Json::as_str);
    let (waiting, name) = (number("waiting"), text("host")?);
    let rate = text("rate").map_or_else(String::new, |rate| format!(", at most {rate}"));
    match text("open_until") {
        Some(next) => Some(format!(
            "{name} does not answer ({} calls in a row): {waiting} wait, the next call goes out at {next}{rate}",
            number("failed_in_a_row")
        )),
        None if waiting > 0 => {
            Some(format!("{name}: {waiting} wait, {} calls out{rate}", number("calls_out")))
        }
        None => None,
    }
}
