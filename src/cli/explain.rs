//! `wj explain`: the page of a code, or the list of all.

use std::io::Write;
use std::process::ExitCode;

use super::Failure;
use crate::check;

/// Shows what a finding means and how to mend it.
///
/// Without a code: all codes with their names.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wj explain WJ0601\n  wj explain unused-field\n  wj explain")]
pub(super) struct Args {
    /// A code as findings show it (`WJ0601`), or its name (`unused-field`).
    code: Option<String>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    let Some(wanted) = &args.code else {
        for code in check::all_codes() {
            writeln!(out, "{}  {:<7}  {}", code.id, code.severity.as_str(), code.name)?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(code) = check::explain(wanted) else {
        let hint = match check::near_code(wanted) {
            Some(near) => format!("did you mean {} {}?", near.id, near.name),
            None => "`wj explain` lists all codes".to_owned(),
        };
        return Err(Failure::no(format!("there is no code `{wanted}`; {hint}")));
    };
    write!(out, "{}", code.page)?;
    Ok(ExitCode::SUCCESS)
}
