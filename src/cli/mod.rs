//! The commands, one file each. Only this room prints, and only it knows clap and miette.
