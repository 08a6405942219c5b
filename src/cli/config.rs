//! `wj.toml`: what a server is told besides its command line, which wins.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;

use crate::check::Levels;

/// Where the store is, if nothing is said.
pub const DATA: &str = ".wj";

/// The file that is read if it exists.
const FILE: &str = "wj.toml";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where webhooks come in.
    pub listen: Option<SocketAddr>,
    /// Where health and status are told.
    pub admin: Option<SocketAddr>,
    /// The data directory, or `memory:`.
    pub data: Option<PathBuf>,
    /// Private ranges that actions may call.
    #[serde(default)]
    pub allow_private: Vec<IpNet>,
    /// Calls at once to one host.
    pub calls_per_host: Option<NonZeroUsize>,
    /// How grave `wj check` takes findings, by name: `error`, `warning` or `off`.
    #[serde(default)]
    pub check: BTreeMap<String, String>,
}

impl Config {
    /// Reads a file; without one, `wj.toml` if it exists.
    ///
    /// # Errors
    /// A file that cannot be read, or says what is not known, in words.
    pub fn load(file: Option<&Path>) -> Result<Config, String> {
        let path = file.unwrap_or(Path::new(FILE));
        if file.is_none() && !path.exists() {
            return Ok(Config::default());
        }
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let config: Config = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        config.levels().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(config)
    }

    /// How grave findings are taken.
    ///
    /// # Errors
    /// A name or a level that is not known, in words.
    pub fn levels(&self) -> Result<Levels, String> {
        Levels::read(self.check.iter().map(|(name, level)| (name.as_str(), level.as_str())))
            .map_err(|error| format!("[check]: {error}"))
    }
}
