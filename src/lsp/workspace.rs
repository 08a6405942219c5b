//! The files that an editor works on: those on disk, and over them the texts that are not saved yet. Files that `wj check` would
//! look at together are one project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::place;
use crate::check::{Levels, Options, Project, ProjectFile, Script};
use crate::resolve::model::Model;
use crate::scripts::{self, Found};
use crate::source::Source;
use crate::value::Time;

/// Where scripts lie in the folder of a project, as for every other command.
const SCRIPTS: &str = "pipelines";
const CONNECTORS: &str = "connectors";

/// How grave findings are taken in the project of a folder; `Err` tells why its settings cannot be read.
pub type ReadLevels<'a> = &'a dyn Fn(&Path) -> Result<Levels, String>;

pub(super) struct Workspace<'a> {
    /// Folders that the editor has open.
    roots: Vec<PathBuf>,
    /// By the folder of their scripts.
    homes: BTreeMap<PathBuf, Home>,
    /// Texts that the editor has open, by the name of their file.
    pub open: BTreeMap<String, Open>,
    levels: ReadLevels<'a>,
    /// What is to be told to whoever edits: settings that cannot be read.
    pub troubles: Vec<String>,
}

pub(super) struct Home {
    pub project: Project,
    levels: Levels,
    stale: bool,
}

pub(super) struct Open {
    pub uri: Uri,
    pub version: i32,
    /// Its text came since findings were last told.
    pub changed: bool,
}

/// One file, and what is known of it.
pub(super) struct View<'w> {
    pub project: &'w Project,
    pub file: &'w ProjectFile,
    pub model: &'w Model,
    pub uri: &'w Uri,
}

impl View<'_> {
    pub fn source(&self) -> &Arc<Source> {
        self.file.source()
    }
}

impl<'a> Workspace<'a> {
    pub fn new(roots: Vec<PathBuf>, levels: ReadLevels<'a>) -> Workspace<'a> {
        let mut workspace =
            Workspace { roots, homes: BTreeMap::new(), open: BTreeMap::new(), levels, troubles: Vec::new() };
        for root in workspace.roots.clone() {
            let scripts = root.join(SCRIPTS);
            // A folder without one may be anything, a whole disk too: it is looked into once a script of it is opened.
            if scripts.is_dir() {
                workspace.ensure(&scripts);
            }
        }
        workspace
    }

    /// The folder of scripts that a file is checked with.
    fn home_of(&self, path: &Path) -> PathBuf {
        for root in &self.roots {
            let scripts = root.join(SCRIPTS);
            if path.starts_with(&scripts) || path.starts_with(root.join(CONNECTORS)) && scripts.is_dir() {
                return scripts;
            }
        }
        let folder = path.parent().unwrap_or(path);
        let above = folder.ancestors().find(|folder| folder.ends_with(SCRIPTS));
        above.unwrap_or(folder).to_owned()
    }

    fn ensure(&mut self, home: &Path) -> &mut Home {
        let levels = self.levels;
        let troubles = &mut self.troubles;
        self.homes.entry(home.to_owned()).or_insert_with(|| {
            let scripts = if home.is_dir() { scripts::load(&[home.to_owned()]) } else { Ok(Vec::new()) };
            let scripts = scripts.unwrap_or_else(|error| {
                troubles.push(error.to_string());
                Vec::new()
            });
            let levels = levels(root_of(home)).unwrap_or_else(|error| {
                troubles.push(error);
                Levels::default()
            });
            Home { project: Project::new(scripts), levels, stale: true }
        })
    }

    fn put(&mut self, uri: &Uri, text: String) {
        let (name, path) = named(uri);
        // A text that was never saved is a project of its own.
        let home = path.map_or_else(|| PathBuf::from(&name), |path| self.home_of(&path));
        let home = self.ensure(&home);
        home.project.put(Script::from(Arc::new(Source::new(name, text))));
        home.stale = true;
    }

    pub fn opened(&mut self, uri: Uri, version: i32, text: String) {
        self.put(&uri, text);
        let (name, _) = named(&uri);
        self.open.insert(name, Open { uri, version, changed: true });
    }

    /// Takes over what was typed. A change without a place is the whole text.
    ///
    /// # Errors
    /// A text that is not open, in words.
    pub fn changed(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) -> Result<(), String> {
        let (name, _) = named(uri);
        let open = self.open.get_mut(&name).ok_or_else(|| format!("`{name}` is not open"))?;
        (open.version, open.changed) = (version, true);
        let source = self.source(uri).ok_or_else(|| format!("`{name}` is not open"))?;
        let mut text = String::new();
        for (at, change) in changes.into_iter().enumerate() {
            let Some(range) = change.range else {
                text = change.text;
                continue;
            };
            let span = if at == 0 {
                text = source.text.to_string();
                place::span(&source, range)
            } else {
                place::span(&Source::new("", text.as_str()), range)
            };
            text.replace_range(span.range(), &change.text);
        }
        self.put(uri, text);
        Ok(())
    }

    /// From here on the file on disk counts.
    pub fn closed(&mut self, uri: &Uri) {
        let (name, path) = named(uri);
        self.open.remove(&name);
        match path {
            Some(path) => self.touched(&[path]),
            None => {
                self.homes.remove(Path::new(&name));
            }
        }
    }

    /// Files on disk changed, came or went.
    pub fn touched(&mut self, paths: &[PathBuf]) {
        let is_settings = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "wj.toml");
        if paths.iter().any(|path| is_settings(&path)) {
            self.settings_changed();
        }
        let mut by_home: BTreeMap<PathBuf, Vec<&PathBuf>> = BTreeMap::new();
        for path in paths.iter().filter(|path| !is_settings(path)) {
            if !self.open.contains_key(&name_of(path)) {
                by_home.entry(self.home_of(path)).or_default().push(path);
            }
        }
        for (folder, paths) in by_home {
            let Some(home) = self.homes.get_mut(&folder) else { continue };
            home.stale = true;
            let ours = scripts::find_all(std::slice::from_ref(&folder)).unwrap_or_default();
            let ours: BTreeMap<&Path, &Found> = ours.iter().map(|found| (&*found.path, found)).collect();
            for path in paths {
                match ours.get(&**path) {
                    Some(found) => home.project.put(scripts::read(found)),
                    None => home.project.remove(&name_of(path)),
                }
            }
        }
    }

