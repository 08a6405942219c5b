//! Carries one request out, once: addresses guarded, time and size bounded, no redirects, no proxies, no second try.
//! Only this room knows reqwest and lettre.

mod address;
mod answer;
mod client;
mod errors;
mod guard;
mod mail;
mod outgoing;
mod sent;
mod unsent;

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use crate::actions::{Attempt, Rendered};
use client::Clients;
use guard::Guard;
use mail::Mail;
use sent::Sent;
use unsent::Trouble;

pub use mail::{Letter, NOT_TAKEN, Smtp, Tls};

/// What the client is to allow.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Private ranges that targets may be in after all (`--allow-private`).
    pub allow_private: Vec<IpNet>,
    /// The mail server. It is the operator's own choice, so no guard asks where it is.
    pub smtp: Option<Smtp>,
    /// What stands in the way of every try (a private address, no mail server) is taken for final: nobody is there who
    /// could mend it between two tries.
    pub is_hasty: bool,
}

/// Sends requests. Cheap to clone; connections are pooled.
#[derive(Clone)]
pub struct Deliver {
    clients: Arc<Clients>,
    guard: Arc<Guard>,
    mail: Option<Arc<Mail>>,
    is_hasty: bool,
}

impl Deliver {
    /// A machine without certificates is no error: targets over plain `http` can be reached, and each request over
    /// `https` is answered with `NotSent` until there are some.
    ///
    /// # Errors
    /// A client that cannot be set up at all, or a sender of mail that is no address.
    pub fn new(options: Options) -> Result<Deliver, String> {
        let guard = Arc::new(Guard::new(options.allow_private));
        let clients = Arc::new(Clients::new(&guard)?);
        let mail = options.smtp.map(Mail::new).transpose()?.map(Arc::new);
        Ok(Deliver { clients, guard, mail, is_hasty: options.is_hasty })
    }

    /// Whether there is a mail server to send to.
    pub fn has_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// The password of the mail server's user, from now on.
    pub fn know_password(&self, password: Option<Arc<str>>) {
        if let Some(mail) = &self.mail {
            mail.know_password(password);
        }
    }

    /// Sends one mail, once.
    pub async fn mail(&self, letter: &Letter, timeout: Duration) -> Attempt {
        match &self.mail {
            Some(mail) => mail.send(letter, timeout).await,
            None => self.not_sent(Trouble::standing(errors::no_mail_server())),
        }
    }

    /// Sends once. `timeout` bounds everything from the first look-up to the last byte of the answer, `answer_limit` its
    /// body in bytes.
    pub async fn send(&self, request: &Rendered, timeout: Duration, answer_limit: u64) -> Attempt {
        if request.url.starts_with("mailto:") {
            return match Letter::read(&request.body) {
                Ok(letter) => self.mail(&letter, timeout).await,
                Err(why) => Attempt::Refused(why),
            };
        }
        let sent = Arc::new(Sent::default());
        let attempt = async {
            let outgoing = outgoing::build(request, &self.guard, &sent).map_err(Trouble::standing)?;
            let client = self.clients.get(outgoing.url().scheme()).map_err(Trouble::standing)?;
            let response = client.execute(outgoing).await.map_err(Trouble::of_client)?;
            answer::read(response, answer_limit).await.map_err(Trouble::passing)
        };
        let trouble = match tokio::time::timeout(timeout, attempt).await {
            Ok(Ok(answer)) => return Attempt::Answered(answer),
            Ok(Err(trouble)) => trouble,
            Err(_) => Trouble::passing(errors::timed_out(timeout)),
        };
        // From here on nothing of it is written any more, so what is known now stays true.
        match sent.stop() {
            true => Attempt::Lost(trouble.reason),
            false => self.not_sent(trouble),
        }
    }

    fn not_sent(&self, trouble: Trouble) -> Attempt {
        match self.is_hasty && trouble.is_standing {
            true => Attempt::Refused(trouble.reason),
            false => Attempt::NotSent(trouble.reason),
        }
    }
}

#[cfg(test)]
mod tests;
