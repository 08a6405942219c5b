//! Behind words that leave few ways to go on: `on_missing`, `verify`, `as`, `expect`.

use lsp_types::CompletionItemKind;

use super::super::context::Block;
use super::super::hover;
use super::{Offer, Rank, Spot, lines, values};
use crate::builtins;
use crate::gates::verify;
use crate::syntax::METHODS;

/// `None` where a value may stand, or a line begins.
pub(super) fn offers(spot: &Spot<'_>) -> Option<Vec<Offer>> {
    let before = &spot.context.before;
    let words = |words: &[&str]| Some(words.iter().map(|word| Offer::word(word)).collect::<Vec<_>>());
    let method_or = |more: &[&str]| words(&[METHODS.as_slice(), more].concat());
    let block = spot.context.block();
    match (before.as_slice(), block) {
        ([.., "on_missing"], _) => words(&["abort", "empty", "default"]),
        (["on"], Block::Pipeline) => method_or(&["any"]),
        (["on", methods @ ..], Block::Pipeline) if methods.last() == Some(&",") => method_or(&[]),
        (["verify"], _) => Some(schemes()),
        (["verify", "token"], _) => words(&["header", "query", "path", "body"]),
        (["verify", "ip"], _) => words(&["in"]),
        (["limit"], Block::Pipeline) => words(&["body", "rate"]),
        (["limit"], _) => words(&["answer"]),
        (["limit", "rate", _, "per", _], _) => words(&["by"]),
        (["limit", "rate", _], _) | (["rate", _], _) => words(&["per"]),
        (["read"], _) => words(&["body"]),
        (["read", "body"], _) => words(&["as"]),
        (["read", "body", "as"], _) => words(&["json", "form", "multipart", "xml", "text", "bytes"]),
        (["notify"], _) => words(&["email", "http"]),
        (["on_crash"], _) => words(&["retry", "report"]),
        (["on_fail"], _) => words(&["continue"]),
        (["give"], _) => words(&["up"]),
        (["give", "up"], _) => words(&["after"]),
        (["retry"], _) => {
            let mut offers = words(&["none"])?;
            offers.push(
                Offer::new("5 times, first 5s, at most 10m", CompletionItemKind::SNIPPET, Rank::First)
                    .snippet("${1:5} times, first ${2:5s}, at most ${3:10m}")
                    .documented("How often, how long to wait before the second try, and how long at most."),
            );
            Some(offers)
        }
        (["respond"], Block::Pipeline | Block::Steps) => Some(statuses(|status| status < "400")),
        (["abort"], Block::Pipeline | Block::Steps) | ([.., "on_missing", "abort"], _) => {
            Some(statuses(|status| status >= "400"))
        }
        (["expect", "status"], Block::Test) => Some(statuses(|_| true)),
        // Its value is known before any request comes.
        (["const", _, "=", ..], Block::File) => {
            let mut offers = values::names(spot);
            offers.extend(words(&["true", "false"])?);
            Some(offers)
        }
        (["retry", "none"], _) => Some(Vec::new()),
        (["retry", _], _) => words(&["times"]),
        (["retry", _, "times", ",", ..], _) => words(&["first", "at most"]),
        (["dedupe"], _) => words(&["by"]),
        (["dedupe", "by", _], _) => words(&["within"]),
        (["extract"], _) => {
            let mut offers = words(&["body", "query", "headers", "cookies", "parse_json"])?;
            offers.extend(values::names(spot));
            Some(offers)
        }
        (["extract", _], _) => words(&["on_missing"]),
        (["for", _], _) => words(&["in"]),
        (["for", _, "in"], _) | (["test", .., "for", _, "in"], _) => Some(values::lists(spot)),
        (["for", _, "in", .., ","], _) => words(&["at most"]),
        (["key"], Block::Action(_)) => {
            let mut offers = words(&["auto"])?;
            offers.extend(values::offers(spot));
            Some(offers)
        }
        (["let", _, "="], _) => {
            let mut offers = values::offers(spot);
            offers.extend(lines::actions(spot, true));
            Some(offers)
        }
        // What is given its name is written by its author.
        (["let" | "for" | "pipeline" | "connector" | "const" | "action" | "param"], _) => Some(Vec::new()),
        (["param", _], _) => words(&["text", "number", "bool", "time", "email", "list", "object", "secret"]),
        (["param", _, _], _) => words(&["optional", "default"]),
        (["send"], Block::Test) => method_or(&[]),
        (["send", ..], Block::Test) if !is_value(before) => {
            words(&["json", "form", "text", "file", "header", "signed"])
        }
        (["given"], Block::Test) => Some(lines::actions(spot, false)),
        (["given", ..], Block::Test) if !is_value(before) => {
            words(&["answers", "fails", "refuses", "times out", "json", "text", "then"])
        }
        (["expect"], Block::Test) => {
            let mut offers = words(&[
                "status",
                "json",
                "text",
                "header",
                "no actions",
                "done",
                "stopped",
                "aborted",
                "failed",
                "interrupted",
                "rejected",
                "duplicate",
            ])?;
            offers.extend(lines::actions(spot, false));
            Some(offers)
        }
        (["expect", action], Block::Test) if action.contains('.') => words(&["once", "never"]),
        ([.., "as"], Block::Fields) => Some(readers()),
        // Behind a path.
        ([_, "="], Block::Fields) => Some(vec![
            Offer::new("$.", CompletionItemKind::SNIPPET, Rank::First)
                .documented("A path: `$.firstName`, `$.items[0].id`."),
        ]),
        ([_, "=", ..], Block::Fields) => words(&["on_missing", "as"]),
        _ => None,
    }
}

