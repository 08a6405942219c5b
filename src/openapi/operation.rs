//! One operation of a description, and the action that it becomes.

use serde_json::Value;

use super::description::{Description, schema_of};
use super::names;
use crate::format;

pub(super) struct Operation<'a> {
    /// Upper case.
    method: String,
    path: &'a str,
    operation: &'a Value,
    /// Parameters of all operations of the path.
    shared: Option<&'a Value>,
}

/// An action, ready to be written.
#[derive(Debug, Default)]
pub(super) struct Action {
    pub name: String,
    pub summary: String,
    /// `http.post`.
    pub call: String,
    /// Behind `{base}`, with parameters in braces.
    pub path: String,
    pub params: Vec<Param>,
    pub headers: Vec<(String, String)>,
    /// Member and parameter.
    pub query: Vec<(String, String)>,
    pub body: Body,
    /// Name, path, and whether it is promised.
    pub returns: Vec<(String, String, bool)>,
}

#[derive(Debug)]
pub(super) struct Param {
    pub name: String,
    pub kind: &'static str,
    pub optional: bool,
    pub doc: String,
}

#[derive(Debug, Default)]
pub(super) enum Body {
    #[default]
    None,
    Json(Vec<(String, String)>),
    Form(Vec<(String, String)>),
    /// One parameter is the whole.
    Whole(String),
}

/// Every operation, in the order of the description.
pub(super) fn all<'a>(description: &Description<'a>) -> impl Iterator<Item = Operation<'a>> {
    let paths = description.root.get("paths").and_then(Value::as_object);
    paths.into_iter().flatten().flat_map(|(path, item)| {
        let item = item.as_object();
        let shared = item.and_then(|item| item.get("parameters"));
        let methods = item
            .into_iter()
            .flatten()
            .filter(|(name, _)| matches!(name.as_str(), "get" | "post" | "put" | "patch" | "delete"));
        methods.map(move |(method, operation)| Operation {
            method: method.to_uppercase(),
            path,
            operation,
            shared,
        })
    })
}

impl<'a> Operation<'a> {
    pub(super) fn shown(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub(super) fn is_called(&self, wanted: &str) -> bool {
        self.id() == Some(wanted) || self.name() == wanted || self.shown() == wanted
    }

    /// # Errors
    /// Why no action can be made of it, in words.
    pub(super) fn action(&self, description: &Description<'a>) -> Result<Action, String> {
        let mut action = Action {
            name: self.name(),
            summary: self.summary(),
            call: format!("http.{}", self.method.to_lowercase()),
            path: self.path.to_owned(),
            ..Action::default()
        };
        self.security(description, &mut action)?;
        self.parameters(description, &mut action)?;
        self.body(description, &mut action)?;
        self.returns(description, &mut action);
        Ok(action)
    }

    fn id(&self) -> Option<&'a str> {
        self.operation.get("operationId")?.as_str()
    }

    fn name(&self) -> String {
        let named = self.id().map(names::snake).filter(|name| !name.is_empty());
        named.unwrap_or_else(|| names::snake(&format!("{} {}", self.method.to_lowercase(), self.path)))
    }

    fn summary(&self) -> String {
        let told = ["summary", "description"].iter().find_map(|part| self.operation.get(part)?.as_str());
        sentence(told.unwrap_or(&self.shown()))
    }

    /// The key that the operation asks for, the first of several.
    fn security(&self, description: &Description<'a>, action: &mut Action) -> Result<(), String> {
        let own = self.operation.get("security").or_else(|| description.root.get("security"));
        let first = own.and_then(Value::as_array).and_then(|all| all.first()).and_then(Value::as_object);
        let Some(name) = first.and_then(|schemes| schemes.keys().next()) else { return Ok(()) };
        let pointer = format!("/components/securitySchemes/{}", name.replace('~', "~0").replace('/', "~1"));
        let scheme = description.root.pointer(&pointer).and_then(|scheme| description.followed(scheme));
        let text = |part: &str| scheme.and_then(|scheme| scheme.get(part)).and_then(Value::as_str);
        let (kind, place) = (text("type").unwrap_or_default(), text("in").unwrap_or_default());
        let doc = match (kind, place, text("scheme").map(str::to_lowercase).as_deref()) {
            ("apiKey", "header", _) => {
                action.headers.push((text("name").unwrap_or_default().to_owned(), "{token}".to_owned()));
                "The key of the service."
            }
            ("apiKey", "query", _) => {
                action.query.push((text("name").unwrap_or_default().to_owned(), "token".to_owned()));
                "The key of the service."
            }
            ("http", _, Some("basic")) => {
                action.headers.push(("Authorization".to_owned(), "Basic {token}".to_owned()));
                "User and password as `user:password`, in base64."
            }
            ("http" | "oauth2" | "openIdConnect", _, _) => {
                action.headers.push(("Authorization".to_owned(), "Bearer {token}".to_owned()));
                "The access token of the service."
            }
            _ => return Err(format!("how it is told who calls (`{name}`) is not known to a connector")),
        };
        action.params.push(Param {
            name: "token".to_owned(),
            kind: "secret",
            optional: false,
            doc: doc.to_owned(),
        });
        Ok(())
    }

