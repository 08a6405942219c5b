//! The words of the language, for hover and completion: what each means, where it may begin a line, and what is put in with it.

use super::context::Block;
use crate::syntax;

/// A word that begins a line.
#[derive(Debug)]
pub(super) struct Word {
    pub name: &'static str,
    pub doc: &'static str,
    places: &'static [Place],
    /// As editors write snippets: `$1` is where to go on.
    pub snippet: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    File,
    Head,
    Step,
    /// In the block of `http.*`.
    Http,
    /// In the block of any action.
    Action,
    Respond,
    OnFailure,
    Connector,
    ConnectorAction,
    Test,
}

use Place::{Action, Connector, ConnectorAction, File, Head, Http, OnFailure, Respond, Step, Test};

const fn word(
    name: &'static str,
    places: &'static [Place],
    snippet: &'static str,
    doc: &'static str,
) -> Word {
    Word { name, doc, places, snippet }
}

/// Every word that begins a line, by name.
pub(super) static LINES: &[Word] = &[
    word(
        "abort",
        &[Step],
        "abort ${1:422} \"$2\"",
        "Ends the run: the operation is *aborted*, the caller gets the status and the text. No later step runs.",
    ),
    word(
        "accept",
        &[Http, Action],
        "accept ${1:404}",
        "Statuses beside 2xx that count as a success of this call.",
    ),
    word(
        "action",
        &[Connector],
        "action ${1:name} \"$2\" {\n  $0\n}",
        "One action of a connector: its parameters, the request that it sends, and what it returns.",
    ),
    word("at", &[Test], "at \"${1:2026-01-02T10:00:00Z}\"", "Sets the clock of the test."),
    word(
        "base",
        &[Connector],
        "base \"https://$1\"",
        "Where the service is; a call may replace it by `base = …`.",
    ),
    word("body", &[Http, Respond], "body ${1:value}", "Sends a text or bytes as they are."),
    word(
        "connector",
        &[File],
        "connector ${1:name} \"$2\" {\n  base \"https://$3\"\n\n  action ${4:send} \"$5\" {\n    $0\n  }\n}",
        "Describes a service, so that its actions can be called by name.",
    ),
    word(
        "const",
        &[File],
        "const ${1:NAME} = ${2:value}",
        "Gives a name to a value that is known when the script is loaded.",
    ),
    word("cors", &[Head], "cors \"${1:https://}\"", "Which sites a browser may send from."),
    word(
        "dedupe",
        &[Step],
        "dedupe by ${1:id} within ${2:24h}",
        "A repeat of a request with the same key gets the first one's answer, and runs nothing.",
    ),
    word(
        "expect",
        &[Test],
        "expect $0",
        "What the test wants to see: a status, a text, members of a JSON answer, how the operation ended, calls.",
    ),
    word(
        "extract",
        &[Step],
        "extract ${1:body} {\n  ${2:name} = $.${3:path} on_missing ${4:abort}\n}",
        "Reaches into data from outside. Each field says what happens if it is missing.",
    ),
    word("for", &[Step], "for ${1:item} in ${2:list}, at most ${3:50} {\n  $0\n}", "Walks a list, in order."),
    word("form", &[Http], "form { $1 }", "Sends the members as a form."),
    word(
        "give",
        &[Http, Action],
        "give up after ${1:1h}",
        "How long a call is tried at most, over all tries.",
    ),
    word(
        "given",
        &[Test],
        "given ${1:http.post} answers ${2:200} json { $3 }",
        "How an action is answered in this test.",
    ),
    word("header", &[Http, Respond], "header \"$1\" = ${2:value}", "Sends a header."),
    word("json", &[Http, Respond], "json { $1 }", "Sends a value as JSON."),
    word(
        "keep",
        &[Head],
        "keep ${1:30d}",
        "How long operations of this pipeline are kept, and how much and how many at most.",
    ),
    word("keep_failed", &[Head], "keep_failed ${1:90d}", "How long failed operations are kept."),
    word(
        "key",
        &[Http, Action],
        "key ${1:auto}",
        "Tells the target which calls are one and the same, as `Idempotency-Key`; such a call may be sent again.",
    ),
    word("let", &[Step], "let ${1:name} = $0", "Gives a name to a value, or to what an action returns."),
    word(
        "limit",
        &[Head, Http, Action],
        "limit $0",
        "`limit body` and `limit rate` for a pipeline, `limit answer` for a call.",
    ),
    word(
        "match",
        &[Step],
        "match ${1:value} {\n  \"$2\" { $3 }\n  else { $0 }\n}",
        "Takes the first arm that has the value.",
    ),
    word("method", &[Http], "method \"${1:PURGE}\"", "The method of `http.request`."),
    word("multipart", &[Http], "multipart { $1 }", "Sends the members as a form with files."),
    word(
        "notify",
        &[OnFailure],
        "notify ${1:email} \"$2\"",
        "Whom to tell: `notify email \"ADDRESS\"` or `notify http \"URL\"`.",
    ),
    word("on", &[Head], "on ${1:POST} \"/$2\"", "Which requests start the pipeline."),
    word(
        "on_crash",
        &[Http, Action],
        "on_crash ${1:retry}",
        "What to do if it is not known whether a call took effect: `retry` sends it again, `report` leaves it to a person.",
    ),
    word(
        "on_fail",
        &[Http, Action],
        "on_fail ${1:continue}",
        "What to do if the call fails: `continue`, or a block.",
    ),
    word(
        "on_failure",
        &[Head],
        "on_failure { notify email \"$1\" }",
        "Whom to tell when an operation failed or was interrupted.",
    ),
    word(
        "param",
        &[ConnectorAction],
        "param ${1:name} ${2:text} \"$3\"",
        "A parameter of the action: its name, its kind, and what it is.",
    ),
    word(
        "pipeline",
        &[File],
        "pipeline ${1:name} \"$2\" {\n  on POST \"/${3:hooks/$1}\"\n\n  extract body {\n    ${4:id} = $.${4:id} on_missing abort\n  }\n\n  respond 200\n$0}",
        "Says which requests start it, and what is done with each, from top to bottom.",
    ),
    word("query", &[Http], "query { $1 }", "Parameters behind the `?` of the URL."),
    word(
        "rate",
        &[Http, Action],
        "rate ${1:2} per ${2:1s}",
        "How often the target may be called, over all pipelines; the strictest that is declared holds.",
    ),
    word("read", &[Head], "read body as ${1:json}", "What the body is, whatever its sender says."),
    word(
        "refuse",
        &[Http, Action],
        "refuse $.${1:errors}",
        "An answer that has this is a failure that had no effect.",
    ),
    word(
        "require",
        &[Http, Action],
        "require $.${1:id}",
        "An answer without this is a failure of unknown effect.",
    ),
    word(
        "respond",
        &[Step],
        "respond ${1:200}",
        "Answers the caller. What stands behind it runs in the background, with retries, and survives a restart.",
    ),
    word(
        "retry",
        &[Http, Action],
        "retry ${1:6} times, first ${2:2s}, at most ${3:10m}",
        "How often a call is tried again, and how long it waits between tries; `retry none` tries once.",
    ),
    word(
        "returns",
        &[ConnectorAction],
        "returns {\n  ${1:id} = $.${2:id} on_missing abort\n}",
        "What the action returns, read from the answer.",
    ),
    word(
        "send",
        &[Test],
        "send ${1:POST} \"/$2\" json { $3 }",
        "Sends a request to the pipelines, as the network would.",
    ),
    word("stop", &[Step], "stop", "Ends the run as a success."),
    word(
        "test",
        &[File],
        "test \"${1:what it shows}\" {\n  send ${2:POST} \"/$3\" json { $4 }\n  expect status ${5:200}\n}",
        "A request, and what is to come of it. Nothing is sent to anybody.",
    ),
    word("text", &[Respond, Http], "text \"$1\"", "Sends a text."),
    word(
        "timeout",
        &[Http, Action],
        "timeout ${1:5s}",
        "How long one try of the call may take; 10s if unsaid.",
    ),
    word(
        "verify",
        &[Head],
        "verify $0",
        "Who may call. Whatever else comes is refused with 401, and nothing runs.",
    ),
    word("wait", &[Step], "wait ${1:5m}", "Waits, over a restart too. Only where no answer can follow."),
    word("when", &[Step], "when ${1:condition} {\n  $0\n}", "Runs its block if the condition holds."),
];

