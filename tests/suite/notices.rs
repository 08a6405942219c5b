//! Who is told of failures, and mail as an action, through the real binary and a mail server of this machine.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::harness::{Does, Server, Site, Target, err};
use crate::smtp::{self, Security, SmtpServer, Stage};

/// A pipeline that fails with each request, and tells these.
fn failing(name: &str, target: &Target, tells: &str) -> String {
    format!(
        "pipeline {name} {{\n  on POST \"/{name}\"\n  respond 202\n  http.put \"{}/x\" {{\n    json {{ a: 1 }}\n    retry none\n  }}\n  on_failure {{\n    {tells}\n  }}\n}}\n",
        target.url()
    )
}

fn site(scripts: &[(&str, &str)], config: &str) -> Site {
    let site = Site::new(scripts);
    std::fs::write(site.dir.path().join("wj.toml"), config).unwrap();
    site
}

fn broken() -> Target {
    Target::new([Does::Answers(404, String::new())])
}

fn fail(server: &mut Server, name: &str) {
    server.post_json(&format!("/{name}"), "{}");
    server.wait_for("operation failed");
}

fn newest(site: &Site) -> String {
    site.history(&["--limit", "1"])[0]["id"].as_str().unwrap().to_owned()
}

const OPS: &str = "notify email \"ops@school.example\", \"boss@school.example\"";

#[test]
fn a_failure_is_told_at_once_the_next_waits_for_its_round_and_a_restart_starts_none() {
    let (target, mail) = (broken(), SmtpServer::new(smtp::Does::Takes, Security::StartTls));
    let config = mail.config("user = \"wj\"\npassword = \"MAIL_PASSWORD\"\ncertificate = \"ca.pem\"");
    let mut site = site(&[("leads.wj", &failing("leads", &target, OPS))], &config);
    std::fs::write(site.dir.path().join("ca.pem"), &mail.certificate).unwrap();
    site.set_env("MAIL_PASSWORD", "s3cret-password");
    let mut server = site.serve(&[]);
    fail(&mut server, "leads");
    let first = newest(&site);
    let sent = mail.next();
    assert_eq!(sent.to, ["ops@school.example", "boss@school.example"]);
    assert_eq!((sent.encrypted, sent.login.as_deref()), (true, Some("wj s3cret-password")));
    assert_eq!(sent.header("Subject").as_deref(), Some("wj: operations of leads failed or were interrupted"));
    assert!(sent.header("Message-ID").unwrap().starts_with(&format!("<notice-{first}-")), "{sent:?}");
    let text = sent.text();
    assert!(text.contains("1 failed: the target answered 404") && text.contains(&first), "{text}");
    server.wait_for("told of 1 operation that failed or was interrupted");
    let shown = site.stdout(&["history", "show", &first]);
    assert!(shown.contains("to ops@school.example, boss@school.example was sent"), "{shown}");

    fail(&mut server, "leads");
    let second = newest(&site);
    let shown = site.stdout(&["history", "show", &second]);
    assert!(shown.contains("to ops@school.example, boss@school.example is queued"), "{shown}");
    let waits = |server: &Server| -> Json {
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            let status = server.status();
            if status["notices"][0]["next_at"].is_string() {
                assert_eq!(status["operations"]["notices_waiting"], 1);
                return status["notices"][0].clone();
            }
        }
        panic!("nothing waits: {}", server.status());
    };
    let before = waits(&server);
    assert_eq!((&before["pipeline"], &before["error"]), (&json!("leads"), &Json::Null));
    assert_eq!(server.stop(), Some(0));
    let server = site.serve(&[]);
    assert_eq!(waits(&server), before, "the same round, after the restart");
    let shown = site.stdout(&["status"]);
    assert!(shown.contains("1 notice waits to be sent\n  leads: the next is due at "), "{shown}");
    assert!(mail.is_quiet());
}

