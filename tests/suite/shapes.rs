//! No value from outside changes the shape of an outbound request or of an answer: whatever comes by whichever way, and wherever a
//! script puts it, what is sent has the parts that it has with a harmless value, or nothing is sent and the caller is told 4xx.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::sample::select;
use reqwest::Url;
use serde_json::{Value as Json, json};
use wj::actions::{Answer, Rendered};
use wj::bodies::{self, Read, Reading};
use wj::resolve::program::Pipeline;
use wj::run::{Carried, EndState, Headers, Next, Received, Reply, Run};
use wj::value::{Bytes, Id};

use super::run_cases::pipeline;

/// How a value comes in: its name, and what the script says to reach it as `x`.
const WAYS: [(&str, &str); 8] = [
    ("json", "extract body on_missing abort { x = $.x }"),
    ("form", "extract body on_missing abort { x = $.x }"),
    ("multipart", "extract body on_missing abort { x = $.x }"),
    ("query", "extract query on_missing abort { x = $.x }"),
    ("header", "extract headers on_missing abort { x = $[\"x-in\"] }"),
    ("cookie", "extract cookies on_missing abort { x = $.x }"),
    ("path", "let x = path.x"),
    (
        "answer",
        "let got = http.get \"https://other.example/\"\n  extract got.body on_missing abort { x = $.x }",
    ),
];

/// Where a script puts it.
const PLACES: [&str; 24] = [
    "http.get \"https://a.example/in/{x}/end\"",
    "http.get \"https://a.example/in/before-{x}.json\"",
    "http.get \"https://a.example/in/{x}{x}\" { query { last: 1 } }",
    "http.get \"https://a.example/in\" { query { q: x, last: 1 } }",
    "http.get \"https://a.example/in\" { query { q: \"a {x} b\", last: 1 } }",
    "http.get \"https://a.example/in\" {\n    header \"X-In\" = x\n    header \"X-Last\" = \"1\"\n  }",
    "http.get \"https://a.example/in\" { header \"Authorization\" = \"Bearer {x}\" }",
    "http.post \"https://a.example/in\" { form { f: x, last: 1 } }",
    "http.post \"https://a.example/in\" { form { f: \"{x}{secret.KEY}\", last: 1 } }",
    "http.post \"https://a.example/in\" { json { f: x, last: 1 } }",
    "http.post \"https://a.example/in\" { json { f: \"{x}\", deep: [{ g: x }], last: 1 } }",
    "http.post \"https://a.example/in\" { multipart { f: x, last: 1 } }",
    "http.post \"https://a.example/in\" { text \"a {x} b\" }",
    "http.post \"https://a.example/in\" { key \"{x}\" }",
    "email.send {\n    to = \"a@b.example\"\n    subject = \"{x}\"\n    text = \"{x}\"\n    html = \"{x}\"\n  }",
    "email.send {\n    to = \"{x}@b.example\"\n    subject = \"a\"\n    text = \"b\"\n    reply_to = \"{x}@c.example\"\n  }",
    "bizon.add_subscriber {\n    token = secret.KEY\n    pageId = \"{x}\"\n    email = \"a@b.example\"\n    username = \"{x}\"\n    utm_source = x\n  }",
    "bizon.add_subscriber {\n    token = secret.KEY\n    project = \"p\"\n    pageId = \"{x}\"\n    email = \"a@b.example\"\n    username = \"{x}\"\n  }",
    "telegram.send {\n    token = secret.KEY\n    chat = \"{x}\"\n    text = \"{x}\"\n  }",
    "respond 200 { json { x: x, last: 1 } }",
    "respond 200 { text \"a {x} b\" }",
    "respond 200 {\n    header \"X-Out\" = x\n    header \"X-Last\" = \"1\"\n    text \"a\"\n  }",
    "respond 302 { header \"Location\" = \"https://a.example/{url_encode(text(x))}\" }",
    "abort 409 \"no: {x}\"",
];

/// Each way with each place: its pipeline, and what comes of it with a harmless value.
static PAIRS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    let ways = WAYS.iter().flat_map(|way| PLACES.iter().map(move |place| (way, place)));
    // Behind a call that has no `respond` above it the caller has the empty 200 already, and an abort tells nobody anything.
    let told = ways.filter(|((way, _), place)| *way != "answer" || !place.starts_with("abort"));
    let pairs = told.map(|((way, reach), place)| {
        let script = format!("pipeline p {{\n  on POST \"/in/{{x}}\"\n  {reach}\n  {place}\n}}\n");
        let pipeline = pipeline(&script);
        let harmless = outcome(&pipeline, way, &json!("harmless"));
        assert!(matches!(harmless, Outcome::Shape(_)), "{script}: {harmless:?}");
        Pair { way, place, pipeline, harmless }
    });
    pairs.collect()
});

