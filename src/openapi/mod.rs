//! A description of a service in OpenAPI 3, as JSON or YAML, to the text of a connector. What a connector cannot say is left out and
//! told of. Pure: text in, text out.

mod description;
mod names;
mod operation;
mod write;

use serde_json::Value;

use crate::format;

use description::Description;

/// What a description is turned into is chosen by.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Operations by their id, their action's name or `METHOD /path`; all of them if there is none.
    pub only: Vec<String>,
    /// The connector's name; else it is made of the service's title.
    pub name: Option<String>,
    /// Where the service lives; else the description says it.
    pub base: Option<String>,
}

/// A connector, and what it lacks of the description.
#[derive(Debug)]
pub struct Imported {
    pub text: String,
    /// A sentence each.
    pub left_out: Vec<String>,
    pub actions: usize,
}

/// Whoever begins with a brace means JSON, and is told of errors in JSON; YAML takes that too, and explains it otherwise.
fn document(bytes: &[u8]) -> Result<Value, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.trim_ascii_start().starts_with(b"{") {
        return serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is no UTF-8".to_owned())?;
    serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location().map(|at| format!(", at line {} column {}", at.line(), at.column()));
        let why = error.without_snippet().to_string();
        format!(
            "it is neither JSON nor YAML: {why}{}",
            place.filter(|_| !why.contains("line")).unwrap_or_default()
        )
    })
}

/// # Errors
/// In words: what is no description of OpenAPI 3, says no address, or has none of the operations wanted.
pub fn import(bytes: &[u8], wanted: &Wanted) -> Result<Imported, String> {
    let root = document(bytes)?;
    let version = root.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.") {
        return Err(match root.get("swagger") {
            Some(_) => "it is a description of Swagger 2, and OpenAPI 3 is read".to_owned(),
            None => "it is no description of OpenAPI 3: it has no `openapi: 3.…`".to_owned(),
        });
    }
    let description = Description { root: &root };
    // In one line, as titles of scripts are.
    let title = description.text("/info/title").unwrap_or_default();
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = match &wanted.name {
        Some(name) => name.clone(),
        None => names::word(&title.to_lowercase()),
    };
    if !format::is_name(&name) {
        return Err("no name can be made of its title: give one with `--name`".to_owned());
    }
    let base = match &wanted.base {
        Some(base) => base.clone(),
        None => description.base().ok_or("it does not say where the service lives: give it with `--base`")?,
    };
    let mut left_out = Vec::new();
    let mut actions = Vec::new();
    for operation in operation::all(&description) {
        if !wanted.only.is_empty() && !wanted.only.iter().any(|only| operation.is_called(only)) {
            continue;
        }
        match operation.action(&description) {
            Ok(action) => actions.push(action),
            Err(why) => left_out.push(format!("`{}` is left out: {why}", operation.shown())),
        }
    }
    if let Some(missing) = wanted
        .only
        .iter()
        .find(|only| !operation::all(&description).any(|operation| operation.is_called(only)))
    {
        return Err(format!("it has no operation `{missing}`"));
    }
    if actions.is_empty() {
        return Err(format!("no operation of it can be an action; {}", left_out.join("; ")));
    }
    names::part(&mut actions);
    let text = write::connector(&name, &title, &base, &actions);
    Ok(Imported { text, left_out, actions: actions.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_description_is_told_of() {
        let why = |json: &str| import(json.as_bytes(), &Wanted::default()).unwrap_err();
        assert!(why("openapi: 3.0.0").contains("no name"));
        assert!(why("openapi: [").contains("neither JSON nor YAML"));
        assert!(why("{}").contains("no description of OpenAPI 3"));
        assert!(why(r#"{"swagger":"2.0"}"#).contains("Swagger 2"));
        assert!(why(r#"{"openapi":"3.0.0","info":{"title":"X"}}"#).contains("--base"));
        let base = r#"{"openapi":"3.0.0","info":{"title":"!"},"servers":[{"url":"https://a.example"}]}"#;
        assert!(why(base).contains("--name"));
    }
}
