//! Every key of `wj.toml`, once: what it says, and what holds without it. The reference page is made of this table, and a
//! test holds it against what is read.

/// One key.
#[derive(Debug)]
pub struct Setting {
    /// The section that it stands in; empty at the top.
    pub section: &'static str,
    pub key: &'static str,
    /// How its value is written.
    pub takes: &'static str,
    /// What holds without it.
    pub unsaid: &'static str,
    pub says: &'static str,
}

/// In the order of the page: the top first, then the sections.
pub static SETTINGS: &[Setting] = &[
    Setting {
        section: "",
        key: "admin",
        takes: "`\"ADDRESS:PORT\"`",
        unsaid: "`127.0.0.1:8081`",
        says: "Where health and status are told: an address of this machine.",
    },
    Setting {
        section: "",
        key: "allow_private",
        takes: "`[\"10.1.0.0/16\", …]`",
        unsaid: "none",
        says: "Private ranges that actions may call. Those of `--allow-private` are allowed too.",
    },
    Setting {
        section: "",
        key: "calls_per_host",
        takes: "a number from 1",
        unsaid: "16",
        says: "Calls at once to one host, over all pipelines.",
    },
    Setting {
        section: "",
        key: "data",
        takes: "`\"FOLDER\"` or `\"memory:\"`",
        unsaid: "`.wj`",
        says: "Where the history is kept.",
    },
    Setting {
        section: "",
        key: "keep",
        takes: "`\"30d, 2GB, 1000000\"`",
        unsaid: "`30d, 2GB, 1000000`",
        says: "How long and how much of each pipeline's history is kept, as a script says it.",
    },
    Setting {
        section: "",
        key: "keep_failed",
        takes: "`\"90d\"`",
        unsaid: "`90d`",
        says: "How long failed operations are kept.",
    },
    Setting {
        section: "",
        key: "listen",
        takes: "`\"ADDRESS:PORT\"`",
        unsaid: "`127.0.0.1:8080`",
        says: "Where webhooks come in.",
    },
    Setting {
        section: "",
        key: "stop_within",
        takes: "`\"30s\"`",
        unsaid: "`30s`",
        says: "How long a stop waits for requests and for calls that are out.",
    },
    Setting {
        section: "",
        key: "trusted_proxies",
        takes: "`[\"10.0.0.1/32\", …]`",
        unsaid: "none",
        says: "Proxies in front of the server, whose `X-Forwarded-For` is believed.",
    },
    Setting {
        section: "pipelines.NAME",
        key: "keep",
        takes: "`\"7d\"`",
        unsaid: "what the script says, then `keep` at the top",
        says: "The same for one pipeline; it holds before what its script says.",
    },
    Setting {
        section: "pipelines.NAME",
        key: "keep_failed",
        takes: "`\"30d\"`",
        unsaid: "what the script says, then `keep_failed` at the top",
        says: "The same for failed operations of one pipeline.",
    },
    Setting {
        section: "smtp",
        key: "certificate",
        takes: "`\"FILE\"`",
        unsaid: "those of this machine alone",
        says: "A certificate in PEM that is trusted besides those of this machine.",
    },
    Setting {
        section: "smtp",
        key: "from",
        takes: "`\"wj@school.example\"`",
        unsaid: "required",
        says: "The address that mail is from.",
    },
    Setting {
        section: "smtp",
        key: "host",
        takes: "`\"smtp.school.example\"`",
        unsaid: "required",
        says: "The mail server.",
    },
    Setting {
        section: "smtp",
        key: "password",
        takes: "`\"SMTP_PASSWORD\"`",
        unsaid: "no login",
        says: "The name of the secret that is the password, never the password itself.",
    },
    Setting {
        section: "smtp",
        key: "port",
        takes: "a number",
        unsaid: "587 with `starttls`, 465 with `tls`, 25 with `none`",
        says: "The port of the mail server.",
    },
    Setting {
        section: "smtp",
        key: "tls",
        takes: "`\"starttls\"`, `\"tls\"` or `\"none\"`",
        unsaid: "`starttls`",
        says: "How the connection is secured.",
    },
    Setting {
        section: "smtp",
        key: "user",
        takes: "`\"wj@school.example\"`",
        unsaid: "no login",
        says: "Who logs in; `password` belongs to it.",
    },
    Setting {
        section: "check",
        key: "NAME",
        takes: "`\"error\"`, `\"warning\"` or `\"off\"`",
        unsaid: "as the page of its code says",
        says: "How grave `wj check` and `wj ci` take a finding, by its name (`unused-field`). Errors of the language stay errors.",
    },
];

#[cfg(test)]
mod tests {
    use super::super::config::Config;
    use super::*;

    /// The keys of a section as they are read: a key that is not known is told with all that are.
    fn read(text: &str) -> Vec<String> {
        let error = toml::from_str::<Config>(text).unwrap_err();
        let mut names: Vec<String> =
            error.message().split('`').skip(1).step_by(2).skip(1).map(str::to_owned).collect();
        names.sort();
        names
    }

    fn listed(section: &str) -> Vec<String> {
        let own = SETTINGS.iter().filter(|setting| setting.section == section);
        let mut names: Vec<String> = own.map(|setting| setting.key.to_owned()).collect();
        assert!(names.is_sorted(), "{section}: {names:?}");
        if section.is_empty() {
            // The sections themselves.
            names.extend(["check", "pipelines", "smtp"].map(str::to_owned));
            names.sort();
        }
        names
    }

    #[test]
    fn the_table_holds_every_key_that_is_read_and_no_other() {
        assert_eq!(listed(""), read("no_such_key = 1"));
        assert_eq!(listed("smtp"), read("[smtp]\nno_such_key = 1"));
        assert_eq!(listed("pipelines.NAME"), read("[pipelines.a]\nno_such_key = 1"));
    }
}