#[test]
fn a_mail_server_that_hangs_or_is_down_delays_nothing() {
    let (target, hook) = (broken(), Target::new([]));
    let mail = SmtpServer::new(smtp::Does::Hangs(Stage::Greeting), Security::None);
    let tells = format!("{OPS}\n    notify http \"{}/hook\"", hook.url());
    let scripts = [
        ("a.wj", failing("a", &target, OPS)),
        ("b.wj", failing("b", &target, &tells)),
        ("c.wj", "pipeline c {\n  on POST \"/c\"\n  respond 200\n}\n".to_owned()),
    ];
    let scripts: Vec<(&str, &str)> = scripts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let site = site(&scripts, &mail.config("tls = \"none\""));
    let mut server = site.serve(&[]);
    fail(&mut server, "a");
    assert_eq!(mail.stuck(), Stage::Greeting);
    fail(&mut server, "b");
    // Its mail hangs as well; its other channel does not wait for that.
    let told = hook.next();
    let id = newest(&site);
    assert_eq!((told.method.as_str(), told.target.as_str()), ("POST", "/hook"));
    assert_eq!(told.header("Content-Type"), Some("application/json"));
    let body: Json = serde_json::from_str(&told.body).unwrap();
    assert_eq!(
        (&body["pipeline"], &body["failed"], &body["interrupted"]),
        (&json!("b"), &json!(1), &json!(0))
    );
    assert_eq!(body["reasons"], json!([{ "status": "failed", "reason": "answered_404", "count": 1 }]));
    assert_eq!(body["operations"], json!([{ "id": id, "status": "failed", "reason": "answered_404" }]));
    assert_eq!(server.post_json("/c", "{}").status, 200);
    // Nothing is lost of what could not be said, and a stop does not wait for it.
    assert_eq!(server.status()["operations"]["notices_waiting"], 2);
    assert_eq!(server.stop(), Some(0));

    // Down: a port where nobody listens.
    let gone = { std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() };
    let config = format!(
        "[smtp]\nhost = \"127.0.0.1\"\nport = {gone}\nfrom = \"wj@school.example\"\ntls = \"none\"\n"
    );
    std::fs::write(site.dir.path().join("wj.toml"), config).unwrap();
    let mut server = site.serve(&[]);
    server.wait_for("a notice could not be sent: the mail server 127.0.0.1 cannot be used");
    assert_eq!(server.post_json("/c", "{}").status, 200);
    let shown = site.stdout(&["status"]);
    assert!(shown.contains("2 notices wait to be sent"), "{shown}");
    assert!(shown.contains("a: the last try failed: the mail server 127.0.0.1 cannot be used"), "{shown}");
    assert_eq!(server.stop(), Some(0));

    // Mended: both go out, and the hook, which was told, is not told again.
    mail.now(smtp::Does::Takes);
    std::fs::write(site.dir.path().join("wj.toml"), mail.config("tls = \"none\"")).unwrap();
    let mut server = site.serve(&[]);
    let mut subjects = [mail.next().header("Subject").unwrap(), mail.next().header("Subject").unwrap()];
    subjects.sort();
    assert_eq!(
        subjects,
        ["a", "b"].map(|name| format!("wj: operations of {name} failed or were interrupted"))
    );
    server.wait_for("told of 1 operation that failed or was interrupted");
    server.wait_for("told of 1 operation that failed or was interrupted");
    assert_eq!(server.status()["operations"]["notices_waiting"], 0);
    assert!(hook.is_quiet());
}

