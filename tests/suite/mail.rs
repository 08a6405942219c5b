//! Mail against a server of this machine, through `deliver`: what had no effect is told apart from what nobody knows, what
//! a value holds stays in its place, and TLS is insisted on.

use std::time::Duration;

use wj::actions::{Attempt, Rendered};
use wj::deliver::{Deliver, Letter, Options, Smtp, Tls};

use crate::smtp::{Does, Security, SmtpServer, Stage};

const LONG: Duration = Duration::from_secs(20);

fn smtp(server: &SmtpServer) -> Smtp {
    Smtp {
        host: "localhost".to_owned(),
        port: server.address.port(),
        tls: Tls::None,
        user: None,
        from: "wj@school.example".to_owned(),
        certificate: None,
    }
}

fn deliver(smtp: Smtp) -> Deliver {
    Deliver::new(Options { smtp: Some(smtp), ..Options::default() }).unwrap()
}

fn letter() -> Letter {
    Letter {
        to: vec!["anna@school.example".to_owned()],
        subject: "Новый лид: «вебинар»".to_owned(),
        text: "Здравствуйте!\n.\nQUIT\n..две точки\n".to_owned(),
        html: None,
        reply_to: None,
        id: "0192-abc".to_owned(),
    }
}

async fn sent(server: &SmtpServer, letter: &Letter) -> Attempt {
    deliver(smtp(server)).mail(letter, LONG).await
}

fn reason(attempt: &Attempt) -> (&'static str, String) {
    match attempt {
        Attempt::Answered(answer) => ("answered", answer.status.to_string()),
        Attempt::NotSent(why) => ("not sent", why.clone()),
        Attempt::Refused(why) => ("refused", why.clone()),
        Attempt::Later(why) => ("later", why.clone()),
        Attempt::Lost(why) => ("lost", why.clone()),
    }
}

#[tokio::test]
async fn a_mail_comes_as_it_was_written() {
    let server = SmtpServer::plain();
    let Attempt::Answered(answer) = sent(&server, &letter()).await else { panic!() };
    assert_eq!((answer.status, &answer.body[..]), (250, &b"2.0.0 queued as 7F"[..]));
    let mail = server.next();
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("wj@school.example", &["anna@school.example".to_owned()][..])
    );
    assert_eq!(mail.header("Message-ID").as_deref(), Some("<0192-abc@school.example>"));
    assert_eq!(mail.header("From").as_deref(), Some("wj@school.example"));
    assert_eq!(mail.header("To").as_deref(), Some("anna@school.example"));
    assert!(mail.header("Date").is_some() && mail.header("Subject").unwrap().starts_with("=?utf-8?"));
    assert_eq!(mail.text().trim_end(), letter().text.trim_end());
    // Two parts, an address for answers, a domain in letters of its own, an id that cannot stand as it is.
    let more = Letter {
        to: vec!["anna@пример.рф".to_owned()],
        html: Some("<p>Да</p>".to_owned()),
        reply_to: Some("b@c.example".to_owned()),
        id: "заказ 7>\r\n".to_owned(),
        ..letter()
    };
    assert_eq!(reason(&sent(&server, &more).await).0, "answered");
    let mail = server.next();
    assert_eq!(mail.to, ["anna@xn--e1afmkfd.xn--p1ai"]);
    assert_eq!(mail.header("Reply-To").as_deref(), Some("b@c.example"));
    assert!(mail.header("Content-Type").unwrap().starts_with("multipart/alternative"));
    assert!(mail.data.contains("text/plain") && mail.data.contains("text/html"));
    let id = mail.header("Message-ID").unwrap();
    assert!(id.len() == 2 + 32 + "@school.example".len() && id.is_ascii(), "{id}");
}

#[tokio::test]
async fn what_had_no_effect_is_told_apart_from_what_nobody_knows() {
    let server = SmtpServer::plain();
    for (does, class, why) in [
        (Does::Says(Stage::Greeting, "421 busy"), "not sent", "421"),
        (Does::Says(Stage::Greeting, "554 no service"), "not sent", "554"),
        (Does::HangsUp(Stage::Greeting), "not sent", "cannot be used"),
        (Does::Says(Stage::From, "451 later"), "later", "answered 451 later"),
        (Does::Says(Stage::From, "553 not you"), "refused", "answered 553 not you"),
        (Does::Says(Stage::To, "450 busy"), "later", "answered 450"),
        (
            Does::Says(Stage::To, "550 no such user"),
            "refused",
            "anna@school.example: the mail server answered 550",
        ),
        (Does::HangsUp(Stage::To), "not sent", "broke off"),
        (Does::Says(Stage::Data, "452 full"), "later", "answered 452"),
        (Does::Says(Stage::End, "451 later"), "later", "answered 451"),
        (Does::Says(Stage::End, "554 spam"), "refused", "answered 554 spam"),
        (Does::HangsUp(Stage::End), "lost", "broke off"),
    ] {
        server.now(does);
        let attempt = sent(&server, &letter()).await;
        let (found, told) = reason(&attempt);
        assert!(found == class && told.contains(why), "{does:?}: {attempt:?}");
        assert!(server.is_quiet());
    }
}

