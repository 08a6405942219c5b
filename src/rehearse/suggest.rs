//! The `given` line for an action whose answer is used and not given: with what the script looks for in it.

use std::sync::Arc;

use super::scene::Scene;
use crate::actions::{Answer, made_up};
use crate::extract::{Path, Selected};
use crate::resolve::program::{Call, ExprKind, OpKind, Pipeline, RequestTemplate, Source};
use crate::run::Need;
use crate::value::{self, Value};

impl Scene<'_> {
    /// What an action without a `given` answers: success, and nothing in it; in a plan what it declares as returned is
    /// made up.
    pub(super) fn nothing(&self) -> Answer {
        Answer { status: 200, dry_run: self.plan.is_some(), ..Answer::default() }
    }
}

pub(super) fn given(pipeline: &Pipeline, call: &Call, need: &Need) -> String {
    let names: Vec<Arc<str>> = match &call.request {
        RequestTemplate::Declared { spec, .. } => {
            spec.returns.iter().filter_map(|declared| top_name(&declared.path)).collect()
        }
        RequestTemplate::Http(_) => reached(pipeline, call),
    };
    let place = match &call.request {
        RequestTemplate::Declared { .. } => String::new(),
        RequestTemplate::Http(_) => {
            let url = need.masked.url.split('?').next().unwrap_or_default();
            let mut text = String::from(" ");
            value::write_string(url, &mut text);
            text
        }
    };
    let members: Vec<String> = names.iter().map(|name| format!("{name}: \"…\"")).collect();
    let json = if members.is_empty() { "{ }".to_owned() } else { format!("{{ {} }}", members.join(", ")) };
    format!("given {}{place} answers 200 json {json}", call.name)
}

/// A body that leads a test the way that a dry run went past these calls: with the values that a dry run makes up for what they
/// declare, and with what an answer has to have to be taken for a success. `None` where nothing of that is asked for.
pub fn made_up_body<'a>(calls: impl Iterator<Item = &'a Call>) -> Option<Value> {
    let mut body = Value::Empty;
    for call in calls {
        let declared = match &call.request {
            RequestTemplate::Declared { spec, .. } => &spec.returns[..],
            RequestTemplate::Http(_) => &[],
        };
        for declared in declared {
            if let Ok(path) = Path::compile(&declared.path) {
                let made_up = Value::text(made_up(&declared.name));
                body = path.planted(body.clone(), made_up).unwrap_or(body);
            }
        }
        for path in &call.policy.rules.require {
            if matches!(path.select(&body), Selected::Missing(_)) {
                body = path.planted(body.clone(), Value::text("dry-run")).unwrap_or(body);
            }
        }
    }
    Some(body).filter(|body| !body.is_empty())
}

/// A request that a pipeline could take, to be filled in: its route, and the members of the body that it extracts.
pub fn request(pipeline: &Pipeline) -> Option<String> {
    let route = pipeline.routes.first()?;
    let method =
        route.methods.as_ref().and_then(|methods| methods.first()).map_or("POST", |method| &**method);
    let mut text = format!("{method} {}\n", route.pattern);
    let mut names: Vec<Arc<str>> = Vec::new();
    for op in &pipeline.code {
        let OpKind::Extract(extract) = &op.kind else { continue };
        if !matches!(extract.source, Source::Body) {
            continue;
        }
        for name in extract.fields.iter().filter_map(|field| top_name(&field.path.text)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    if !names.is_empty() {
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\": \"…\"")).collect();
        text += &format!("Content-Type: application/json\n\n{{ {} }}\n", members.join(", "));
    }
    Some(text)
}

/// The members of the answer's body that the pipeline extracts.
fn reached(pipeline: &Pipeline, call: &Call) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = Vec::new();
    for op in &pipeline.code {
        let OpKind::Extract(extract) = &op.kind else { continue };
        let Source::Value(source) = &extract.source else { continue };
        let ExprKind::Member(of, member) = &source.kind else { continue };
        let ExprKind::Slot(slot) = of.kind else { continue };
        if Some(slot) != call.slot || &**member != "body" {
            continue;
        }
        for name in extract.fields.iter().filter_map(|field| top_name(&field.path.text)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// `a` of `$.a.b[0]`, where a test may write it as a member.
fn top_name(path: &str) -> Option<Arc<str>> {
    let rest = path.strip_prefix("$.")?;
    let name = rest.split(['.', '[']).next()?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| Arc::from(name))
}

#[cfg(test)]
mod tests {
    use super::top_name;

    #[test]
    fn the_first_member_of_a_path_is_named() {
        assert_eq!(top_name("$.hash").as_deref(), Some("hash"));
        assert_eq!(top_name("$.list[0].id").as_deref(), Some("list"));
        for none in ["$[0]", "$..a", "$", "$.*"] {
            assert_eq!(top_name(none), None, "{none}");
        }
    }
}
