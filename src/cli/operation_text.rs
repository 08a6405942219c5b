//! Operations as people read them on a terminal. What came from outside is made harmless first.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value as Json;

use super::printable::printable;

/// A table, newest first.
pub fn table(operations: &[Json]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["RECEIVED", "OPERATION", "PIPELINE", "STATUS", "ANSWER", "REASON"]);
    for operation in operations {
        let text = |name: &str| {
            printable(operation.get(name).and_then(Json::as_str).unwrap_or("")).replace('\n', " ")
        };
        let answer = operation.pointer("/answer/status").map_or_else(|| "-".to_owned(), Json::to_string);
        table.add_row([
            text("received_at"),
            text("id"),
            text("pipeline"),
            text("status"),
            answer,
            shorten(&text("reason"), 80),
        ]);
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    format!("{}\n", lines.join("\n"))
}

/// One operation in a line, for a list that goes on.
pub fn line(operation: &Json) -> String {
    let text =
        |name: &str| printable(operation.get(name).and_then(Json::as_str).unwrap_or("")).replace('\n', " ");
    let answer = operation.pointer("/answer/status").map_or_else(|| "-".to_owned(), Json::to_string);
    let line = format!(
        "{}  {}  {}  {}  {answer}  {}",
        text("received_at"),
        text("id"),
        text("pipeline"),
        text("status"),
        shorten(&text("reason"), 80)
    );
    line.trim_end().to_owned()
}

/// One operation, whole.
pub fn whole(operation: &Json) -> String {
    let mut out = Text::default();
    let text = |pointer: &str| operation.pointer(pointer).and_then(Json::as_str).unwrap_or("");
    out.row("operation", text("/id"));
    out.row("pipeline", &format!("{} in {}", text("/pipeline"), text("/script/file")));
    let hash: String = text("/script/hash").chars().take(12).collect();
    let commit = text("/script/commit");
    out.row("script", &if commit.is_empty() { hash } else { format!("{hash}, commit {commit}") });
    let mut status = text("/status").to_owned();
    if operation.get("dry_run").is_some() {
        status += ", dry run";
    }
    for (pointer, before) in [("/reason", ": "), ("/at_step", ", at step ")] {
        if !text(pointer).is_empty() {
            status = status + before + text(pointer);
        }
    }
    out.row("status", &status);
    out.row("received", &format!("{} from {}", text("/received_at"), text("/request/ip")));
    if !text("/due_at").is_empty() {
        out.row("goes on", text("/due_at"));
    }
    out.row("request", &format!("{} {}", text("/request/method"), text("/request/target")));
    out.message(operation.get("request"));
    match operation.get("answer").filter(|answer| !answer.is_null()) {
        Some(answer) => {
            out.row("answer", &answer.get("status").map_or_else(String::new, Json::to_string));
            out.message(Some(answer));
        }
        None => out.row("answer", "none yet"),
    }
    out.steps(operation.get("steps"));
    for action in operation.get("actions").and_then(Json::as_array).into_iter().flatten() {
        out.action(action);
    }
    if let Some(notice) = operation.get("notice") {
        let to: Vec<&str> = notice
            .get("to")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect();
        let to = if to.is_empty() { String::new() } else { format!("to {} ", to.join(", ")) };
        let sent = notice.get("sent") == Some(&Json::Bool(true));
        out.row("notice", &format!("{to}{}", if sent { "was sent" } else { "is queued" }));
    }
    out.0
}

/// Lines of a label and a text.
#[derive(Default)]
struct Text(String);

impl Text {
    fn row(&mut self, label: &str, text: &str) {
        self.0 += &format!("{label:<10} {}\n", printable(text));
    }

    fn indented(&mut self, text: &str) {
        for line in text.lines() {
            self.0 += &format!("           {}\n", printable(line));
        }
    }

    fn message(&mut self, message: Option<&Json>) {
        let Some(message) = message else { return };
        for (name, value) in message.get("headers").and_then(Json::as_object).into_iter().flatten() {
            self.indented(&format!("{name}: {}", value.as_str().unwrap_or("")));
        }
        if let Some(body) = message.get("body").and_then(Json::as_str).filter(|body| !body.is_empty()) {
            self.indented(&shorten(body, 4_000));
        }
        if let Some(hex) = message.get("body_hex").and_then(Json::as_str) {
            self.indented(&format!("{} bytes that are no text", hex.len() / 2));
        }
    }

    fn steps(&mut self, steps: Option<&Json>) {
        match steps {
            Some(Json::Array(steps)) => {
                for step in steps {
                    let path = step.get("step").and_then(Json::as_str).unwrap_or("");
                    let line = step.get("line").map_or_else(String::new, |line| format!("line {line}: "));
                    let values = step.get("values").and_then(Json::as_object);
                    let parts: Vec<String> = values
                        .into_iter()
                        .flatten()
                        .map(|(name, value)| {
                            let value = if value.is_null() { "empty".to_owned() } else { value.to_string() };
                            format!("{name} = {}", shorten(&value, 200))
                        })
                        .collect();
                    let note = step.get("note").and_then(Json::as_str).unwrap_or_default();
                    // A note of one line says what the step did; of several, what was missing in it.
                    let label = format!("step {path}");
                    if note.contains('\n') || !parts.is_empty() {
                        self.row(&label, &format!("{line}{}", parts.join(", ")));
                        self.indented(note);
                    } else {
                        self.row(&label, &format!("{line}{note}"));
                    }
                }
            }
            _ => self.row("steps", "cannot be shown: the script is not kept in this store"),
        }
    }

    fn action(&mut self, action: &Json) {
        let text = |pointer: &str| action.pointer(pointer).and_then(Json::as_str).unwrap_or("");
        let number = |pointer: &str| action.pointer(pointer).and_then(Json::as_u64).unwrap_or(0);
        let dry = if action.get("dry_run").is_some() { ", dry run: not sent" } else { "" };
        let reason =
            if text("/reason").is_empty() { String::new() } else { format!(": {}", text("/reason")) };
        self.row(
            "action",
            &format!(
                "{} at step {}, attempt {}: {}{reason}{dry}, {} ms",
                text("/action"),
                text("/step"),
                number("/attempt"),
                text("/outcome"),
                number("/took_ms")
            ),
        );
        self.indented(&format!("{} {}", text("/request/method"), text("/request/url")));
        self.message(action.get("request"));
        if let Some(answer) = action.get("answer").filter(|answer| !answer.is_null()) {
            self.indented(&format!("-> {}", number("/answer/status")));
            self.message(Some(answer));
        }
    }
}

/// At most so many characters, with a sign that there were more.
fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
