//! Look-alikes: what came from a person is replaced by something of the same shape, so that a test made of it tells nobody
//! who it was. Equal values stay equal, and what the script itself names stays as it is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Number, Value as Json};
use sha2::{Digest, Sha256};

use crate::builtins::is_email;

/// Of HTTP authentication, as registered (IANA, HTTP Authentication Schemes) and as services write them besides.
const SCHEMES: [&str; 25] = [
    "Basic",
    "Bearer",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Mutual",
    "Negotiate",
    "NTLM",
    "OAuth",
    "PrivateToken",
    "SCRAM-SHA-1",
    "SCRAM-SHA-256",
    "vapid",
    "Concealed",
    "AWS4-HMAC-SHA256",
    "Hawk",
    "HMAC",
    "HMAC-SHA256",
    "Signature",
    "JWT",
    "Token",
    "Key",
    "ApiKey",
    "Api-Key",
];

/// Replaces what a script does not name.
pub struct Disguise<'a> {
    /// The text of the script.
    script: &'a str,
}

impl<'a> Disguise<'a> {
    pub fn beside(script: &'a str) -> Disguise<'a> {
        Disguise { script }
    }

    /// A document, member by member; the names stay.
    pub fn json(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.text(text)),
            Json::Number(number) => self.number(number),
            Json::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Json::Object(members) => {
                Json::Object(members.iter().map(|(name, value)| (name.clone(), self.json(value))).collect())
            }
            Json::Null | Json::Bool(_) => json.clone(),
        }
    }

    /// A text: of an address, a number, a time and a URL the shape stays, of all else the letters and digits change.
    pub fn text(&self, text: &str) -> String {
        if text.trim().is_empty() || self.names(text) {
            return text.to_owned();
        }
        if text.contains("«secret ") {
            return opened(text);
        }
        if text.starts_with(['{', '['])
            && let Ok(inner) = serde_json::from_str::<Json>(text)
        {
            return self.json(&inner).to_string();
        }
        if is_email(text) {
            let local = text.split('@').next().unwrap_or_default();
            return format!("{}@mail.example", letters(local));
        }
        if let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_word(scheme)) {
            let path = rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default();
            return format!("{scheme}://site.example{}", letters(path));
        }
        match shifted(text) {
            Some(time) => time,
            None if is_phone(text) => digits(text, 4),
            None => letters(text),
        }
    }

    /// What an `Authorization` says: a scheme that is known stays, and names nobody.
    pub fn credentials(&self, text: &str) -> String {
        let scheme = |text: &str| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(text));
        let Some((before, rest)) = text.split_once(' ').filter(|(before, _)| scheme(before)) else {
            return self.text(text);
        };
        if self.names(text) {
            return text.to_owned();
        }
        if let Some((_, secret)) =
            rest.split_once("«secret ").filter(|_| before.eq_ignore_ascii_case("basic"))
        {
            return format!(
                "{before} {}",
                STANDARD.encode(format!("user:{}", opened(&format!("«secret {secret}"))))
            );
        }
        // Who reads the name and the password of it finds a name and a password.
        let pair = Some(rest.trim())
            .filter(|_| before.eq_ignore_ascii_case("basic"))
            .and_then(|rest| STANDARD.decode(rest).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let like = match pair.as_deref().and_then(|pair| pair.split_once(':')) {
            Some((user, password)) => STANDARD.encode(format!("{}:{}", self.text(user), self.text(password))),
            None => self.text(rest),
        };
        format!("{before} {like}")
    }

    fn number(&self, number: &Number) -> Json {
        let text = number.to_string();
        // A count or a flag is nobody's.
        if text.len() < 4 || self.names_number(&text) {
            return Json::Number(number.clone());
        }
        let like = digits(&text, 1);
        serde_json::from_str(&like).map_or_else(|_| Json::Number(number.clone()), Json::Number)
    }

    /// Whether the script holds the text as a literal.
    fn names(&self, text: &str) -> bool {
        ['"', '\''].iter().any(|quote| self.script.contains(&format!("{quote}{text}{quote}")))
    }

    fn names_number(&self, digits: &str) -> bool {
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        self.script.match_indices(digits).any(|(at, _)| {
            let before = self.script.get(..at).and_then(|text| text.chars().next_back());
            let behind = self.script.get(at + digits.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_part) && !behind.is_some_and(is_part)
        })
    }
}

/// `test-NAME` in the place of each mask: what a secret is in a test.
fn opened(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("«secret ") {
        let (name, after) = behind.split_once('»').unwrap_or((behind, ""));
        out += &format!("{before}test-{name}");
        rest = after;
    }
    out + rest
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    digits >= 7 && text.chars().all(|c| c.is_ascii_digit() || "+-() .".contains(c))
}

/// What begins with a date, on another day: the hour stays.
fn shifted(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let date: jiff::civil::Date = date.parse().ok()?;
    if !rest.is_empty() && !rest.starts_with(['T', ' ']) {
        return None;
    }
    // Within its year, so that what was past stays past, mostly.
    let day = 1 + (Noise::of(text).next() % 28) as i8;
    let like = date.with().day(day).build().ok()?;
    Some(format!("{like}{rest}"))
}

/// Other digits behind the first ones.
fn digits(text: &str, kept: usize) -> String {
    let mut noise = Noise::of(text);
    let mut seen = 0;
    let other = |c: char| {
        if !c.is_ascii_digit() {
            return c;
        }
        seen += 1;
        if seen <= kept { c } else { char::from(b'0' + noise.next() % 10) }
    };
    text.chars().map(other).collect()
}

