//! The pooled clients: one for `http`, which needs nothing of the machine, and one for `https`, which needs its
//! certificates and is made when they are there.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, redirect, retry};

use super::errors;
use super::guard::{Guard, Resolver};

/// Shorter than most servers keep a silent connection: one that is closed just as a request goes out on it leaves
/// nobody knowing whether that took effect.
const IDLE: Duration = Duration::from_secs(15);
const IDLE_PER_HOST: usize = 16;
/// A machine that does not answer at all is found out before the longest time-outs; a try more helps then.
const CONNECT: Duration = Duration::from_secs(10);

pub struct Clients {
    plain: Client,
    secure: Mutex<Option<Client>>,
    guard: Arc<Guard>,
}

impl Clients {
    /// # Errors
    /// A client that cannot be set up.
    pub fn new(guard: &Arc<Guard>) -> Result<Clients, String> {
        // An error says that one is installed already, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = builder(guard).tls_certs_only([]).build().map_err(errors::of_client)?;
        let secure = Mutex::new(builder(guard).build().ok());
        Ok(Clients { plain, secure, guard: guard.clone() })
    }

    /// # Errors
    /// No certificates on this machine. They are looked for again at the next call.
    pub fn get(&self, scheme: &str) -> Result<Client, String> {
        if scheme != "https" {
            return Ok(self.plain.clone());
        }
        let mut secure = self.secure.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*secure {
            return Ok(client.clone());
        }
        let client = builder(&self.guard).build().map_err(|error| errors::no_tls(&error))?;
        Ok(secure.insert(client).clone())
    }
}

fn builder(guard: &Arc<Guard>) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("wj/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(Resolver { guard: guard.clone() }))
        // A proxy or a redirect would choose an address that nobody checked.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        // Tries are the delivery contract's, with a record of each.
        .retry(retry::never())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .http1_only()
}
