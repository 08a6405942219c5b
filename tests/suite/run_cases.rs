//! Runs of the engine, without a network: a script, a request, the answers of its actions, and all that comes of it.
//!
//! The blocks of a case: `wj` (with `trace` behind it the outcome shows the trace), `http` (request line, headers, a blank
//! line, the body), `answer ACTION` for each action in order (`200 {…}`, or `fails: reason`, or `fails 404: reason`; an
//! action without one is answered 200 with nothing), and `outcome`. `http signed` is signed as the pipeline's `verify` wants;
//! a multipart body has its lines ended as it must.

use std::sync::Arc;

use wj::actions::{Answer, Rendered};
use wj::resolve::program::{Pipeline, Segment};
use wj::run::{Admission, Carried, EndState, Headers, Next, Received, Reply, Run, Trace, admit, call, sign};
use wj::source::Source;
use wj::value::{self, Bytes, Id, Value};

use crate::cases::{self, Block, Case};

#[test]
fn runs() {
    cases::run("run", "outcome", outcome);
}

#[test]
fn each_example_of_a_function_gives_what_it_says() {
    let mut wrong = Vec::new();
    for builtin in wj::builtins::ALL {
        for example in builtin.examples {
            // `unique` keeps one of two values that are equal, empty ones too, and gives no fault for those that differ.
            let script = format!(
                "pipeline p {{\n  on GET \"/\"\n  respond 200 {{ json {{ n: len(unique([{}, {}])) }} }}\n}}\n",
                example.call, example.gives
            );
            let ended = run(&pipeline(&script), &mut received("GET / HTTP/1.1\n\n"), &mut Vec::new(), false);
            if !ended.contains("{\"n\":1}") {
                wrong.push(format!("{} is not {}:\n{ended}", example.call, example.gives));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_run_has_limits() {
    let list = |count: usize| format!("[{}]", vec!["1"; count].join(", "));
    let nested = |inside: &str| {
        let (outer, inner) = (list(200), list(300));
        format!(
            "pipeline p {{\n  on POST \"/\"\n  for a in {outer} {{\n    for b in {inner} {{\n{inside}\n    }}\n  }}\n}}\n"
        )
    };
    for (script, answer, reason) in [
        (nested("      let c = \"{a}{b}\""), 0, "a run takes at most 100000 steps"),
        (nested("      http.get \"https://a.example/\""), 0, "a run makes at most 1000 calls and waits"),
        (
            nested("      http.get \"https://a.example/\""),
            1 << 20,
            "a run takes at most 8388608 bytes of answers",
        ),
    ] {
        let mut run = Run::new(pipeline(&script), Arc::new(received("POST / HTTP/1.1\n\n")));
        let body = Bytes::from(vec![b'x'; answer]);
        let end = loop {
            match run.next() {
                Next::Answer(_) | Next::Claim(_) => {}
                Next::Need(_) => {
                    run.resume(Carried::Ok(Answer { status: 200, body: body.clone(), ..Answer::default() }))
                }
                Next::Wait(_) => run.waited(),
                Next::End(end) => break end,
            }
        };
        assert_eq!((end.state, end.reason.as_str()), (EndState::Failed, reason));
    }
}

#[test]
fn a_repeated_run_does_the_same_and_asks_again_for_what_was_not_answered() {
    let script = "pipeline p {\n  on POST \"/\"\n  for n in [1, 2] {\n    http.post \"https://a.example/{uuid()}\" {\n      \
                  json { id: uuid() }\n      key auto\n    }\n  }\n}\n";
    let pipeline = pipeline(script);
    let first = run(&pipeline, &mut received("POST / HTTP/1.1\n\n"), &mut Vec::new(), false);
    assert_eq!(first, run(&pipeline, &mut received("POST / HTTP/1.1\n\n"), &mut Vec::new(), false));
    let mut again = Run::new(pipeline, Arc::new(received("POST / HTTP/1.1\n\n")));
    assert!(matches!(again.next(), Next::Answer(_)));
    let (Next::Need(one), Next::Need(two)) = (again.next(), again.next()) else { panic!("no action") };
    assert_eq!((one.path, one.masked), (two.path, two.masked));
}

fn outcome(case: &Case) -> String {
    let script = case.all("wj").next().expect("a case has a script");
    let request = case.all("http").next().expect("a case has a request");
    let mut received = received(&request.body);
    let mut answers: Vec<&Block> = case.all("answer").collect();
    let pipeline = pipeline(&script.body);
    received.params = params(&pipeline, &received.target);
    // Every secret X is the text `test-X`, but for those that the case takes away.
    let secret = |name: &str| (!name.starts_with("UNSET")).then(|| Arc::from(format!("test-{name}")));
    if request.info == "signed" {
        sign(&pipeline, &mut received, &secret).expect("a request that can be signed");
    }
    match admit(&pipeline, &received, &secret) {
        Admission::LetIn(receipt) => {
            received.receipt = receipt;
            run(&pipeline, &mut received, &mut answers, script.info == "trace")
        }
        Admission::Refused(why) => format!("refused 401: {why}\n"),
        Admission::SecretNotSet(name) => format!("refused 503: secret {name} is not set\n"),
    }
}

pub fn pipeline(script: &str) -> Arc<Pipeline> {
    let source = Arc::new(Source::new("a.wj", script));
    let parsed = wj::syntax::parse(&source);
    let resolved = wj::resolve::resolve(&source, &parsed.file, wj::check::built_in_connectors());
    let errors: Vec<_> = parsed
        .diagnostics
        .into_iter()
        .chain(resolved.diagnostics)
        .filter(|finding| finding.is_error())
        .collect();
    assert!(errors.is_empty(), "{script}{}", cases::render(&source, &errors));
    resolved.pipelines.into_iter().next().expect("a script has a pipeline")
}

fn received(text: &str) -> Received {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let mut words = lines.next().expect("a request line").split(' ');
    let headers: Vec<(String, &str)> = lines
        .map(|line| line.split_once(": ").expect("a header line"))
        .map(|(name, value)| (name.to_lowercase(), value))
        .collect();
    Received {
        id: Id::new(1_764_000_000_000, 0, [7; 10]),
        at: 1_764_000_000_000,
        method: words.next().expect("a method").into(),
        target: words.next().expect("a target").into(),
        headers: Headers::collect(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()))),
        body: match head.contains("multipart/form-data") {
            true => body.replace('\n', "\r\n").into(),
            false => Bytes::copy_from_slice(body.strip_suffix('\n').unwrap_or(body).as_bytes()),
        },
        ip: "192.0.2.7".into(),
        params: Vec::new(),
        receipt: None,
    }
}

/// The parameters of the route, as the server fills them in.
fn params(pipeline: &Pipeline, target: &str) -> Vec<(Arc<str>, Arc<str>)> {
    let path = target.split('?').next().unwrap_or("").trim_start_matches('/');
    let Some(route) = pipeline.routes.first() else { return Vec::new() };
    let filled = route.segments.iter().zip(path.split('/')).filter_map(|(segment, text)| match segment {
        Segment::Param(name) => Some((name.clone(), Arc::from(text))),
        Segment::Literal(_) => None,
    });
    filled.collect()
}

fn run(pipeline: &Arc<Pipeline>, received: &mut Received, answers: &mut Vec<&Block>, traced: bool) -> String {
    received.params = params(pipeline, &received.target);
    let received = Arc::new(received.clone());
    let mut run =
        if traced { Run::traced(pipeline.clone(), received) } else { Run::new(pipeline.clone(), received) };
    let mut out = String::new();
    loop {
        match run.next() {
            Next::Answer(reply) => out += &shown_reply(&reply),
            Next::Claim(key) => out += &format!("claim for {} s\n", key.within / 1_000),
            Next::Need(need) => {
                let name = &call(pipeline, &need).expect("a need is about a call").name;
                out += &format!("send {} {name}\n{}", need.path, shown_request(&need.masked));
                run.resume(carried(name, answers));
            }
            Next::Wait(wait) => {
                out += &format!("wait {} {}ms\n", wait.path, wait.millis);
                run.waited();
            }
            Next::End(end) => {
                out += &format!("{:?}", end.state).to_lowercase();
                if let Some(at) = end.at {
                    out += &format!(" at {at}");
                }
                out += &if end.reason.is_empty() { "\n".to_owned() } else { format!(": {}\n", end.reason) };
                assert!(run.answered());
                break;
            }
        }
    }
    assert!(answers.is_empty(), "an action was answered that was not sent");
    if traced {
        out += "--- trace\n";
        run.take_trace().iter().for_each(|step| out += &shown_step(step));
    }
    out
}

fn carried(action: &str, answers: &mut Vec<&Block>) -> Carried {
    if answers.is_empty() {
        return Carried::Ok(Answer { status: 200, ..Answer::default() });
    }
    let block = answers.remove(0);
    assert_eq!(block.info, action, "the answers stand in the order of the actions");
    let text = block.body.trim_end();
    if let Some(failure) = text.strip_prefix("fails") {
        let (status, reason) = failure.split_once(':').expect("a reason");
        return Carried::Failed { reason: reason.trim().to_owned(), status: status.trim().parse().ok() };
    }
    let (status, body) = text.split_once(' ').unwrap_or((text, ""));
    Carried::Ok(Answer {
        status: status.parse().expect("a status"),
        headers: vec![("x-of".into(), action.into())],
        body: Bytes::copy_from_slice(body.as_bytes()),
        dry_run: false,
    })
}

fn shown_reply(reply: &Reply) -> String {
    let mut out = format!("answer {}", reply.status);
    if let Some(reason) = &reply.reason {
        out += &format!(" {reason}");
    }
    out.push('\n');
    for (name, value) in &reply.headers {
        out += &format!("  {name}: {value}\n");
    }
    out + &shown_body(&reply.body)
}

fn shown_request(request: &Rendered) -> String {
    let mut out = format!("  {} {}\n", request.method, request.url);
    for (name, value) in &request.headers {
        out += &format!("  {name}: {value}\n");
    }
    out + &shown_body(&request.body)
}

fn shown_body(body: &[u8]) -> String {
    // The lines of a multipart body are told as lines of the case, whose file has no carriage returns.
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    if body.is_empty() { String::new() } else { format!("  | {text}\n") }
}

fn shown_step(step: &Trace) -> String {
    let mut out = step.path.to_string();
    for (name, value) in &step.values {
        let value = match value {
            Value::Sealed(_) => value.shown(),
            value => value::to_json(value).unwrap_or_else(|_| value.shown()),
        };
        out += &format!(" {name}={value}");
    }
    if let Some(note) = &step.note {
        out += &format!(" ({})", note.replace('\n', "; "));
    }
    out + "\n"
}
