//! The head of a pipeline in other words.

use crate::diagnostic::{Diagnostic, near};
use crate::syntax::codes;
use crate::syntax::literals::unit_of;
use crate::syntax::words::{BLANKS, METHODS, first_word};

use super::{Line, is_name, is_text};

pub(super) fn of(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    match word {
        "cors" => sites(line),
        "on" if matches!(first_word(line.rest().1), "failure" | "fail" | "error") => Some(line.otherwise(
            &codes::FOREIGN_WORD,
            (0, line.rest().0 + first_word(line.rest().1).len()),
            "whom to tell of a failure is written `on_failure`",
            "on_failure",
        )),
        "on" => methods(line).or_else(|| route(line)),
        "limit" if matches!(first_word(line.rest().1), "size" | "request" | "payload" | "length") => {
            let (at, rest) = line.rest();
            let word = first_word(rest);
            let message = format!("the longest body is `limit body`, not `limit {word}`");
            Some(line.otherwise(&codes::FOREIGN_WORD, (at, at + word.len()), &message, "body"))
        }
        "verify" => verify(line),
        "read" => body_format(line),
        "limit" => line
            .find("rate")
            .and_then(|_| super::signed(line, "limit rate", "limit rate").or_else(|| rate(line)))
            .or_else(|| with_sign(line, "limit body")),
        "keep" if line.rest().1.starts_with("failed ") => Some(line.otherwise(
            &codes::UNKNOWN_WORD,
            (0, line.rest().0 + "failed".len()),
            "`keep_failed` is one word",
            "keep_failed",
        )),
        "keep" | "keep_failed" => with_sign(line, word).or_else(|| parts(line)),
        "on_failure" => told_of_failures(line),
        "dedupe" => dedupe(line),
        _ => keyed(line, word),
    }
}

/// `route: POST /leads`, `path = "/leads"`, `auth: bearer secret.KEY`.
fn keyed(line: Line<'_>, word: &str) -> Option<Diagnostic> {
    let (_, rest) = line.rest();
    let value = rest.strip_prefix([':', '=']).filter(|value| !value.starts_with('='))?.trim();
    let whole = (0, line.text.len());
    match word {
        "route" | "path" | "endpoint" | "webhook" | "url" | "listen" => {
            let (method, path) = match value.split_once([' ', ',']) {
                Some((method, path)) => (method.to_uppercase(), path.trim()),
                None => ("POST".to_owned(), value),
            };
            let inner = path.trim_matches(['"', '\'']);
            let path = match inner.split_once("://") {
                Some((_, address)) => address.find('/').and_then(|slash| address.get(slash..))?,
                None => inner,
            };
            let plain = |c: char| c.is_alphanumeric() || "/-_.:{}%".contains(c);
            let known = METHODS.contains(&method.as_str()) || method == "ANY";
            if !known || path.is_empty() || !path.chars().all(plain) {
                return None;
            }
            let method = if method == "ANY" { "any" } else { &method };
            let right = format!("on {method} \"/{}\"", path.trim_start_matches('/'));
            let message = "where a pipeline listens is said with `on`";
            let mut found = line.otherwise(&codes::FOREIGN_WORD, whole, message, &right);
            let said = value.contains([' ', ',']);
            found.fixes.iter_mut().for_each(|fix| fix.safe = said);
            Some(found)
        }
        "method" | "methods" if METHODS.contains(&value.trim_matches('"').to_uppercase().as_str()) => {
            let message = "the method of a request stands in `on`, before the path";
            let found = line.told(&codes::FOREIGN_WORD, whole, message);
            Some(found.help(format!("Write `on {} \"/path\"`.", value.trim_matches('"').to_uppercase())))
        }
        "auth" | "security" | "signature" => {
            let message = "how a sender is known is said with `verify`";
            let secret = value.split_once("secret.");
            let right = match (first_word(value), secret) {
                ("bearer", Some((_, name))) => format!("verify bearer secret.{}", first_word(name)),
                _ => String::new(),
            };
            let mut found = line.otherwise(&codes::FOREIGN_WORD, whole, message, &right);
            if right.is_empty() {
                found.fixes.clear();
                found.help = Some(crate::syntax::words::form("verify").to_owned());
            }
            Some(found)
        }
        _ => None,
    }
}

