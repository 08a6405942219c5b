//! The words of the language, and what people write instead of them.

use crate::diagnostic::near;

pub(super) const ITEM_WORDS: [&str; 4] = ["pipeline", "connector", "test", "const"];

/// What stands between words and lines and means nothing.
pub const BLANKS: [char; 6] = [' ', '\t', '\n', '\r', '\u{a0}', '\u{feff}'];

/// Words that mean something in every expression: no name at all.
pub const RESERVED: [&str; 11] =
    ["and", "or", "not", "in", "if", "then", "true", "false", "else", "empty", "null"];

/// Methods that a route may name (RFC 9110, 9.3, and RFC 5789), beside `any`.
pub const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Words that name something already: no name for a value.
pub const TAKEN: [&str; 9] =
    ["body", "query", "headers", "cookies", "path", "request", "operation", "secret", "failure"];

/// What begins a step or a head statement of a pipeline.
pub(super) const STEP_WORDS: [&str; 20] = [
    "abort",
    "cors",
    "dedupe",
    "extract",
    "for",
    "keep",
    "keep_failed",
    "let",
    "limit",
    "match",
    "notify",
    "on",
    "on_failure",
    "read",
    "respond",
    "stop",
    "verify",
    "wait",
    "when",
    "else",
];

/// What begins a line in the block of an action or an answer.
pub(super) const ENTRY_WORDS: [&str; 19] = [
    "accept",
    "body",
    "form",
    "give",
    "header",
    "json",
    "key",
    "limit",
    "method",
    "multipart",
    "on_crash",
    "on_fail",
    "query",
    "rate",
    "refuse",
    "require",
    "retry",
    "text",
    "timeout",
];

pub(super) const TEST_WORDS: [&str; 4] = ["at", "expect", "given", "send"];

pub(super) const CONNECTOR_WORDS: [&str; 4] = ["action", "base", "param", "returns"];

/// Whether a line at the left edge seems to be a mistyped head of an item.
pub(super) fn is_near_item(line: &str) -> bool {
    let word = first_word(line);
    let russian = from_russian(word).is_some_and(|word| ITEM_WORDS.contains(&word));
    (russian || near(word, ITEM_WORDS).is_some())
        && !STEP_WORDS.contains(&word)
        && !ENTRY_WORDS.contains(&word)
}

/// The word of the language that a Russian one is, as people write who think in it.
pub(super) fn from_russian(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "если" | "когда" => "when",
        "иначе" => "else",
        "пусть" | "переменная" => "let",
        "для" => "for",
        "стоп" | "остановить" | "закончить" => "stop",
        "отказать" | "прервать" | "отклонить" => "abort",
        "ответить" | "ответ" | "вернуть" => "respond",
        "ждать" | "подождать" | "пауза" => "wait",
        "извлечь" | "взять" | "получить" => "extract",
        "проверить" => "verify",
        "повторить" => "retry",
        "заголовок" => "header",
        "текст" => "text",
        "отправить" => "send",
        "ожидать" | "ожидается" => "expect",
        "дано" => "given",
        "тест" => "test",
        "конвейер" | "пайплайн" | "сценарий" => "pipeline",
        _ => return None,
    })
}

/// Letters, digits and `_` from the beginning.
pub(super) fn first_word(text: &str) -> &str {
    text.split(|c: char| c != '_' && !c.is_alphanumeric()).next().unwrap_or("")
}

/// How a line that begins with a word is written.
pub(super) fn form(word: &str) -> &'static str {
    match word {
        "abort" => "It is written `abort 422 \"why\"`; status and text may be absent.",
        "accept" => "It is written `accept 404, 409`.",
        "action" => "It is written `action name \"title\" { … }`.",
        "at" => "It is written `at \"2026-01-02T10:00:00Z\"`.",
        "base" => "It is written `base \"https://host/path\"`.",
        "body" => "It is written `body value`.",
        "const" => "It is written `const NAME = value`.",
        "cors" => "It is written `cors \"*\"` or `cors \"https://example.com\"`.",
        "dedupe" => "It is written `dedupe by id within 24h`.",
        "expect" => {
            "It is written `expect status 200`, `expect no actions` or `expect http.post once { name = value }`."
        }
        "extract" => "It is written `extract body { name = $.path on_missing abort … }`.",
        "field" => "A field is written `name = $.path on_missing abort`.",
        "for" => "It is written `for item in items { … }` or `for item in items, at most 50 { … }`.",
        "form" | "json" | "multipart" | "query" => "It is written `json { name: value }`.",
        "give" => "It is written `give up after 1h`.",
        "given" => {
            "It is written `given http.post answers 200 json { … }`, `given http.post times out`, `given http.post refuses` or `given http.post fails`."
        }
        "header" => "It is written `header \"Name\" = value`.",
        "http.post" => {
            "An action is written `http.post \"https://…\" { … }` or `service.action { name = value }`."
        }
        "keep" => "It is written `keep 30d`, `keep 30d, 1GB` or `keep 30d, 1GB, 100000`.",
        "keep_failed" => "It is written `keep_failed 90d`.",
        "key" => "It is written `key auto` or `key value`.",
        "let" => "It is written `let name = value` or `let name = http.post \"https://…\" { … }`.",
        "limit" => {
            "It is written `limit body 64KB`, `limit rate 2 per 1s` or, in an action, `limit answer 1MB`."
        }
        "match" => "It is written `match value { \"a\", \"b\" { … } else { … } }`, each arm on its own line.",
        "method" => "It is written `method \"PURGE\"`.",
        "notify" => "It is written `notify email \"ops@example.com\"`.",
        "on" => "It is written `on POST \"/path\"` or `on GET, POST \"/path\"`.",
        "on_crash" => "It is written `on_crash retry` or `on_crash report`.",
        "on_fail" => "It is written `on_fail continue` or `on_fail { … }`.",
        "on_failure" => "It is written `on_failure { notify email \"ops@example.com\" }`.",
        "param" => "It is written `name = value`.",
        "rate" => "It is written `rate 2 per 1s`.",
        "read" => "It is written `read body as json`.",
        "refuse" | "require" => "It is written with a path: `require $.id`.",
        "respond" => "It is written `respond 200 \"OK\"` or `respond 200 { json { … } }`.",
        "retry" => "It is written `retry 6 times, first 2s, at most 10m`, `retry 6 times` or `retry none`.",
        "returns" => "It is written `returns { name = $.path on_missing abort … }`.",
        "send" => "It is written `send POST \"/path\" json { … }`.",
        "stop" => "It is written `stop` or `stop \"why\"`.",
        "text" => "It is written `text \"…\"`.",
        "timeout" => "It is written `timeout 5s`.",
        "verify" => {
            "It is written `verify github secret.NAME`, `verify token query \"key\" == secret.NAME` and so on."
        }
        "wait" => "It is written `wait 5m`.",
        "when" => "It is written `when a == b { … } else when … { … } else { … }`.",
        _ => "",
    }
}

/// The kind of a connector's parameter that a word of another language means, or the kind itself.
pub fn kind_meant(word: &str) -> Option<&'static str> {
    Some(match word.to_lowercase().as_str() {
        "text" | "string" | "str" | "varchar" | "char" => "text",
        "number" | "int" | "integer" | "float" | "double" | "decimal" | "num" => "number",
        "bool" | "boolean" | "flag" => "bool",
        "time" | "date" | "datetime" | "timestamp" => "time",
        "email" | "mail" => "email",
        "list" | "array" => "list",
        "object" | "dict" | "map" | "hash" | "json" => "object",
        "secret" | "token" | "password" => "secret",
        _ => return None,
    })
}
