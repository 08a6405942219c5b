//! `wj.toml`: what a server is told besides its command line, which wins.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;

use super::smtp::Smtp;
use crate::diagnostic::near;

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
    /// Where mail is handed over.
    pub smtp: Option<Smtp>,
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
        toml::from_str(&text)
            .map_err(|error| format!("{}: {error}{}", path.display(), meant(error.message())))
    }
}

/// The name that an unknown key is probably meant to be, of those that the message lists: "unknown field `a`, expected one
/// of `b`, `c`".
fn meant(message: &str) -> String {
    if !message.starts_with("unknown") {
        return String::new();
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let near = names.next().and_then(|written| near(written, names));
    near.map_or_else(String::new, |near| format!("did you mean `{near}`?\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_the_near_name() {
        for (text, name) in [
            ("lissten = '127.0.0.1:1'", "`listen`"),
            ("[smtp]\nhots = 'a'\nfrom = 'a@b.example'", "`host`"),
            ("[smtp]\nhost = 'a'\nfrom = 'a@b.example'\ntls = 'startls'", "`starttls`"),
        ] {
            let error = toml::from_str::<Config>(text).unwrap_err();
            assert_eq!(meant(error.message()), format!("did you mean {name}?\n"), "{error}");
        }
    }
}
