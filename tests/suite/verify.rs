//! Who may call, through the real binary: every scheme lets in what its sender signs, refuses all else with the same bytes, and
//! decides once.

use serde_json::json;
use wj::gates::verify::{ALL, Draft};

use crate::harness::{Answer, Does, Server, Site, Target};

fn draft(name: &str) -> Draft {
    let (content_type, body) = match name {
        "bizon_kassa" => (FORM, "action=paidorder&user=7&orderid=42&amount=100"),
        "robokassa" => (FORM, "OutSum=100.000000&InvId=5&Shp_item=1"),
        "prodamus" => (FORM, "order_id=1&products[0][name]=%D0%BA%D1%83%D1%80%D1%81+/+2&sum=100.00"),
        "paykeeper" => (FORM, "id=42&sum=100.00&clientid=%D0%90&orderid=5"),
        "cloudpayments" => (FORM, "TransactionId=504&Amount=10.00&Name=%D0%90"),
        _ => ("application/json", r#"{"TerminalKey":"1","Amount":100,"Success":true,"event":"x"}"#),
    };
    Draft {
        target: format!("/{name}"),
        headers: vec![("Content-Type".into(), content_type.into())],
        body: body.into(),
        reading: Default::default(),
        ip: "127.0.0.1".into(),
        params: Vec::new(),
        now: u64::try_from(
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis(),
        )
        .unwrap(),
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn send(server: &Server, draft: &Draft) -> Answer {
    let headers: Vec<(&str, &str)> =
        draft.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    server.send("POST", &draft.target, &headers, std::str::from_utf8(&draft.body).unwrap())
}

/// The rejected operations, which are written behind their answers: asked for until so many are there.
fn rejected(site: &Site, args: &[&str], count: usize) -> Vec<serde_json::Value> {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let rejected = site.history(&[&["--status", "rejected"], args].concat());
        if rejected.len() >= count {
            return rejected;
        }
        assert!(std::time::Instant::now() < until, "{} of {count} rejected: {rejected:#?}", rejected.len());
    }
}

/// All of an answer that its caller can see, but for the date.
fn shape(answer: &Answer) -> String {
    let headers: Vec<_> = answer.headers.iter().filter(|(name, _)| name != "date").collect();
    format!("{} {} {headers:?} {}", answer.status, answer.reason, answer.body)
}

#[test]
fn every_preset_lets_in_what_its_sender_signs_and_nothing_else() {
    let target = Target::new([Does::Answers(200, String::new())]);
    let mut site = Site::new(&[]);
    for preset in ALL {
        let name = preset.name;
        let script = format!(
            "pipeline {name} {{\n  on POST \"/{name}\"\n  verify {name} [secret.NEW, secret.KEY_{name}]\n  respond 200 \"OK\"\n  http.get \"{}/{name}\"\n}}\n",
            target.url()
        );
        site.write(&format!("{name}.wj"), &script);
        let key = preset.pair.map_or(format!("secret of {name}"), |pair| pair.public.trim().to_owned());
        site.set_env(&format!("KEY_{name}"), &key);
    }
    let site = site.env("NEW", "another secret");
    let server = site.serve(&[]);
    let mut ran = Vec::new();
    for preset in ALL {
        let key =
            preset.pair.map_or(format!("secret of {}", preset.name), |pair| pair.private.trim().to_owned());
        let unsigned = draft(preset.name);
        let mut signed = unsigned.clone();
        (preset.sign)(&mut signed, &key).unwrap();
        let answer = send(&server, &signed);
        assert_eq!((answer.status, answer.body.as_str()), (200, "OK"), "{}: {signed:?}", preset.name);
        ran.push(target.next().target);

        // Nobody but the sender signs for those who look with a public key.
        let mut by_another = unsigned.clone();
        assert_eq!((preset.sign)(&mut by_another, "a stranger's secret").is_ok(), preset.pair.is_none());
        let mut spoiled = signed.clone();
        spoiled.body = String::from_utf8(spoiled.body.to_vec())
            .unwrap()
            .replace("100", "1")
            .replace("=42", "=43")
            .into();
        let mut twice = signed.clone();
        let own = twice.headers.iter().skip(1).cloned().collect::<Vec<_>>();
        twice.headers.extend(own);
        let mut refused = vec![unsigned.clone(), by_another, Draft { body: "".into(), ..unsigned.clone() }];
        if twice != signed {
            refused.push(twice);
        }
        if spoiled.body != signed.body && !matches!(preset.name, "telegram" | "vk") {
            refused.push(spoiled);
        }
        let shapes: Vec<String> = refused.iter().map(|draft| shape(&send(&server, draft))).collect();
        assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{}: {shapes:#?}", preset.name);
        assert!(
            shapes[0].starts_with("401 Unauthorized ") && shapes[0].ends_with(r#" {"error":"unauthorized"}"#)
        );
    }
    assert!(target.is_quiet());
    let names: Vec<String> = ALL.iter().map(|preset| format!("/{}", preset.name)).collect();
    assert_eq!(ran, names);
    // What let it in stands with the request; why it was refused is told to people only.
    let done = site.history(&["--status", "done", "--pipeline", "github"]);
    let done = site.show(done[0]["id"].as_str().unwrap());
    assert!(done["events"].as_array().unwrap().contains(&json!({ "verified": ["github"] })), "{done}");
    let rejected = rejected(&site, &["--pipeline", "github"], 4);
    let reasons: Vec<String> = rejected
        .iter()
        .map(|operation| site.show(operation["id"].as_str().unwrap())["reason"].as_str().unwrap().to_owned())
        .collect();
    for reason in [
        "verify github: the header `X-Hub-Signature-256` is missing",
        "verify github: the header `X-Hub-Signature-256` came twice",
        "verify github: no signature in `X-Hub-Signature-256` fits",
    ] {
        assert!(reasons.iter().any(|own| own == reason), "{reasons:?}");
    }
    assert!(server.status()["refused"]["401"].as_u64().unwrap() >= 36);
}

#[test]
fn a_secret_that_is_not_set_lets_nobody_in_and_the_start_says_so() {
    let script = "pipeline hooks {\n  on POST \"/hooks\"\n  cors \"*\"\n  verify bearer secret.HOOKS_KEY\n  respond 200 \"OK\"\n}\n";
    let mut site = Site::new(&[("hooks.wj", script)]);
    let server = site.serve(&[]);
    let log = server.log.join("\n");
    assert!(
        log.contains(
            "secret HOOKS_KEY is not set: hooks answers every request with 503, since `verify` needs it"
        ),
        "{log}"
    );
    assert!(!log.contains("is not sent"), "nothing is sent with it: {log}");
    let answer = server.send("POST", "/hooks", &[("Authorization", "Bearer x")], "");
    assert_eq!((answer.status, answer.body.as_str()), (503, r#"{"error":"secret_not_set"}"#));
    assert_eq!(answer.header("retry-after"), Some("60"));
    assert!(site.history(&[]).is_empty());
    drop(server);
    site.set_env("HOOKS_KEY", "key-of-the-hooks");
    let server = site.serve(&[]);
    let call = |key: &str| server.send("POST", "/hooks", &[("Authorization", key)], "");
    assert_eq!(call("bearer key-of-the-hooks").status, 200);
    let refused = call("Bearer key-of-the-hook");
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some("Bearer")));
    assert_eq!(refused.header("access-control-allow-origin"), Some("*"));
    assert_eq!(call("Basic key-of-the-hooks").status, 401);
}

#[test]
fn a_rotated_key_never_rejects_what_was_let_in() {
    let target = Target::new([Does::Answers(400, String::new())]);
    let script = format!(
        "pipeline hooks {{\n  on POST \"/hooks\"\n  verify github secret.HOOKS_KEY\n  respond 200 \"OK\"\n  http.put \"{}/in\"\n}}\n",
        target.url()
    );
    let mut site = Site::new(&[("hooks.wj", &script)]).env("HOOKS_KEY", "the old key");
    let mut server = site.serve(&[]);
    let mut signed = draft("hooks");
    (wj::gates::verify::find("github").unwrap().sign)(&mut signed, "the old key").unwrap();
    assert_eq!(send(&server, &signed).status, 200);
    target.next();
    server.wait_for("operation|failed");
    server.stop();
    site.set_env("HOOKS_KEY", "the new key");
    target.now([Does::Answers(200, String::new())]);
    let mut server = site.serve(&[]);
    assert_eq!(send(&server, &signed).status, 401);
    let failed = site.history(&["--status", "failed"]);
    let id = failed[0]["id"].as_str().unwrap();
    site.stdout(&["history", "retry", id]);
    target.next();
    server.wait_for("operation|done");
    assert_eq!(site.show(id)["status"], "done");
}

#[test]
fn an_address_behind_a_proxy_counts_only_if_the_proxy_is_trusted() {
    let script = "pipeline payments {\n  on POST \"/payments\"\n  verify ip in [\"185.71.76.0/27\"]\n  respond 200 { text request.ip }\n}\n";
    let site = Site::new(&[("payments.wj", script)]);
    let call = |server: &Server, forwarded: &[&str]| {
        let headers: Vec<_> = forwarded.iter().map(|value| ("X-Forwarded-For", *value)).collect();
        server.send("POST", "/payments", &headers, "")
    };
    let server = site.serve(&[]);
    assert_eq!(call(&server, &["185.71.76.1"]).status, 401);
    rejected(&site, &[], 1);
    drop(server);
    std::fs::write(site.dir.path().join("wj.toml"), "trusted_proxies = [\"127.0.0.0/8\"]\n").unwrap();
    let server = site.serve(&[]);
    assert_eq!(call(&server, &["185.71.76.1"]).body, "185.71.76.1");
    assert_eq!(call(&server, &["203.0.113.9, 185.71.76.1, 127.0.0.5"]).body, "185.71.76.1");
    for forged in [&["185.71.76.1, 203.0.113.9"][..], &["185.71.76.1", "203.0.113.9"], &["185.71.76.33"], &[]]
    {
        assert_eq!(call(&server, forged).status, 401, "{forged:?}");
    }
    let rejected = rejected(&site, &[], 5);
    let shown: Vec<_> =
        rejected.iter().map(|operation| site.show(operation["id"].as_str().unwrap())).collect();
    assert!(shown.iter().any(|operation| operation["request"]["ip"] == "203.0.113.9"));
}

#[test]
fn the_guide_names_every_preset() {
    let guide = include_str!("../../docs/guide/signatures.md");
    for preset in ALL {
        assert!(guide.contains(&format!("| `{}` |", preset.name)), "{}", preset.name);
    }
}

#[test]
fn pipelines_that_let_nobody_in_are_told_in_one_line() {
    let pipeline = |name: &str, key: &str, token: &str| {
        format!(
            "pipeline {name} {{\n  on POST \"/{name}\"\n  verify bearer secret.{key}\n  respond 200\n  http.put \"https://crm.example/x\" {{ header \"X-Key\" = secret.{token} }}\n}}\n"
        )
    };
    let site = Site::new(&[
        ("a.wj", &pipeline("a", "A_KEY", "SENT")),
        ("b.wj", &pipeline("b", "B_KEY", "A_KEY")),
        ("c.wj", &pipeline("c", "B_KEY", "SENT")),
    ]);
    let server = site.serve(&[]);
    let log: Vec<&str> = server
        .log
        .iter()
        .filter(|line| line.contains("not set"))
        .filter_map(|line| line.split(" WARN ").nth(1))
        .collect();
    assert_eq!(
        log,
        [
            "secrets A_KEY, SENT are not set: what needs one of them is not sent, and its operation is interrupted",
            "these pipelines answer every request with 503, since `verify` needs a secret that is not set: a (A_KEY), b (B_KEY), c (B_KEY)",
        ]
    );
}