struct Pair {
    way: &'static str,
    place: &'static str,
    pipeline: Arc<Pipeline>,
    harmless: Outcome,
}

/// What came of a run: what it sent, each part by its name, or the status of a refusal.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Shape(Vec<String>),
    Refused(u16),
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn no_value_changes_the_shape_of_what_is_sent(text in texts(), value in values()) {
        for pair in PAIRS.iter() {
            for value in [&Json::from(text.as_str()), &value] {
                // Other ways than these two carry texts.
                if !value.is_string() && !matches!(pair.way, "json" | "answer") {
                    continue;
                }
                match outcome(&pair.pipeline, pair.way, value) {
                    Outcome::Refused(status) => prop_assert!(
                        matches!(status, 400 | 422) || (status == 200 && pair.way == "answer"),
                        "{value} by {} is answered {status}: {}", pair.way, pair.place
                    ),
                    sent => prop_assert_eq!(&sent, &pair.harmless, "{} by {}: {}", value, pair.way, pair.place),
                }
            }
        }
    }
}

#[test]
fn what_a_place_can_carry_is_sent() {
    for evil in
        ["a/b?c=d&e#f%2e;\\ +", "\"}, \"g\": [1], \"h\": {\"", "имя\u{202e}{x}${x}", "--x--", "a,b;c=d"]
    {
        // A cookie ends at its semicolon, and the address of a mail holds few of these.
        let carries = |pair: &&Pair| pair.way != "cookie" && !pair.place.contains("{x}@b.example");
        for pair in PAIRS.iter().filter(carries) {
            let sent = outcome(&pair.pipeline, pair.way, &json!(evil));
            assert_eq!(sent, pair.harmless, "{evil} by {}: {}", pair.way, pair.place);
        }
    }
}

/// Texts of pieces that mean something somewhere.
fn texts() -> impl Strategy<Value = String> {
    const PIECES: [&str; 40] = [
        "\r\n",
        "\r\nX-Evil: 1",
        "\n",
        "\r",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{feff}",
        "\u{202e}",
        "/",
        "\\",
        "..",
        ".",
        "?",
        "&",
        "#",
        "=",
        ";",
        ",",
        "%",
        "%2e%2e",
        "%0d%0a",
        "%00",
        "+",
        " ",
        "\t",
        "\"",
        "'",
        "<",
        ">",
        "{",
        "}",
        "[x]",
        "@",
        ":",
        "--x\r\n",
        "\r\n--x--\r\n",
        "имя",
        "«secret KEY»",
    ];
    prop_oneof![
        prop::collection::vec(select(&PIECES[..]), 0..6).prop_map(|pieces| pieces.concat()),
        any::<String>(),
        "[a-z/.%\r\n]{0,12}",
    ]
}

/// Values of JSON, whatever they hold.
fn values() -> impl Strategy<Value = Json> {
    let leaves = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        texts().prop_map(Json::from)
    ];
    leaves.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(texts(), inner, 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn outcome(pipeline: &Arc<Pipeline>, way: &str, value: &Json) -> Outcome {
    let mut run = Run::new(pipeline.clone(), Arc::new(received(way, value)));
    let (mut shape, mut answered) = (Vec::new(), 0);
    loop {
        match run.next() {
            Next::Answer(reply) => {
                answered = reply.status;
                shape.extend(of_reply(&reply));
            }
            Next::Need(need) if need.request.origin.as_ref() == "https://other.example" => {
                let body = json!({ "x": value }).to_string();
                run.resume(Carried::Ok(Answer { status: 200, body: body.into(), ..Answer::default() }));
            }
            Next::Need(need) => {
                let wire = need.request.render(&|_| Some("a secret\r\n".trim().into())).unwrap();
                assert_eq!(of_request(&wire), of_request(&need.masked));
                shape.extend(of_request(&wire));
                let body = r#"{"ok":true,"hash":"h","result":{"message_id":1}}"#;
                run.resume(Carried::Ok(Answer { status: 200, body: body.into(), ..Answer::default() }));
            }
            Next::Claim(_) | Next::Wait(_) => unreachable!("the scripts have none"),
            // A run that did not come to its place has sent nothing of it.
            Next::End(end)
                if end.state == EndState::Failed || (answered != 409 && end.state == EndState::Aborted) =>
            {
                return Outcome::Refused(answered);
            }
            Next::End(_) => return Outcome::Shape(shape),
        }
    }
}

/// A request that brings the value in this way, and a harmless one in the path if it is another.
fn received(way: &str, value: &Json) -> Received {
    let text = value.as_str().unwrap_or_default();
    let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02x}")).collect() };
    let (mut query, mut head, mut body) = (String::new(), Vec::new(), Bytes::new());
    match way {
        "json" => {
            head.push(("content-type", "application/json".to_owned()));
            body = json!({ "x": value }).to_string().into();
        }
        "form" => {
            head.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
            body = format!("x={}", encoded(text)).into();
        }
        "multipart" => {
            head.push(("content-type", "multipart/form-data; boundary=7d1f".to_owned()));
            let part = "--7d1f\r\nContent-Disposition: form-data; name=x\r\n\r\n";
            body = format!("{part}{text}\r\n--7d1f--\r\n").into();
        }
        "query" => query = format!("?x={}", encoded(text)),
        // As far as such a header comes through the door.
        "header" => head.push(("x-in", text.to_owned())),
        "cookie" => head.push(("cookie", format!("x={text}"))),
        _ => {}
    }
    let param = if way == "path" { text } else { "harmless" };
    Received {
        id: Id::new(1_764_000_000_000, 0, [7; 10]),
        at: 1_764_000_000_000,
        method: "POST".into(),
        target: format!("/in/{}{query}", encoded(param)).into(),
        headers: Headers::collect(head.iter().map(|(name, value)| (*name, value.as_bytes()))),
        body,
        ip: "192.0.2.7".into(),
        params: vec![("x".into(), param.into())],
        receipt: None,
    }
}