#[test]
fn without_a_mail_server_notices_stay_and_it_is_said() {
    let target = broken();
    let sends = "pipeline s {\n  on POST \"/s\"\n  email.send {\n    to = \"a@b.example\"\n    subject = \"s\"\n    text = \"t\"\n  }\n}\n";
    let site = Site::new(&[("leads.wj", &failing("leads", &target, OPS)), ("s.wj", sends)]);
    let mut server = site.serve(&[]);
    for told in [
        "wj.toml has no [smtp], so no mail goes out: the notices of leads stay queued",
        "wj.toml has no [smtp], so no mail goes out: email.send of s fails",
    ] {
        assert!(server.log.iter().any(|line| line.contains(told)), "{:?}", server.log);
    }
    fail(&mut server, "leads");
    server.wait_for("a notice could not be sent: no mail server is set");
    let status = server.status();
    assert_eq!((&status["mail"], &status["operations"]["notices_waiting"]), (&json!(false), &json!(1)));
    let shown = site.stdout(&["status"]);
    assert!(shown.contains("leads: the last try failed: no mail server is set"), "{shown}");
    // The script is gone, and the mail server is there: the script that is kept with the operation says who is told. One of
    // them is gone too.
    let mail = SmtpServer::new(smtp::Does::RefusesRecipient("boss"), Security::None);
    std::fs::remove_file(site.path("leads.wj")).unwrap();
    std::fs::write(site.dir.path().join("wj.toml"), mail.config("tls = \"none\"")).unwrap();
    assert_eq!(server.stop(), Some(0));
    let mut server = site.serve(&[]);
    assert_eq!(mail.next().to, ["ops@school.example"]);
    server.wait_for("a notice did not reach everybody: boss@school.example: the mail server answered 550");
    server.wait_for("told of 1 operation that failed or was interrupted");
    assert_eq!(server.status()["operations"]["notices_waiting"], 0);
}

