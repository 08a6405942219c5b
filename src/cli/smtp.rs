//! `[smtp]` of `wj.toml`: the mail server that notices and `email.send` go through.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

use crate::builtins::is_email;
use crate::deliver::{self, Tls};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    host: String,
    /// 587 with `starttls`, 465 with `tls`, 25 with `none`, if nothing is said.
    port: Option<u16>,
    #[serde(default)]
    tls: Tls,
    user: Option<String>,
    /// The name of a secret: this file lies in git.
    password: Option<String>,
    /// The address that mail is from.
    from: String,
    /// A file with a certificate in PEM that is trusted besides those of this machine.
    certificate: Option<PathBuf>,
}

impl Smtp {
    /// The mail server, and the name of the secret that is its password.
    ///
    /// # Errors
    /// What does not fit together, in words.
    pub fn server(&self) -> Result<(deliver::Smtp, Option<Arc<str>>), String> {
        let wrong = |what: &str| Err(format!("[smtp] in wj.toml: {what}"));
        if !is_email(&self.from) {
            return wrong("`from` takes one e-mail address, without a name");
        }
        if self.user.is_some() != self.password.is_some() {
            return wrong("`user` and `password` belong together");
        }
        // Whatever else stands there may be the password itself, so it is not repeated.
        if self.password.as_deref().is_some_and(|name| !is_name(name)) {
            return wrong(
                "`password` takes the name of a secret in capital letters, as \"SMTP_PASSWORD\"; the password itself stands in that environment variable or file",
            );
        }
        let certificate = match &self.certificate {
            Some(path) => Some(
                std::fs::read(path)
                    .map_err(|error| format!("[smtp] in wj.toml: {}: {error}", path.display()))?,
            ),
            None => None,
        };
        let port = match self.tls {
            Tls::StartTls => 587,
            Tls::Implicit => 465,
            Tls::None => 25,
        };
        let smtp = deliver::Smtp {
            host: self.host.clone(),
            port: self.port.unwrap_or(port),
            tls: self.tls,
            user: self.user.clone(),
            from: self.from.clone(),
            certificate,
        };
        Ok((smtp, self.password.as_deref().map(Arc::from)))
    }
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_uppercase())
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Result<(deliver::Smtp, Option<Arc<str>>), String> {
        toml::from_str::<Smtp>(text).unwrap().server()
    }

    #[test]
    fn the_port_follows_from_the_security_unless_it_is_said() {
        let base = "host = 'a'\nfrom = 'a@b.example'\n";
        for (more, tls, port) in [
            ("", Tls::StartTls, 587),
            ("tls = 'starttls'\nport = 2525", Tls::StartTls, 2525),
            ("tls = 'tls'", Tls::Implicit, 465),
            ("tls = 'none'", Tls::None, 25),
        ] {
            let (smtp, password) = server(&format!("{base}{more}")).unwrap();
            assert_eq!((smtp.tls, smtp.port, password), (tls, port, None), "{more}");
        }
    }

    #[test]
    fn what_the_guide_shows_is_taken() {
        let guide = include_str!("../../docs/guide/running.md");
        let shown = guide.split("```toml\n[smtp]\n").nth(1).and_then(|rest| rest.split("```").next());
        // As it stands, and with what is commented out.
        let (smtp, password) = server(shown.unwrap()).unwrap();
        assert_eq!((smtp.port, password.as_deref()), (587, Some("SMTP_PASSWORD")));
        assert!(
            server(&shown.unwrap().replace("# certificate", "certificate"))
                .unwrap_err()
                .contains("mail-ca.pem")
        );
    }

    #[test]
    fn a_password_is_a_name_and_never_repeated() {
        let with = |more: &str| server(&format!("host = 'a'\nfrom = 'a@b.example'\n{more}"));
        let (_, password) = with("user = 'u'\npassword = 'SMTP_PASSWORD'").unwrap();
        assert_eq!(password.as_deref(), Some("SMTP_PASSWORD"));
        let error = with("user = 'u'\npassword = 'hunter2'").unwrap_err();
        assert!(error.contains("the name of a secret") && !error.contains("hunter2"), "{error}");
        assert!(with("user = 'u'").unwrap_err().contains("belong together"));
        assert!(server("host = 'a'\nfrom = 'A <a@b.example>'").unwrap_err().contains("`from`"));
        assert!(with("certificate = 'no/such.pem'").unwrap_err().contains("no/such.pem"));
    }
}
