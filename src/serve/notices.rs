//! Tells people what failed or was interrupted: takes notices from the store when their round has come, sends them, and
//! records that. A task of its own, and one for each message, so that a server that hangs holds up nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::JoinSet;

use super::clock::now_millis;
use super::server::Server;
use crate::actions::{Attempt, Rendered};
use crate::deliver::NOT_TAKEN;
use crate::operations::notices::{Digest, Rounds, channel_of};
use crate::operations::{Log, masked};
use crate::resolve::program::{Notify, Pipeline};
use crate::store::{Millis, Span, Store, StoreError};

/// How long one message may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An answer to `notify http` is not read beyond this, in bytes.
const ANSWER: u64 = 64 << 10;

/// Messages that are out at once.
const AT_ONCE: usize = 16;

/// How long it sleeps at most, and how long a store that cannot be read is left alone.
const LONGEST_SLEEP: u64 = 60_000;
const AGAIN: u64 = 1_000;

/// How it stands with the notices of a pipeline, for `wj status`.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// When the next message may go out.
    pub next: Option<Millis>,
    /// Why the last one did not.
    pub error: Option<String>,
}

/// Runs until it is aborted.
pub async fn run(server: Arc<Server>) {
    if server.around.dry_run {
        // Nothing leaves; what was queued before waits for a start in earnest.
        return;
    }
    let settings = loop {
        match blocking(&server, |store| Ok(store.summary(&Span::default())?.settings)).await {
            Some(settings) => break settings,
            None => tokio::time::sleep(Duration::from_millis(AGAIN)).await,
        }
    };
    let mut teller =
        Teller { server, settings, rounds: BTreeMap::new(), out: BTreeSet::new(), messages: JoinSet::new() };
    loop {
        let server = teller.server.clone();
        // Listened to from before the look, so that none is missed that is queued meanwhile.
        let noticed = server.writer.noticed().notified();
        let sleep = Duration::from_millis(teller.look().await);
        tokio::select! {
            () = noticed => {}
            () = tokio::time::sleep(sleep) => {}
            Some(Ok(message)) = teller.messages.join_next() => teller.came_back(message).await,
        }
    }
}

struct Teller {
    server: Arc<Server>,
    /// As they were at the start.
    settings: Vec<(String, Vec<u8>)>,
    rounds: BTreeMap<Arc<str>, Rounds>,
    /// Pipelines and channels with a message out.
    out: BTreeSet<(Arc<str>, String)>,
    messages: JoinSet<Message>,
}

/// A message that was sent, or not.
struct Message {
    pipeline: Arc<Pipeline>,
    channel: String,
    digest: Digest,
    attempt: Attempt,
}

impl Teller {
    /// Sends what is due; gives how long nothing will be.
    async fn look(&mut self) -> u64 {
        let Some(waiting) = blocking(&self.server, |store| store.noticed()).await else { return AGAIN };
        self.server.telling().retain(|pipeline, _| waiting.contains(pipeline));
        let mut sleep = LONGEST_SLEEP;
        for name in waiting {
            if self.server.around.stopping.load(Ordering::Relaxed) || self.messages.len() >= AT_ONCE {
                break;
            }
            let Some(pipeline) = self.pipeline(&name).await else { continue };
            let settings = &self.settings;
            self.rounds.entry(name.clone()).or_insert_with(|| Rounds::read(settings, &name));
            let mut next = None;
            for at in 0..pipeline.notify.len() {
                if let Some(due) = self.tell(&pipeline, at).await {
                    next = Some(next.map_or(due, |next: Millis| next.min(due)));
                    sleep = sleep.min(due.saturating_sub(now_millis()).max(1));
                }
            }
            self.server.telling().entry(name).or_default().next = next;
        }
        sleep
    }

    /// Sends what waits for a channel, if its round has come. Gives when it will, if something does.
    async fn tell(&mut self, pipeline: &Arc<Pipeline>, at: usize) -> Option<Millis> {
        let (rounds, notify) = (self.rounds.get(&pipeline.name)?, pipeline.notify.get(at)?);
        let channel = channel_of(notify);
        let out = (pipeline.name.clone(), channel.clone());
        if self.out.contains(&out) {
            return None;
        }
        let now = now_millis();
        let due = rounds.due(&channel, now);
        if due > now {
            return Some(due);
        }
        let (rounds, name, of) = (rounds.clone(), pipeline.name.clone(), channel.clone());
        let digest = blocking(&self.server, move |store| rounds.gather(store, &name, &of)).await??;
        self.out.insert(out);
        let (server, pipeline) = (self.server.clone(), pipeline.clone());
        self.messages.spawn(async move {
            let attempt = match pipeline.notify.get(at) {
                Some(notify) => send(&server, notify, &digest).await,
                None => Attempt::NotSent(String::new()),
            };
            Message { pipeline, channel, digest, attempt }
        });
        None
    }

