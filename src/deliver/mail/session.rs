//! One conversation with the mail server: greeting, TLS, login, envelope, mail.

use std::fmt::Display;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::{NOT_TAKEN, Smtp, Tls, errors};

/// How long a server may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(5);

/// How the server took the mail.
pub(super) struct Said {
    pub code: u16,
    /// Its words, and which recipients it did not take.
    pub text: String,
}

pub(super) enum Trouble {
    /// The server turned the mail down, and would again.
    Final(String),
    /// The server puts the mail off.
    Later(String),
    /// It cannot be asked: it is not there, or TLS or the login do not succeed.
    Unusable(String),
    /// The conversation broke off.
    Broken(String),
}

/// Carries one mail over. `handed_over` is set before the first byte of the mail itself leaves: from then on a silence may
/// mean that it was taken.
pub(super) async fn run(
    smtp: &Smtp,
    password: Option<&str>,
    message: &Message,
    handed_over: &AtomicBool,
) -> Result<Said, Trouble> {
    let mut connection = connect(smtp, password).await?;
    let envelope = message.envelope();
    let mut options = Vec::new();
    let mut addresses = envelope.to().iter().chain(envelope.from());
    if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            connection.abort().await;
            return Err(Trouble::Final(errors::no_smtp_utf8()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    command(&mut connection, Mail::new(envelope.from().cloned(), options)).await?;
    // One address that is gone does not keep the mail from the others.
    let mut refused = Vec::new();
    for to in envelope.to() {
        match command(&mut connection, Rcpt::new(to.clone(), Vec::new())).await {
            Err(Trouble::Final(why)) => refused.push(format!("{to}: {why}")),
            other => drop(other?),
        }
    }
    if refused.len() == envelope.to().len() {
        connection.abort().await;
        return Err(Trouble::Final(refused.join("; ")));
    }
    command(&mut connection, Data).await?;
    let bytes = message.formatted();
    handed_over.store(true, Relaxed);
    let response = connection.message(&bytes).await.map_err(|error| turned_down(&error))?;
    let code = response.code().to_string().parse().unwrap_or(250);
    let mut text = response.message().collect::<Vec<_>>().join("\n");
    for refused in refused {
        text.push('\n');
        text.push_str(NOT_TAKEN);
        text.push_str(&refused);
    }
    // It has the mail; a farewell that hangs must not make that doubtful.
    drop(tokio::spawn(tokio::time::timeout(FAREWELL, async move { connection.abort().await })));
    Ok(Said { code, text })
}

async fn connect(smtp: &Smtp, password: Option<&str>) -> Result<AsyncSmtpConnection, Trouble> {
    let hello = ClientId::default();
    let unusable = |error: Error| Trouble::Unusable(errors::of_mail_server(&smtp.host, &error));
    let tls = match smtp.tls {
        Tls::None => None,
        Tls::Implicit | Tls::StartTls => Some(parameters(smtp).map_err(unusable)?),
    };
    let implicit = tls.clone().filter(|_| smtp.tls == Tls::Implicit);
    let mut connection =
        AsyncSmtpConnection::connect_tokio1((smtp.host.as_str(), smtp.port), None, &hello, implicit, None)
            .await
            .map_err(unusable)?;
    if let Some(tls) = tls.filter(|_| smtp.tls == Tls::StartTls) {
        connection.starttls(tls, &hello).await.map_err(unusable)?;
    }
    if let Some(user) = &smtp.user {
        let password = password.ok_or_else(|| Trouble::Unusable(errors::no_password()))?;
        let credentials = Credentials::new(user.clone(), password.to_owned());
        // A login that is refused is the operator's to mend, and the mail waits for that.
        connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(unusable)?;
    }
    Ok(connection)
}

fn parameters(smtp: &Smtp) -> Result<TlsParameters, Error> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(pem) = &smtp.certificate {
        builder = builder.add_root_certificate(Certificate::from_pem(pem)?);
    }
    builder.build()
}

async fn command(connection: &mut AsyncSmtpConnection, command: impl Display) -> Result<(), Trouble> {
    match connection.command(command).await {
        Ok(_) => Ok(()),
        Err(error) => Err(turned_down(&error)),
    }
}

fn turned_down(error: &Error) -> Trouble {
    let why = errors::turned_down(error);
    match () {
        () if error.is_permanent() => Trouble::Final(why),
        () if error.is_transient() => Trouble::Later(why),
        () => Trouble::Broken(why),
    }
}