/// Words inside of lines, by name.
pub(super) static INNER: &[(&str, &str)] = &[
    ("and", "True if both sides are. The right one is looked at only where the left one is true."),
    ("any", "`on any` takes every method."),
    ("as", "Puts the value through a function that reads it; what cannot be read is missing."),
    ("auto", "The key is made of the operation and the step."),
    (
        "body",
        "The decoded body of the request; `body.raw` is its exact bytes. It is reached into by `extract`.",
    ),
    ("continue", "The run goes on, and what the action returns is `empty`."),
    ("cookies", "The cookies of the request."),
    ("default", "The value to take where there is none."),
    ("else", "What is done, or taken, otherwise."),
    ("empty", "No value. A parameter, header or member that is `empty` is left out."),
    ("failure", "Why an action failed, inside of its `on_fail`: `failure.text`, `failure.status`."),
    ("false", "Not true."),
    ("headers", "The headers of the request, names in any case."),
    ("if", "`if c then a else b` gives one of two values, and looks only at the one that it takes."),
    ("in", "True if the list on its right holds the value on its left."),
    ("none", "`retry none` tries once."),
    ("not", "True if what follows is false."),
    ("null", "JSON's `null`, inside of `json` only."),
    ("on_missing", "What to do where the value is missing: `abort`, `empty` or `default VALUE`."),
    ("operation", "`operation.id` is the id under which this request stands in the history."),
    ("optional", "A call may leave the parameter out."),
    ("or", "True if one of both sides is. The right one is looked at only where the left one is false."),
    ("path", "What the `{…}` of the route took: `path.school`."),
    (
        "request",
        "`request.ip`, `request.method`, `request.path`, `request.receipt`, `request.time`, `request.url`.",
    ),
    (
        "secret",
        "`secret.NAME` is the value of the secret NAME: it may be sent by an action and compared by `verify`, and is seen nowhere.",
    ),
    ("signed", "Signs the request as the pipeline's `verify` wants."),
    ("then", "What is taken if the condition holds; in `given`, the next answer."),
    ("true", "True."),
    ("within", "How long a key is remembered."),
];

