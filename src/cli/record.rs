//! `wj test --record`: a test made of an operation of the history. It sends what the operation was sent, its actions are
//! answered as they were, and what it expects is what comes of that; look-alikes stand in the places of secrets and of
//! what came from people.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::Value as Json;

use super::Failure;
use super::archive::Archive;
use super::config::Place;
use super::history::path_segment;
use super::record_lines::{Recorder, written};
use crate::actions::origin_of;
use crate::check::{self, Options, Script};
use crate::format::{self, quoted};
use crate::rehearse::{self, Disguise, Rehearsal, Sent, Site};
use crate::resolve::program::Pipeline;
use crate::resolve::test_program::State;
use crate::routing::Routes;
use crate::scripts;
use crate::source::Source;

pub(super) fn run(
    id: &str,
    paths: &[PathBuf],
    store: &Place,
    out: &mut dyn Write,
) -> Result<ExitCode, Failure> {
    let data = store.directory().map_err(Failure::could_not_run)?;
    let target = format!("/history/{}", path_segment(id));
    let operation = Archive::new(&data).question(&target, |history| history.show(id))?;
    let all = scripts::load(paths).map_err(|error| Failure::could_not_run(error.to_string()))?;
    let name = text(&operation, "/pipeline");
    let pipeline = pipeline_of(&all, name)?;
    let test = Recorder {
        operation: &operation,
        pipeline: &pipeline,
        disguise: Disguise::beside(&pipeline.source.text),
    };
    let lines = test.lines().map_err(Failure::no)?;
    // What it expects is what comes of the look-alikes; what came then is held against it.
    let rehearsal = rehearsed(&all, &pipeline, &test.block(&lines)).map_err(Failure::no)?;
    if let Some(other) = difference(&operation, &rehearsal) {
        return Err(Failure::no(format!(
            "no test is written, since it would not go as the operation did: {other}. Look-alikes, values that a dry run made up, and \
             today's script may be why"
        )));
    }
    // What is printed passes: a value that a test cannot be told is rather left out.
    let with = |told| {
        let block = test.block(&[lines.clone(), expectations(&rehearsal, told)].concat());
        rehearsed(&all, &pipeline, &block).map(|_| block)
    };
    let block = with(Told::Values).or_else(|_| with(Told::Counts)).map_err(Failure::no)?;
    let formatted = format::format(&Source::new("recorded", block.as_str())).unwrap_or(block);
    write!(out, "\n{formatted}")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The pipeline as it is today.
fn pipeline_of(all: &[Script], name: &str) -> Result<Arc<Pipeline>, Failure> {
    let checked = check::check_with(all, &Options::default());
    let mut pipelines = checked.files.into_iter().flat_map(|file| file.pipelines);
    pipelines.find(|pipeline| *pipeline.name == *name).ok_or_else(|| {
        Failure::no(format!(
            "no script here has a pipeline `{name}` without errors: name the folder of the scripts behind `wj test`"
        ))
    })
}

/// Runs the block below the scripts, as `wj test` would.
fn rehearsed(all: &[Script], pipeline: &Pipeline, block: &str) -> Result<Rehearsal, String> {
    let name = "recorded";
    let mut scripts = all.to_vec();
    scripts.push(Script::from(Arc::new(Source::new(name, block))));
    let checked = check::check_with(&scripts, &Options::default());
    let recorded = checked.files.iter().find(|file| file.source.name == name);
    let test = recorded.and_then(|file| file.tests.first()).ok_or_else(|| {
        let errors = recorded.into_iter().flat_map(|file| &file.diagnostics);
        let errors: Vec<String> = errors.map(|finding| finding.message.clone()).collect();
        format!("the recorded test is no test for this wj: {}\n{block}", errors.join("; "))
    })?;
    let pipelines = checked.files.iter().flat_map(|file| file.pipelines.iter().cloned()).collect();
    let routes = Routes::new(pipelines);
    let files = |_: &Source, path: &str| scripts::fixture(&pipeline.source, path);
    let rehearsal = rehearse::rehearse(test, &Site { routes: &routes, files: &files });
    match rehearsal.failures.first() {
        None => Ok(rehearsal),
        Some(failure) => {
            let help = failure.help.as_deref().unwrap_or_default();
            Err(format!("the recorded request cannot be tried: {}. {help}", failure.message))
        }
    }
}

/// How much a recorded test says of what was called.
#[derive(Clone, Copy)]
enum Told {
    Values,
    Counts,
}

/// What came of it, as a test expects it.
fn expectations(rehearsal: &Rehearsal, told: Told) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((status, state)) = rehearsal.came {
        lines.push(format!("expect status {status}"));
        lines.extend(state.map(|state| format!("expect {}", state.as_str())));
    }
    if rehearsal.calls.is_empty() {
        lines.push("expect no actions".to_owned());
    }
    let of = |sent: &Sent, place: &str| match sent.name.starts_with("http.") {
        true => format!("{} {}", sent.name, quoted(place)),
        false => sent.name.to_string(),
    };
    let count = |count: usize| match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    let by_host = counted(rehearsal.calls.iter().map(|sent| of(sent, &origin_of(&sent.place))));
    let by_values = counted(rehearsal.calls.iter());
    match told {
        // Calls that differ are counted together too, so that none more goes by unseen.
        Told::Counts => {
            lines.extend(by_host.iter().map(|(of, times)| format!("expect {of} {}", count(*times))))
        }
        Told::Values => {
            for (host, times) in &by_host {
                let mut here =
                    by_values.iter().filter(|(sent, _)| of(sent, &origin_of(&sent.place)) == *host);
                let is_one_kind = here.clone().count() == 1;
                if !is_one_kind {
                    lines.push(format!("expect {host} {}", count(*times)));
                }
                lines.extend(here.by_ref().map(|(sent, times)| {
                    let values: String = sent
                        .values
                        .iter()
                        .map(|(name, value)| format!("    {name} = {}\n", written(value)))
                        .collect();
                    let values = if values.is_empty() { values } else { format!(" {{\n{values}  }}") };
                    format!("expect {} {}{values}", of(sent, &sent.place), count(*times))
                }));
            }
        }
    }
    lines
}

/// Each once, with how often it came, in the order in which they came first.
fn counted<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<(T, usize)> {
    let mut counts: Vec<(T, usize)> = Vec::new();
    for one in all {
        match counts.iter_mut().find(|(known, _)| *known == one) {
            Some((_, count)) => *count += 1,
            None => counts.push((one, 1)),
        }
    }
    counts
}

/// In what the rehearsal is not as the operation was.
fn difference(operation: &Json, rehearsal: &Rehearsal) -> Option<String> {
    let (status, state) = rehearsal.came?;
    let was = operation.pointer("/answer/status").and_then(Json::as_u64);
    if let Some(was) = was.filter(|was| *was != u64::from(status)) {
        return Some(format!("it was answered with {was}, and the test comes to {status}"));
    }
    let ended = text(operation, "/status");
    let now = state.map_or("rejected", |state| match state {
        // The history knows one end for both.
        State::Stopped => "done",
        other => other.as_str(),
    });
    if ended != now {
        return Some(format!("it ended as {ended}, and the test ends as {now}"));
    }
    let calls = operation.get("actions").and_then(Json::as_array).map_or(0, Vec::len);
    let made = rehearsal.calls.len();
    (calls != made).then(|| format!("{calls} calls were made then, and {made} are made in the test"))
}

pub(super) fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or("")
}
