//! Mail. It goes to the one mail server that the operator names, so it has no URL of its own: the request is the mail
//! itself, and `deliver` knows the way.

use std::sync::Arc;

use super::{ActionSpec, Body, Format, MAIL, ParamSpec, Request};
use crate::value::{Fault, Kinds, Value};

/// A mail with values in their places.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: Value,
    pub subject: Value,
    pub text: Value,
    /// `Value::Empty` where there is none.
    pub html: Value,
    /// As `html`.
    pub reply_to: Value,
    /// What its `Message-ID` is made from: the same for each attempt, so that a mail that comes twice is known.
    pub id: Value,
}

/// Sends one mail to one address.
pub static SEND: ActionSpec = ActionSpec {
    name: "email.send",
    summary: "Sends a mail through the mail server of `[smtp]` in `wj.toml`; its `key` becomes the `Message-ID`.",
    source: "https://www.rfc-editor.org/rfc/rfc5321",
    params: &[
        ParamSpec {
            name: "to",
            kinds: Kinds::TEXT,
            format: Format::Email,
            required: true,
            secret: false,
            constant: false,
            doc: "Whom it goes to: one address, without a name.",
        },
        ParamSpec {
            name: "subject",
            kinds: Kinds::TEXT,
            format: Format::Line,
            required: true,
            secret: false,
            constant: false,
            doc: "Its subject.",
        },
        ParamSpec {
            name: "text",
            kinds: Kinds::TEXT,
            format: Format::Any,
            required: true,
            secret: false,
            constant: false,
            doc: "The mail itself, as plain text.",
        },
        ParamSpec {
            name: "html",
            kinds: Kinds::TEXT,
            format: Format::Any,
            required: false,
            secret: false,
            constant: false,
            doc: "The same as HTML, for programs that show it; values in it are not escaped.",
        },
        ParamSpec {
            name: "reply_to",
            kinds: Kinds::TEXT,
            format: Format::Email,
            required: false,
            secret: false,
            constant: false,
            doc: "Whom an answer goes to, if not to the sender of `[smtp]`.",
        },
    ],
    open_prefixes: &[],
    returns: &[],
    base: MAIL,
    // A second mail is a nuisance to a person, so nobody guesses; a `key` says that it is none.
    repeatable: false,
    refuse: &[],
    require: &[],
    build: send,
};

fn send(_: &str, params: &[(Arc<str>, Value)]) -> Result<Request, Fault> {
    let own = |name: &str| {
        params.iter().find(|(own, _)| **own == *name).map_or(Value::Empty, |(_, value)| value.clone())
    };
    Ok(Request {
        method: "MAIL".into(),
        origin: MAIL.into(),
        segments: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: Body::Mail(Box::new(Mail {
            to: own("to"),
            subject: own("subject"),
            text: own("text"),
            html: own("html"),
            reply_to: own("reply_to"),
            id: Value::Empty,
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actions::{RenderError, Rendered};
    use crate::value::Sealed;

    fn render(with: &[(&str, Value)]) -> Result<Rendered, RenderError> {
        let mut params: Vec<(Arc<str>, Value)> =
            [("to", "a+b@c.example"), ("subject", "Новый лид"), ("text", "Анна\r\n.\r\nQUIT")]
                .map(|(name, text)| (name.into(), Value::text(text)))
                .into();
        for (name, value) in with {
            params.retain(|(own, _)| **own != **name);
            params.push(((*name).into(), value.clone()));
        }
        send(MAIL, &params).unwrap().render(&|name| match name {
            "ADDRESS" => Some("s@c.example".into()),
            "BAD" => Some("s@c.example\r\nBcc: x@y.example".into()),
            _ => None,
        })
    }

    fn secret(name: &str) -> Value {
        Value::Sealed(Arc::new(Sealed::Secret(name.into())))
    }

    #[test]
    fn a_mail_is_its_own_request() {
        let rendered = render(&[("html", Value::text("<b>А</b>"))]).unwrap();
        assert_eq!((&*rendered.method, &*rendered.url), ("MAIL", "mailto:a%2Bb%40c.example"));
        assert_eq!(
            rendered.body,
            r#"{"to":"a+b@c.example","subject":"Новый лид","text":"Анна\r\n.\r\nQUIT","html":"<b>А</b>"}"#
        );
    }

    #[test]
    fn no_value_reaches_beyond_its_header() {
        for (name, value) in [
            ("to", "a@b.example\r\nBcc: x@y.example"),
            ("to", "a@b.example, x@y.example"),
            ("to", "Anna <a@b.example>"),
            ("to", "a@b.example> SIZE=1"),
            ("reply_to", "a@b.example\nX: y"),
            ("subject", "a\r\nBcc: x@y.example"),
            ("subject", "a\u{85}b"),
            ("subject", "a\u{2028}b"),
            ("subject", "a\0b"),
        ] {
            let Err(RenderError::Fault(fault)) = render(&[(name, Value::text(value))]) else {
                panic!("{name} took {value:?}")
            };
            assert!(fault.message.contains(&format!("`{name}`")), "{}", fault.message);
        }
    }

    #[test]
    fn what_a_secret_holds_is_looked_at_when_it_is_opened() {
        assert_eq!(render(&[("to", secret("ADDRESS"))]).unwrap().url, "mailto:s%40c.example");
        let Err(RenderError::Fault(fault)) = render(&[("to", secret("BAD"))]) else { panic!() };
        assert!(!fault.message.contains("x@y"), "{}", fault.message);
        let params = [("to".into(), secret("BAD")), ("subject".into(), Value::text("s"))];
        let masked = send(MAIL, &params).unwrap().masked().unwrap();
        assert_eq!(masked.url, "mailto:«secret BAD»");
        assert_eq!(masked.body, r#"{"to":"«secret BAD»","subject":"s","text":""}"#);
    }
}
