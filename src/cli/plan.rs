//! `wj plan`: what a request would do. Nothing is sent anywhere.

use std::io::Write;
use std::process::ExitCode;

use clap::ValueEnum;

use super::requested::{Requested, no_request};
use super::{Failure, plan_text, render, terminal};
use crate::check::CheckedFile;
use crate::rehearse::{self, Site};
use crate::resolve::test_program::Test;
use crate::routing::Routes;
use crate::scripts;
use crate::secrets::Secrets;

/// Shows what a request would do: the answer, and each request that would go out. Every value has the place behind it that
/// it came from, and secrets are masked.
///
/// Nothing is sent. What the called services answer is taken from a test (`--test`), or made up. `verify` and `limit rate` are
/// not asked. Ends with 0, with 1 if no pipeline takes the request or a script has an error, with 2 if it could not run.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj plan pipelines/leads.wj --request lead.http\n  wj plan pipelines/leads.wj --test \"becomes a subscriber\"\n  wj history show ID --format json | wj plan pipelines/leads.wj"
)]
pub(super) struct Args {
    #[command(flatten)]
    requested: Requested,
    /// The first request of the test that has this in its title, with the answers that the test gives. Where no request is
    /// given at all, the test is taken whose request comes furthest.
    #[arg(long, value_name = "TEXT", conflicts_with = "request")]
    test: Option<String>,
    /// How it is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON object, for programs.
    Json,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(files) = args.requested.checked()? else { return Ok(ExitCode::from(1)) };
    let pipelines: Vec<_> = files.iter().flat_map(|file| file.pipelines.iter().cloned()).collect();
    let names: Vec<_> = pipelines.iter().flat_map(|pipeline| pipeline.secrets.iter().cloned()).collect();
    // A recorded request may hold one by value.
    let secrets = Secrets::load(names.iter().map(|name| &**name));
    let routes = Routes::new(pipelines);
    let site = Site { routes: &routes, files: &scripts::fixture };
    let recorded = match args.test {
        Some(_) => None,
        None => args.requested.recorded(&files)?,
    };
    let (planned, source, from) = match (&recorded, files.first()) {
        (Some((request, from)), Some(file)) => {
            let now = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default();
            let told = format!("{} {} from {from}", request.method, request.target);
            (rehearse::plan(request, now, &file.source, &site), &file.source, told)
        }
        _ => {
            let test = meant(args, &files, &site)?;
            let line = test.source.position(test.span.start).line;
            let from =
                format!("the first request of the test \"{}\" ({}:{line})", test.title, test.source.name);
            (rehearse::plan_of(test, &site), &test.source, from)
        }
    };
    let plan = match planned {
        Ok(plan) => plan,
        Err(failure) => {
            terminal::draw(&render::failure(source, &failure, terminal::stderr_has_colours()));
            return Ok(ExitCode::from(1));
        }
    };
    match args.format {
        Format::Text => write!(out, "{}", secrets.masker().mask(&plan_text::text(&plan, &from)))?,
        Format::Json => writeln!(out, "{}", secrets.masker().mask(&plan_text::json(&plan).to_string()))?,
    }
    Ok(ExitCode::from(u8::from(plan.pipeline.is_none())))
}

/// The test that is named, or the one whose request comes furthest; of equals the first.
fn meant<'a>(args: &Args, files: &'a [CheckedFile], site: &Site<'_>) -> Result<&'a Test, Failure> {
    let mut tests = files.iter().flat_map(|file| &file.tests);
    if let Some(title) = &args.test {
        let none = || Failure::could_not_run(format!("no test has `{title}` in its title"));
        return tests.find(|test| test.title.contains(title.as_str())).ok_or_else(none);
    }
    let plans: Vec<_> = tests
        .filter(|test| test.sends())
        .filter_map(|test| Some((test, rehearse::plan_of(test, site).ok()?.steps.len())))
        .collect();
    let furthest = plans.iter().rev().max_by_key(|(_, steps)| *steps);
    furthest.map(|(test, _)| *test).ok_or_else(|| no_request(files))
}
