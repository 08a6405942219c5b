//! The programs that come of scripts, and what the model knows of them. What is reported is shown by `tests/cases/check`.

use std::sync::Arc;

use super::model::{Answers, Presence};
use super::program::{Call, ExprKind, OpKind, Pipeline, RequestTemplate, Retry, Source as FieldSource};
use super::{Resolved, resolve};
use crate::source::Source;
use crate::value::Value;

fn resolved(body: &str) -> Resolved {
    let text = format!(
        "const HOST = \"https://crm.example/api\"\npipeline p {{\n  on POST \"/p/{{x}}\"\n{body}\n}}\n"
    );
    let source = Arc::new(Source::new("a.wj", text));
    let parsed = crate::syntax::parse(&source);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    resolve(&source, &parsed.file)
}

fn pipeline(body: &str) -> Arc<Pipeline> {
    let resolved = resolved(body);
    assert!(resolved.diagnostics.is_empty(), "{:?}", resolved.diagnostics);
    resolved.pipelines.into_iter().next().unwrap()
}

fn calls(pipeline: &Pipeline) -> Vec<&Call> {
    let calls = pipeline.code.iter().filter_map(|op| match &op.kind {
        OpKind::Call(call) => Some(&**call),
        _ => None,
    });
    calls.collect()
}

/// Each op with its path, in short.
fn code(pipeline: &Pipeline) -> Vec<String> {
    let ops = pipeline.code.iter().map(|op| {
        let kind = match &op.kind {
            OpKind::Extract(_) => "extract".to_owned(),
            OpKind::Let { slot, .. } => format!("let {slot}"),
            OpKind::JumpUnless { to, .. } => format!("unless {to}"),
            OpKind::Jump { to } => format!("jump {to}"),
            OpKind::ForStart { end, at_most, .. } => format!("for {end} {at_most}"),
            OpKind::ForNext { body } => format!("next {body}"),
            OpKind::Respond(_) => "respond".to_owned(),
            OpKind::Dedupe(dedupe) => format!("dedupe {}", dedupe.within),
            OpKind::Call(call) => format!("{:?}", call.on_fail).replace("Fail", "call"),
            OpKind::Stop { .. } => "stop".to_owned(),
            OpKind::Abort { status, .. } => format!("abort {status}"),
            OpKind::Wait { .. } => "wait".to_owned(),
        };
        format!("{} {kind}", op.path)
    });
    ops.collect()
}

#[test]
fn steps_are_numbered_through_all_branches_and_jumps_lead_behind_them() {
    let pipeline = pipeline(
        r#"
  extract body on_missing empty { items = $.items
    kind = $.kind }
  when kind == "a" {
    let a = 1
    stop
  } else when kind == "b" {
    let b = 2
  } else {
    abort
  }
  for item in items, at most 5 {
    let c = item
    when c == empty { stop }
  }
  respond 200
"#,
    );
    assert_eq!(
        code(&pipeline),
        [
            "1 extract",
            "2 unless 5",
            "2.1 let 2",
            "2.2 stop",
            "2 jump 9",
            "2 unless 8",
            "2.3 let 3",
            "2 jump 9",
            "2.4 abort 422",
            "3 for 15 5",
            "3[].1 let 5",
            "3[].2 unless 14",
            "3[].2.1 stop",
            "3[].2 jump 14",
            "3 next 10",
            "4 respond",
        ]
    );
    let slots: Vec<&str> = pipeline.slots.iter().map(|name| &**name).collect();
    assert_eq!(slots, ["items", "kind", "a", "b", "item", "c"]);
}

#[test]
fn the_block_of_a_failed_call_stands_behind_it_and_is_jumped_over() {
    let pipeline = pipeline(
        r#"
  let x = http.get "https://crm.example/x" {
    on_fail {
      let why = failure.text
      stop "{why}"
    }
  }
  let y = x.status
"#,
    );
    assert_eq!(
        code(&pipeline),
        ["1 Block { to: 2, failure: 0 }", "1 jump 4", "1.1 let 1", "1.2 stop", "2 let 3"]
    );
    assert_eq!(calls(&pipeline).first().unwrap().slot, Some(2));
}

