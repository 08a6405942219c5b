//! Each sender of the field posts what it posts to the real program, which serves the repository's `pipelines/` and, for those that
//! have none there, `tests/cases/senders/others.wj`. What is answered and what goes out stands in `tests/cases/senders/told.txt`;
//! `UPDATE=1` writes it anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use wj::gates::verify::{Draft, find};

use crate::harness::{Does, Received, Server, Site, Target};
use crate::smtp::SmtpServer;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const HASH: &str = r#"{"hash":"h1","url_default":"https://b.example/click/h1"}"#;
const TELEGRAM: &str = r#"{"ok":true,"result":{"message_id":7}}"#;

/// A request as its sender makes it, and what the called services answer, one after the other.
struct Case {
    sender: &'static str,
    method: &'static str,
    target: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
    signed: Option<(&'static str, &'static str)>,
    /// What is changed of it on its way.
    spoiled: Option<(&'static str, &'static str)>,
    answers: Vec<String>,
    /// The request goes out by mail.
    mails: bool,
}

fn post(sender: &'static str, target: &'static str, kind: &str, body: impl Into<String>) -> Case {
    Case {
        sender,
        method: "POST",
        target,
        headers: vec![("Content-Type", kind.to_owned())],
        body: body.into(),
        signed: None,
        spoiled: None,
        answers: Vec::new(),
        mails: false,
    }
}

impl Case {
    fn signed(mut self, preset: &'static str, key: &'static str) -> Case {
        self.signed = Some((preset, key));
        self
    }

    /// Signed with the half of the key that only the sender has.
    fn signed_by_its_sender(self, preset: &'static str) -> Case {
        self.signed(preset, find(preset).unwrap().pair.unwrap().private.trim())
    }

    fn spoiled(mut self, from: &'static str, to: &'static str) -> Case {
        self.spoiled = Some((from, to));
        self
    }

    fn header(mut self, name: &'static str, value: &str) -> Case {
        self.headers.push((name, value.to_owned()));
        self
    }

    fn answers(mut self, bodies: &[&str]) -> Case {
        self.answers.extend(bodies.iter().map(|body| (*body).to_owned()));
        self
    }
}

