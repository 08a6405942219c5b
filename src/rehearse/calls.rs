//! The actions that a test's runs called, as its expectations look at them.

use std::sync::Arc;

use serde_json::Value as Json;

use super::bodies::{opened, test_secret};
use super::compare::difference_sent;
use crate::actions::{Body, RenderError, Rendered, origin_of};
use crate::format::is_name;
use crate::resolve::program::{Call, Key, RequestTemplate};
use crate::run::Need;
use crate::syntax::RESERVED;
use crate::value::{self, Object, Value, holds_secret};

/// One try of an action.
#[derive(Clone)]
pub(super) struct Called {
    pub name: Arc<str>,
    pub url: String,
    pub request: Rendered,
    /// What it was given, by name: parameters of a declared action; else the members of query, form and JSON, and the
    /// headers.
    values: Vec<(Arc<str>, Value)>,
    /// The whole body, where it is JSON.
    json: Option<Value>,
    /// Of those, what a test does not tell: what holds a secret, and what wj makes.
    untold: Vec<Arc<str>>,
    /// Its URL holds a secret.
    is_url_secret: bool,
}

/// A call as a test that is recorded tells of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub name: Arc<str>,
    /// Without its query; scheme and host alone where a secret stands in the rest.
    pub place: String,
    /// What it was given, by the names that `expect` takes, secrets left out.
    pub values: Vec<(Arc<str>, Json)>,
}

impl Called {
    /// # Errors
    /// A value that its place cannot carry, in words.
    pub(super) fn new(call: &Call, need: &Need) -> Result<Called, String> {
        let rendered = need.request.render(&|name| Some(test_secret(name)));
        let request = rendered.map_err(|error| match error {
            RenderError::Fault(fault) => fault.message,
            RenderError::MissingSecret(name) => format!("secret {name} is not set"),
        })?;
        let mut values = need.params.clone();
        let mut untold: Vec<Arc<str>> = vec!["base".into()];
        let mut json = None;
        match &call.request {
            RequestTemplate::Declared { base, .. } => values.push(("base".into(), Value::Text(base.clone()))),
            RequestTemplate::Http(_) => {
                values.extend(need.request.query.iter().cloned());
                match &need.request.body {
                    Body::Json(value) => {
                        if let Value::Object(object) = value {
                            values.extend(members(object));
                        }
                        json = Some(opened(value));
                    }
                    Body::Form(pairs) | Body::Multipart { parts: pairs, .. } => {
                        values.extend(pairs.iter().cloned())
                    }
                    Body::Text(text) => values.push(("text".into(), text.clone())),
                    // A mail is a declared action's.
                    Body::None | Body::Bytes(_) | Body::Mail(_) => {}
                }
                values.extend(need.request.headers.iter().cloned());
            }
        }
        if matches!(call.policy.key, Some(Key::Auto)) {
            untold.push("Idempotency-Key".into());
        }
        untold.extend(values.iter().filter(|(_, value)| holds_secret(value)).map(|(name, _)| name.clone()));
        let is_url_secret = request.url != need.masked.url;
        let values = values.into_iter().map(|(name, value)| (name, opened(&value))).collect();
        let (name, url) = (call.name.clone(), request.url.clone());
        Ok(Called { name, url, request, values, json, untold, is_url_secret })
    }

    /// What a recorded test says of it: each value that `expect` takes for the one that was sent.
    pub(super) fn sent(&self) -> Sent {
        let bare = self.url.split('?').next().unwrap_or_default();
        let place = if self.is_url_secret { origin_of(bare) } else { bare.to_owned() };
        let is_told = |name: &str| !self.untold.iter().any(|own| own.eq_ignore_ascii_case(name));
        let mut told: Vec<(Arc<str>, Value)> = Vec::new();
        // A name of a member that `expect` could not write stands in the whole.
        let whole = self.json.as_ref().filter(|json| match json {
            Value::Object(object) => object.iter().any(|(name, _)| !is_plain(name)),
            _ => true,
        });
        let members = match whole {
            Some(Value::Object(object)) => object.iter().map(|(name, _)| name.clone()).collect(),
            _ => Vec::new(),
        };
        for (name, value) in &self.values {
            if is_told(name) && is_plain(name) && !members.contains(name) {
                told.push((name.clone(), value.clone()));
            }
        }
        if let Some(whole) = whole {
            let open = match whole {
                Value::Object(object) => {
                    let open = object.iter().filter(|(name, _)| is_told(name));
                    Value::object(open.map(|(name, value)| (name.clone(), value.clone())).collect())
                }
                other => other.clone(),
            };
            told.push(("json".into(), open));
        }
        let values = told.into_iter().filter_map(|(name, value)| {
            let json = value::to_json(&value).ok()?;
            let read = value::from_json(json.as_bytes()).ok()?;
            // Of several with a name, the first is looked at.
            let is_seen = difference_sent(&read, self.value(&name)?).is_none();
            is_seen.then(|| Some((name, serde_json::from_str(&json).ok()?))).flatten()
        });
        Sent { name: self.name.clone(), place, values: values.collect() }
    }

    /// What it was given under a name; the first of several.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        let exact = self.values.iter().find(|(own, _)| **own == *name);
        let found = exact.or_else(|| self.values.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value).or_else(|| self.json.as_ref().filter(|_| name == "json"))
    }

    /// In one line: `http.post https://crm.example/leads`.
    pub(super) fn line(&self) -> String {
        format!("{} {} {}", self.name, self.request.method, self.url)
    }
}

fn members(object: &Object) -> impl Iterator<Item = (Arc<str>, Value)> + '_ {
    object.iter().map(|(name, value)| (name.clone(), value.clone()))
}

/// Whether `expect` may write it bare.
fn is_plain(name: &str) -> bool {
    is_name(name) && !RESERVED.contains(&name)
}

/// Whether a request went to the place that a test names: the whole URL, without its query if the test writes none, or
/// the host alone for everything on it.
pub(super) fn is_at(url: &str, named: &str) -> bool {
    let bare = url.split('?').next().unwrap_or(url);
    let origin = |url: &str| {
        let host = url.find("://").map_or(0, |at| at + 3);
        let path = url.get(host..).and_then(|rest| rest.find(['/', '?'])).map_or(url.len(), |at| host + at);
        url.get(..path).unwrap_or(url).to_ascii_lowercase()
    };
    let names_host_only = named.trim_end_matches('/').len() == origin(named).len();
    url == named || bare == named || names_host_only && origin(url) == origin(named)
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn a_place_is_a_url_a_url_without_its_query_or_a_host() {
        for (url, named, fits) in [
            ("https://a.example/x?y=1", "https://a.example/x?y=1", true),
            ("https://a.example/x?y=1", "https://a.example/x", true),
            ("https://a.example/x?y=1", "https://a.example", true),
            ("https://a.example/x", "https://A.example/", true),
            ("https://a.example/x/z", "https://a.example/x", false),
            ("https://a.example/x?y=1", "https://a.example/x?y=2", false),
            ("https://a.example.evil/x", "https://a.example", false),
            ("https://a.example:8443/x", "https://a.example", false),
        ] {
            assert_eq!(is_at(url, named), fits, "{url} at {named}");
        }
    }
}