/// `limit body = 32KB`, `keep: 7d`.
fn with_sign(line: Line<'_>, words: &str) -> Option<Diagnostic> {
    let behind = line.text.strip_prefix(words)?;
    let at = line.text.len() - behind.trim_start().len();
    let value = behind.trim_start().strip_prefix(['=', ':'])?.trim_start();
    let end = line.text.len() - value.len();
    (!value.is_empty() && !value.starts_with('=')).then(|| {
        let message = format!("`{words}` takes what it says without a sign");
        line.with_edits(&codes::LEFT_OVER, (at, at + 1), &message, "leave it out", &[(words.len(), end, " ")])
            .help(format!("Write `{words} {value}`."))
    })
}

/// `on_failure notify email "a@b.example"`.
fn told_of_failures(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    (rest.starts_with("notify ") && !rest.contains('{')).then(|| {
        let right = format!("{{ {rest} }}");
        line.otherwise(&codes::MISSING_BRACE, (at, line.text.len()), "whom to tell stands in braces", &right)
    })
}

/// `notify "a@b.example"`.
pub(super) fn notify(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let first = rest.split(',').next()?.trim();
    let word = match first {
        _ if !is_text(first) => return None,
        _ if first.contains("://") => "http",
        _ if first.contains('@') => "email",
        _ => return None,
    };
    let message = format!("`notify` says by which way: `notify {word}`");
    Some(
        line.with_edits(&codes::INCOMPLETE_CLAUSE, (0, "notify".len()), &message, "say it", &[(at, at, &format!("{word} "))])
            .help("A mail goes out by `notify email \"ops@school.example\"`, a request by `notify http \"https://…\"`."),
    )
}

/// `cors https://a.example, https://b.example`.
fn sites(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let right: Option<Vec<String>> = rest
        .split(|letter| letter == ',' || BLANKS.contains(&letter))
        .filter(|site| !site.is_empty())
        .map(|site| match site {
            _ if is_text(site) => Some(site.to_owned()),
            _ if site.starts_with("http") && !site.contains(['"', '{']) => Some(format!("\"{site}\"")),
            _ => None,
        })
        .collect();
    let right = right.filter(|sites| !sites.is_empty())?.join(", ");
    Some(
        line.otherwise(
            &codes::MISSING_QUOTES,
            (at, line.text.len()),
            "the sites of `cors` stand in quotes, parted by commas",
            &right,
        )
        .help(format!("Write `cors {right}`.")),
    )
}

/// `on GET|POST "/path"`, `on GET or POST "/path"`.
fn methods(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let quote = rest.find('"')?;
    let written = rest.get(..quote)?.trim_end();
    let words: Vec<&str> = written
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !matches!(*word, "or" | "and"))
        .collect();
    let known = words.iter().all(|word| METHODS.contains(&word.to_uppercase().as_str()));
    if words.len() < 2 || !known {
        return None;
    }
    let right = words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>().join(", ");
    (right != written).then(|| {
        line.otherwise(
            &codes::BAD_METHOD,
            (at, at + written.len()),
            "several methods are parted by commas",
            &right,
        )
        .help(format!("It is written `on {right} \"/path\"`."))
    })
}

/// `on POST hooks/x`, `on POST leads`, `on leads`, `on POST https://host/hooks/x`.
fn route(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    // A block that is one too many is told of by itself.
    let rest = rest.strip_suffix(" {").unwrap_or(rest).trim_end();
    let cut = rest.rfind([' ', ',']).map_or(0, |blank| blank + 1);
    let (before, written) = rest.split_at_checked(cut)?;
    let path = match written.split_once("://") {
        Some((_, address)) => address.find('/').and_then(|slash| address.get(slash..))?,
        None => written,
    };
    let plain = |c: char| c.is_alphanumeric() || "/-_.~{}%".contains(c);
    let method = |word: &str| METHODS.contains(&word.to_uppercase().as_str()) || word == "any";
    if path.is_empty() || written.starts_with('/') || !path.chars().all(plain) || method(written) {
        return None;
    }
    let route = format!("\"/{}\"", path.trim_start_matches('/'));
    let words: Vec<&str> = before.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let message = "a route stands in quotes and begins with `/`";
    if words.is_empty() {
        // `on POTS` is a method, and `on success` is neither.
        if near(written, METHODS).is_some() || near(&written.to_uppercase(), METHODS).is_some() {
            return None;
        }
        let right = format!("POST {route}");
        let found = line.perhaps(&codes::BAD_ROUTE, (at, at + rest.len()), message, &right);
        return Some(
            found.help(format!("Write `on {right}`: the method first. Most webhooks are sent with POST.")),
        );
    }
    let methods: Option<Vec<String>> = words
        .iter()
        .map(|word| match word.to_uppercase() {
            _ if *word == "any" => Some("any".to_owned()),
            upper if METHODS.contains(&upper.as_str()) => Some(upper),
            upper => near(&upper, METHODS).map(str::to_owned),
        })
        .collect();
    let methods = methods?.join(", ");
    let (start, right) = match methods == words.join(", ") && before.trim_end() == methods {
        true => (at + cut, route.clone()),
        false => (at, format!("{methods} {route}")),
    };
    Some(
        line.otherwise(&codes::BAD_ROUTE, (start, at + rest.len()), message, &right)
            .help(format!("Write `on {methods} {route}`.")),
    )
}

