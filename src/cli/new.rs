//! `wj new`: a script to begin with, empty or one of those that come with wj.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::examples::{self, Example};
use super::{Failure, render, terminal};
use crate::check::{self, CheckedFile, Script};
use crate::diagnostic;
use crate::resolve::program::Pipeline;
use crate::scripts;
use crate::source::Source;

/// Writes a script to begin with: a short one of its own name, or a copy of one that comes with wj.
///
/// Without arguments: the names of those that come with wj, and what each is for. Nothing is written over a file that is there.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj new\n  wj new --from tilda\n  wj new autumn_form --from tilda\n  wj new orders"
)]
pub(super) struct Args {
    /// The name of the new script; with `--from` the other one's if it is not given. Pipelines and routes are called by it.
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Begin with a copy of this one.
    #[arg(long, value_name = "PIPELINE")]
    from: Option<String>,
    /// The folder of the scripts; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "pipelines")]
    dir: PathBuf,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let example = args.from.as_deref().map(wanted).transpose()?;
    let (name, text) = match (&args.name, example) {
        (None, None) => return list(out),
        (None, Some(example)) => (example.name, example.text.to_owned()),
        (Some(name), Some(example)) => (name.as_str(), renamed(example, &checked_name(name)?)),
        (Some(name), None) => (name.as_str(), blank(name)?),
    };
    let path = args.dir.join(format!("{name}.wj"));
    let pipelines = fits(&args.dir, &path, &text)?;
    let fixtures: Vec<_> = example.into_iter().flat_map(Example::fixtures).collect();
    for (fixture, content) in &fixtures {
        let there = args.dir.join(fixture);
        if there.exists() && std::fs::read(&there)? != content.as_bytes() {
            return Err(Failure::no(format!(
                "`{}` is there already, and is another file: nothing was written",
                there.display()
            )));
        }
    }
    // The script comes last: a server that watches the folder takes it up whole.
    let fixtures = fixtures.iter().map(|(fixture, content)| (args.dir.join(fixture), *content));
    for (path, content) in fixtures.filter(|(path, _)| !path.exists()).chain([(path.clone(), text.as_str())])
    {
        scripts::create(&path, content)
            .map_err(|error| Failure::could_not_run(format!("cannot write `{}`: {error}", path.display())))?;
        writeln!(out, "{}", path.display())?;
    }
    out.flush()?;
    tell(&pipelines, &path);
    Ok(ExitCode::SUCCESS)
}

/// Each that comes with wj: its name, and the title of its pipeline.
fn list(out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let longest = examples::ALL.iter().map(|example| example.name.len()).max().unwrap_or_default();
    for example in examples::ALL {
        let titles: Vec<String> = read(example.name, example.text)
            .iter()
            .map(|pipeline| pipeline.title.as_deref().unwrap_or(&pipeline.name).to_owned())
            .collect();
        writeln!(out, "{:longest$}  {}", example.name, titles.join("; "))?;
    }
    out.flush()?;
    terminal::say(
        "`wj new --from NAME` starts from one of these, `wj new NAME` from a short one of your own",
    );
    Ok(ExitCode::SUCCESS)
}

