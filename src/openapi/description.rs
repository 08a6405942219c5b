//! The description as a tree: references followed, schemas put together.

use serde_json::{Map, Value};

pub(super) struct Description<'a> {
    pub root: &'a Value,
}

/// Names and schemas.
type Properties<'a> = Vec<(&'a str, &'a Value)>;

/// References that lead to references, and schemas inside of one another.
const DEEPEST: usize = 16;

impl<'a> Description<'a> {
    pub(super) fn text(&self, pointer: &str) -> Option<&'a str> {
        self.root.pointer(pointer)?.as_str()
    }

    /// The address of the first server that is a whole one, with the defaults of its variables.
    pub(super) fn base(&self) -> Option<String> {
        let servers = self.root.get("servers")?.as_array()?;
        let mut urls = servers.iter().filter_map(|server| {
            let mut url = server.get("url")?.as_str()?.to_owned();
            let variables = server.get("variables").and_then(Value::as_object);
            for (name, variable) in variables.into_iter().flatten() {
                let default = variable.get("default").and_then(Value::as_str)?;
                url = url.replace(&format!("{{{name}}}"), default);
            }
            Some(url)
        });
        let url = urls.find(|url| url.starts_with("https://") || url.starts_with("http://"))?;
        Some(url.trim_end_matches('/').to_owned())
    }

    /// What stands behind `$ref`, if it leads somewhere in this description.
    pub(super) fn followed(&self, value: &'a Value) -> Option<&'a Value> {
        let mut value = value;
        for _ in 0..DEEPEST {
            let Some(target) = value.get("$ref").and_then(Value::as_str) else { return Some(value) };
            value = self.root.pointer(target.strip_prefix('#')?)?;
        }
        None
    }

    /// The properties of an object's schema with those of all its parts, and the names of those that are always there;
    /// `None` for what is no object.
    pub(super) fn properties(&self, schema: &'a Value) -> Option<(Properties<'a>, Vec<&'a str>)> {
        let (mut properties, mut required) = (Vec::new(), Vec::new());
        self.gather(schema, &mut properties, &mut required, 0);
        (!properties.is_empty()).then_some((properties, required))
    }

    fn gather(
        &self,
        schema: &'a Value,
        properties: &mut Properties<'a>,
        required: &mut Vec<&'a str>,
        depth: usize,
    ) {
        let Some(schema) = self.followed(schema).filter(|_| depth < DEEPEST) else { return };
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.gather(part, properties, required, depth + 1);
        }
        let own = schema.get("properties").and_then(Value::as_object);
        for (name, property) in own.into_iter().flatten() {
            if !properties.iter().any(|(known, _)| known == name) {
                properties.push((name, property));
            }
        }
        let own = schema.get("required").and_then(Value::as_array);
        required.extend(own.into_iter().flatten().filter_map(Value::as_str));
    }

    /// The kind of a parameter for values of this schema.
    pub(super) fn kind(&self, schema: &'a Value) -> &'static str {
        let Some(schema) = self.followed(schema) else { return "text" };
        let named = match schema.get("type") {
            // OpenAPI 3.1 writes `["string", "null"]`.
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            Some(Value::String(kind)) => Some(kind.as_str()),
            _ => None,
        };
        let format = schema.get("format").and_then(Value::as_str);
        match (named, format) {
            (Some("string"), Some("email")) => "email",
            (Some("string"), Some("date-time" | "date")) => "time",
            (Some("integer" | "number"), _) => "number",
            (Some("boolean"), _) => "bool",
            (Some("array"), _) => "list",
            (Some("object"), _) => "object",
            (None, _) if schema.get("properties").is_some() || schema.get("allOf").is_some() => "object",
            _ => "text",
        }
    }
}

/// The schema of a body of this type, and that there is one.
pub(super) fn schema_of<'a>(content: &'a Map<String, Value>, wanted: &str) -> Option<&'a Value> {
    static ANY: Value = Value::Null;
    let (_, media) = content.iter().find(|(name, _)| {
        let essence = name.split(';').next().unwrap_or_default().trim();
        essence == wanted || wanted == "application/json" && essence.ends_with("+json")
    })?;
    Some(media.get("schema").unwrap_or(&ANY))
}
