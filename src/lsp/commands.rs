//! Commands that the server carries out itself, for editors without an extension of wj: running tests. The texts that are tested
//! are those of the editor, saved or not.

use std::sync::Arc;

use serde_json::Value;

use super::refused::Refused;
use super::workspace::View;
use crate::rehearse::{self, Site};
use crate::resolve::test_program::Test;
use crate::routing::Routes;
use crate::scripts;

/// What came of the tests of a file that have this title, or of all of them.
///
/// # Errors
/// A file with errors, and a title that no test has.
pub(super) fn run_test(view: &View<'_>, title: Option<&str>) -> Result<Vec<Outcome>, Refused> {
    let file = view.file;
    if file.has_errors() {
        return Err(Refused::request(format!(
            "`{}` has errors, so its tests cannot be run",
            file.source().name
        )));
    }
    let pipelines = view.project.files().iter().flat_map(|file| file.pipelines().iter().cloned()).collect();
    let routes = Routes::new(pipelines);
    let site = Site { routes: &routes, files: &scripts::fixture };
    let meant: Vec<&Test> =
        file.tests().iter().filter(|test| title.is_none_or(|title| is_titled(test, title))).collect();
    if meant.is_empty() {
        return Err(Refused::request(match title {
            Some(title) => format!("there is no test `{title}` in this file"),
            None => "there is no test in this file".to_owned(),
        }));
    }
    let run = |test: &Test| {
        let failures = rehearse::rehearse(test, &site).failures;
        let failures = failures.iter().map(|failure| {
            let line = test.source.position(failure.span.start).line;
            format!("line {line}: {}", failure.message)
        });
        Outcome { title: test.title.clone(), failures: failures.collect() }
    };
    Ok(meant.into_iter().map(run).collect())
}

/// A title as it is written, or as it reads.
fn is_titled(test: &Test, title: &str) -> bool {
    let written = test.source.slice(test.span);
    *test.title == *title || written.contains(&format!("\"{title}\""))
}

/// What came of a test.
pub(super) struct Outcome {
    title: Arc<str>,
    failures: Vec<String>,
}

impl Outcome {
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// For people.
    pub fn told(&self) -> String {
        if self.passed() {
            return format!("ok: {}", self.title);
        }
        format!("FAILED: {}\n{}", self.title, self.failures.join("\n"))
    }

    pub fn as_json(&self) -> Value {
        serde_json::json!({ "title": &*self.title, "passed": self.passed(), "failures": self.failures })
    }
}