/// A part of `send` or `given` is open behind which a value stands.
fn is_value(before: &[&str]) -> bool {
    matches!(before.last(), Some(&("json" | "form" | "text" | "file" | "header" | "=" | "answers")))
}

/// What their numbers say (RFC 9110, section 15).
const STATUSES: [(&str, &str); 12] = [
    ("200", "OK"),
    ("201", "Created"),
    ("202", "Accepted"),
    ("204", "No Content"),
    ("303", "See Other"),
    ("400", "Bad Request"),
    ("401", "Unauthorized"),
    ("403", "Forbidden"),
    ("404", "Not Found"),
    ("409", "Conflict"),
    ("422", "Unprocessable Content"),
    ("503", "Service Unavailable"),
];

fn statuses(is_meant: fn(&str) -> bool) -> Vec<Offer> {
    let meant = STATUSES.iter().filter(|(status, _)| is_meant(status));
    let offer = |(status, says): &(&str, &str)| {
        Offer::new(*status, CompletionItemKind::VALUE, Rank::First).detailed(*says)
    };
    meant.map(offer).collect()
}

fn schemes() -> Vec<Offer> {
    let general = [
        (
            "hmac_sha256",
            "hmac_sha256 {\n  key    = secret.$1\n  header = \"$2\"\n}",
            "A signature over the body, HMAC-SHA256.",
        ),
        (
            "hmac_sha1",
            "hmac_sha1 {\n  key    = secret.$1\n  header = \"$2\"\n}",
            "A signature over the body, HMAC-SHA1.",
        ),
        (
            "hmac_sha512",
            "hmac_sha512 {\n  key    = secret.$1\n  header = \"$2\"\n}",
            "A signature over the body, HMAC-SHA512.",
        ),
        (
            "hmac_md5",
            "hmac_md5 {\n  key    = secret.$1\n  header = \"$2\"\n}",
            "A signature over the body, HMAC-MD5.",
        ),
        (
            "token",
            "token ${1|header,query,path|} \"$2\" == secret.$3",
            "A token that the sender sends as it is.",
        ),
        ("basic", "basic \"${1:user}\" secret.$2", "A name and a password, as a browser sends them."),
        ("bearer", "bearer secret.$1", "A token in `Authorization: Bearer`."),
        ("ip", "ip in [\"$1\"]", "Addresses of the sender, as networks."),
    ];
    let presets = verify::ALL.iter().map(|preset| {
        Offer::new(preset.name, CompletionItemKind::ENUM_MEMBER, Rank::Own)
            .detailed(preset.summary)
            .documented(format!("{}.\n\nThe secret is {}.", preset.summary, preset.secret))
            .snippet(format!("{} secret.$1", preset.name))
    });
    let general = general.into_iter().map(|(name, snippet, doc)| {
        Offer::new(name, CompletionItemKind::ENUM_MEMBER, Rank::Common).documented(doc).snippet(snippet)
    });
    presets.chain(general).collect()
}

fn readers() -> Vec<Offer> {
    let readers = builtins::ALL.iter().filter(|function| function.reader);
    readers
        .map(|function| {
            let needs_more = function.params.get(1).is_some_and(|param| !param.optional);
            let snippet =
                if needs_more { format!("{}(\"$1\")", function.name) } else { function.name.to_owned() };
            Offer::new(function.name, CompletionItemKind::FUNCTION, Rank::Own)
                .detailed(function.summary)
                .documented(hover::function(function))
                .snippet(snippet)
        })
        .collect()
}