/// The parts of a request by their names, as whoever receives it reads them.
fn of_request(request: &Rendered) -> Vec<String> {
    let mut shape = vec![request.method.to_string()];
    let url = Url::parse(&request.url).unwrap_or_else(|error| panic!("{}: {error}", request.url));
    shape.push(format!("{}://{:?}:{:?} {:?}", url.scheme(), url.host_str(), url.port(), url.fragment()));
    if let Some(segments) = url.path_segments() {
        assert!(!url.path().contains(|c: char| c.is_control()));
        shape.push(format!("{} segments", segments.count()));
    }
    shape.extend(url.query_pairs().map(|(name, _)| format!("query {name}")));
    shape.extend(of_headers(request.headers.iter().map(|(name, value)| (name.as_ref(), value.as_str()))));
    let content_type = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    shape.extend(of_body(content_type.map(|(_, value)| value.as_str()), &request.body));
    shape
}

fn of_reply(reply: &Reply) -> Vec<String> {
    let mut shape = vec![format!("{} {:?}", reply.status, reply.reason)];
    shape.extend(of_headers(reply.headers.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))));
    let content_type = reply.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    shape.extend(of_body(content_type.map(|(_, value)| value.as_ref()), &reply.body));
    shape
}

fn of_headers<'a>(headers: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let named = headers.map(|(name, value)| {
        assert!(!value.contains(|c: char| c.is_control() && c != '\t'), "{name}: {value:?}");
        // A boundary is made anew for each body.
        let kind = value.split(';').next().unwrap_or_default();
        if name.eq_ignore_ascii_case("content-type") { format!("{name}: {kind}") } else { name.to_owned() }
    });
    named.collect()
}

fn of_body(content_type: Option<&str>, body: &Bytes) -> Vec<String> {
    let Some(kind) = content_type else {
        // A mail is one object, whose subject and addresses are one line each.
        let Ok(Json::Object(mail)) = serde_json::from_slice(body) else {
            return vec![format!("{} bytes", body.len())];
        };
        for one_line in ["to", "subject", "reply_to"] {
            let value = mail.get(one_line).and_then(Json::as_str).unwrap_or_default();
            assert!(!value.contains(|c: char| c.is_control()), "{one_line}: {value:?}");
            assert!(one_line == "subject" || value.matches('@').count() < 2, "{one_line}: {value:?}");
        }
        return mail.keys().map(|name| format!("mail {name}")).collect();
    };
    if kind.starts_with("text/") {
        return Vec::new();
    }
    let read = bodies::read(Some(kind.as_bytes()), Reading::default(), body);
    match read.unwrap_or_else(|fault| panic!("{kind}: {}: {body:?}", fault.message)) {
        Read::Fields(fields) => {
            let all = wj::value::to_json(&fields.all()).unwrap();
            let all: Json = serde_json::from_str(&all).unwrap();
            let count = |values: &Json| values.as_array().map_or(1, Vec::len);
            all.as_object()
                .unwrap()
                .iter()
                .map(|(name, values)| format!("{name} {}", count(values)))
                .collect()
        }
        _ => {
            let document: Json = serde_json::from_slice(body).unwrap();
            let names: BTreeSet<String> = document.as_object().unwrap().keys().cloned().collect();
            names.into_iter().collect()
        }
    }
}