fn repository(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn fixture(name: &str) -> String {
    repository(&format!("pipelines/fixtures/{name}"))
}

/// A form as `multipart/form-data`, with this boundary.
fn multipart(form: &str, boundary: &str) -> String {
    let mut body = String::new();
    for (name, value) in url::form_urlencoded::parse(form.as_bytes()) {
        write!(body, "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            .unwrap();
    }
    body + &format!("--{boundary}--\r\n")
}

fn cases() -> Vec<Case> {
    let report = fixture("bizon-report.json");
    let viewers = fixture("bizon-viewers.json");
    let bitrix = "event=ONCRMLEADADD&data%5BFIELDS%5D%5BID%5D=4812&ts=1764000000&auth%5Bdomain%5D=school.bitrix24.ru&auth%5Bapplication_token%5D=bitrix-application";
    let paykeeper = "id=84512&sum=1990.00&clientid=%D0%90%D0%BD%D0%BD%D0%B0&orderid=10042&client_email=anna%40mail.example&ps_id=1";
    let yandex_pay = r#"{"merchantId":"789d1243-9d4c-4f34-a5d1-98b3a8a1dd4a","event":"ORDER_STATUS_UPDATED","order":{"orderId":"10042","paymentStatus":"CAPTURED"}}"#;
    let event = r#"{"id":"evt_1","type":"paid","data":{"object":{"id":"pi_1"}}}"#;
    let mut yookassa = post("YooKassa", "/hooks/yookassa", JSON, fixture("yookassa.json"))
        .header("X-Forwarded-For", "185.71.76.5")
        .answers(&[&fixture("yookassa-payment.json")]);
    yookassa.mails = true;
    let mut amocrm = post("amoCRM", "/hooks/amocrm?key=amo-hook-key", FORM, fixture("amocrm-status.form"));
    amocrm.mails = true;
    let mut getcourse = post(
        "GetCourse",
        "/hooks/getcourse?key=getcourse-hook-key&order=10042&email=anna%40mail.example&name=%D0%90%D0%BD%D0%BD%D0%B0&cost=1%20990",
        FORM,
        "",
    )
    .answers(&[HASH]);
    getcourse.method = "GET";
    getcourse.headers.clear();
    let mut senler =
        post("Senler", "/others/senler?key=senler-key&vk_user_id=7654321&utm_source=vk", FORM, "")
            .answers(&["{}"]);
    senler.method = "GET";
    senler.headers.clear();
    let mut getcourse_post = post(
        "GetCourse, POST",
        "/hooks/getcourse?key=getcourse-hook-key&order=10043&email=boris%40mail.example&name=%D0%91%D0%BE%D1%80%D0%B8%D1%81&cost=990",
        FORM,
        "",
    )
    .answers(&[HASH]);
    getcourse_post.headers.clear();
    let chat = r#"{"account_id":"a1","message":{"id":"m1","sender":{"name":"Анна"},"text":"Здравствуйте"}}"#;
    vec![
        post("the origin page's landing page", "/hooks/leads", JSON, fixture("lead.json").replace("102", "101")).answers(&[HASH, "{}"]),
        post("Tilda, trying the address", "/hooks/tilda", FORM, "test=test"),
        post("Tilda", "/hooks/tilda", FORM, fixture("tilda.form")).answers(&[HASH]),
        post("Tilda's marketplace, a key in a header", "/others/tilda", JSON, r#"{"Name":"Анна","Email":"anna@mail.example","tranid":"7351923:4410214"}"#)
            .header("X-Api-Key", "tilda-api-key")
            .answers(&["{}"]),
        post("Tilda's marketplace, without its key", "/others/tilda", JSON, r#"{"Name":"Анна","Email":"anna@mail.example","tranid":"7351923:4410215"}"#),
        post("Tilda's marketplace, a key in the body", "/others/tilda-body", JSON, r#"{"Email":"anna@mail.example","tranid":"7351923:4410216","api_key":"tilda-api-key"}"#)
            .answers(&["{}"]),
        post("Tilda's marketplace, another's key", "/others/tilda-body", JSON, r#"{"Email":"anna@mail.example","tranid":"7351923:4410217","api_key":"tilda-api-kez"}"#),
        getcourse,
        getcourse_post,
        post("Marquiz, JSON", "/hooks/marquiz", JSON, fixture("marquiz.json")).answers(&[HASH, TELEGRAM]),
        post(
            "Marquiz, a form",
            "/hooks/marquiz",
            FORM,
            "contacts%5Bname%5D=%D0%90%D0%BD%D0%BD%D0%B0&contacts%5Bemail%5D=anna%40mail.example&answers%5B0%5D%5Bq%5D=1&answers%5B0%5D%5Ba%5D=2",
        )
        .answers(&[HASH, TELEGRAM]),
        amocrm,
        // Signed by Python's `hmac`.
        post("amoCRM, a chat", "/others/amo-chats", JSON, chat)
            .header("X-Signature", "943dcb1c4807903109bf3bcc396d48335490e803")
            .answers(&["{}"]),
        post("Bitrix24", "/hooks/bitrix24", FORM, bitrix).answers(&[&fixture("bitrix24-lead.json"), HASH]),
        yookassa,
        post("Prodamus", "/hooks/prodamus", "multipart/form-data; boundary=b0undary", multipart(&fixture("prodamus.form"), "b0undary"))
            .signed("prodamus", "prodamus-key")
            .answers(&[&fixture("getcourse-deal.json")]),
        post("CloudPayments, check", "/hooks/cloudpayments/check", FORM, fixture("cloudpayments.form"))
            .signed("cloudpayments", "cloudpayments-key")
            .answers(&[r#"{"price":25000}"#]),
        post("CloudPayments, check of another sum", "/hooks/cloudpayments/check", FORM, fixture("cloudpayments.form"))
            .signed("cloudpayments", "cloudpayments-key")
            .answers(&[r#"{"price":30000}"#]),
        post("CloudPayments, pay", "/hooks/cloudpayments/pay", FORM, fixture("cloudpayments.form"))
            .signed("cloudpayments", "cloudpayments-key")
            .answers(&["{}"]),
        post("T-Bank", "/hooks/tbank", JSON, fixture("tbank.json")).signed("tbank", "tbank-password").answers(&[HASH]),
        post("Robokassa", "/hooks/robokassa", FORM, "OutSum=25000.000000&InvId=10042&EMail=anna%40mail.example&Shp_course=marketing")
            .signed("robokassa", "robokassa-password-2")
            .answers(&["{}"]),
        post("Lava.top", "/others/lava", JSON, r#"{"eventType":"payment.success","contractId":"c1","buyer":{"email":"anna@mail.example"}}"#)
            .header("X-Api-Key", "lava-api-key")
            .answers(&["{}"]),
        post("bePaid", "/others/bepaid", JSON, r#"{"transaction":{"uid":"1-310b0da80b","status":"successful"}}"#)
            .header("Authorization", "Basic MzYxOmJlcGFpZC1rZXk=")
            .answers(&["{}"]),
        post("bePaid, its signature", "/others/bepaid-signed", JSON, r#"{"transaction":{"uid":"1-310b0da80c","status":"successful"}}"#)
            .signed_by_its_sender("bepaid")
            .answers(&["{}"]),
        post("bePaid, changed on the way", "/others/bepaid-signed", JSON, r#"{"transaction":{"uid":"1-310b0da80c","status":"failed"}}"#)
            .signed_by_its_sender("bepaid")
            .spoiled("failed", "successful"),
        post("PayKeeper", "/hooks/paykeeper", FORM, paykeeper).signed("paykeeper", "paykeeper-word").answers(&[HASH]),
        post("PayKeeper, another sum", "/hooks/paykeeper", FORM, paykeeper).signed("paykeeper", "paykeeper-word").spoiled("1990", "1"),
        post("Yandex Pay", "/hooks/yandex-pay/v1/webhook", "application/octet-stream", yandex_pay)
            .signed_by_its_sender("yandex_pay")
            .answers(&["{}"]),
        post("Yandex Pay, a token that is cut", "/hooks/yandex-pay/v1/webhook", "application/octet-stream", yandex_pay)
            .signed_by_its_sender("yandex_pay")
            .spoiled(".", ".e"),
        post("Telegram", "/hooks/telegram", JSON, fixture("telegram.json")).signed("telegram", "telegram-hook-secret").answers(&[TELEGRAM]),
        post("VK, confirmation", "/hooks/vk", JSON, r#"{"type":"confirmation","group_id":123456789}"#).signed("vk", "vk-secret-key"),
        post("VK", "/hooks/vk", JSON, fixture("vk-lead.json")).signed("vk", "vk-secret-key").answers(&[r#"{"result":4812}"#]),
        senler,
        post("Senler, POST_JSON", "/others/senler-body?key=senler-key", JSON, r#"{"vk_user_id":7654321,"utm_source":"vk"}"#)
            .answers(&["{}"]),
        post("Senler, POST_FORM_DATA", "/others/senler-body?key=senler-key", "multipart/form-data; boundary=b0undary", multipart("vk_user_id=7654321&utm_source=vk", "b0undary"))
            .answers(&["{}"]),
        post("SendPulse", "/hooks/sendpulse?key=sendpulse-key", JSON, fixture("sendpulse.json")).answers(&["{}", "{}"]),
        post("Typeform", "/others/typeform", JSON, r#"{"event_id":"01H","event_type":"form_response","form_response":{"token":"t1"}}"#)
            .signed("typeform", "typeform-key")
            .answers(&["{}"]),
        post(
            "Google Ads",
            "/others/google",
            JSON,
            r#"{"lead_id":"TeSter-123","google_key":"google-ads-key","is_test":false,"user_column_data":[{"column_id":"EMAIL","string_value":"anna@mail.example"}]}"#,
        )
        .answers(&["{}"]),
        post("Google Forms, by a script", "/others/google-forms", JSON, r#"{"answers":[{"item":"Имя","value":"Анна"},{"item":"Курс","value":"Маркетинг"}]}"#)
            .header("Authorization", "Bearer google-forms-key")
            .answers(&["{}"]),
        post("GitHub, JSON", "/hooks/github", JSON, fixture("github-push.json"))
            .header("X-GitHub-Event", "push")
            .signed("github", "github-secret")
            .answers(&[TELEGRAM]),
        post(
            "GitHub, a form",
            "/hooks/github",
            FORM,
            url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &fixture("github-push.json")).finish(),
        )
        .header("X-GitHub-Event", "push")
        .signed("github", "github-secret")
        .answers(&[TELEGRAM]),
        post("Stripe", "/others/stripe", JSON, event).signed("stripe", "stripe-key").answers(&["{}"]),
        post("Shopify", "/others/shopify", JSON, event).signed("shopify", "shopify-key").answers(&["{}"]),
        post("Standard Webhooks", "/others/standard", JSON, event)
            .signed("standard_webhooks", "whsec_c3RhbmRhcmQtd2ViaG9va3Mta2V5")
            .answers(&["{}"]),
        post("Bizon365, a page", "/others/page", JSON, r#"{"sublistId":"s1","room":"12345:test","email":"anna@mail.example","username":"Анна","webinarTime":"2026-11-26T17:00:00.000Z"}"#)
            .answers(&["{}"]),
        post("Bizon365, the shop", "/hooks/bizon-kassa", FORM, "action=paidorder&user=school&orderid=10042&email=anna%40mail.example&amount=1")
            .signed("bizon_kassa", "bizon-kassa-key")
            .answers(&[&fixture("bizon-orders.json"), r#"[{"id":25399013,"contact_id":31}]"#]),
        post("Bizon365, the end of a webinar", "/hooks/webinar-end?key=bizon-hook-key", JSON, r#"{"webinarId":"12345:test*2025-09-01T15:00:00","len":95}"#)
            .answers(&[&report, &viewers, "{}", "{}"]),
    ]
}

const SECRETS: &[(&str, &str)] = &[
    ("BIZON_TOKEN", "bizon-token"),
    ("CRM_TOKEN", "crm-access-token"),
    ("TELEGRAM_TOKEN", "123456:telegram-token"),
    ("GETCOURSE_HOOK_KEY", "getcourse-hook-key"),
    ("GETCOURSE_KEY", "getcourse-key"),
    ("AMO_HOOK_KEY", "amo-hook-key"),
    ("AMO_TOKEN", "amo-access-token"),
    ("BITRIX_APPLICATION_TOKEN", "bitrix-application"),
    ("BITRIX_KEY", "bitrix-key"),
    ("YOOKASSA_KEY", "yookassa-key"),
    ("PRODAMUS_KEY", "prodamus-key"),
    ("CLOUDPAYMENTS_KEY", "cloudpayments-key"),
    ("TBANK_PASSWORD", "tbank-password"),
    ("ROBOKASSA_PASSWORD_2", "robokassa-password-2"),
    ("TILDA_KEY", "tilda-api-key"),
    ("AMO_CHATS_KEY", "amo-chats-key"),
    ("GOOGLE_FORMS_KEY", "google-forms-key"),
    ("LAVA_KEY", "lava-api-key"),
    ("BEPAID_KEY", "bepaid-key"),
    ("PAYKEEPER_SECRET", "paykeeper-word"),
    ("TELEGRAM_HOOK_SECRET", "telegram-hook-secret"),
    ("VK_SECRET", "vk-secret-key"),
    ("SENLER_KEY", "senler-key"),
    ("SENDPULSE_KEY", "sendpulse-key"),
    ("TYPEFORM_KEY", "typeform-key"),
    ("GOOGLE_KEY", "google-ads-key"),
    ("GITHUB_SECRET", "github-secret"),
    ("STRIPE_KEY", "stripe-key"),
    ("SHOPIFY_KEY", "shopify-key"),
    ("STANDARD_KEY", "whsec_c3RhbmRhcmQtd2ViaG9va3Mta2V5"),
    ("BIZON_KASSA_KEY", "bizon-kassa-key"),
    ("BIZON_HOOK_KEY", "bizon-hook-key"),
];

/// A script whose calls go to the stub, at a moment that stands still.
fn pointed(script: &str, target: &Target) -> String {
    let url = target.url();
    let mut text =
        script.replace("next(\"Thu 20:00\", \"Europe/Moscow\")", "time(\"2030-12-12T20:00:00+03:00\")");
    // All hosts are one here, and the strictest rate of a host holds for every call to it.
    text = text.replace("rate 2 per 1s", "rate 500 per 1s");
    for host in
        ["crm.example", "school.bitrix24.ru", "school.getcourse.ru", "school.amocrm.ru", "api.yookassa.ru"]
    {
        // The address of amoCRM in a mail is no call.
        text = text.replace(&format!("\"https://{host}"), &format!("\"{url}/{host}"));
    }
    for (action, base) in [
        ("bizon.add_subscriber", "/bizon"),
        ("telegram.send", "/telegram"),
        ("bizon.get_report", "/bizon"),
        ("bizon.get_viewers", "/bizon"),
        ("bizon.get_orders", "/bizon"),
    ] {
        let head = format!("{action} {{\n");
        text = text
            .lines()
            .map(|line| match line.trim_start().starts_with("expect") {
                true => format!("{line}\n"),
                false => format!("{line}\n").replace(&head, &format!("{head}    base = \"{url}{base}\"\n")),
            })
            .collect();
    }
    // The tests of a script are about its own hosts.
    text.split("\ntest \"").next().unwrap().to_owned()
}

fn send(server: &Server, case: &Case) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let mut draft = Draft {
        target: case.target.to_owned(),
        headers: case.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        body: case.body.clone().into(),
        reading: Default::default(),
        ip: "127.0.0.1".into(),
        params: Vec::new(),
        now: u64::try_from(now).unwrap(),
    };
    if let Some((preset, key)) = case.signed {
        (find(preset).unwrap().sign)(&mut draft, key).unwrap();
    }
    if let Some((from, to)) = case.spoiled {
        let body = String::from_utf8(draft.body.to_vec()).unwrap();
        assert!(body.contains(from));
        draft.body = body.replacen(from, to, 1).into();
    }
    let headers: Vec<(&str, &str)> =
        draft.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = server.send(case.method, &draft.target, &headers, std::str::from_utf8(&draft.body).unwrap());
    let kind = answer.header("content-type").unwrap_or("no type").to_owned();
    format!("answered {} ({kind}) {}\n", answer.status, answer.body)
}

fn told(sent: &Received, target: &Target) -> String {
    let mut text = format!("sent {} {}\n", sent.method, sent.target);
    for name in ["authorization", "x-token", "content-type", "idempotency-key"] {
        // A key of wj's own is another one in each run.
        let value = sent.header(name).filter(|value| name != "idempotency-key" || value.len() != 36);
        text.extend(value.map(|value| format!("  {name}: {value}\n")));
    }
    if !sent.body.is_empty() {
        writeln!(text, "  {}", sent.body).unwrap();
    }
    text.replace(&target.url(), "")
}

#[test]
fn each_sender_gets_its_answer_and_what_goes_out_is_what_its_pipeline_says() {
    let target = Target::new([Does::Answers(200, "{}".into())]);
    let mail = SmtpServer::plain();
    let mut site = Site::new(&[]);
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".wj") {
            site.write(&name, &pointed(&repository(&format!("pipelines/{name}")), &target));
        }
    }
    site.write("others.wj", &pointed(&repository("tests/cases/senders/others.wj"), &target));
    for (name, value) in SECRETS {
        site.set_env(name, value);
    }
    for (name, preset) in [("BEPAID_PUBLIC_KEY", "bepaid"), ("YANDEX_PAY_KEYS", "yandex_pay")] {
        site.set_env(name, find(preset).unwrap().pair.unwrap().public);
    }
    let config = format!("trusted_proxies = [\"127.0.0.0/8\"]\n{}", mail.config("tls = \"none\""));
    fs::write(site.dir.path().join("wj.toml"), config).unwrap();
    let server = site.serve(&[]);
    assert!(
        !server.log.iter().any(|line| line.contains("broken") || line.contains("is not set")),
        "{:#?}",
        server.log
    );
    let mut text = String::new();
    for case in cases() {
        target.now(case.answers.iter().map(|body| Does::Answers(200, body.clone())));
        writeln!(text, "# {}\n{} {}", case.sender, case.method, case.target).unwrap();
        text += &send(&server, &case);
        for _ in &case.answers {
            text += &told(&target.next(), &target);
        }
        if case.mails {
            let mail = mail.next();
            writeln!(
                text,
                "mailed to {}: {}\n{}",
                mail.to.join(", "),
                mail.header("Subject").unwrap(),
                mail.text().trim_end()
            )
            .unwrap();
        }
        text.push('\n');
    }
    assert!(target.is_quiet());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/senders/told.txt");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (came, wanted) in text.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(came, wanted);
    }
    assert_eq!(text, expected);
}