/// Other letters of the same alphabet and case, and other digits. Hexadecimal stays hexadecimal.
fn letters(text: &str) -> String {
    let mut noise = Noise::of(text);
    let long = text.chars().filter(char::is_ascii_hexdigit).count() >= 16;
    let is_hex = long && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let other = |c: char| {
        let pick = |noise: &mut Noise, first: char, count: u8| {
            char::from_u32(u32::from(first) + u32::from(noise.next() % count)).unwrap_or(c)
        };
        match c {
            '0'..='9' => pick(&mut noise, '0', 10),
            'a'..='f' if is_hex => pick(&mut noise, 'a', 6),
            'A'..='F' if is_hex => pick(&mut noise, 'A', 6),
            'a'..='z' => pick(&mut noise, 'a', 26),
            'A'..='Z' => pick(&mut noise, 'A', 26),
            'а'..='я' | 'ё' => pick(&mut noise, 'а', 32),
            'А'..='Я' | 'Ё' => pick(&mut noise, 'А', 32),
            other if other.is_lowercase() => pick(&mut noise, 'a', 26),
            other if other.is_alphabetic() => pick(&mut noise, 'A', 26),
            other => other,
        }
    };
    text.chars().map(other).collect()
}

/// Bytes that follow from a text, and do not lead back to it.
struct Noise {
    seed: [u8; 32],
    at: u64,
}

impl Noise {
    fn of(text: &str) -> Noise {
        Noise { seed: Sha256::digest(text.as_bytes()).into(), at: 0 }
    }

    fn next(&mut self) -> u8 {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.at.to_be_bytes());
        self.at += 1;
        hash.finalize().first().copied().unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn shapes_stay_and_values_go() {
        let disguise = Disguise::beside("when topic == \"vip\" or code == 1024 { }");
        let is_like = |text: &str, like: &str| {
            let same = |(a, b): (char, char)| {
                a == b
                    || a.is_alphabetic() == b.is_alphabetic()
                        && a.is_numeric() == b.is_numeric()
                        && a.is_lowercase() == b.is_lowercase()
            };
            text.chars().count() == like.chars().count() && text.chars().zip(like.chars()).all(same)
        };
        for text in ["Анна Петрова", "Smith, J.", "8 (909) 123-45-67", "order A-17x", "2026-03-31T10:00:00Z"]
        {
            let like = disguise.text(text);
            assert!(is_like(text, &like) && like != text, "{text}: {like}");
            assert_eq!(like, disguise.text(text));
        }
        let mail = disguise.text("anna.p@school.ru");
        assert!(is_email(&mail) && mail.ends_with("@mail.example") && !mail.contains("anna"), "{mail}");
        assert!(disguise.text("8 (909) 123-45-67").starts_with("8 (909) "));
        assert!(disguise.text("2026-03-31T10:00:00Z").starts_with("2026-03-"));
        let url = disguise.text("https://b.example/click/h1?u=Anna");
        assert!(url.starts_with("https://site.example/") && !url.contains("Anna"), "{url}");
        let id = disguise.text("0192a5b2-8c1d-7000-8000-0000000000ff");
        assert!(id.chars().all(|c| c.is_ascii_hexdigit() || c == '-'), "{id}");
    }

    #[test]
    fn the_scheme_of_an_authorization_stays() {
        let disguise = Disguise::beside("when token == \"Bearer of the script\" { }");
        for (text, scheme) in [("Bearer abcdef0123", "Bearer "), ("token abc-1", "token ")] {
            let like = disguise.credentials(text);
            assert!(like.starts_with(scheme) && like.len() == text.len() && like != text, "{like}");
        }
        let basic = disguise.credentials(&format!("Basic {}", STANDARD.encode("anna:secret")));
        let pair = STANDARD.decode(basic.strip_prefix("Basic ").unwrap()).unwrap();
        let pair = String::from_utf8(pair).unwrap();
        assert!(pair.len() == 11 && pair.find(':') == Some(4) && !pair.contains("anna"), "{pair}");
        assert_eq!(disguise.credentials("Bearer «secret CRM_TOKEN»"), "Bearer test-CRM_TOKEN");
        let masked = disguise.credentials("Basic YW5uYTp«secret CRM_TOKEN»");
        assert_eq!(masked, format!("Basic {}", STANDARD.encode("user:test-CRM_TOKEN")));
        assert_eq!(disguise.credentials("Bearer of the script"), "Bearer of the script");
        assert!(!disguise.credentials("Anna Petrova").contains("Anna"));
    }

    #[test]
    fn what_the_script_names_stays_and_a_secret_is_what_it_is_in_a_test() {
        let disguise = Disguise::beside("when topic == \"vip\" or code == 1024 { }");
        assert_eq!(disguise.text("vip"), "vip");
        assert_eq!(disguise.text("Bearer «secret CRM_TOKEN»"), "Bearer test-CRM_TOKEN");
        let json: Json = serde_json::from_str(
            r#"{"topic":"vip","code":1024,"n":7,"id":83517,"ok":true,"in":"{\"a\":\"Анна\"}"}"#,
        )
        .unwrap();
        let like = disguise.json(&json);
        assert_eq!(
            (&like["topic"], &like["code"], &like["n"], &like["ok"]),
            (&json["topic"], &json["code"], &json["n"], &json["ok"])
        );
        assert!(like["id"] != json["id"] && like["id"].to_string().len() == 5, "{like}");
        let inner: Json = serde_json::from_str(like["in"].as_str().unwrap()).unwrap();
        assert_ne!(inner["a"], "Анна");
    }
}
