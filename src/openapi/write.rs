//! The text of a connector, aligned as `wj` files are.

use std::fmt::Write;

use super::operation::{Action, Body};
use crate::format::{member, quoted};

/// Lines that are longer have a member a line.
const WIDE: usize = 100;

pub(super) fn connector(name: &str, title: &str, base: &str, actions: &[Action]) -> String {
    let title = if title.is_empty() { String::new() } else { format!(" {}", quoted(title)) };
    let mut out = format!("connector {name}{title} {{\n  base {}\n", quoted(base));
    for action in actions {
        out.push('\n');
        write_action(action, &mut out);
    }
    out + "}\n"
}

fn write_action(action: &Action, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = writeln!(out, "  action {} {} {{", action.name, quoted(&action.summary));
    let widest =
        |of: &dyn Fn(&super::operation::Param) -> usize| action.params.iter().map(of).max().unwrap_or(0);
    let (names, kinds) = (widest(&|param| param.name.chars().count()), widest(&|param| param.kind.len()));
    let any_optional = action.params.iter().any(|param| param.optional);
    for param in &action.params {
        let optional = match (any_optional, param.optional) {
            (false, _) => "",
            (true, true) => " optional",
            (true, false) if param.doc.is_empty() => "",
            (true, false) => "         ",
        };
        let doc = if param.doc.is_empty() { String::new() } else { format!(" {}", quoted(&param.doc)) };
        let line = format!("    param {:names$} {:kinds$}{optional}{doc}", param.name, param.kind);
        let _ = writeln!(out, "{}", line.trim_end());
    }
    if !action.params.is_empty() {
        out.push('\n');
    }
    let secret_in_path = action
        .params
        .iter()
        .any(|param| param.kind == "secret" && action.path.contains(&format!("{{{}}}", param.name)));
    if secret_in_path {
        out.push_str("    # wj-allow secret-in-path: the service takes its key here\n");
    }
    let mut lines: Vec<String> = Vec::new();
    for (name, value) in &action.headers {
        let value = if value.contains('{') { template(value) } else { value.clone() };
        lines.push(format!("header {} = {value}", quoted(name)));
    }
    if !action.query.is_empty() {
        lines.push(object("query", &action.query));
    }
    match &action.body {
        Body::None => {}
        Body::Json(members) => lines.push(object("json", members)),
        Body::Form(members) => lines.push(object("form", members)),
        Body::Whole(name) => lines.push(format!("json {name}")),
    }
    let url =
        format!("\"{{base}}{}\"", action.path.replace('\\', "%5C").replace('"', "%22").replace(' ', "%20"));
    if lines.is_empty() {
        let _ = writeln!(out, "    {} {url}", action.call);
    } else {
        let _ = writeln!(out, "    {} {url} {{", action.call);
        for line in lines.iter().flat_map(|line| line.lines()) {
            let _ = writeln!(out, "      {line}");
        }
        out.push_str("    }\n");
    }
    if !action.returns.is_empty() {
        let width = action.returns.iter().map(|(name, _, _)| name.chars().count()).max().unwrap_or(0);
        let paths = action.returns.iter().map(|(_, path, _)| path.chars().count()).max().unwrap_or(0);
        out.push_str("    returns {\n");
        for (name, path, promised) in &action.returns {
            let policy = if *promised { "abort" } else { "empty" };
            let _ = writeln!(out, "      {name:width$} = {path:paths$}  on_missing {policy}");
        }
        out.push_str("    }\n");
    }
    out.push_str("  }\n");
}

/// `json { a: a, "b-c": b_c }`, on one line or a member a line.
fn object(part: &str, members: &[(String, String)]) -> String {
    let members: Vec<String> =
        members.iter().map(|(name, value)| format!("{}: {value}", member(name))).collect();
    let line = format!("{part} {{ {} }}", members.join(", "));
    if line.chars().count() <= WIDE {
        return line;
    }
    let members: String = members.iter().map(|member| format!("  {member},\n")).collect();
    format!("{part} {{\n{members}}}")
}

/// A text with a parameter in it, which is written here alone.
fn template(text: &str) -> String {
    if text == "{token}" { "token".to_owned() } else { format!("\"{text}\"") }
}
