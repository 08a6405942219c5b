//! A mail as lettre writes it. Every text goes in as a value of a header or a part, encoded by lettre; an address is parsed
//! first. So no text can end a header or a mail.

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::errors;

/// One mail, to one or more.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Letter {
    #[serde(deserialize_with = "one")]
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub reply_to: Option<String>,
    /// What its `Message-ID` is made from.
    pub id: String,
}

impl Letter {
    /// Reads what `actions` writes of a mail.
    ///
    /// # Errors
    /// Bytes that are no mail.
    pub fn read(body: &[u8]) -> Result<Letter, String> {
        serde_json::from_slice(body).map_err(|_| errors::no_mail())
    }

    /// # Errors
    /// What cannot stand in a mail.
    pub(super) fn message(&self, from: &Address) -> Result<Message, String> {
        let mut mail = Message::builder()
            .from(Mailbox::new(None, from.clone()))
            .subject(plain("subject", &self.subject)?)
            .message_id(Some(format!("<{}@{}>", local_part(&self.id), from.domain())));
        for to in &self.to {
            mail = mail.to(Mailbox::new(None, address(to)?));
        }
        if let Some(reply_to) = &self.reply_to {
            mail = mail.reply_to(Mailbox::new(None, address(reply_to)?));
        }
        let text = SinglePart::builder().header(ContentType::TEXT_PLAIN).body(self.text.clone());
        match &self.html {
            None => mail.singlepart(text),
            Some(html) => {
                let html = SinglePart::builder().header(ContentType::TEXT_HTML).body(html.clone());
                mail.multipart(MultiPart::alternative().singlepart(text).singlepart(html))
            }
        }
        .map_err(|error| errors::unwritable_mail(&error))
    }
}

/// An address with its domain as DNS knows it: `пример.рф` goes out as `xn--…`.
///
/// # Errors
/// A text that is no address.
pub(super) fn address(text: &str) -> Result<Address, String> {
    let no_address = || errors::no_mail_address(text);
    let (user, domain) = text.rsplit_once('@').ok_or_else(no_address)?;
    let domain = match url::Host::parse(domain) {
        Ok(url::Host::Domain(domain)) => domain,
        // `[127.0.0.1]`, and names of this machine: an operator may have a reason.
        _ => domain.to_owned(),
    };
    Address::new(user, domain).map_err(|_| no_address())
}

fn plain<'a>(name: &str, text: &'a str) -> Result<&'a str, String> {
    if text.chars().any(char::is_control) { Err(errors::bad_mail_header(name)) } else { Ok(text) }
}

/// An id as it stands where it can; any other text by its hash.
fn local_part(id: &str) -> String {
    let is_plain = (1..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_plain {
        return id.to_owned();
    }
    let hash = Sha256::digest(id.as_bytes());
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn one<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    String::deserialize(from).map(|to| vec![to])
}
