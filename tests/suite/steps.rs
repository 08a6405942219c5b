//! Steps, limits and functions through the real binary: who is let in, what is answered, what arrives at the other side.

use crate::harness::{Does, Server, Site, Target};

const LIMITED: &str = r#"pipeline leads {
  on POST "/leads/{school}"
  cors "*"
  limit rate 2 per 1h by path.school
  respond 200 "OK"
}
"#;

#[test]
fn a_limit_is_kept_for_each_key_and_through_a_reload() {
    let site = Site::new(&[("leads.wj", LIMITED)]);
    let mut server = site.serve(&[]);
    let send = |server: &Server, school: &str| server.post_json(&format!("/leads/{school}"), "{}");
    for _ in 0..2 {
        assert_eq!(send(&server, "north").status, 200);
    }
    let refused = send(&server, "north");
    assert_eq!((refused.status, refused.body.as_str()), (429, r#"{"error":"too_many_requests"}"#));
    // A token comes back every half an hour.
    let after: u64 = refused.header("Retry-After").unwrap().parse().unwrap();
    assert!((1_790..=1_800).contains(&after), "{after}");
    assert_eq!(refused.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(send(&server, "south").status, 200);

    // Nothing of a pipeline that has a limit is asked of one that has none, and a preflight takes no token.
    let preflight = server.send(
        "OPTIONS",
        "/leads/east",
        &[("Origin", "https://a.example"), ("Access-Control-Request-Method", "POST")],
        "",
    );
    assert_eq!(preflight.status, 204);
    for _ in 0..2 {
        assert_eq!(send(&server, "east").status, 200);
    }

    site.write("leads.wj", &LIMITED.replace("\"OK\"", "\"Fine\""));
    server.wait_for("leads.wj is served");
    assert_eq!(send(&server, "south").reason, "Fine");
    assert_eq!((send(&server, "south").status, send(&server, "north").status), (429, 429));

    // Another limit begins anew.
    site.write("leads.wj", &LIMITED.replace("2 per 1h", "3 per 1h"));
    server.wait_for("leads.wj is served");
    assert_eq!(send(&server, "north").status, 200);

    // The rows of what was refused are written while nobody waits for them; a stop waits.
    let refused = server.status()["refused"]["429"].clone();
    assert_eq!(server.stop(), Some(0));
    assert_eq!(refused, 3);
    let rejected = site.history(&["--status", "rejected"]);
    assert_eq!(rejected.len(), 3);
    assert!(rejected.iter().all(|operation| operation["answer"]["status"] == 429), "{rejected:?}");
    assert!(rejected[0]["reason"].as_str().unwrap().contains("too_many_requests"), "{rejected:?}");
}

#[test]
fn a_signature_is_made_with_the_secret_and_shown_without() {
    let target = Target::new([Does::Answers(200, "{}".into())]);
    let script = format!(
        r#"pipeline orders {{
  on POST "/orders"
  extract body on_missing abort {{ id = $.id as text }}
  respond 202
  http.post "{}/orders" {{
    header "X-Sign" = hmac_sha256("{{id}};", secret.KEY)
    header "Authorization" = "Basic {{base64("user:{{secret.KEY}}")}}"
    json {{ id: id }}
    key auto
  }}
}}
"#,
        target.url()
    );
    let site = Site::new(&[("orders.wj", &script)]).env("KEY", "s3cr3t-0123456789");
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/orders", r#"{"id": 7}"#).status, 202);
    let sent = target.next();
    // printf '7;' | openssl dgst -sha256 -hmac s3cr3t-0123456789
    assert_eq!(
        sent.header("X-Sign"),
        Some("b7771d18e28b90003119b471bef1d89dc2362b688a8fde1b11091f8fdb803455")
    );
    assert_eq!(sent.header("Authorization"), Some("Basic dXNlcjpzM2NyM3QtMDEyMzQ1Njc4OQ=="));
    server.wait_for("operation|done");
    let id = site.history(&[])[0]["id"].as_str().unwrap().to_owned();
    let shown = site.show(&id).to_string();
    assert!(
        shown.contains("«hmac_sha256 of secret KEY»") && shown.contains("«base64 of secret KEY»"),
        "{shown}"
    );
    assert!(
        !shown.contains("b7771d18e28b90003119b471bef1d89dc2362b688a8fde1b11091f8fdb803455")
            && !shown.contains("dXNlcjp"),
        "{shown}"
    );
}

#[test]
fn a_script_chooses_its_answer_and_goes_on_when_an_action_fails() {
    let target = Target::new([
        Does::Answers(404, "{}".into()),
        Does::Answers(404, "{}".into()),
        Does::Answers(200, "{}".into()),
    ]);
    let script = format!(
        r#"pipeline vk {{
  on POST "/vk"
  on POST "/vk/again"
  extract body on_missing abort {{
    type = $.type as text
    id   = $.id as text
  }}
  match type {{
    "confirmation" {{ respond 200 "c0nf1rm" }}
    "pay"          {{ respond 200 {{ json {{ code: 0 }} }} }}
    "robokassa"    {{ respond 200 {{ text "OK{{id}}" }} }}
    "strict" {{
      http.get "{url}/a/{{id}}" {{
        on_fail {{
          respond 503 {{ json {{ why: failure.text, status: failure.status }} }}
          stop "given up"
        }}
      }}
    }}
    "lenient" {{
      http.get "{url}/b/{{id}}" {{ on_fail continue }}
      http.get "{url}/c/{{id}}"
      respond 200 "went on"
    }}
    else {{ abort 400 "unknown type" }}
  }}
}}
"#,
        url = target.url()
    );
    let site = Site::new(&[("vk.wj", &script)]);
    let server = site.serve(&[]);
    let send = |path: &str, kind: &str| {
        let answer = server.post_json(path, &format!(r#"{{"type": "{kind}", "id": 5}}"#));
        (answer.status, answer.body)
    };
    assert_eq!(send("/vk", "confirmation"), (200, "c0nf1rm".to_owned()));
    assert_eq!(send("/vk/again", "pay"), (200, r#"{"code":0}"#.to_owned()));
    assert_eq!(send("/vk", "robokassa"), (200, "OK5".to_owned()));
    assert_eq!(send("/vk", "other"), (400, "unknown type".to_owned()));
    let (status, body) = send("/vk", "strict");
    assert!(status == 503 && body.contains(r#""status":404"#), "{status} {body}");
    assert_eq!(target.next().target, "/a/5");
    assert_eq!(send("/vk", "lenient"), (200, "went on".to_owned()));
    assert_eq!((target.next().target, target.next().target), ("/b/5".to_owned(), "/c/5".to_owned()));
}
