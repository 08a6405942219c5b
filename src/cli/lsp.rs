//! `wj lsp`: the language server, for editors.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::Failure;
use super::config::Config;
use crate::check::Levels;
use crate::lsp;

/// Helps an editor with scripts, over stdin and stdout, in the language server protocol.
///
/// Editors start it by themselves: findings while you type, hover, completion, definitions, renaming, formatting and more. What
/// `[check]` in `wj.toml` says of findings holds. `docs/guide/editors.md` tells how each editor is set up.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    match lsp::serve(&levels, out) {
        Ok(lsp::End::Asked) => Ok(ExitCode::SUCCESS),
        Ok(lsp::End::Sudden) => Ok(ExitCode::from(1)),
        Err(error) => Err(Failure::could_not_run(format!("cannot speak with the editor: {error}"))),
    }
}

fn levels(root: &Path) -> Result<Levels, String> {
    let file = root.join("wj.toml");
    if !file.exists() {
        return Ok(Levels::default());
    }
    Config::load(Some(&file))?.levels()
}
