//! `wj test --record`: a test made of an operation of the history. It sends what the operation was sent, its actions are
//! answered as they were, and what it expects is what comes of that; look-alikes stand in the places of secrets and of
//! what came from people.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::Value as Json;
use url::form_urlencoded;

use super::archive::Archive;
use super::config::Place;
use super::history::path_segment;
use super::{Failure, terminal};
use crate::actions::origin_of;
use crate::check::{self, Options, Script};
use crate::format::{self, member, quoted};
use crate::rehearse::{self, Disguise, Rehearsal, Site};
use crate::resolve::program::{Pipeline, Segment};
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
    let expected = expectations(&rehearsal);
    let block = test.block(&[lines, expected].concat());
    let formatted = format::format(&Source::new("recorded", block.as_str())).unwrap_or(block);
    write!(out, "\n{formatted}")?;
    out.flush()?;
    match difference(&operation, &rehearsal) {
        None => Ok(ExitCode::SUCCESS),
        Some(other) => {
            terminal::say(&format!(
                "the test does not go as the operation did: {other}. Look-alikes and today's script may be why"
            ));
            Ok(ExitCode::from(1))
        }
    }
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

struct Recorder<'a> {
    operation: &'a Json,
    pipeline: &'a Pipeline,
    disguise: Disguise<'a>,
}

impl Recorder<'_> {
    fn block(&self, lines: &[String]) -> String {
        let received = text(self.operation, "/received_at");
        let day = received.get(..10).unwrap_or_default();
        let title = format!("{}: as recorded on {day}", self.pipeline.name);
        let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        format!("test {} {{\n{lines}}}\n", quoted(&title))
    }

    fn lines(&self) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let received = text(self.operation, "/received_at");
        if !received.is_empty() {
            lines.push(format!("at {}", quoted(received)));
        }
        lines.extend(self.givens());
        lines.push(self.send()?);
        Ok(lines)
    }

    /// A `given` for each action that was called, with an answer for each try.
    fn givens(&self) -> Vec<String> {
        let mut given: Vec<(String, Vec<String>)> = Vec::new();
        for action in self.operation.get("actions").and_then(Json::as_array).into_iter().flatten() {
            let name = text(action, "/action");
            let of = match name.starts_with("http.") {
                true => format!("{name} {}", quoted(&origin_of(text(action, "/request/url")))),
                false => name.to_owned(),
            };
            let answer = self.answer(action);
            match given.iter_mut().find(|(known, _)| *known == of) {
                Some((_, answers)) => answers.push(answer),
                None => given.push((of, vec![answer])),
            }
        }
        given.into_iter().map(|(of, answers)| format!("given {of} {}", answers.join(" then "))).collect()
    }

    fn answer(&self, action: &Json) -> String {
        let Some(status) = action.pointer("/answer/status").and_then(Json::as_u64) else {
            let is_refused = text(action, "/outcome") == "refused";
            return (if is_refused { "refuses" } else { "times out" }).to_owned();
        };
        let body = text(action, "/answer/body");
        let told = match serde_json::from_str::<Json>(body) {
            _ if body.is_empty() => String::new(),
            Ok(json) => format!(" json {}", written(&self.disguise.json(&json))),
            Err(_) => format!(" text {}", quoted(&self.disguise.text(body))),
        };
        format!("answers {status}{told}")
    }

    fn send(&self) -> Result<String, String> {
        let request = self.operation.get("request").ok_or("the operation has no request to be read")?;
        if request.get("body_hex").is_some() {
            return Err("its body is no text, and look-alikes are made of texts only".to_owned());
        }
        let mut line =
            format!("send {} {}", text(request, "/method"), quoted(&self.target(text(request, "/target"))));
        let body = text(request, "/body");
        let mut content_type = text(request, "/headers/content-type").to_owned();
        match serde_json::from_str::<Json>(body) {
            _ if body.is_empty() => {}
            Ok(json) => {
                line += &format!(" json {}", written(&self.disguise.json(&json)));
                if content_type.starts_with("application/json") {
                    content_type.clear();
                }
            }
            Err(_) => {
                let is_form = content_type.starts_with("application/x-www-form-urlencoded");
                let like = if is_form { self.pairs(body) } else { self.disguise.text(body) };
                line += &format!(" text {}", quoted(&like));
            }
        }
        if !content_type.is_empty() && !body.is_empty() {
            line += &format!(" header \"Content-Type\" = {}", quoted(&content_type));
        }
        for (name, value) in request.get("headers").and_then(Json::as_object).into_iter().flatten() {
            // Only what the script looks at: all else is the sender's, and its proxies'.
            let script = self.pipeline.source.text.to_lowercase();
            let is_read = name != "content-type" && script.contains(&format!("\"{name}\""));
            if let (true, Some(value)) = (is_read, value.as_str()) {
                line += &format!(" header {} = {}", quoted(name), quoted(&self.disguise.text(value)));
            }
        }
        if !self.pipeline.verify.is_empty() {
            line += " signed";
        }
        Ok(line)
    }

    /// The path with look-alikes in the places of its parameters, and the query.
    fn target(&self, target: &str) -> String {
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let literals: Vec<&str> = self
            .pipeline
            .routes
            .iter()
            .flat_map(|route| &route.segments)
            .filter_map(|segment| match segment {
                Segment::Literal(text) => Some(&**text),
                Segment::Param(_) => None,
            })
            .collect();
        let segments: Vec<String> = path
            .split('/')
            .map(|segment| match segment.is_empty() || literals.contains(&segment) {
                true => segment.to_owned(),
                false => path_segment(&self.disguise.text(segment)),
            })
            .collect();
        let query = query.map_or_else(String::new, |query| format!("?{}", self.pairs(query)));
        segments.join("/") + &query
    }

    fn pairs(&self, pairs: &str) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            out.append_pair(&name, &self.disguise.text(&value));
        }
        out.finish()
    }
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

/// What came of it, as a test expects it.
fn expectations(rehearsal: &Rehearsal) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some((status, state)) = rehearsal.came {
        lines.push(format!("expect status {status}"));
        lines.extend(state.map(|state| format!("expect {}", state.as_str())));
    }
    let mut counts: Vec<(String, usize)> = Vec::new();
    for (name, url) in &rehearsal.calls {
        let of = match name.starts_with("http.") {
            true => format!("{name} {}", quoted(&origin_of(url))),
            false => name.to_string(),
        };
        match counts.iter_mut().find(|(known, _)| *known == of) {
            Some((_, count)) => *count += 1,
            None => counts.push((of, 1)),
        }
    }
    if counts.is_empty() {
        lines.push("expect no actions".to_owned());
    }
    lines.extend(counts.into_iter().map(|(of, count)| match count {
        1 => format!("expect {of} once"),
        count => format!("expect {of} {count} times"),
    }));
    lines
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

fn text<'a>(json: &'a Json, pointer: &str) -> &'a str {
    json.pointer(pointer).and_then(Json::as_str).unwrap_or("")
}

/// A document as scripts write it.
fn written(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(truth) => truth.to_string(),
        Json::Number(number) => {
            let text = number.to_string();
            // Scripts have no exponents.
            match text.contains(['e', 'E']).then(|| text.parse::<f64>()) {
                Some(Ok(number)) => number.to_string(),
                _ => text,
            }
        }
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(members) if members.is_empty() => "{ }".to_owned(),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", member(name), written(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}