    fn parameters(&self, description: &Description<'a>, action: &mut Action) -> Result<(), String> {
        let lists = [self.operation.get("parameters"), self.shared];
        let all = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for parameter in all {
            let Some(parameter) = description.followed(parameter) else { continue };
            let text = |part: &str| parameter.get(part).and_then(Value::as_str).unwrap_or_default();
            let (name, place) = (text("name"), text("in"));
            // An operation's own parameter replaces the path's of that name.
            if seen.contains(&(name, place)) {
                continue;
            }
            seen.push((name, place));
            let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
            let schema = parameter.get("schema").unwrap_or(&Value::Null);
            let kind = match description.kind(schema) {
                // Of a list in a query or a path, one value can be given.
                "list" | "object" => "text",
                kind => kind,
            };
            let doc = described(parameter, schema);
            match place {
                "path" => {
                    let own = action.param(name, kind, false, doc);
                    action.path = action.path.replace(&format!("{{{name}}}"), &format!("{{{own}}}"));
                }
                "query" => {
                    let own = action.param(name, kind, !required, doc);
                    action.query.push((name.to_owned(), own));
                }
                // These are said by the body, by the key, and by what is asked for.
                "header" if ["accept", "content-type", "authorization"].contains(&&*name.to_lowercase()) => {}
                "header" => {
                    let own = action.param(name, kind, !required, doc);
                    action.headers.push((name.to_owned(), own));
                }
                _ if required => return Err(format!("it needs the cookie `{name}`")),
                _ => {}
            }
        }
        Ok(())
    }

    fn body(&self, description: &Description<'a>, action: &mut Action) -> Result<(), String> {
        let body = self.operation.get("requestBody").and_then(|body| description.followed(body));
        let Some(body) = body else { return Ok(()) };
        let Some(content) = body.get("content").and_then(Value::as_object) else { return Ok(()) };
        let json = schema_of(content, "application/json");
        let form = schema_of(content, "application/x-www-form-urlencoded");
        let Some(schema) = json.or(form) else {
            let types: Vec<&str> = content.keys().map(String::as_str).collect();
            return Err(format!("it takes a body of {}", types.join(" or ")));
        };
        let Some((properties, required)) = description.properties(schema) else {
            if json.is_none() {
                return Err("it takes a form whose fields are not described".to_owned());
            }
            let optional = !body.get("required").and_then(Value::as_bool).unwrap_or(false);
            let kind = description.kind(schema);
            let name = action.param("data", kind, optional, "The whole body.".to_owned());
            action.body = Body::Whole(name);
            return Ok(());
        };
        let mut members = Vec::new();
        for (name, property) in properties {
            let read_only = property.get("readOnly").and_then(Value::as_bool).unwrap_or(false);
            if read_only {
                continue;
            }
            let doc = described(property, property);
            let own = action.param(name, description.kind(property), !required.contains(&name), doc);
            members.push((name.to_owned(), own));
        }
        action.body = if json.is_some() { Body::Json(members) } else { Body::Form(members) };
        Ok(())
    }

    /// The members of the first answer of 2xx.
    fn returns(&self, description: &Description<'a>, action: &mut Action) {
        let answers = self.operation.get("responses").and_then(Value::as_object);
        let answer = answers.into_iter().flatten().find(|(status, _)| status.starts_with('2'));
        let content = answer
            .and_then(|(_, answer)| description.followed(answer))
            .and_then(|answer| answer.get("content")?.as_object());
        let schema = content.and_then(|content| schema_of(content, "application/json"));
        let Some((properties, required)) = schema.and_then(|schema| description.properties(schema)) else {
            return;
        };
        for (name, _) in properties {
            let own = match names::free(name).as_str() {
                taken @ ("status" | "headers_" | "body_") => format!("{}_", taken.trim_end_matches('_')),
                own => own.to_owned(),
            };
            let taken: Vec<String> = action.returns.iter().map(|(name, _, _)| name.clone()).collect();
            let path = match format::is_name(name) {
                true => format!("$.{name}"),
                false => format!("$[{}]", Value::from(name)),
            };
            action.returns.push((names::unlike(&own, &taken), path, required.contains(&name)));
        }
    }
}

impl Action {
    /// Adds a parameter, and gives the name that it has here.
    fn param(&mut self, name: &str, kind: &'static str, optional: bool, doc: String) -> String {
        let taken: Vec<String> = self.params.iter().map(|param| param.name.clone()).collect();
        let name = names::unlike(&names::free(name), &taken);
        self.params.push(Param { name: name.clone(), kind, optional, doc });
        name
    }
}

/// What a parameter is for, and the values that it may have.
fn described(of: &Value, schema: &Value) -> String {
    let mut doc = of.get("description").and_then(Value::as_str).map(sentence).unwrap_or_default();
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<String> = values
        .filter(|value| !value.is_null())
        .map(|value| format!("`{}`", value.to_string().trim_matches('"')))
        .collect();
    if !values.is_empty() && values.len() <= 12 {
        let told = format!("One of {}.", values.join(", "));
        doc = if doc.is_empty() { told } else { format!("{doc} {told}") };
    }
    doc
}

/// The first line of a text, short enough for one line of a script, with its dot.
fn sentence(text: &str) -> String {
    const MOST: usize = 100;
    let line = text.trim().lines().next().unwrap_or_default().trim();
    let first = line.split_inclusive(". ").next().unwrap_or_default().trim();
    let cut: String = match first.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", first.get(..end).unwrap_or_default().trim_end()),
        None => first.to_owned(),
    };
    if cut.is_empty() || cut.ends_with(['.', '…', '!', '?']) { cut } else { format!("{cut}.") }
}