    async fn came_back(&mut self, message: Message) {
        let Message { pipeline, channel, digest, attempt } = message;
        let name = &pipeline.name;
        self.out.remove(&(name.clone(), channel.clone()));
        let Some(rounds) = self.rounds.get_mut(name) else { return };
        let now = now_millis();
        if let Some(why) = failure(&attempt) {
            rounds.failed(&channel, now);
            tracing::warn!(pipeline = %name, "a notice could not be sent: {why}");
            self.server.telling().entry(name.clone()).or_default().error = Some(why);
            return;
        }
        for address in not_taken(&attempt) {
            tracing::warn!(pipeline = %name, "a notice did not reach everybody: {address}");
        }
        let (count, is_full) = (digest.operations(), digest.history_full);
        self.server.telling().entry(name.clone()).or_default().error = None;
        let channels: Vec<String> = pipeline.notify.iter().map(channel_of).collect();
        let (mut told, of) = (rounds.clone(), channel.clone());
        let recorded = blocking(&self.server, move |store| {
            let writes = told.told(store, &channels, &of, &digest, now)?;
            Ok((told, writes))
        });
        let Some((told, writes)) = recorded.await else {
            // It will be told again, and not at once.
            rounds.failed(&channel, now);
            return;
        };
        *rounds = told;
        match self.server.writer.commit_all(writes).await {
            Ok(()) => {
                let operations = match count {
                    0 => None,
                    1 => Some("1 operation that failed or was interrupted".to_owned()),
                    count => Some(format!("{count} operations that failed or were interrupted")),
                };
                let history = is_full.then(|| "its history, which is full".to_owned());
                let of: Vec<String> = operations.into_iter().chain(history).collect();
                tracing::info!(pipeline = %name, "told of {}", of.join(", and of "));
            }
            Err(error) => {
                tracing::error!(pipeline = %name, error, "a notice was sent and could not be recorded as sent");
            }
        }
    }

    /// The pipeline as it is served; where that names nobody any more, as the first operation that waits knew it.
    async fn pipeline(&self, name: &Arc<str>) -> Option<Arc<Pipeline>> {
        let served = self.server.pipelines.load().get(name).cloned();
        if served.as_ref().is_some_and(|pipeline| !pipeline.notify.is_empty()) {
            return served;
        }
        let (server, of) = (self.server.clone(), name.clone());
        let found = blocking(&self.server, move |store| {
            let first = store.notices(&of, None, 1)?;
            let Some(first) = first.first() else { return Ok(None) };
            let Some(operation) = store.load(first.id)? else { return Ok(None) };
            let Ok(log) = Log::read(&operation) else { return Ok(None) };
            let compiled = server.compiled.find(store, log.received.program);
            Ok(compiled.and_then(|compiled| compiled.pipeline(&of).cloned()))
        });
        let found = found.await.flatten();
        if found.is_none() {
            let error = "its script is gone, and nobody else knows whom to tell".to_owned();
            self.server.telling().entry(name.clone()).or_default().error = Some(error);
        }
        found
    }
}

async fn send(server: &Server, notify: &Notify, digest: &Digest) -> Attempt {
    let attempt = match notify {
        Notify::Email(to) => server.deliver.mail(&digest.letter(to), TIMEOUT).await,
        Notify::Http(url) => {
            let request = Rendered {
                method: "POST".into(),
                url: url.to_string(),
                headers: vec![
                    ("Content-Type".into(), "application/json".to_owned()),
                    ("Idempotency-Key".into(), digest.id()),
                ],
                body: digest.json().to_string().into(),
            };
            server.deliver.send(&request, TIMEOUT, ANSWER).await
        }
    };
    masked(attempt, server.secrets.load().masker())
}

/// Why nobody was told.
fn failure(attempt: &Attempt) -> Option<String> {
    match attempt {
        Attempt::Answered(answer) if (200..300).contains(&answer.status) => None,
        Attempt::Answered(answer) => Some(format!("answered {}", answer.status)),
        Attempt::NotSent(why) | Attempt::Refused(why) | Attempt::Later(why) | Attempt::Lost(why) => {
            Some(why.clone())
        }
    }
}

/// The addresses that a mail server did not take, with its words.
fn not_taken(attempt: &Attempt) -> Vec<String> {
    let Attempt::Answered(answer) = attempt else { return Vec::new() };
    let text = String::from_utf8_lossy(&answer.body);
    text.lines().filter_map(|line| line.strip_prefix(NOT_TAKEN)).map(str::to_owned).collect()
}

async fn blocking<T: Send + 'static>(
    server: &Arc<Server>,
    work: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Option<T> {
    let store = server.store.clone();
    match tokio::task::spawn_blocking(move || work(&*store)).await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "the notices could not be read");
            None
        }
        Err(_) => None,
    }
}
