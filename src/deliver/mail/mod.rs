//! Mail, by SMTP (RFC 5321) to the one server that the operator names, once: no queue, no second try. What is known to
//! have had no effect is told apart from what nobody knows by how far the conversation came.

mod letter;
mod session;

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lettre::Address;

use super::errors;
use crate::actions::{Answer, Attempt};

pub use letter::Letter;

/// Begins a line of the answer for each recipient that the server did not take, while it took others.
pub const NOT_TAKEN: &str = "not taken: ";

/// The operator's mail server (`[smtp]` in `wj.toml`).
#[derive(Clone, Debug)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// The user, if it wants one; the password is told by `Mail::know_password`.
    pub user: Option<String>,
    /// The address that mail is from.
    pub from: String,
    /// A certificate in PEM that is trusted besides those of this machine.
    pub certificate: Option<Vec<u8>>,
}

/// How the connection is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Asked for in the clear, and insisted on.
    #[default]
    StartTls,
    /// From its first byte on.
    #[serde(rename = "tls")]
    Implicit,
    None,
}

/// Sends mail.
pub struct Mail {
    smtp: Smtp,
    from: Address,
    password: Mutex<Option<Arc<str>>>,
}

impl Mail {
    /// # Errors
    /// A sender that is no address.
    pub fn new(smtp: Smtp) -> Result<Mail, String> {
        let from = letter::address(&smtp.from).map_err(|_| errors::no_sender(&smtp.from))?;
        Ok(Mail { smtp, from, password: Mutex::default() })
    }

    /// The password for the user, from now on.
    pub fn know_password(&self, password: Option<Arc<str>>) {
        *self.password.lock().unwrap_or_else(PoisonError::into_inner) = password;
    }

    /// Sends once; `timeout` bounds all of it.
    ///
    /// `Refused` is a mail that was turned down for good, `Later` one that was put off, `NotSent` one that the server was
    /// not asked to take, `Lost` one that it may have taken.
    pub async fn send(&self, letter: &Letter, timeout: Duration) -> Attempt {
        let handed_over = AtomicBool::new(false);
        let password = self.password.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let attempt = async {
            let message = letter.message(&self.from).map_err(session::Trouble::Final)?;
            session::run(&self.smtp, password.as_deref(), &message, &handed_over).await
        };
        match tokio::time::timeout(timeout, attempt).await {
            Ok(Ok(said)) => {
                Attempt::Answered(Answer { status: said.code, body: said.text.into(), ..Answer::default() })
            }
            Ok(Err(session::Trouble::Final(why))) => Attempt::Refused(why),
            Ok(Err(session::Trouble::Later(why))) => Attempt::Later(why),
            Ok(Err(session::Trouble::Unusable(why))) => Attempt::NotSent(why),
            Ok(Err(session::Trouble::Broken(why))) => ended(&handed_over, why),
            Err(_) => ended(&handed_over, errors::timed_out(timeout)),
        }
    }
}

/// Of a conversation that broke off.
fn ended(handed_over: &AtomicBool, why: String) -> Attempt {
    if handed_over.load(Relaxed) { Attempt::Lost(why) } else { Attempt::NotSent(why) }
}