#[test]
fn a_hook_is_guarded_as_any_target_is() {
    let (target, hook) = (broken(), Target::new([]));
    let tells = format!("notify http \"{}/hook\"", hook.url());
    let site = Site::new(&[("leads.wj", &failing("leads", &target, &tells))]);
    let mut server =
        Server::start(site.command(&["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]));
    fail(&mut server, "leads");
    server.wait_for("a notice could not be sent: 127.0.0.1 is a private address");
    assert!(hook.is_quiet());
}

const WELCOME: &str = r#"
pipeline welcome {
  on POST "/welcome"
  extract body on_missing abort {
    email = $.email
    name  = $.name
  }
  respond 202
  let sent = email.send {
    to       = email
    subject  = "Добро пожаловать, {name}"
    text     = "Здравствуйте, {name}!\nВаш ключ: {secret.KEY}"
    reply_to = "office@school.example"
    MORE
  }
  http.post "TARGET/x" { json { status: sent.status } }
}
"#;

fn welcome(target: &Target, more: &str) -> String {
    WELCOME.replace("TARGET", &target.url()).replace("MORE", more)
}

const ANNA: &str = r#"{"email":"anna@school.example","name":"Анна"}"#;

#[test]
fn a_mail_is_an_action_like_any_other() {
    let (target, mail) = (Target::new([]), SmtpServer::plain());
    let site =
        site(&[("w.wj", &welcome(&target, ""))], &mail.config("tls = \"none\"")).env("KEY", "top-s3cret-key");
    let mut server = site.serve(&[]);
    assert_eq!(server.post_json("/welcome", ANNA).status, 202);
    let sent = mail.next();
    assert_eq!(
        (sent.to.as_slice(), sent.header("Reply-To").as_deref()),
        (&["anna@school.example".to_owned()][..], Some("office@school.example"))
    );
    assert_eq!(sent.text().trim_end(), "Здравствуйте, Анна!\nВаш ключ: top-s3cret-key");
    assert_eq!(target.next().body, r#"{"status":250}"#);
    server.wait_for("operation|done");
    let operation = site.show(&newest(&site));
    let action = &operation["actions"][0];
    assert_eq!((&action["action"], &action["outcome"]), (&json!("email.send"), &json!("ok")));
    assert_eq!(action["request"]["url"], "mailto:anna%40school.example");
    let body: Json = serde_json::from_str(action["request"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["text"], "Здравствуйте, Анна!\nВаш ключ: «secret KEY»");
    let id = body["id"].as_str().unwrap();
    assert_eq!(sent.header("Message-ID").unwrap(), format!("<{id}@school.example>"));
    assert!(!operation.to_string().contains("top-s3cret"));

    // Outcomes: turned down for good, later, and nobody knows.
    mail.now(smtp::Does::Says(Stage::To, "550 no such user"));
    server.post_json("/welcome", ANNA);
    server.wait_for("operation failed");
    let reason = site.show(&newest(&site))["reason"].clone();
    assert!(reason.as_str().unwrap().contains("answered 550"), "{reason}");
    mail.now(smtp::Does::HangsUp(Stage::End));
    server.post_json("/welcome", ANNA);
    server.wait_for("operation interrupted");
    let lost = newest(&site);
    assert!(site.show(&lost)["reason"].as_str().unwrap().contains("the outcome of `email.send` is unknown"));
    // A person decides, and the mail has the id that it had.
    mail.now(smtp::Does::Takes);
    site.stdout(&["history", "retry", &lost]);
    let again = mail.next();
    server.wait_for("operation|done");
    let show = site.show(&lost);
    let body = show["actions"][0]["request"]["body"].as_str().unwrap();
    assert!(body.contains(again.header("Message-ID").unwrap()[1..].split('@').next().unwrap()), "{body}");
    assert_eq!(target.next().body, r#"{"status":250}"#);

    // What cannot stand in a mail is a fault, and nothing is sent.
    for (email, name) in [
        ("anna@school.example\\r\\nBcc: x@y.example", "A"),
        ("a@school.example", "A\\nBcc: x@y.example"),
        ("nobody", "A"),
    ] {
        server.post_json("/welcome", &format!(r#"{{"email":"{email}","name":"{name}"}}"#));
        server.wait_for("operation failed");
    }
    assert!(mail.is_quiet() && target.is_quiet());
}

#[test]
fn a_key_makes_a_mail_repeatable_under_one_message_id() {
    let (target, mail) = (Target::new([]), SmtpServer::new(smtp::Does::HangsUp(Stage::End), Security::None));
    let more = "key \"welcome-{email}\"\n    retry 3 times, first 1ms, at most 1ms";
    let site = site(&[("w.wj", &welcome(&target, more))], &mail.config("tls = \"none\""))
        .env("KEY", "top-s3cret-key");
    let server = site.serve(&[]);
    server.post_json("/welcome", ANNA);
    assert_eq!((mail.stuck(), mail.stuck()), (Stage::End, Stage::End));
    mail.now(smtp::Does::Takes);
    let sent = mail.next();
    assert_eq!(target.next().body, r#"{"status":250}"#);
    let id = sent.header("Message-ID").unwrap();
    assert!(id.len() == 49 && id.ends_with("@school.example>"), "of the key's hash: {id}");
}

#[test]
fn a_dry_run_sends_no_mail_and_tells_nobody() {
    let (target, mail) = (broken(), SmtpServer::plain());
    let site = site(
        &[("w.wj", &welcome(&target, "")), ("f.wj", &failing("f", &target, OPS))],
        &mail.config("tls = \"none\""),
    )
    .env("KEY", "top-s3cret-key");
    let mut server = site.serve(&["--dry-run"]);
    server.post_json("/welcome", ANNA);
    server.wait_for("operation|done");
    let action = site.show(&newest(&site))["actions"][0].clone();
    assert_eq!((&action["dry_run"], &action["request"]["method"]), (&json!(true), &json!("MAIL")));
    assert!(mail.is_quiet());
}

#[test]
fn what_smtp_does_not_know_is_refused_with_the_near_name() {
    for (config, told) in [
        ("[smtp]\nhots = \"a\"\nfrom = \"a@b.example\"\n", "did you mean `host`?"),
        ("[smpt]\nhost = \"a\"\n", "did you mean `smtp`?"),
        ("[smtp]\nhost = \"a\"\nfrom = \"a@b.example\"\ntls = \"ssl\"\n", "`starttls`, `tls`, `none`"),
        ("[smtp]\nhost = \"a\"\n", "missing field `from`"),
        (
            "[smtp]\nhost = \"a\"\nfrom = \"a@b.example\"\nuser = \"u\"\npassword = \"hunter2\"\n",
            "takes the name of a secret",
        ),
    ] {
        let site = site(&[], config);
        let output = site.wj(&["serve"]);
        let error = err(&output);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(told) && !error.contains("hunter2"), "{error}");
    }
}
