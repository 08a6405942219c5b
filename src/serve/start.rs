//! Puts a server together, runs it until it is told to stop, and takes it down in order.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption};
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

use super::clock::{Clock, now_millis};
use super::served::{Served, Vanished};
use super::server::{Parts, Server};
use super::site::{Site, follow};
use super::status::Desk;
use super::upkeep::{self, Keepings};
use super::writer::Writer;
use super::{Network, Options, Routes, descriptors, notices, resume, schedule};
use crate::admin::{self, Asked, Listener, ask, listen_socket, listen_tcp};
use crate::check::CheckedFile;
use crate::deliver::{self, Deliver, Smtp};
use crate::operations::{Ids, Random, Rules, Surroundings, Targets};
use crate::scripts;
use crate::secrets::Secrets;
use crate::store::{self, Filter, Millis, Span, Store, StoreError};

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
    /// How long and how much of the history is kept.
    pub keep: Rules,
    pub smtp: Option<Smtp>,
    /// The name of the secret that is the password for `smtp`.
    pub mail_password: Option<Arc<str>>,
    pub network: Options,
    /// How long a stop waits for requests and calls.
    pub stop_within: Duration,
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
    let deliver = Deliver::new(deliver::Options {
        allow_private: setup.allow_private.clone(),
        smtp: setup.smtp,
        is_hasty: false,
    })
    .map_err(StartError::Machine)?;
    let newest = newest(&*store);
    let clock = Arc::new(Clock::after(newest));
    let keepings = Keepings::new(setup.keep, &setup.data, &*store)?;
    let stopped = admin::stopped(&store.summary(&Span::default())?.settings);
    let (writer, thread) = Writer::start(store.clone(), clock.clone())
        .map_err(|error| StartError::Machine(error.to_string()))?;
    let freed = Arc::new(Notify::new());
    let signal = freed.clone();
    let server = Arc::new(Server::new(Parts {
        around: Surroundings {
            ids: Ids::after(newest),
            random: Random::default(),
            targets: Targets::new(setup.calls_per_host, move || signal.notify_waiters()),
            dry_run: setup.dry_run,
            stopping: AtomicBool::new(false),
            stopped: ArcSwap::from_pointee(stopped),
            commit: ArcSwapOption::empty(),
        },
        store,
        writer,
        secrets: Secrets::load([]),
        deliver,
        freed,
        clock,
        keepings,
        mail_password: setup.mail_password,
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
    let folders = std::iter::once(setup.dir.clone()).chain(scripts::connectors_beside(&setup.dir));
    for folder in folders {
        scripts::watch(&folder, signal.clone())
            .map_err(|error| StartError::Machine(format!("the scripts cannot be watched: {error}")))?;
    }
    let changed =
        site.look(Vanished::IsBelieved).map_err(|error| StartError::Scripts(setup.dir.clone(), error))?;
    site.report_start(&changed);
    for (name, stop) in &**server.around.stopped.load() {
        let how = admin::stop_name(*stop);
        tracing::warn!(pipeline = %name, "stopped ({how}): `wj start {name}` lets it take requests again");
    }
    resume::begin(&server).await;
    // Known before the first request.
    let looking = server.clone();
    drop(tokio::task::spawn_blocking(move || upkeep::look(&looking)).await);

    let listener =
        TcpListener::bind(setup.listen).await.map_err(|error| StartError::Listen(setup.listen, error))?;
    let listen = listener.local_addr().map_err(|error| StartError::Listen(setup.listen, error))?;
    let (reload, asked) = mpsc::channel(16);
    let options = Options { grace: setup.stop_within, ..setup.network };
    let network =
        Arc::new(Network::new(within_limits(options), site.routes.clone(), Arc::new(server.clone())));
    let desk = Arc::new(Desk {
        server: server.clone(),
        counts: network.counts().clone(),
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
    drop(tokio::spawn(resume::report_unreadable(server.clone())));
    let tending = tokio::spawn(upkeep::run(server.clone()));
    let telling = tokio::spawn(notices::run(server.clone()));

    tracing::info!("listening on http://{listen}, status on http://{admin_address}/status");
    let asked = Notify::new();
    let asked_at = OnceLock::new();
    let stopping = async {
        stop_signal().await;
        let _ = asked_at.set(Instant::now());
        server.around.stopping.store(true, Ordering::Relaxed);
        asked.notify_one();
        tracing::info!("stopping: who waits gets an answer, and calls that are out are waited for");
    };
    let finished = async {
        network.serve(listener, stopping).await;
        scheduling.abort();
        let since = asked_at.get().map_or(Duration::ZERO, Instant::elapsed);
        drain(&server, setup.stop_within.saturating_sub(since)).await;
    };
    let hurried = async {
        asked.notified().await;
        stop_signal().await;
    };
    tokio::select! {
        () = finished => {}
        () = hurried => tracing::warn!("stopping at once, as asked again: the next start goes on with what is open"),
    }
    watching.abort();
    tending.abort();
    telling.abort();
    drop(faces);
    resume::end(&server).await;
    server.writer.close();
    if let Some(thread) = thread {
        drop(tokio::task::spawn_blocking(move || thread.join()).await);
    }
    tracing::info!("stopped");
    Ok(())
}

/// No more connections than the process may have open.
fn within_limits(options: Options) -> Options {
    let most = descriptors::connections().unwrap_or(usize::MAX);
    if most < options.connections {
        tracing::warn!(
            "{most} connections at once at most: this process may not open more files (ulimit -n, LimitNOFILE)"
        );
    }
    Options { connections: options.connections.min(most), ..options }
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
            Err(StoreError::InUse(_)) if tries < 20 && !is_served(data).await => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            opened => return opened,
        }
    }
}

/// Whether the server that holds the store means to keep it.
async fn is_served(data: &str) -> bool {
    let dir = PathBuf::from(data);
    let asked = tokio::task::spawn_blocking(move || ask(&dir, "GET", "/readyz")).await;
    matches!(asked, Ok(Asked::Answered(response)) if response.status == 200)
}

fn newest(store: &dyn Store) -> Millis {
    let page = store.list(&Filter::default(), None, 1).unwrap_or_default();
    page.items.first().map_or(0, |listed| listed.id.millis())
}

/// Waits until no operation is in hand, at most so long.
async fn drain(server: &Server, at_most: Duration) {
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
    if tokio::time::timeout(at_most, done).await.is_err() {
        tracing::warn!(
            "{} operations are still in hand; the next start sees to them",
            server.in_hand.load(Ordering::Relaxed)
        );
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