fn verify(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let end = rest.find(BLANKS).unwrap_or(rest.len());
    let scheme = rest.get(..end)?;
    let behind = rest.get(end..)?.trim_start();
    let start = line.text.len() - behind.len();
    if scheme.contains('-') && scheme.split('-').all(is_name) {
        let right = scheme.replace('-', "_").to_lowercase();
        let message = format!("`{scheme}` is written with `_`");
        return Some(line.otherwise(&codes::BAD_NAME, (at, at + end), &message, &right));
    }
    if scheme == "ip" && !behind.starts_with("in ") {
        let addresses = behind.trim_start_matches("== ");
        let all: Vec<&str> = addresses
            .split(|letter| letter == ',' || BLANKS.contains(&letter))
            .filter(|address| !address.is_empty())
            .collect();
        if !all.is_empty() && all.iter().all(|address| is_text(address)) {
            let right = format!("in [{}]", all.join(", "));
            return Some(
                line.otherwise(
                    &codes::INCOMPLETE_CLAUSE,
                    (start, line.text.len()),
                    "the addresses of `verify ip` are a list behind `in`",
                    &right,
                )
                .help(format!("Write `verify ip {right}`.")),
            );
        }
    }
    if scheme == "token" {
        return place(line, start, behind).or_else(|| placeless(line, start, behind));
    }
    if scheme == "hmac" || scheme.starts_with("hmac_") || HASHES.contains(&scheme) {
        return hmac(line, at, rest);
    }
    // `verify bearer token secret.KEY`, `verify github = secret.KEY`
    let word = behind.split(BLANKS).next().unwrap_or("");
    let value = behind.get(word.len()..)?.trim_start();
    // The name of a constant may stand for the user of `verify basic`.
    let needless = word == "=" || word == ":" || is_name(word) && !matches!(scheme, "basic" | "token" | "ip");
    if needless && value.starts_with("secret.") {
        let message = format!("`verify {scheme}` takes its secret without `{word}`");
        return Some(
            line.with_edits(
                &codes::LEFT_OVER,
                (start, start + word.len()),
                &message,
                "leave it out",
                &[(start, line.text.len() - value.len(), "")],
            )
            .help(format!("Write `verify {scheme} {value}`.")),
        );
    }
    None
}

/// `verify token = secret.KEY`, `verify token secret.KEY`.
fn placeless(line: Line<'_>, start: usize, behind: &str) -> Option<Diagnostic> {
    let secret = behind.trim_start_matches(['=', ' ']);
    let name = secret.strip_prefix("secret.").filter(|name| is_name(name))?;
    let right = format!("header \"X-Token\" == secret.{name}");
    let message = "`verify token` says where the token stands";
    let found = line.perhaps(&codes::INCOMPLETE_CLAUSE, (start, line.text.len()), message, &right);
    Some(found.help(format!(
        "Write `verify token {right}`, with `query \"key\"`, `path \"key\"` or `body $.key` where the sender puts it there."
    )))
}

const HASHES: [&str; 4] = ["sha256", "sha1", "sha512", "md5"];

