//! Keys that stand in the script, and so in git, for all who read it.

use url::Url;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule};
use crate::resolve::model::CallFacts;
use crate::source::Span;

static CODE: Code = Code {
    id: "WJ0609",
    name: "literal-token",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0609.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

/// Headers that carry a key, in lower case.
const KEY_HEADERS: [&str; 7] = [
    "api-key",
    "authorization",
    "proxy-authorization",
    "x-access-token",
    "x-api-key",
    "x-auth-token",
    "x-token",
];

/// Names of entries that hold a key, in lower case and without `_` and `-`.
const KEY_NAMES: [&str; 11] = [
    "accesskey",
    "accesstoken",
    "apikey",
    "apitoken",
    "authtoken",
    "clientsecret",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "token",
];

/// A shorter text is hardly a key.
const SHORTEST: usize = 8;

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let calls = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.calls);
    let constant = |span: Span| context.model.type_at(span)?.constant.as_ref()?.as_text();
    let is_key = |text: &str| !text.trim().is_empty() && !super::quoted_value::is_value(text);
    let written = calls.clone().flat_map(keys).filter(|(_, span)| constant(*span).is_some_and(is_key));
    let written = written.map(|(name, span)| (name.to_owned(), span));
    let entries = calls.clone().flat_map(|call| {
        let named = call.values.iter().filter(|(name, span)| {
            call.spec.is_none()
                && names_key(name)
                && constant(*span).is_some_and(|text| is_key(text) && looks_like_key(text))
        });
        named.map(|(name, span)| (name.to_string(), *span))
    });
    let in_urls = calls.filter_map(|call| {
        let url = Url::parse(constant(call.url?)?).ok()?;
        let (name, _) = url.query_pairs().find(|(name, text)| names_key(name) && looks_like_key(text))?;
        Some((name.into_owned(), call.url?))
    });
    written
        .chain(entries)
        .chain(in_urls)
        .map(|(name, span)| {
            Diagnostic::new(&CODE, span, format!("the key for `{name}` stands in the script"))
                .label("everybody who reads the script has this key")
                .help(format!(
                    "Write `secret.NAME` here, put the key into the environment variable NAME of `wj serve`, and let the service give you a new one: what was once in git stays there. The name is yours: `secret.{}`, say.",
                    suggestion(&name)
                ))
        })
        .collect()
}

/// Name and place of each value that is a key.
fn keys(call: &CallFacts) -> Vec<(&str, Span)> {
    let header = |name: &str| KEY_HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    let headers = call.headers.iter().filter(|(name, _)| header(name));
    let secret = |name: &str| {
        call.spec
            .as_ref()
            .is_some_and(|spec| spec.params.iter().any(|param| param.secret && param.name == name))
    };
    let values = call.values.iter().filter(|(name, _)| secret(name));
    headers.chain(values).map(|(name, span)| (&**name, *span)).collect()
}

fn names_key(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    KEY_NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

fn looks_like_key(text: &str) -> bool {
    text.len() >= SHORTEST && text.is_ascii() && !text.contains(char::is_whitespace)
}

/// A name for the secret, made of the name of its place.
fn suggestion(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect()
}
