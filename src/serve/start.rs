//! Puts a server together, runs it until it is told to stop, and takes it down in order.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

use super::clock::now_millis;
use super::served::{Changed, Served, Vanished};
use super::server::{Parts, Server};
use super::status::Desk;
use super::writer::Writer;
use super::{Network, Options, Routes, schedule};
use crate::admin::{Listener, listen_socket, listen_tcp};
use crate::check::CheckedFile;
use crate::deliver::{self, Deliver};
use crate::operations::{Ids, Log, Random, Surroundings, Targets};
use crate::scripts;
use crate::secrets::Secrets;
use crate::store::{self, Filter, Millis, Store, StoreError};
use crate::value::Time;

/// What a server is to be.
pub struct Setup {
    /// Where the scripts are.
    pub dir: PathBuf,
    pub listen: SocketAddr,
    pub admin: SocketAddr,
    /// The data directory, or `memory:`.
    pub data: String,
    pub allow_private: Vec<IpNet>,
    pub calls_per_host: usize,
    pub dry_run: bool,
    pub network: Options,
    /// Renders a file's findings for people.
    pub render: fn(&CheckedFile) -> String,
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0} cannot be read: {1}")]
    Scripts(PathBuf, String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0} cannot be listened on: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error(
        "--admin {0} is reachable from other machines, and this version has no passwords: use an address of this machine, as 127.0.0.1:8081"
    )]
    OpenAdmin(SocketAddr),
    #[error("{0}")]
    Machine(String),
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// Whatever keeps it from starting. Nothing is listened on then.
pub async fn run(setup: Setup) -> Result<(), StartError> {
    if !setup.admin.ip().is_loopback() {
        return Err(StartError::OpenAdmin(setup.admin));
    }
    let store = open_store(&setup.data).await?;
    if setup.data == store::MEMORY {
        tracing::warn!("the history is kept in memory: nothing outlives the process");
    }
    let deliver = Deliver::new(deliver::Options { allow_private: setup.allow_private.clone() })
        .map_err(StartError::Machine)?;
    let (writer, thread) =
        Writer::start(store.clone()).map_err(|error| StartError::Machine(error.to_string()))?;
    let freed = Arc::new(Notify::new());
    let signal = freed.clone();
    let server = Arc::new(Server::new(Parts {
        around: Surroundings {
            ids: Ids::after(newest(&*store)),
            random: Random::default(),
            targets: Targets::new(setup.calls_per_host, move || signal.notify_waiters()),
            dry_run: setup.dry_run,
            commit: ArcSwapOption::empty(),
        },
        store,
        writer,
        secrets: Secrets::load([]),
        deliver,
        freed,
    }));
    let site = Arc::new(Site {
        server: server.clone(),
        served: Arc::new(Mutex::new(Served::default())),
        routes: Arc::new(ArcSwap::from_pointee(Routes::default())),
        dir: setup.dir.clone(),
        render: setup.render,
    });
    // Watched from before the first look, so that no change falls between the two.
    let (signal, changes) = mpsc::channel(1);
    scripts::watch(&setup.dir, signal)
        .map_err(|error| StartError::Machine(format!("the scripts cannot be watched: {error}")))?;
    let changed =
        site.look(Vanished::IsBelieved).map_err(|error| StartError::Scripts(setup.dir.clone(), error))?;
    site.report_start(&changed);
    let waiting = sweep(&server).await;

    let listener =
        TcpListener::bind(setup.listen).await.map_err(|error| StartError::Listen(setup.listen, error))?;
    let listen = listener.local_addr().map_err(|error| StartError::Listen(setup.listen, error))?;
    let (reload, asked) = mpsc::channel(16);
    let desk = Arc::new(Desk {
        server: server.clone(),
        served: site.served.clone(),
        render: setup.render,
        started_at: now_millis(),
        listen,
        store: setup.data.clone(),
        reload,
        runtime: tokio::runtime::Handle::current(),
    });
    let (admin, admin_address) = listen_tcp(setup.admin, desk.clone())
        .await
        .map_err(|error| StartError::Listen(setup.admin, error))?;
    let mut faces: Vec<Listener> = vec![admin];
    if setup.data != store::MEMORY {
        let dir = PathBuf::from(&setup.data);
        faces.push(listen_socket(&dir, desk).map_err(|error| {
            StartError::Machine(format!("the socket in {} cannot be made: {error}", dir.display()))
        })?);
    }
    let watching = tokio::spawn(follow(site.clone(), changes, asked));
    let scheduling = tokio::spawn(schedule::run(server.clone()));
    let tending = tokio::spawn(tend(server.clone()));
    for (claimed, operation) in waiting {
        tracing::info!(operation = %operation, "goes on, as a person ordered");
        schedule::go_on(&server, claimed, None).await;
    }

    let network = Arc::new(Network::new(setup.network, site.routes.clone(), Arc::new(server.clone())));
    tracing::info!("listening on http://{listen}, status on http://{admin_address}/status");
    network.serve(listener, stop_signal()).await;

    tracing::info!("stopping: calls that are out are waited for");
    watching.abort();
    scheduling.abort();
    tending.abort();
    drain(&server).await;
    drop(faces);
    server.writer.close();
    if let Some(thread) = thread {
        drop(tokio::task::spawn_blocking(move || thread.join()).await);
    }
    tracing::info!("stopped");
    Ok(())
}

