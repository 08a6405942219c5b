//! Checking is total, what is checked again at each keystroke is what is checked anew, and what the safe fixes leave is no worse.

use std::sync::Arc;

use wj::check::{self, Options, Project, Script};
use wj::source::Source;
use wj::syntax;

use super::super::Target;
use super::super::corpus::Corpus;
use super::{changed_again, changed_script, findings_inside, first_difference, text, told};
use crate::random::Random;

pub const TARGET: Target = Target { name: "checker", input: changed_script, judge };

fn judge(corpus: &Corpus, input: &[u8], number: u64) -> Result<(), String> {
    let random = &mut Random(!number);
    let beside = script("b.wj", corpus.script(random));
    let mut text = text(input);
    let mut project = Project::new(vec![script("a.wj", &text), beside.clone()]);
    project.examine(&Options::default());
    for round in 0..3 {
        if round > 0 {
            text = changed_again(&text, corpus, random);
            project.put(script("a.wj", &text));
            project.examine(&Options::default());
        }
        let anew = check::check_with(&[script("a.wj", &text), beside.clone()], &Options::default());
        for (again, anew) in project.files().iter().zip(&anew.files) {
            findings_inside(&again.script.source.text, &again.diagnostics)?;
            let (again, anew) = (told(&again.diagnostics).join("\n"), told(&anew.diagnostics).join("\n"));
            if again != anew {
                return Err(format!(
                    "checked after a change, it says something else{}",
                    first_difference(&again, &anew)
                ));
            }
        }
    }
    let start = script("a.wj", &text);
    if let [Some(fixed)] = check::fix_all(std::slice::from_ref(&start), &Options::default()).as_slice() {
        let (before, after) = (trouble(&start), trouble(&fixed.script));
        let is_no_worse = match start.source.text.contains("connector") {
            true => after.0 <= before.0,
            false => after < before,
        };
        if !is_no_worse {
            return Err(format!("{} safe fixes leave {after:?} of {before:?} findings", fixed.count));
        }
    }
    Ok(())
}

/// Mistakes of syntax, which count first, since a line that can be read again may show what nobody saw; and the findings that
/// the file has by itself. A mended connector may show what is missing at its calls, so that only the first is asked of those.
fn trouble(script: &Script) -> (usize, usize) {
    let checked = check::check_with(std::slice::from_ref(script), &Options::default());
    let findings = checked.files.iter().flat_map(|file| &file.diagnostics);
    let own = findings.filter(|finding| !COMPARED.contains(&finding.code.name)).count();
    (syntax::parse(&script.source).diagnostics.len(), own)
}

/// What is found where pipelines are compared: a name or a route that was mended may turn out to be taken.
const COMPARED: &[&str] = &[
    "duplicate-pipeline",
    "duplicate-route",
    "shadowed-route",
    "drifted-copy",
    "scattered-secret",
    "unrouted-send",
];

fn script(name: &str, text: &str) -> Script {
    Script::from(Arc::new(Source::new(name, text)))
}
