//! Which request `wj plan` and `wj run` are about: the one in a file, or on stdin.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::printable::printable;
use super::{Failure, render, terminal};
use crate::check::{self, CheckedFile, Options};
use crate::rehearse::{self, Recorded};
use crate::resolve::program::{Pipeline, Segment};
use crate::scripts;
use crate::value::Time;

/// The script, and what says which request is meant.
#[derive(Debug, clap::Args)]
pub(super) struct Requested {
    /// The script; of a folder all scripts.
    #[arg(value_name = "FILE")]
    pub script: PathBuf,
    /// The request: a request line, headers, an empty line and the body (`.http`), or JSON; `-` for stdin, which is read
    /// without this too.
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
}

impl Requested {
    /// The scripts, checked; `None` where one has errors, which are drawn.
    pub(super) fn checked(&self) -> Result<Option<Vec<CheckedFile>>, Failure> {
        let scripts = scripts::load(std::slice::from_ref(&self.script))
            .map_err(|error| Failure::could_not_run(error.to_string()))?;
        let now = Time { micros: jiff::Timestamp::now().as_microsecond(), zone: None };
        let checked = check::check_with(&scripts, &Options { now: Some(&now), ..Options::default() });
        let colours = terminal::stderr_has_colours();
        let mut broken = false;
        for file in checked.files.iter().filter(|file| file.has_errors()) {
            broken = true;
            for finding in file.diagnostics.iter().filter(|finding| finding.is_error()) {
                terminal::draw(&render::finding(&file.source, finding, colours));
            }
        }
        Ok((!broken).then_some(checked.files))
    }

    /// The request in the file or on stdin, and where it was found; `None` if neither has one.
    pub(super) fn recorded(&self, files: &[CheckedFile]) -> Result<Option<(Recorded, String)>, Failure> {
        let pipelines: Vec<&Arc<Pipeline>> = files.iter().flat_map(|file| &file.pipelines).collect();
        let named = self.request.as_deref().filter(|path| *path != Path::new("-"));
        let (bytes, from) = match (named, &self.request) {
            (Some(path), _) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    Failure::could_not_run(format!("cannot read `{}`: {error}", path.display()))
                })?;
                (bytes, path.display().to_string())
            }
            (None, None) if std::io::stdin().is_terminal() => return Ok(None),
            (None, _) => (stdin()?, "stdin".to_owned()),
        };
        if bytes.is_empty() && self.request.is_none() {
            return Ok(None);
        }
        let request = read(&bytes, &pipelines)
            .map_err(|why| Failure::could_not_run(format!("{from} is no request: {why}")))?;
        Ok(Some((request, from)))
    }
}

fn stdin() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::could_not_run(format!("cannot read stdin: {error}")))?;
    Ok(bytes)
}

/// The request in a file. A JSON document that is none is the body of the one request that the script takes.
fn read(bytes: &[u8], pipelines: &[&Arc<Pipeline>]) -> Result<Recorded, String> {
    if !Recorded::is_body(bytes) {
        return Recorded::parse(bytes);
    }
    let routes: Vec<_> = pipelines.iter().flat_map(|pipeline| &pipeline.routes).collect();
    let is_fixed =
        |segments: &[Segment]| segments.iter().all(|segment| matches!(segment, Segment::Literal(_)));
    match routes.as_slice() {
        [route] if is_fixed(&route.segments) => {
            let method = route.methods.as_ref().and_then(|methods| methods.first());
            Ok(Recorded::json(method.map_or("POST", |method| method), &route.pattern, bytes))
        }
        routes => {
            let all: Vec<String> = routes.iter().map(|route| format!("`{route}`")).collect();
            Err(format!(
                "it is a JSON document, which may be a body; say in it which request it belongs to, as \
                 {{ \"method\": \"POST\", \"path\": \"/…\", \"body\": … }}. The script takes {}",
                if all.is_empty() { "none".to_owned() } else { all.join(", ") }
            ))
        }
    }
}

/// Nothing says which request is meant; what a file with one would begin with.
pub(super) fn no_request(files: &[CheckedFile]) -> Failure {
    let mut message = "there is no request: name a file with one, as `--request lead.http`".to_owned();
    let mut pipelines = files.iter().flat_map(|file| &file.pipelines);
    if let Some(request) = pipelines.find_map(|pipeline| rehearse::suggested_request(pipeline)) {
        message += &format!(". For this script it begins so:\n\n{}", printable(&request));
    }
    Failure::could_not_run(message)
}
