//! What is served: the last good version of each file. A broken file takes nothing away, and the whole table is swapped at
//! once, so a request sees the old one or the new one and never a mixture.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::server::program_of;
use crate::check::{self, CheckedFile, Script};
use crate::resolve::program::Pipeline;
use crate::source::Source;
use crate::store::{Hash, Program};
use crate::value::Time;

/// All files that are served, or that would be if they were not broken.
#[derive(Default)]
pub struct Served {
    files: BTreeMap<String, Good>,
    broken: BTreeMap<String, CheckedFile>,
    /// Files with warnings only.
    warned: usize,
}

/// The last version of a file without errors.
struct Good {
    text: Arc<str>,
    pipelines: Vec<Arc<Pipeline>>,
    programs: Vec<Arc<Program>>,
}

/// What to make of a served file that is gone or empty: that is how a file looks in the middle of a slow save, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vanished {
    /// It stays served; the files are to be looked at again soon.
    IsDoubted,
    /// It was so before: it is meant.
    IsBelieved,
}

/// What a look at the files changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Files whose pipelines are new or different now.
    pub loaded: Vec<String>,
    /// Files that are gone.
    pub removed: Vec<String>,
    /// Files that are broken now and were not, or are broken in another way.
    pub broken: Vec<String>,
    /// Files that are gone or empty, and served for the time being.
    pub doubted: Vec<String>,
}

impl Served {
    /// Takes in the files as they are now.
    pub fn update(&mut self, scripts: &[Script], vanished: Vanished, now: &Time) -> Changed {
        let mut changed = Changed::default();
        let mut scripts = scripts.to_vec();
        if vanished == Vanished::IsDoubted {
            changed.doubted = self.keep_vanished(&mut scripts);
        }
        self.take_in(&scripts, now, &mut changed);
        changed
    }

    /// Puts the last good text in the place of each served file that is gone or empty; gives their names.
    fn keep_vanished(&self, scripts: &mut Vec<Script>) -> Vec<String> {
        let mut kept = Vec::new();
        for (name, good) in self.files.iter().filter(|(_, good)| !good.pipelines.is_empty()) {
            let last = || Script::from(Arc::new(Source::new(name.as_str(), good.text.clone())));
            match scripts.iter_mut().find(|script| script.source.name == *name) {
                Some(script) if script.unreadable.is_none() && script.source.text.trim().is_empty() => {
                    *script = last();
                }
                Some(_) => continue,
                None => scripts.push(last()),
            }
            kept.push(name.clone());
        }
        scripts.sort_by(|a, b| a.source.name.cmp(&b.source.name));
        kept
    }

    fn take_in(&mut self, scripts: &[Script], now: &Time, changed: &mut Changed) {
        let serving = self.pipelines();
        let options = check::Options { now: Some(now), serving: Some(&serving), ..check::Options::default() };
        let checked = check::check_with(scripts, &options);
        let present: BTreeSet<&str> = checked.files.iter().map(|file| file.source.name.as_str()).collect();
        let gone: Vec<String> = self
            .files
            .keys()
            .chain(self.broken.keys())
            .filter(|name| !present.contains(name.as_str()))
            .cloned()
            .collect();
        for name in gone {
            self.broken.remove(&name);
            if self.files.remove(&name).is_some() {
                changed.removed.push(name);
            }
        }
        self.warned = 0;
        for file in checked.files {
            self.warned += usize::from(!file.has_errors() && !file.diagnostics.is_empty());
            self.take(file, changed);
        }
        changed.removed.sort();
    }

    fn take(&mut self, file: CheckedFile, changed: &mut Changed) {
        let name = file.source.name.clone();
        if file.has_errors() {
            let known = self.broken.get(&name).is_some_and(|known| same_findings(known, &file));
            if !known {
                changed.broken.push(name.clone());
            }
            self.broken.insert(name, file);
            return;
        }
        let mended = self.broken.remove(&name).is_some();
        // A connector that it uses may have changed under it: then its programs are others, of the same text.
        let programs = programs_of(&file);
        let hashes =
            |programs: &[Arc<Program>]| programs.iter().map(|program| program.hash).collect::<Vec<_>>();
        let same = self
            .files
            .get(&name)
            .is_some_and(|good| good.text == file.source.text && hashes(&good.programs) == hashes(&programs));
        if same && !mended {
            return;
        }
        changed.loaded.push(name.clone());
        if same {
            return;
        }
        self.files.insert(name, Good { text: file.source.text.clone(), pipelines: file.pipelines, programs });
    }

    /// Everything that is served, by file.
    pub fn pipelines(&self) -> Vec<Arc<Pipeline>> {
        self.files.values().flat_map(|good| good.pipelines.iter().cloned()).collect()
    }

    /// How many pipelines of a file are served.
    pub fn pipelines_of(&self, file: &str) -> usize {
        self.files.get(file).map_or(0, |good| good.pipelines.len())
    }

    /// The texts of what is served, by their hash.
    pub fn programs(&self) -> BTreeMap<Hash, Arc<Program>> {
        let all = self.files.values().flat_map(|good| &good.programs);
        all.map(|program| (program.hash, program.clone())).collect()
    }