/// `verify hmac sha256 secret.KEY header "X-Sign"`, `verify hmac_sha256 secret.KEY`: the general form names its parameters.
fn hmac(line: Line<'_>, at: usize, rest: &str) -> Option<Diagnostic> {
    let words = rest.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let hash =
        words.map(|word| word.strip_prefix("hmac_").unwrap_or(word)).find(|word| HASHES.contains(word));
    let name = |sign: char| move |c: char| !(c.is_alphanumeric() || c == '_' || c == sign);
    let (before, secret) = rest.split_once("secret.")?;
    let secret = secret.split(name('_')).next().filter(|secret| !secret.is_empty())?;
    if before.contains(['{', '=']) {
        return None;
    }
    let header = rest.split_once("header ").map(|(_, header)| header.trim_start().trim_start_matches('"'));
    let header = header.and_then(|header| header.split(name('-')).next()).filter(|header| !header.is_empty());
    let right = format!(
        "hmac_{} {{ key = secret.{secret}, header = \"{}\" }}",
        hash.unwrap_or("sha256"),
        header.unwrap_or("X-Signature")
    );
    let message = "an HMAC signature is verified with named parameters";
    let found = line.perhaps(&codes::INCOMPLETE_CLAUSE, (at, line.text.len()), message, &right);
    Some(
        found.help(format!(
            "Write `verify {right}`; `encoding`, `prefix` and `payload` may stand beside them."
        )),
    )
}

/// `verify token query.key == secret.KEY`, `verify token headers["X-Token"] == …`.
fn place(line: Line<'_>, start: usize, behind: &str) -> Option<Diagnostic> {
    let written = behind.get(..behind.find(" ==").or_else(|| behind.find(" =")).unwrap_or(behind.len()))?;
    let word = first_word(written);
    let place = match word {
        "query" | "path" => word,
        "header" | "headers" => "header",
        _ => return None,
    };
    let name = written.get(word.len()..)?;
    let name = match name.strip_prefix('.') {
        Some(name) if !name.is_empty() && name.split('-').all(|part| first_word(part) == part) => {
            format!("\"{name}\"")
        }
        _ => {
            let inner = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
            let inner = inner.or_else(|| name.strip_prefix('(').and_then(|name| name.strip_suffix(')')));
            // `verify token header X-Token == …`
            let bare = name.trim();
            let token = bare.split('-').all(is_name).then(|| format!("\"{bare}\""));
            inner.filter(|inner| is_text(inner)).map(str::to_owned).or(token)?
        }
    };
    // One `=` is put right with it.
    let secret = behind.get(written.len()..)?.trim_start().strip_prefix("= ");
    if let Some(secret) = secret.map(str::trim).filter(|secret| secret.starts_with("secret.")) {
        let right = format!("{place} {name} == {secret}");
        let message = "where the token stands is written as its place and its name, and compared by `==`";
        return Some(
            line.otherwise(&codes::INCOMPLETE_CLAUSE, (start, line.text.len()), message, &right)
                .help(format!("Write `verify token {right}`.")),
        );
    }
    let right = format!("{place} {name}");
    Some(
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (start, start + written.len()),
            "where the token stands is written as its place and its name",
            &right,
        )
        .help(format!("It is written `verify token {right} == secret.NAME`.")),
    )
}

/// `read body as "form"`, `read body as multipart/form-data`.
fn body_format(line: Line<'_>) -> Option<Diagnostic> {
    if let Some(found) =
        ["read body as", "read body"].into_iter().find_map(|words| super::signed(line, words, "read body as"))
    {
        return Some(found);
    }
    let as_at = line.find(" as ")? + " as ".len();
    let written = line.text.get(as_at..)?;
    let end = written.find(" charset").unwrap_or(written.len());
    let written = written.get(..end)?.trim();
    let inner = written.trim_matches('"');
    let right = match inner {
        "json" | "form" | "multipart" | "xml" | "jwt" | "text" | "bytes" => inner,
        "application/json" => "json",
        "application/x-www-form-urlencoded" | "x-www-form-urlencoded" => "form",
        "multipart/form-data" | "form-data" => "multipart",
        "application/xml" | "text/xml" => "xml",
        "text/plain" => "text",
        "application/octet-stream" => "bytes",
        _ => return None,
    };
    (right != written).then(|| {
        let message = if right == inner {
            "the format of a body stands without quotes".to_owned()
        } else {
            format!("the format `{inner}` is called `{right}`")
        };
        line.otherwise(&codes::NEEDLESS_QUOTES, (as_at, as_at + written.len()), &message, right)
    })
}

