//! The values of secrets, read from the environment and from files, and the one way in which they are masked. Only this
//! room touches the environment for them; nothing here prints or stores a value.

mod mask;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use mask::{Masker, mask_of};

/// Values shorter than this are not masked by value: they would blot out ordinary text.
pub const SHORTEST_MASKED: usize = 8;

/// The secrets that the scripts name, as they are now.
pub struct Secrets {
    values: BTreeMap<Arc<str>, Arc<str>>,
    unset: Vec<Arc<str>>,
    masker: Masker,
}

impl Secrets {
    /// Looks each name up: the environment variable of that name, else the file named by `NAME_FILE`, else the file of
    /// that name in `$CREDENTIALS_DIRECTORY`. One final line end of a file is dropped.
    pub fn load<'a>(names: impl IntoIterator<Item = &'a str>) -> Secrets {
        Secrets::from_lookup(names, look_up)
    }

    /// As `load`, from anywhere.
    pub fn from_lookup<'a>(
        names: impl IntoIterator<Item = &'a str>,
        look_up: impl Fn(&str) -> Option<String>,
    ) -> Secrets {
        let mut values = BTreeMap::new();
        let mut unset = Vec::new();
        for name in names {
            match look_up(name).filter(|value| !value.is_empty()) {
                Some(value) => {
                    values.insert(Arc::from(name), Arc::from(value));
                }
                None => unset.push(Arc::from(name)),
            }
        }
        unset.sort();
        unset.dedup();
        let masker = Masker::new(values.iter().map(|(name, value)| (&**name, &**value)));
        Secrets { values, unset, masker }
    }

    pub fn get(&self, name: &str) -> Option<Arc<str>> {
        self.values.get(name).cloned()
    }

    /// Every name that was looked up, with a value or without.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().chain(&self.unset).map(|name| &**name)
    }

    /// Names without a value, sorted.
    pub fn unset(&self) -> &[Arc<str>] {
        &self.unset
    }

    /// Names whose value is too short to be masked by value, sorted.
    pub fn short(&self) -> impl Iterator<Item = &Arc<str>> {
        self.values.iter().filter(|(_, value)| value.chars().count() < SHORTEST_MASKED).map(|(name, _)| name)
    }

    /// Masks every known value, its URL-encoded, JSON-escaped and base64 forms included.
    pub fn masker(&self) -> &Masker {
        &self.masker
    }
}

/// Whether a secret has a value now.
pub fn is_set(name: &str) -> bool {
    look_up(name).is_some_and(|value| !value.is_empty())
}

fn look_up(name: &str) -> Option<String> {
    if let Ok(value) = std::env::var(name) {
        return Some(value);
    }
    let file = match std::env::var_os(format!("{name}_FILE")) {
        Some(file) => file.into(),
        None => Path::new(&std::env::var_os("CREDENTIALS_DIRECTORY")?).join(name),
    };
    let mut text = std::fs::read_to_string(file).ok()?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unset_or_short_is_known() {
        let secrets = Secrets::from_lookup(["B", "A", "C"], |name| match name {
            "A" => Some("long enough".to_owned()),
            "C" => Some("short".to_owned()),
            _ => None,
        });
        assert_eq!(secrets.get("A").as_deref(), Some("long enough"));
        assert_eq!(secrets.unset(), [Arc::from("B")]);
        assert_eq!(secrets.short().map(|name| &**name).collect::<Vec<_>>(), ["C"]);
    }
}