fn wanted(name: &str) -> Result<&'static Example, Failure> {
    let name = name.trim_end_matches(".wj");
    examples::find(name).ok_or_else(|| {
        let hint = match diagnostic::near(name, examples::ALL.iter().map(|example| example.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wj new` lists those that there are".to_owned(),
        };
        Failure::no(format!("no pipeline `{name}` comes with wj; {hint}"))
    })
}

/// A name that may stand in a path, and for a pipeline once its dashes are gone.
fn checked_name(name: &str) -> Result<String, Failure> {
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_');
    if begins && letters.all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        return Ok(name.to_owned());
    }
    Err(Failure::no(format!(
        "`{name}` cannot name a script: letters, digits, `_` and `-` can, and a letter comes first"
    )))
}

/// The example, its pipelines and routes called by another name.
fn renamed(example: &Example, name: &str) -> String {
    let pipelines = read(example.name, example.text);
    let word = name.replace('-', "_");
    let mut text = example.text.to_owned();
    for pipeline in pipelines.iter().rev() {
        let own = match pipeline.name.strip_prefix(example.name) {
            Some(rest) if pipelines.len() > 1 => format!("{word}{rest}"),
            _ => word.clone(),
        };
        text.replace_range(pipeline.span.range(), &own);
    }
    let routes = pipelines.iter().flat_map(|pipeline| &pipeline.routes);
    let Some(base) = routes.map(|route| base(&route.pattern)).next() else { return text };
    let folder = base.rfind('/').and_then(|at| base.get(..=at)).unwrap_or("/");
    let new = format!("{folder}{name}");
    // Where a longer name goes on, it is another one's.
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split(base);
    out.extend(parts.next());
    for part in parts {
        let ends = part.chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '-');
        out.push_str(if ends { &new } else { base });
        out.push_str(part);
    }
    out
}

/// The beginning of a route that is called by the script's name: `/hooks/tilda`, or `/ping`.
fn base(pattern: &str) -> &str {
    let segments = if pattern.starts_with("/hooks/") { 2 } else { 1 };
    let end = pattern.match_indices('/').nth(segments).map_or(pattern.len(), |(at, _)| at);
    pattern.get(..end).unwrap_or(pattern)
}

fn blank(name: &str) -> Result<String, Failure> {
    if examples::find(name).is_some() {
        return Err(Failure::no(format!(
            "a pipeline `{name}` comes with wj: `wj new --from {name}` starts from it; for one of your own choose another name"
        )));
    }
    let name = checked_name(name)?;
    Ok(BLANK.replace("/NAME", &format!("/{name}")).replace("NAME", &name.replace('-', "_")))
}

const BLANK: &str = r#"# Say here in a sentence what this is for.
pipeline NAME {
  on POST "/hooks/NAME"

  extract body {
    email = $.email as email      on_missing abort 422 "no e-mail address"
    name  = $.name as nonblank    on_missing empty
  }

  respond 200 { json { ok: true, email: email, name: name } }
}

test "who gives an address is answered" {
  send POST "/hooks/NAME" json { email: "anna@mail.example", name: "Анна" }
  expect status 200
  expect json { ok: true, email: "anna@mail.example", name: "Анна" }
}

test "who gives none is refused" {
  send POST "/hooks/NAME" json { name: "Анна" }
  expect status 422
}
"#;

fn read(name: &str, text: &str) -> Vec<Arc<Pipeline>> {
    let script = Script::from(Arc::new(Source::new(name, text)));
    let checked = check::check_with(&[script], &check::Options::default());
    checked.files.into_iter().flat_map(|file| file.pipelines).collect()
}

/// The new file's pipelines, once it is sure that it takes no name and no route of the scripts that are there.
fn fits(folder: &Path, path: &Path, text: &str) -> Result<Vec<Arc<Pipeline>>, Failure> {
    if path.exists() {
        return Err(Failure::no(format!("`{}` is there already: nothing was written", path.display())));
    }
    let mut all = Vec::new();
    if folder.exists() {
        all =
            scripts::load(&[folder.to_owned()]).map_err(|error| Failure::could_not_run(error.to_string()))?;
    }
    let broken = |scripts: &[Script]| {
        let checked = check::check_with(scripts, &check::Options::default());
        let errors =
            |file: &CheckedFile| file.diagnostics.iter().filter(|finding| finding.is_error()).count();
        let count: usize = checked.files.iter().map(errors).sum();
        (checked.files, count)
    };
    let (_, before) = broken(&all);
    let name = path.display().to_string();
    all.push(Script::from(Arc::new(Source::new(name.as_str(), text))));
    let (files, after) = broken(&all);
    if after > before {
        for file in &files {
            for finding in
                file.diagnostics.iter().filter(|finding| finding.is_error() && concerns(finding, &name, file))
            {
                terminal::draw(&render::finding(&file.source, finding, terminal::stderr_has_colours()));
            }
        }
        return Err(Failure::no(
            "nothing was written; with another name, `wj new NAME`, its pipelines and routes are called by that",
        ));
    }
    let own = files.into_iter().find(|file| file.source.name == name);
    Ok(own.map(|file| file.pipelines).unwrap_or_default())
}

/// Whether a finding stands in the new file, or points at it.
fn concerns(finding: &diagnostic::Diagnostic, name: &str, file: &CheckedFile) -> bool {
    file.source.name == name
        || finding.labels.iter().any(|label| label.source.as_ref().is_some_and(|source| source.name == name))
}

/// What is served by it, what it needs, and what to do next.
fn tell(pipelines: &[Arc<Pipeline>], path: &Path) {
    let routes: Vec<String> =
        pipelines.iter().flat_map(|pipeline| &pipeline.routes).map(|route| format!("`{route}`")).collect();
    terminal::say(&format!("it answers {}", routes.join(", ")));
    let mut secrets: Vec<&str> =
        pipelines.iter().flat_map(|pipeline| &pipeline.secrets).map(|name| &**name).collect();
    secrets.sort_unstable();
    secrets.dedup();
    match secrets.as_slice() {
        [] => {}
        [one] => terminal::say(&format!("before it serves, set the secret {one}")),
        several => terminal::say(&format!("before it serves, set the secrets {}", several.join(", "))),
    }
    terminal::say(&format!("put your own addresses and numbers into it; then: wj test {}", path.display()));
}