/// Another server may just be going: the store is asked for some seconds.
async fn open_store(data: &str) -> Result<Arc<dyn Store>, StoreError> {
    let mut tries = 0;
    loop {
        let place = data.to_owned();
        let opened = tokio::task::spawn_blocking(move || store::open(&place))
            .await
            .unwrap_or_else(|error| Err(StoreError::Io(error.to_string())));
        match opened {
            Err(StoreError::InUse(_)) if tries < 20 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            opened => return opened,
        }
    }
}

fn newest(store: &dyn Store) -> Millis {
    let page = store.list(&Filter::default(), None, 1).unwrap_or_default();
    page.items.first().map_or(0, |listed| listed.id.millis())
}

/// What the last server left open cannot be gone on with by this version: it becomes interrupted, for a person to decide.
/// What a person ordered meanwhile is given back, to go on.
async fn sweep(server: &Arc<Server>) -> Vec<(store::Claimed, crate::value::Id)> {
    let mut ordered = Vec::new();
    loop {
        let heads = server.store.lanes().unwrap_or_default();
        let wanted: Vec<_> = heads.into_iter().map(|head| (head.lane, 256)).collect();
        let claimed = server.store.claim(&wanted, Millis::MAX).unwrap_or_default();
        if claimed.is_empty() {
            return ordered;
        }
        for claimed in claimed {
            let id = claimed.id;
            let Ok(Some(operation)) = server.store.load(id) else { continue };
            if Log::read(&operation).is_ok_and(|log| log.ordered) {
                ordered.push((claimed, id));
            } else {
                tracing::warn!(operation = %id, pipeline = %operation.pipeline, "interrupted: the server stopped");
                schedule::interrupt(server, &operation, claimed.fence, "the server stopped").await;
            }
        }
    }
}

/// Waits until no operation is in hand, or the longest usual time-out is over.
async fn drain(server: &Server) {
    server.stopping.store(true, Ordering::Relaxed);
    server.freed.notify_waiters();
    let done = async {
        loop {
            let idle = server.idle.notified();
            if server.in_hand.load(Ordering::Relaxed) == 0 {
                return;
            }
            idle.await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(30), done).await.is_err() {
        tracing::warn!(
            "{} operations are still in hand; the next start reports them",
            server.in_hand.load(Ordering::Relaxed)
        );
    }
}

/// Brings derived rows up to date, a bounded piece at a time.
async fn tend(server: Arc<Server>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let server = server.clone();
        let tended = tokio::task::spawn_blocking(move || {
            server.store.tend(&store::Upkeep { derive: true }, now_millis())
        });
        if let Ok(Err(error)) = tended.await {
            tracing::error!(error = %error, "upkeep of the store failed");
        }
    }
}

/// How long a file that is gone or empty may be in the middle of a save. With the quiet time before, a file that was
/// removed is still gone within a second.
const DOUBT: Duration = Duration::from_millis(300);

async fn follow(
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
        drop(done);
    }
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// The scripts of a server, as they are served.
struct Site {
    server: Arc<Server>,
    served: Arc<Mutex<Served>>,
    routes: Arc<ArcSwap<Routes>>,
    dir: PathBuf,
    render: fn(&CheckedFile) -> String,
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
    fn look(&self, vanished: Vanished) -> Result<Changed, String> {
        let scripts = scripts::load(std::slice::from_ref(&self.dir)).map_err(|error| error.to_string())?;
        let mut served = self.served.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let changed =
            served.update(&scripts, vanished, &Time { micros: now_millis() as i64 * 1_000, zone: None });
        let pipelines = served.pipelines();
        self.server.programs.store(Arc::new(served.programs()));
        let by_name = pipelines.iter().map(|pipeline| (pipeline.name.clone(), pipeline.clone())).collect();
        self.server.pipelines.store(Arc::new(by_name));
        self.server.secrets.store(Arc::new(Secrets::load(served.secrets())));
        self.server.around.commit.store(scripts::commit(&self.dir).map(|commit| Arc::new(commit.into())));
        // Last, so that a request that finds a pipeline finds its program and secrets too.
        self.routes.store(Arc::new(Routes::new(pipelines)));
        Ok(changed)
    }

    fn report_start(&self, changed: &Changed) {
        self.report(changed);
        let secrets = self.server.secrets.load();
        for name in secrets.unset() {
            tracing::warn!(
                "secret {name} is not set: what needs it is not sent, and its operation is interrupted"
            );
        }
        for name in secrets.short() {
            tracing::warn!("secret {name} is shorter than 8 characters: it cannot be masked by value");
        }
        if self.server.around.dry_run {
            tracing::warn!("dry run: actions are recorded, not sent");
        }
    }

    fn report(&self, changed: &Changed) {
        let served = self.served.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for file in &changed.loaded {
            let count = served.pipelines_of(file);
            let plural = if count == 1 { "" } else { "s" };
            tracing::info!("{file} is served: {count} pipeline{plural}");
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
    }
}
