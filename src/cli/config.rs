//! `wj.toml`: what a server is told besides its command line, which wins.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use serde::de::{DeserializeSeed, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::smtp::Smtp;
use crate::check::{self, Levels};
use crate::diagnostic::near;
use crate::operations::Rules;

/// Where the store is, if nothing is said.
pub const DATA: &str = ".wj";

/// Which store a command is about.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The data directory of the server [default: .wj]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration that names the data directory [default: wj.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Place {
    /// Whether the command line says anything of it.
    pub(super) fn is_said(&self) -> bool {
        self.data.is_some() || self.config.is_some()
    }

    /// The directory. A configuration that cannot be read is not asked where the command line names it.
    pub(super) fn directory(&self) -> Result<PathBuf, String> {
        if let (Some(data), None) = (&self.data, &self.config) {
            return Ok(data.clone());
        }
        let config = Config::load(self.config.as_deref())?;
        Ok(self.data.clone().or(config.data).unwrap_or_else(|| PathBuf::from(DATA)))
    }

    pub(super) fn config(&self) -> Result<Config, String> {
        Config::load(self.config.as_deref())
    }
}

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
    /// Proxies in front of the server, whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<IpNet>,
    /// Calls at once to one host.
    pub calls_per_host: Option<NonZeroUsize>,
    /// How long and how much of each pipeline's history is kept, as a script says it: `30d, 2GB, 1000000`.
    #[serde(default, deserialize_with = "keep")]
    pub keep: Option<String>,
    /// How long failed operations are kept.
    #[serde(default, deserialize_with = "keep_failed")]
    pub keep_failed: Option<String>,
    /// What holds for one pipeline, by its name.
    #[serde(default)]
    pub pipelines: BTreeMap<Arc<str>, OfPipeline>,
    /// Where mail is handed over.
    pub smtp: Option<Smtp>,
    /// How long SIGTERM waits for requests and for calls that are out: `30s`.
    #[serde(default, deserialize_with = "duration")]
    pub stop_within: Option<Duration>,
    /// How grave `wj check` takes findings, by name: `error`, `warning` or `off`.
    #[serde(default, deserialize_with = "levels")]
    pub check: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfPipeline {
    #[serde(default, deserialize_with = "keep")]
    pub keep: Option<String>,
    #[serde(default, deserialize_with = "keep_failed")]
    pub keep_failed: Option<String>,
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
        let config: Config = toml::from_str(&text)
            .map_err(|error| format!("{}: {error}{}", path.display(), meant(error.message())))?;
        // Whoever reads it learns of what means nothing together, not only a server.
        config.rules().map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(config)
    }

    /// How long and how much is kept.
    ///
    /// # Errors
    /// What means nothing, in words.
    pub fn rules(&self) -> Result<Rules, String> {
        let all = check::keep(self.keep.as_deref(), self.keep_failed.as_deref())?;
        let mut pipelines = BTreeMap::new();
        for (name, own) in &self.pipelines {
            let keep = check::keep(own.keep.as_deref(), own.keep_failed.as_deref());
            pipelines.insert(name.clone(), keep.map_err(|error| format!("[pipelines.{name}]: {error}"))?);
        }
        Ok(Rules { all, pipelines })
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

/// What `keep` takes. It is looked at where it is read, so that its line is told.
fn keep<'a, D: Deserializer<'a>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    check::keep(Some(&text), None).map_err(D::Error::custom)?;
    Ok(Some(text))
}

fn keep_failed<'a, D: Deserializer<'a>>(from: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(from)?;
    check::keep(None, Some(&text)).map_err(D::Error::custom)?;
    Ok(Some(text))
}

/// Names of findings, each with a level that it may have.
fn levels<'a, D: Deserializer<'a>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Table;
    impl<'a> Visitor<'a> for Table {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("names of findings with `\"error\"`, `\"warning\"` or `\"off\"`")
        }

        fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<Self::Value, M::Error> {
            let mut levels = BTreeMap::new();
            while let Some(FindingName(name)) = map.next_key()? {
                let level = map.next_value_seed(LevelOf(&name))?;
                levels.insert(name, level);
            }
            Ok(levels)
        }
    }
    from.deserialize_map(Table)
}

/// The name of a finding that there is.
struct FindingName(String);

impl<'a> Deserialize<'a> for FindingName {
    fn deserialize<D: Deserializer<'a>>(from: D) -> Result<FindingName, D::Error> {
        let name = String::deserialize(from)?;
        // Every finding may be an error, so what is wrong is the name.
        Levels::read([(name.as_str(), "error")]).map_err(D::Error::custom)?;
        Ok(FindingName(name))
    }
}

/// The level of the finding of a name.
struct LevelOf<'a>(&'a str);

impl<'a> DeserializeSeed<'a> for LevelOf<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'a>>(self, from: D) -> Result<String, D::Error> {
        let level = String::deserialize(from)?;
        Levels::read([(self.0, level.as_str())]).map_err(D::Error::custom)?;
        Ok(level)
    }
}

/// A duration as scripts write it: digits and one unit.
fn duration<'a, D: Deserializer<'a>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    let unknown = || D::Error::custom(format!("`{text}` is no duration; write it as `30s`, `500ms` or `2m`"));
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(unknown)?;
    let (count, unit) = text.split_at_checked(digits).ok_or_else(unknown)?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(unknown()),
    };
    let millis = count.parse::<u64>().ok().and_then(|count| count.checked_mul(millis));
    Ok(Some(Duration::from_millis(millis.ok_or_else(unknown)?)))
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

    #[test]
    fn durations_are_written_as_in_scripts() {
        let read = |text: &str| toml::from_str::<Config>(text);
        assert_eq!(read("stop_within = \"90s\"").unwrap().stop_within, Some(Duration::from_secs(90)));
        assert_eq!(read("stop_within = \"2m\"").unwrap().stop_within, Some(Duration::from_secs(120)));
        assert_eq!(read("").unwrap().stop_within, None);
        for wrong in ["30", "", "s", "1h30m", "-1s", "99999999999999999999s", "18446744073709551615d"] {
            let error = read(&format!("stop_within = \"{wrong}\"")).unwrap_err().to_string();
            assert!(error.contains("is no duration"), "{wrong}: {error}");
        }
    }
}