#[test]
fn the_empty_answer_goes_out_where_no_respond_can_come() {
    let first = |body: &str| calls(&pipeline(body)).iter().map(|call| call.answers_first).collect::<Vec<_>>();
    let get = "http.get \"https://crm.example/x\"";
    assert_eq!(first(&format!("{get}\n{get}")), [true, true]);
    assert_eq!(first(&format!("{get}\nrespond 200\n{get}")), [false, true]);
    assert_eq!(
        first(&format!(
            "when path.x == \"a\" {{\n{get}\nrespond 200\nstop\n}}\n{get}\nwhen path.x == \"b\" {{\nrespond 201\n}} else {{\n{get}\n}}"
        )),
        [false, false, true]
    );
    // A respond in the block of a failure is one that may come.
    assert_eq!(
        first(&format!("{get}\n{get} {{\non_fail {{\nrespond 502\nstop\n}}\n}}\n{get}")),
        [false, false, true]
    );
    // A turn is followed by further turns, and these by the answer.
    assert_eq!(first(&format!("for i in [1, 2] {{\n{get}\n}}\nrespond 200")), [false]);
}

#[test]
fn a_url_is_taken_apart_where_it_stands() {
    let pipeline = pipeline(
        r#"http.get "{HOST}/a%2Fb/{path.x}-1/?q=a+b&page={path.x}&flag&n=x{path.x}" { query { more: 1 } }"#,
    );
    let [Call { request: RequestTemplate::Http(http), .. }] = calls(&pipeline)[..] else { panic!() };
    assert_eq!(&*http.origin, "https://crm.example");
    let shown = |kind: &ExprKind| match kind {
        ExprKind::Const(Value::Text(text)) => text.to_string(),
        ExprKind::Const(Value::Number(number)) => number.as_str().to_owned(),
        ExprKind::Text(parts) => format!("{} parts", parts.len()),
        ExprKind::Input(_) => "input".to_owned(),
        other => format!("{other:?}"),
    };
    let segments: Vec<String> = http.segments.iter().map(|segment| shown(&segment.kind)).collect();
    assert_eq!(segments, ["api", "a/b", "2 parts", ""]);
    let query: Vec<String> =
        http.query.iter().map(|(name, value)| format!("{name}={}", shown(&value.kind))).collect();
    assert_eq!(query, ["q=a b", "page=input", "flag=", "n=2 parts", "more=1"]);
}

#[test]
fn a_host_alone_has_no_segments() {
    let pipeline = pipeline("http.get \"https://crm.example\"\nhttp.get \"https://crm.example/?a=1\"");
    for call in calls(&pipeline) {
        let RequestTemplate::Http(http) = &call.request else { panic!() };
        assert!(http.segments.is_empty());
    }
}

#[test]
fn what_is_not_said_of_a_call_is_filled_in() {
    let pipeline = pipeline(
        r#"
  http.post "https://crm.example/x"
  http.post "https://crm.example/x" {
    key auto
    retry 3 times
  }
  http.put "https://crm.example/x" {
    on_crash report
    retry 3 times, at most 1s
  }
  bizon.add_subscriber {
    token  = secret.BIZON_TOKEN
    pageId = "1234:intro"
    email  = "a@b.example"
    base   = "http://127.0.0.1:9000/api/v1/"
    retry none
    refuse $.failed
  }
"#,
    );
    let calls = calls(&pipeline);
    let repeatable: Vec<bool> = calls.iter().map(|call| call.policy.repeatable).collect();
    assert_eq!(repeatable, [false, true, false, true]);
    let retries: Vec<&Retry> = calls.iter().map(|call| &call.policy.retry).collect();
    assert_eq!(
        retries,
        [
            &Retry::Unsaid,
            &Retry::Times { times: 3, first: 5_000, at_most: 3_600_000 },
            &Retry::Times { times: 3, first: 1_000, at_most: 1_000 },
            &Retry::None,
        ]
    );
    assert!(
        calls.iter().all(|call| call.policy.timeout == 10_000 && call.policy.answer_limit == 1024 * 1024)
    );
    let bizon = calls.last().unwrap();
    let paths = |paths: &[Arc<crate::extract::Path>]| {
        paths.iter().map(|path| path.text.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&bizon.policy.rules.require), ["$.hash"]);
    assert_eq!(paths(&bizon.policy.rules.refuse), ["$.failed"]);
    let RequestTemplate::Declared { base, params, .. } = &bizon.request else { panic!() };
    assert_eq!(&**base, "http://127.0.0.1:9000/api/v1");
    assert_eq!(params.len(), 3);
    assert_eq!(pipeline.secrets.iter().map(|name| &**name).collect::<Vec<_>>(), ["BIZON_TOKEN"]);
}