/// Words that make up lines and have no page of their own.
const PLAIN: [&str; 35] = [
    "actions",
    "after",
    "answer",
    "answers",
    "at",
    "by",
    "charset",
    "done",
    "duplicate",
    "aborted",
    "email",
    "fails",
    "failed",
    "file",
    "first",
    "http",
    "interrupted",
    "most",
    "never",
    "no",
    "once",
    "out",
    "refuses",
    "per",
    "rejected",
    "report",
    "retry",
    "status",
    "stopped",
    "times",
    "up",
    "abort",
    "raw",
    "query",
    "form",
];

pub(super) fn line(name: &str) -> Option<&'static Word> {
    LINES.iter().find(|word| word.name == name)
}

/// What a word means, in Markdown; `None` for what is no word of the language.
pub(super) fn hover(name: &str) -> Option<String> {
    if let Some(word) = line(name) {
        return Some(format!("`{name}`\n\n{}\n\n{}", word.doc, syntax::how_written(name)));
    }
    INNER.iter().find(|(own, _)| *own == name).map(|(name, doc)| format!("`{name}`\n\n{doc}"))
}

/// Whether a name is a word of the language somewhere.
pub(super) fn is_word(name: &str) -> bool {
    line(name).is_some() || INNER.iter().any(|(own, _)| *own == name) || PLAIN.contains(&name)
}

/// Those that may begin a line in a block.
pub(super) fn in_block(block: Block<'_>) -> impl Iterator<Item = &'static Word> {
    let places: &[Place] = match block {
        Block::File => &[File],
        Block::Pipeline => &[Head, Step],
        Block::Steps => &[Step],
        Block::Respond => &[Respond],
        Block::Action(name) if name.starts_with("http.") => &[Http, Action],
        Block::Action(_) => &[Action],
        Block::OnFailure => &[OnFailure],
        Block::Connector => &[Connector],
        Block::ConnectorAction => &[ConnectorAction],
        Block::Test => &[Test],
        Block::Arms | Block::Fields | Block::Verify(_) | Block::ExpectAction(_) | Block::Value => &[],
    };
    LINES.iter().filter(move |word| word.places.iter().any(|place| places.contains(place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keywords of the grammar.
    fn of_grammar() -> Vec<&'static str> {
        let grammar = include_str!("../../grammar/wj.pest");
        let rules =
            grammar.lines().filter_map(|line| line.strip_prefix("k_")?.split_once('"')?.1.split_once('"'));
        rules.map(|(word, _)| word).collect()
    }

    #[test]
    fn every_word_of_the_grammar_is_known() {
        let words = of_grammar();
        assert!(words.len() > 60, "{words:?}");
        for word in words {
            assert!(is_word(word), "`{word}` is in the grammar and not here");
        }
    }

    #[test]
    fn every_word_is_told_how_to_be_written() {
        assert!(LINES.is_sorted_by(|a, b| a.name < b.name));
        assert!(INNER.is_sorted_by(|a, b| a.0 < b.0));
        for word in LINES {
            let known = !syntax::how_written(word.name).is_empty()
                || matches!(word.name, "connector" | "pipeline" | "test");
            assert!(known && word.doc.ends_with('.') && !word.places.is_empty(), "{}", word.name);
        }
    }
}
