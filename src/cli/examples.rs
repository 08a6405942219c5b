//! The pipelines of the repository's `pipelines/`, carried in the program so that `wj new` can start from them.

/// A script, the name that it is asked for by, and what it does: its own title is in Russian.
#[derive(Debug)]
pub(super) struct Example {
    pub name: &'static str,
    pub about: &'static str,
    pub text: &'static str,
}

impl Example {
    /// The files that its tests send, by their paths beside the script.
    pub(super) fn fixtures(&self) -> impl Iterator<Item = &'static (&'static str, &'static str)> {
        FIXTURES.iter().filter(|(path, _)| self.text.contains(&format!("file \"{path}\"")))
    }
}

pub(super) fn find(name: &str) -> Option<&'static Example> {
    ALL.iter().find(|example| example.name == name)
}

/// By name.
pub(super) static ALL: &[Example] = &[
    Example {
        name: "amocrm",
        about: "a deal of amoCRM is won or lost: mail to sales",
        text: include_str!("../../pipelines/amocrm.wj"),
    },
    Example {
        name: "bitrix24",
        about: "a new lead of Bitrix24 joins a Bizon365 webinar",
        text: include_str!("../../pipelines/bitrix24.wj"),
    },
    Example {
        name: "bizon_kassa",
        about: "an order paid in Bizon365 becomes a lead in amoCRM",
        text: include_str!("../../pipelines/bizon_kassa.wj"),
    },
    Example {
        name: "cloudpayments",
        about: "says if an order may be paid, and payments go on",
        text: include_str!("../../pipelines/cloudpayments.wj"),
    },
    Example {
        name: "getcourse",
        about: "who comes from GetCourse joins a Bizon365 webinar",
        text: include_str!("../../pipelines/getcourse.wj"),
    },
    Example {
        name: "github",
        about: "a push to GitHub is told of in Telegram",
        text: include_str!("../../pipelines/github.wj"),
    },
    Example {
        name: "leads",
        about: "a lead from a website joins a Bizon365 webinar",
        text: include_str!("../../pipelines/leads.wj"),
    },
    Example {
        name: "marquiz",
        about: "who answers a quiz joins a webinar; Telegram is told",
        text: include_str!("../../pipelines/marquiz.wj"),
    },
    Example {
        name: "paykeeper",
        about: "who paid through PayKeeper joins a Bizon365 webinar",
        text: include_str!("../../pipelines/paykeeper.wj"),
    },
    Example {
        name: "ping",
        about: "says that the server is there",
        text: include_str!("../../pipelines/ping.wj"),
    },
    Example {
        name: "prodamus",
        about: "a payment by Prodamus opens a GetCourse course",
        text: include_str!("../../pipelines/prodamus.wj"),
    },
    Example {
        name: "quiz",
        about: "picks the second of a list of answers",
        text: include_str!("../../pipelines/quiz.wj"),
    },
    Example {
        name: "robokassa",
        about: "a payment by Robokassa goes to the CRM",
        text: include_str!("../../pipelines/robokassa.wj"),
    },
    Example {
        name: "sendpulse",
        about: "who leaves a mailing list is marked in the CRM",
        text: include_str!("../../pipelines/sendpulse.wj"),
    },
    Example {
        name: "tbank",
        about: "who paid through T-Bank joins a Bizon365 webinar",
        text: include_str!("../../pipelines/tbank.wj"),
    },
    Example {
        name: "telegram_bot",
        about: "a bot that answers, and passes the rest on",
        text: include_str!("../../pipelines/telegram_bot.wj"),
    },
    Example {
        name: "tilda",
        about: "who fills in a Tilda form joins a Bizon365 webinar",
        text: include_str!("../../pipelines/tilda.wj"),
    },
    Example {
        name: "vk",
        about: "a lead form of VK becomes a lead in Bitrix24",
        text: include_str!("../../pipelines/vk.wj"),
    },
    Example {
        name: "webinar_report",
        about: "the viewers of a Bizon365 webinar go to the CRM",
        text: include_str!("../../pipelines/webinar_report.wj"),
    },
    Example {
        name: "yandex_pay",
        about: "an order paid with Yandex Pay goes to the CRM",
        text: include_str!("../../pipelines/yandex_pay.wj"),
    },
    Example {
        name: "yookassa",
        about: "a payment by YooKassa: mail with the link",
        text: include_str!("../../pipelines/yookassa.wj"),
    },
];

static FIXTURES: &[(&str, &str)] = &[
    ("fixtures/amocrm-status.form", include_str!("../../pipelines/fixtures/amocrm-status.form")),
    ("fixtures/bitrix24-lead.json", include_str!("../../pipelines/fixtures/bitrix24-lead.json")),
    ("fixtures/bizon-orders.json", include_str!("../../pipelines/fixtures/bizon-orders.json")),
    ("fixtures/bizon-report.json", include_str!("../../pipelines/fixtures/bizon-report.json")),
    ("fixtures/bizon-viewers.json", include_str!("../../pipelines/fixtures/bizon-viewers.json")),
    ("fixtures/cloudpayments.form", include_str!("../../pipelines/fixtures/cloudpayments.form")),
    ("fixtures/getcourse-deal.json", include_str!("../../pipelines/fixtures/getcourse-deal.json")),
    ("fixtures/github-push.json", include_str!("../../pipelines/fixtures/github-push.json")),
    ("fixtures/lead.json", include_str!("../../pipelines/fixtures/lead.json")),
    ("fixtures/marquiz.json", include_str!("../../pipelines/fixtures/marquiz.json")),
    ("fixtures/prodamus.form", include_str!("../../pipelines/fixtures/prodamus.form")),
    ("fixtures/sendpulse.json", include_str!("../../pipelines/fixtures/sendpulse.json")),
    ("fixtures/tbank.json", include_str!("../../pipelines/fixtures/tbank.json")),
    ("fixtures/telegram.json", include_str!("../../pipelines/fixtures/telegram.json")),
    ("fixtures/tilda.form", include_str!("../../pipelines/fixtures/tilda.form")),
    ("fixtures/vk-lead.json", include_str!("../../pipelines/fixtures/vk-lead.json")),
    ("fixtures/yookassa-payment.json", include_str!("../../pipelines/fixtures/yookassa-payment.json")),
    ("fixtures/yookassa.json", include_str!("../../pipelines/fixtures/yookassa.json")),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// What a folder of the repository holds, but for folders.
    fn files(folder: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        files.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn every_pipeline_and_every_fixture_is_carried_and_used() {
        let scripts: BTreeSet<String> = ALL.iter().map(|example| format!("{}.wj", example.name)).collect();
        assert_eq!(scripts, files("pipelines"));
        let carried: BTreeSet<String> =
            FIXTURES.iter().map(|(path, _)| path.replace("fixtures/", "")).collect();
        assert_eq!(carried, files("pipelines/fixtures"));
        let used: BTreeSet<&str> =
            ALL.iter().flat_map(|example| example.fixtures().map(|(path, _)| *path)).collect();
        assert_eq!(used.len(), FIXTURES.len(), "{used:?}");
        assert!(ALL.is_sorted_by_key(|example| example.name));
    }
}