/// `rate 3/s`, `limit rate 30/minute by request.ip`, `rate 3 a second`.
pub(super) fn rate(line: Line<'_>) -> Option<Diagnostic> {
    let start = line.find("rate ")? + "rate ".len();
    let written = line.text.get(start..)?;
    let end = written.find(" by ").unwrap_or(written.len());
    let written = written.get(..end)?.trim_end();
    let (count, unit) = written
        .split_once('/')
        .or_else(|| written.split_once(" per "))
        .or_else(|| written.split_once(" a "))
        .or_else(|| written.split_once(" in "))?;
    let (count, unit) = (count.trim(), unit.trim());
    let digits = unit.len() - unit.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number = unit.get(..digits)?;
    let unit = unit_of(unit.get(digits..)?.trim())?;
    let whole = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    let number = if number.is_empty() { "1" } else { number };
    let right = format!("{count} per {number}{unit}");
    (whole && right != written).then(|| {
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (start, start + written.len()),
            "a rate is a number `per` a duration",
            &right,
        )
        .help(format!("Write `rate {right}`."))
    })
}

/// `keep 90 days, 1 GB, 50 000`.
fn parts(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let all = |parts: &[&str]| parts.iter().map(|part| measure(part.trim())).collect::<Option<Vec<_>>>();
    let by_commas: Vec<&str> = rest.split(',').collect();
    let by_blanks: Vec<&str> = rest
        .split(|letter| letter == ',' || BLANKS.contains(&letter))
        .filter(|part| !part.is_empty())
        .collect();
    let (code, message) = match all(&by_commas) {
        Some(_) => (&codes::MISSING_UNIT, "a number stands together with its unit, without a blank"),
        None => (&codes::MISSING_COMMA, "the parts of `keep` are parted by commas"),
    };
    let right = all(&by_commas).or_else(|| all(&by_blanks))?.join(", ");
    (right != rest)
        .then(|| line.otherwise(code, (at, line.text.len()), message, &right))
        .map(|found| found.help(format!("Write `{} {right}`.", first_word(line.text))))
}

/// `90 days` → `90d`, `50 000` → `50000`.
fn measure(part: &str) -> Option<String> {
    let end = part.find(|c: char| !c.is_ascii_digit() && c != ' ').unwrap_or(part.len());
    let (digits, unit) = (part.get(..end)?.replace(' ', ""), part.get(end..)?.trim());
    if digits.is_empty() || unit.is_empty() {
        return (!digits.is_empty()).then_some(digits);
    }
    match unit {
        "w" | "week" | "weeks" => digits.parse::<u32>().ok()?.checked_mul(7).map(|days| format!("{days}d")),
        "month" | "months" => digits.parse::<u32>().ok()?.checked_mul(30).map(|days| format!("{days}d")),
        "year" | "years" => digits.parse::<u32>().ok()?.checked_mul(365).map(|days| format!("{days}d")),
        _ => Some(format!("{digits}{}", unit_of(unit)?)),
    }
}

/// `dedupe id within 1d`, `dedupe key "x" within 1d`, `dedupe by id for 1d`.
fn dedupe(line: Line<'_>) -> Option<Diagnostic> {
    let (at, rest) = line.rest();
    let words = ["by ", "key ", "on ", "using ", "with "];
    let value = words.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest).trim_start();
    let value = value.strip_prefix("= ").or_else(|| value.strip_prefix(": ")).unwrap_or(value);
    let begin = line.text.len() - value.len();
    let signs = [" within ", " for ", " in ", ", "];
    let (sign, cut) = signs.iter().find_map(|sign| line.find(sign).map(|cut| (*sign, cut)))?;
    let value = line.text.get(begin..cut)?.trim_end();
    // What only lacks its unit is told of at its unit.
    if rest.starts_with("by ") && sign == " within " {
        return None;
    }
    let time = line.text.get(cut + sign.len()..)?.trim();
    let time = measure(time).filter(|time| !time.bytes().all(|byte| byte.is_ascii_digit()))?;
    let right = format!("by {value} within {time}");
    (!value.is_empty() && right != rest).then(|| {
        line.otherwise(
            &codes::INCOMPLETE_CLAUSE,
            (at, line.text.len()),
            "`dedupe` says `by` what repeats are known, and `within` which time",
            &right,
        )
        .help(format!("Write `dedupe {right}`."))
    })
}