    /// Files with errors, and whether an earlier version of each goes on being served.
    pub fn broken(&self) -> impl Iterator<Item = (&CheckedFile, bool)> {
        self.broken.iter().map(|(name, file)| (file, self.files.contains_key(name)))
    }

    pub fn broken_file(&self, name: &str) -> Option<(&CheckedFile, bool)> {
        self.broken.get(name).map(|file| (file, self.files.contains_key(name)))
    }

    pub fn warned(&self) -> usize {
        self.warned
    }

    /// Names of the secrets that what is served uses.
    pub fn secrets(&self) -> BTreeSet<Arc<str>> {
        let all = self.files.values().flat_map(|good| &good.pipelines);
        all.flat_map(|pipeline| pipeline.secrets.iter().cloned()).collect()
    }
}

fn programs_of(file: &CheckedFile) -> Vec<Arc<Program>> {
    let mut programs: Vec<Arc<Program>> = Vec::new();
    for pipeline in &file.pipelines {
        if programs.iter().any(|program| program.hash == pipeline.hash) {
            continue;
        }
        programs.push(Arc::new(program_of(pipeline)));
    }
    programs
}

fn same_findings(a: &CheckedFile, b: &CheckedFile) -> bool {
    let key = |file: &CheckedFile| -> Vec<_> {
        file.diagnostics
            .iter()
            .map(|finding| (finding.code.id, finding.span, finding.message.clone()))
            .collect()
    };
    a.source.text == b.source.text && key(a) == key(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(name: &str, text: &str) -> Script {
        Script::from_bytes(name, text.as_bytes())
    }

    fn names(served: &Served) -> Vec<String> {
        served.pipelines().iter().map(|pipeline| pipeline.name.to_string()).collect()
    }

    fn pipeline(name: &str, route: &str) -> String {
        format!("pipeline {name} {{\n  on GET \"{route}\"\n  respond 200\n}}\n")
    }

    #[test]
    fn a_broken_file_keeps_its_last_good_version_and_takes_nothing_from_others() {
        let now = Time { micros: 0, zone: None };
        let mut served = Served::default();
        let (a, b) = (pipeline("a", "/a"), pipeline("b", "/b"));
        let first = served.update(
            &[script("a.wj", &a), script("b.wj", "pipeline b {\n  on\n}\n")],
            Vanished::IsBelieved,
            &now,
        );
        assert_eq!((names(&served), &first.broken[..]), (vec!["a".to_owned()], &["b.wj".to_owned()][..]));

        let second =
            served.update(&[script("a.wj", "pipeline a {"), script("b.wj", &b)], Vanished::IsBelieved, &now);
        assert_eq!(names(&served), ["a", "b"]);
        assert_eq!(
            (&second.loaded[..], &second.broken[..]),
            (&["b.wj".to_owned()][..], &["a.wj".to_owned()][..])
        );
        assert_eq!(served.broken().map(|(_, still_served)| still_served).collect::<Vec<_>>(), [true]);

        // Another file cannot take the route of what is still served, nor its name.
        let thief = pipeline("c", "/a");
        served.update(
            &[script("0.wj", &thief), script("a.wj", "pipeline a {"), script("b.wj", &b)],
            Vanished::IsBelieved,
            &now,
        );
        assert_eq!(names(&served), ["a", "b"]);

        let last = served.update(&[script("b.wj", &b)], Vanished::IsBelieved, &now);
        assert_eq!((names(&served), &last.removed[..]), (vec!["b".to_owned()], &["a.wj".to_owned()][..]));
    }

    #[test]
    fn nothing_changes_when_nothing_changed() {
        let now = Time { micros: 0, zone: None };
        let mut served = Served::default();
        let a = pipeline("a", "/a");
        served.update(&[script("a.wj", &a), script("b.wj", "pipeline")], Vanished::IsBelieved, &now);
        assert_eq!(
            served.update(&[script("a.wj", &a), script("b.wj", "pipeline")], Vanished::IsBelieved, &now),
            Changed::default()
        );
    }

    #[test]
    fn what_vanishes_is_served_until_it_is_looked_at_again() {
        let now = Time { micros: 0, zone: None };
        let mut served = Served::default();
        let (a, b) = (pipeline("a", "/a"), pipeline("b", "/b"));
        served.update(&[script("a.wj", &a), script("b.wj", &b)], Vanished::IsBelieved, &now);
        let first = served.update(&[script("a.wj", " \n")], Vanished::IsDoubted, &now);
        assert_eq!(
            (names(&served), &first.doubted[..]),
            (vec!["a".to_owned(), "b".to_owned()], &["a.wj".to_owned(), "b.wj".to_owned()][..])
        );
        assert!(first.loaded.is_empty() && first.removed.is_empty(), "{first:?}");
        let second = served.update(&[script("a.wj", " \n")], Vanished::IsBelieved, &now);
        assert_eq!((names(&served).len(), &second.removed[..]), (0, &["b.wj".to_owned()][..]));
    }
}
