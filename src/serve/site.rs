//! The scripts of a server: looked at, served, and looked at again when they change.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::mpsc;

use super::clock::now_millis;
use super::served::{Changed, Served, Vanished};
use super::server::Server;
use crate::check::CheckedFile;
use crate::operations::strictest_rates;
use crate::resolve::program::{Notify, OpKind, Pipeline, RequestTemplate};
use crate::routing::Routes;
use crate::scripts;
use crate::value::Time;

/// Files that are named by themselves when they are served at once; of more there is one line, and their names are told to who
/// looks closer.
const MOST_NAMED: usize = 3;

/// Names in one line of the log; whole where hardly more.
const MOST_LISTED: usize = 5;

/// The scripts of a server, as they are served.
pub struct Site {
    pub server: Arc<Server>,
    pub served: Arc<Mutex<Served>>,
    pub routes: Arc<ArcSwap<Routes>>,
    pub dir: PathBuf,
    pub render: fn(&CheckedFile) -> String,
}

impl Site {
    async fn look_and_report(self: Arc<Site>, vanished: Vanished) -> Changed {
        let looking = self.clone();
        match tokio::task::spawn_blocking(move || looking.look(vanished)).await {
            Ok(Ok(changed)) => {
                self.report(&changed);
                changed
            }
            // The folder is away, as in the middle of a checkout: what is served stays.
            Ok(Err(error)) => {
                tracing::warn!(error, "the scripts cannot be read; what was served goes on");
                Changed::default()
            }
            Err(_) => Changed::default(),
        }
    }

    /// Reads the files, and serves what is good of them.
    pub fn look(&self, vanished: Vanished) -> Result<Changed, String> {
        let scripts = scripts::load(std::slice::from_ref(&self.dir)).map_err(|error| error.to_string())?;
        let mut served = self.served.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let changed =
            served.update(&scripts, vanished, &Time { micros: now_millis() as i64 * 1_000, zone: None });
        let pipelines = served.pipelines();
        self.server.programs.store(Arc::new(served.programs()));
        let by_name = pipelines.iter().map(|pipeline| (pipeline.name.clone(), pipeline.clone())).collect();
        self.server.pipelines.store(Arc::new(by_name));
        self.server.keepings.serve(&pipelines, &*self.server.store);
        let rates = strictest_rates(pipelines.iter().map(|pipeline| &**pipeline));
        self.server.around.targets.declare(&rates, now_millis());
        self.server.load_secrets(served.secrets());
        self.server.around.commit.store(scripts::commit(&self.dir).map(|commit| Arc::new(commit.into())));
        // Last, so that a request that finds a pipeline finds its program and secrets too.
        self.routes.store(Arc::new(Routes::new(pipelines)));
        Ok(changed)
    }

    pub fn report_start(&self, changed: &Changed) {
        self.report(changed);
        let secrets = self.server.secrets.load();
        self.report_unset(secrets.unset());
        match secrets.short().map(|name| &**name).collect::<Vec<_>>().as_slice() {
            [] => {}
            [name] => {
                tracing::warn!("secret {name} is shorter than 8 characters: it cannot be masked by value")
            }
            names => tracing::warn!(
                "secrets {} are shorter than 8 characters: they cannot be masked by value",
                names.join(", ")
            ),
        }
        if self.server.around.dry_run {
            tracing::warn!("dry run: actions are recorded, not sent");
        }
    }

    fn report(&self, changed: &Changed) {
        let served = self.served.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let counts = changed.loaded.iter().map(|file| (file, served.pipelines_of(file)));
        // What only others use has none.
        let (serving, read): (Vec<_>, Vec<_>) = counts.partition(|(_, count)| *count > 0);
        for (file, _) in read {
            tracing::debug!("{file} is read");
        }
        for (file, count) in &serving {
            let told = format!("{file} is served: {}", some(*count, "pipeline"));
            if serving.len() <= MOST_NAMED { tracing::info!("{told}") } else { tracing::debug!("{told}") }
        }
        if serving.len() > MOST_NAMED {
            let all = serving.iter().map(|(_, count)| count).sum();
            tracing::info!("{} are served: {}", some(serving.len(), "file"), some(all, "pipeline"));
        }
        for file in &changed.removed {
            tracing::info!("{file} is gone, and its pipelines with it");
        }
        for name in &changed.broken {
            let Some((file, still_served)) = served.broken_file(name) else { continue };
            let what = match still_served {
                true => "is broken: its last good version goes on being served",
                false => "is broken and not served",
            };
            tracing::error!("{name} {what}\n{}", (self.render)(file));
        }
        if !self.server.deliver.has_mail() && !self.server.around.dry_run && !changed.loaded.is_empty() {
            self.report_mail(&served.pipelines());
        }
    }
}