#[tokio::test]
async fn a_time_out_is_lost_only_behind_the_mail_itself() {
    for (stage, class) in [
        (Stage::Greeting, "not sent"),
        (Stage::From, "not sent"),
        (Stage::Data, "not sent"),
        (Stage::End, "lost"),
    ] {
        let server = SmtpServer::new(Does::Hangs(stage), Security::None);
        let deliver = deliver(smtp(&server));
        let sending = tokio::spawn(async move { deliver.mail(&letter(), LONG).await });
        let server = tokio::task::spawn_blocking(move || {
            assert_eq!(server.stuck(), stage);
            server
        })
        .await
        .unwrap();
        // From here on the clock jumps to the end of the wait.
        tokio::time::pause();
        let attempt = sending.await.unwrap();
        tokio::time::resume();
        assert_eq!(reason(&attempt), (class, "no answer within 20 s".to_owned()), "{stage:?}");
        drop(server);
    }
}

#[tokio::test]
async fn one_address_that_is_gone_keeps_the_mail_from_nobody_else() {
    let server = SmtpServer::new(Does::RefusesRecipient("gone"), Security::None);
    let both =
        Letter { to: vec!["gone@school.example".to_owned(), "anna@school.example".to_owned()], ..letter() };
    let Attempt::Answered(answer) = sent(&server, &both).await else { panic!() };
    let said = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(said.contains("not taken: gone@school.example: the mail server answered 550"), "{said}");
    assert_eq!(server.next().to, ["anna@school.example"]);
}

#[tokio::test]
async fn tls_is_insisted_on_and_a_certificate_must_be_known() {
    for (security, tls) in [(Security::StartTls, Tls::StartTls), (Security::Implicit, Tls::Implicit)] {
        let server = SmtpServer::new(Does::Takes, security);
        let certificate = Some(server.certificate.clone().into_bytes());
        let known = Smtp { tls, certificate, user: Some("wj".to_owned()), ..smtp(&server) };
        let deliver = deliver(known.clone());
        assert_eq!(
            reason(&deliver.mail(&letter(), LONG).await),
            ("not sent", "the password of the mail server's user is not set".to_owned())
        );
        deliver.know_password(Some("s3cret-пароль".into()));
        assert_eq!(reason(&deliver.mail(&letter(), LONG).await).0, "answered", "{security:?}");
        let mail = server.next();
        assert_eq!((mail.encrypted, mail.login.as_deref()), (true, Some("wj s3cret-пароль")));

        server.now(Does::Says(Stage::Login, "535 wrong password"));
        let (class, why) = reason(&deliver.mail(&letter(), LONG).await);
        assert!(class == "not sent" && why.contains("535 wrong password"), "{why}");
        server.now(Does::Takes);

        // A certificate that nobody vouches for, and one for another name.
        for wrong in [
            Smtp { certificate: None, ..known.clone() },
            Smtp { host: "127.0.0.1".to_owned(), ..known.clone() },
        ] {
            let (class, why) = reason(&self::deliver(wrong).mail(&letter(), LONG).await);
            assert!(class == "not sent" && why.contains("cannot be used"), "{why}");
        }
    }
    // A server that offers no TLS, or had its offer taken away on the way, gets nothing.
    let server = SmtpServer::plain();
    let (class, why) =
        reason(&deliver(Smtp { tls: Tls::StartTls, ..smtp(&server) }).mail(&letter(), LONG).await);
    assert!(class == "not sent" && why.contains("STARTTLS"), "{why}");
    assert!(server.is_quiet());
}

#[tokio::test]
async fn no_value_changes_the_shape_of_a_mail() {
    let server = SmtpServer::plain();
    let plain = {
        assert_eq!(reason(&sent(&server, &letter()).await).0, "answered");
        server.next().headers()
    };
    for hostile in ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "\u{7f}"] {
        for letter in [
            Letter { subject: hostile.to_owned(), ..letter() },
            Letter { to: vec![format!("a@b.example{hostile}")], ..letter() },
            Letter { reply_to: Some(format!("a@b.example{hostile}")), ..letter() },
        ] {
            assert_eq!(reason(&sent(&server, &letter).await).0, "refused", "{letter:?}");
        }
        for letter in [
            Letter { text: format!("\r\n.\r\n{hostile}\r\n.\r\nMAIL FROM:<x@y.example>"), ..letter() },
            Letter { id: hostile.to_owned(), ..letter() },
        ] {
            assert_eq!(reason(&sent(&server, &letter).await).0, "answered", "{letter:?}");
            let mail = server.next();
            assert_eq!((mail.headers(), mail.to.len()), (plain.clone(), 1));
        }
    }
    // Words that encode nothing by themselves, and very long ones.
    for subject in ["=?utf-8?q?=0D=0ABcc:_x@y.example?=".to_owned(), "ы".repeat(5_000), "x ".repeat(2_000)] {
        assert_eq!(reason(&sent(&server, &Letter { subject, ..letter() }).await).0, "answered");
        let mail = server.next();
        assert_eq!(mail.headers(), plain);
        assert!(mail.data.split("\r\n").all(|line| line.len() <= 998));
    }
    assert!(server.is_quiet());
}

#[tokio::test]
async fn without_a_server_nothing_is_sent() {
    let deliver = Deliver::new(Options::default()).unwrap();
    let request = Rendered {
        method: "MAIL".into(),
        url: "mailto:a%40b.example".into(),
        headers: Vec::new(),
        body: r#"{"to":"a@b.example","subject":"s","text":"t","id":"1"}"#.into(),
    };
    let (class, why) = reason(&deliver.send(&request, LONG, 10).await);
    assert_eq!((class, why.as_str()), ("not sent", "no mail server is set: `wj.toml` has no `[smtp]`"));
    let off = Smtp { from: "nobody".to_owned(), ..smtp(&SmtpServer::plain()) };
    assert!(
        Deliver::new(Options { smtp: Some(off), ..Options::default() })
            .is_err_and(|why| why.contains("nobody"))
    );
}
