//! `wj completions`: what a shell needs to complete the words of `wj`.

use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Failure};

/// Prints what a shell needs to complete commands, options and paths of wj.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wj completions bash > ~/.local/share/bash-completion/completions/wj\n  \
    wj completions zsh > ~/.zfunc/_wj\n  wj completions fish > ~/.config/fish/completions/wj.fish\n  \
    wj completions powershell >> $PROFILE"
)]
pub(super) struct Args {
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<ExitCode, Failure> {
    // It panics where it cannot write, so it writes to memory.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "wj", &mut text);
    out.write_all(&text)?;
    Ok(ExitCode::SUCCESS)
}