#[test]
fn paths_into_the_body_are_picked_once() {
    let pipeline = pipeline(
        "extract body on_missing empty {\na = $.a\nb = $.b\nc = $.a\n}\nextract query on_missing empty { d = $.d }",
    );
    let picks: Vec<Vec<usize>> = pipeline
        .code
        .iter()
        .filter_map(|op| match &op.kind {
            OpKind::Extract(extract) if matches!(extract.source, FieldSource::Body) => {
                Some(extract.fields.iter().map(|field| field.pick).collect())
            }
            _ => None,
        })
        .collect();
    assert_eq!(picks, [[0, 1, 0]]);
}

#[test]
fn a_program_is_known_by_the_name_and_the_text_of_its_file() {
    let hash = |name: &str, text: &str| {
        let source = Arc::new(Source::new(name, text));
        resolve(&source, &crate::syntax::parse(&source).file).pipelines.first().unwrap().hash
    };
    let text = "pipeline p {\n  on POST \"/p\"\n  respond 200\n}\n";
    assert_eq!(hash("a.wj", text), hash("a.wj", text));
    assert_ne!(hash("a.wj", text), hash("b.wj", text));
    assert_ne!(hash("a.wj", text), hash("a.wj", &format!("{text}\n")));
}

#[test]
fn the_model_knows_ways_names_and_secrets() {
    let resolved = resolved(
        r#"
  extract body on_missing empty { a = $.a }
  when a == "x" {
    respond 200
    stop
    let never = 1
  }
  http.post "{HOST}/{path.x}" {
    header "X-Token" = secret.T
    retry 2 times
  }
  abort
"#,
    );
    let [facts] = &resolved.model.pipelines[..] else { panic!() };
    assert_eq!(facts.answers, Answers::Always);
    assert_eq!(facts.unreachable.len(), 1);
    assert_eq!(facts.aborts_after_call.len(), 1);
    let [call] = &facts.calls[..] else { panic!() };
    assert!(call.secret && call.retry.is_some() && !call.repeatable && !call.key);
    assert_eq!(call.origin.as_deref(), Some("https://crm.example"));
    let model = &resolved.model;
    let at = |name: &str| model.definitions.iter().position(|found| *found.name == *name).unwrap();
    assert_eq!(model.uses_of(at("a")).count(), 1);
    assert_eq!(model.uses_of(at("never")).count(), 0);
    assert_eq!(model.definitions[at("a")].ty.presence, Presence::MaybeEmpty);
    assert!(model.definitions[at("never")].scope.end > model.definitions[at("never")].span.end);
}

#[test]
fn a_pipeline_with_an_error_leaves_the_others_alone() {
    let source = Arc::new(Source::new(
        "a.wj",
        "pipeline a {\n  on POST \"/a\"\n  respond 200 { text nope }\n}\n\npipeline b {\n  on POST \"/b\"\n  respond 200\n}\n",
    ));
    let resolved = resolve(&source, &crate::syntax::parse(&source).file);
    assert_eq!(resolved.diagnostics.len(), 1);
    assert_eq!(resolved.pipelines.iter().map(|found| &*found.name).collect::<Vec<_>>(), ["b"]);
    assert_eq!(resolved.model.pipelines.len(), 2);
}
