//! What a recorded test sends, and what its actions are answered: as it was, with look-alikes in the places of secrets and of
//! what came from people.

use std::sync::Arc;

use serde_json::Value as Json;
use url::form_urlencoded;

use super::history::path_segment;
use super::record::text;
use crate::actions::origin_of;
use crate::bodies::{self, Read, Reading};
use crate::format::{member, quoted};
use crate::rehearse::{self, Disguise};
use crate::resolve::program::{Call, Op, Pipeline, Segment};
use crate::value::{self, Bytes, Value};

pub(super) struct Recorder<'a> {
    pub operation: &'a Json,
    pub pipeline: &'a Arc<Pipeline>,
    pub disguise: Disguise<'a>,
}

impl Recorder<'_> {
    pub fn block(&self, lines: &[String]) -> String {
        let received = text(self.operation, "/received_at");
        let day = received.get(..10).unwrap_or_default();
        let title = format!("{}: as recorded on {day}", self.pipeline.name);
        let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        format!("test {} {{\n{lines}}}\n", quoted(&title))
    }

    /// # Errors
    /// What keeps its request from being written as one of a test.
    pub fn lines(&self) -> Result<Vec<String>, String> {
        let mut lines = Vec::new();
        let received = text(self.operation, "/received_at");
        if !received.is_empty() {
            lines.push(format!("at {}", quoted(received)));
        }
        lines.extend(self.givens());
        lines.push(self.send()?);
        Ok(lines)
    }

    /// A `given` for each action that was called, with an answer for each try.
    fn givens(&self) -> Vec<String> {
        let mut given: Vec<(String, Vec<String>)> = Vec::new();
        for action in self.operation.get("actions").and_then(Json::as_array).into_iter().flatten() {
            let name = text(action, "/action");
            let of = match name.starts_with("http.") {
                true => format!("{name} {}", quoted(&origin_of(text(action, "/request/url")))),
                false => name.to_owned(),
            };
            let answer = self.answer(action);
            match given.iter_mut().find(|(known, _)| *known == of) {
                Some((_, answers)) => answers.push(answer),
                None => given.push((of, vec![answer])),
            }
        }
        given.into_iter().map(|(of, answers)| format!("given {of} {}", answers.join(" then "))).collect()
    }

    fn answer(&self, action: &Json) -> String {
        if action.get("dry_run") == Some(&Json::Bool(true)) {
            return self.made_up(text(action, "/action"), &origin_of(text(action, "/request/url")));
        }
        let Some(status) = action.pointer("/answer/status").and_then(Json::as_u64) else {
            let is_refused = text(action, "/outcome") == "refused";
            return (if is_refused { "refuses" } else { "times out" }).to_owned();
        };
        let body = text(action, "/answer/body");
        let told = match serde_json::from_str::<Json>(body) {
            _ if body.is_empty() => String::new(),
            Ok(json) => format!(" json {}", written(&self.disguise.json(&json))),
            Err(_) => format!(" text {}", quoted(&self.disguise.text(body))),
        };
        format!("answers {status}{told}")
    }

    /// What a dry run took for the answer.
    fn made_up(&self, name: &str, origin: &str) -> String {
        let is_here =
            |call: &&Call| *call.name == *name && (!name.starts_with("http.") || *call.target == *origin);
        let calls = self.pipeline.code.iter().filter_map(Op::call).filter(is_here);
        let body = rehearse::made_up_body(calls).and_then(|body| json_of(&body));
        format!("answers 200{}", body.map_or_else(String::new, |body| format!(" json {}", written(&body))))
    }

    fn send(&self) -> Result<String, String> {
        let request = self.operation.get("request").ok_or("the operation has no request to be read")?;
        if request.get("body_hex").is_some() {
            return Err("its body is no text, and look-alikes are made of texts only".to_owned());
        }
        let mut line =
            format!("send {} {}", text(request, "/method"), quoted(&self.target(text(request, "/target"))));
        let body = text(request, "/body");
        let mut content_type = text(request, "/headers/content-type").to_owned();
        match serde_json::from_str::<Json>(body) {
            _ if body.is_empty() => {}
            Ok(json) => {
                line += &format!(" json {}", written(&self.disguise.json(&json)));
                if content_type.starts_with("application/json") {
                    content_type.clear();
                }
            }
            Err(_) => match self.form(&content_type, body) {
                Some(form) => {
                    line += &format!(" form {form}");
                    content_type.clear();
                }
                None => line += &format!(" text {}", quoted(&self.disguise.text(body))),
            },
        }
        if !content_type.is_empty() && !body.is_empty() {
            line += &format!(" header \"Content-Type\" = {}", quoted(&content_type));
        }
        let was_refused = self.operation.pointer("/answer/status").and_then(Json::as_u64) == Some(401);
        let is_signed = !self.pipeline.verify.is_empty() && !was_refused;
        let written = if is_signed { rehearse::signed_headers(self.pipeline) } else { Vec::new() };
        let script = self.pipeline.source.text.to_lowercase();
        for (name, value) in request.get("headers").and_then(Json::as_object).into_iter().flatten() {
            // What `signed` writes needs no writing.
            if written.contains(name) {
                continue;
            }
            // Only what the script looks at: all else is the sender's, and its proxies'.
            let is_read = name != "content-type" && script.contains(&format!("\"{name}\""));
            if let (true, Some(value)) = (is_read, value.as_str()) {
                let like = match name.ends_with("authorization") {
                    true => self.disguise.credentials(value),
                    false => self.disguise.text(value),
                };
                line += &format!(" header {} = {}", quoted(name), quoted(&like));
            }
        }
        if is_signed {
            line += " signed";
        }
        Ok(line)
    }

    /// A body that is a form, as a test writes one: with its members, or as the text of a form where members would say less, as
    /// of names that come twice.
    fn form(&self, content_type: &str, body: &str) -> Option<String> {
        let read = |body: &str, of: &str| {
            let bytes = Bytes::copy_from_slice(body.as_bytes());
            match bodies::read(Some(of.as_bytes()), Reading::default(), &bytes) {
                Ok(Read::Fields(fields)) => Some(fields),
                _ => None,
            }
        };
        if !content_type.trim_start().to_ascii_lowercase().starts_with(FORM) {
            return None;
        }
        let fields = read(body, content_type)?;
        let json = self.disguise.json(&json_of(&fields.value)?);
        let like = value::from_json(json.to_string().as_bytes()).ok();
        let sent_again = like.as_ref().and_then(|like| read(&rehearse::form(like).ok()?, FORM));
        let is_whole = sent_again.is_some_and(|again| {
            Some(&again.value) == like.as_ref() && again.pairs.len() == fields.pairs.len()
        });
        Some(match is_whole {
            true => written(&json),
            false => {
                let mut out = form_urlencoded::Serializer::new(String::new());
                for (name, value) in &fields.pairs {
                    out.append_pair(name, &self.disguise.text(value.as_text().unwrap_or_default()));
                }
                quoted(&out.finish())
            }
        })
    }

    /// The path with look-alikes in the places of its parameters, and the query.
    fn target(&self, target: &str) -> String {
        let (path, query) =
            target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        let literals: Vec<&str> = self
            .pipeline
            .routes
            .iter()
            .flat_map(|route| &route.segments)
            .filter_map(|segment| match segment {
                Segment::Literal(text) => Some(&**text),
                Segment::Param(_) => None,
            })
            .collect();
        let segments: Vec<String> = path
            .split('/')
            .map(|segment| match segment.is_empty() || literals.contains(&segment) {
                true => segment.to_owned(),
                false => path_segment(&self.disguise.text(segment)),
            })
            .collect();
        let query = query.map_or_else(String::new, |query| format!("?{}", self.pairs(query)));
        segments.join("/") + &query
    }

    fn pairs(&self, pairs: &str) -> String {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(pairs.as_bytes()) {
            out.append_pair(&name, &self.disguise.text(&value));
        }
        out.finish()
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn json_of(value: &Value) -> Option<Json> {
    serde_json::from_str(&value::to_json(value).ok()?).ok()
}

/// A document as scripts write it.
pub(super) fn written(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(truth) => truth.to_string(),
        Json::Number(number) => {
            let text = number.to_string();
            // Scripts have no exponents.
            match text.contains(['e', 'E']).then(|| text.parse::<f64>()) {
                Some(Ok(number)) => number.to_string(),
                _ => text,
            }
        }
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(members) if members.is_empty() => "{ }".to_owned(),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{}: {}", member(name), written(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}