    fn settings_changed(&mut self) {
        for (folder, home) in &mut self.homes {
            match (self.levels)(root_of(folder)) {
                Ok(levels) => home.levels = levels,
                Err(error) => self.troubles.push(error),
            }
            home.project.forget();
            home.stale = true;
        }
    }

    /// Looks at what changed. `true` if anything did.
    pub fn examine(&mut self) -> bool {
        let now = Time { micros: jiff::Timestamp::now().as_microsecond(), zone: None };
        let mut any = false;
        for home in self.homes.values_mut().filter(|home| home.stale) {
            let options = Options { now: Some(&now), levels: Some(&home.levels), ..Options::default() };
            home.project.examine(&options);
            home.stale = false;
            any = true;
        }
        any
    }

    pub fn projects(&self) -> impl Iterator<Item = &Project> {
        self.homes.values().map(|home| &home.project)
    }

    fn source(&self, uri: &Uri) -> Option<Arc<Source>> {
        self.find(uri).map(|(_, file)| file.source().clone())
    }

    fn find(&self, uri: &Uri) -> Option<(&Home, &ProjectFile)> {
        let (name, _) = named(uri);
        self.homes.values().find_map(|home| Some((home, home.project.file(&name)?)))
    }

    /// The file of a URI, as it was last examined.
    pub fn view<'w>(&'w self, uri: &'w Uri) -> Option<View<'w>> {
        let (home, file) = self.find(uri)?;
        Some(View { project: &home.project, file, model: file.model()?, uri })
    }

    pub fn levels_of(&self, uri: &Uri) -> Option<&Levels> {
        self.find(uri).map(|(home, _)| &home.levels)
    }
}

/// The name of the file of a URI, and its path if it lies on disk.
fn named(uri: &Uri) -> (String, Option<PathBuf>) {
    match place::path(uri) {
        Some(path) => (name_of(&path), Some(path)),
        None => (uri.as_str().to_owned(), None),
    }
}

/// As `scripts` names a file that was found by its whole path.
fn name_of(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The folder of a project, where its settings lie.
fn root_of(home: &Path) -> &Path {
    if home.ends_with(SCRIPTS) { home.parent().unwrap_or(home) } else { home }
}

/// The URI of a file of the project, as the editor names it if it is open.
pub(super) fn uri_of(view: &View<'_>, name: &str) -> Option<Uri> {
    if view.source().name == name { Some(view.uri.clone()) } else { place::uri(name) }
}