impl Site {
    /// Secrets without a value, and what comes of it: a line for those that are sent somewhere, and one for all pipelines whose
    /// `verify` needs one.
    fn report_unset(&self, unset: &[Arc<str>]) {
        let (mut closed, mut asked, mut sent) = (Vec::new(), Vec::new(), Vec::new());
        for pipeline in self.server.pipelines.load().values() {
            let mut names: Vec<Arc<str>> = Vec::new();
            pipeline.verify.iter().flat_map(|verify| &verify.keys).for_each(|key| key.secrets(&mut names));
            sent.extend(pipeline.secrets.iter().filter(|name| !names.contains(name)).cloned());
            names.retain(|name| unset.contains(name));
            names.sort();
            names.dedup();
            if !names.is_empty() {
                closed.push((pipeline.name.clone(), names.join(", ")));
            }
            asked.extend(names);
        }
        // What only `verify` asks for is never sent.
        let sent = unset.iter().filter(|name| sent.contains(name) || !asked.contains(name));
        match sent.map(|name| &**name).collect::<Vec<_>>().as_slice() {
            [] => {}
            [name] => tracing::warn!(
                "secret {name} is not set: what needs it is not sent, and its operation is interrupted"
            ),
            names => tracing::warn!(
                "secrets {} are not set: what needs one of them is not sent, and its operation is interrupted",
                listed(names, "`wj check --env` names all")
            ),
        }
        match closed.as_slice() {
            [] => {}
            [(pipeline, names)] if !names.contains(',') => tracing::warn!(
                "secret {names} is not set: {pipeline} answers every request with 503, since `verify` needs it"
            ),
            [(pipeline, names)] => tracing::warn!(
                "secrets {names} are not set: {pipeline} answers every request with 503, since `verify` needs them"
            ),
            several => {
                let several: Vec<String> =
                    several.iter().map(|(pipeline, names)| format!("{pipeline} ({names})")).collect();
                tracing::warn!(
                    "these pipelines answer every request with 503, since `verify` needs a secret that is not set: {}",
                    listed(&several, "`wj check --env` names all")
                );
            }
        }
    }

    /// Pipelines that would send mail, and cannot.
    fn report_mail(&self, pipelines: &[Arc<Pipeline>]) {
        let names = |which: fn(&Pipeline) -> bool| -> String {
            let names: Vec<&str> = pipelines.iter().filter(|one| which(one)).map(|one| &*one.name).collect();
            listed(&names, "")
        };
        let (notifying, sending) = (names(notifies_by_mail), names(sends_mail));
        if !notifying.is_empty() {
            tracing::warn!(
                "wj.toml has no [smtp], so no mail goes out: the notices of {notifying} stay queued, and wj status counts them"
            );
        }
        if !sending.is_empty() {
            tracing::warn!("wj.toml has no [smtp], so no mail goes out: email.send of {sending} fails");
        }
    }
}

/// Names in a sentence; of very many the first ones, since a log is read by people.
fn listed(names: &[impl AsRef<str>], all: &str) -> String {
    let listed = |names: &[_]| names.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    match names.split_at_checked(MOST_LISTED) {
        Some((first, rest)) if rest.len() > 1 => {
            let all = if all.is_empty() { String::new() } else { format!(" ({all})") };
            format!("{} and {} more{all}", listed(first), rest.len())
        }
        _ => listed(names),
    }
}

fn some(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn notifies_by_mail(pipeline: &Pipeline) -> bool {
    pipeline.notify.iter().any(|notify| matches!(notify, Notify::Email(_)))
}

fn sends_mail(pipeline: &Pipeline) -> bool {
    pipeline.code.iter().any(|op| match &op.kind {
        OpKind::Call(call) => match &call.request {
            RequestTemplate::Declared { spec, .. } => spec.is_mail(),
            RequestTemplate::Http(_) => false,
        },
        _ => false,
    })
}

/// How long a file that is gone or empty may be in the middle of a save. With the quiet time before, a file that was
/// removed is still gone within a second.
const DOUBT: Duration = Duration::from_millis(300);

/// Looks at the scripts again whenever they changed, somebody asks, or SIGHUP comes.
pub async fn follow(
    site: Arc<Site>,
    mut changes: mpsc::Receiver<scripts::Changed>,
    mut asked: mpsc::Receiver<std::sync::mpsc::Sender<()>>,
) {
    let mut hangup = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
    loop {
        let done = tokio::select! {
            change = changes.recv() => match change { Some(_) => None, None => return },
            Some(done) = asked.recv() => Some(done),
            Some(_) = async { match &mut hangup { Some(hangup) => hangup.recv().await, None => std::future::pending().await } } => None,
        };
        let changed = site.clone().look_and_report(Vanished::IsDoubted).await;
        if !changed.doubted.is_empty() {
            tokio::time::sleep(DOUBT).await;
            site.clone().look_and_report(Vanished::IsBelieved).await;
        }
        if let Some(done) = done {
            // Who asked may be gone by now.
            let _ = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn many_names_are_counted() {
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(listed(&names[..0], "x"), "");
        assert_eq!(listed(&names[..6], "x"), "a, b, c, d, e, f");
        assert_eq!(listed(&names, ""), "a, b, c, d, e and 2 more");
        assert_eq!(listed(&names, "`x` names all"), "a, b, c, d, e and 2 more (`x` names all)");
    }
}
