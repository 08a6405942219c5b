//! Actions aimed at this machine or at a private network, which `wj serve` refuses unless it is allowed.

use url::{Host, Url};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Context, Rule, walk};
use crate::source::Span;
use crate::syntax::ast::StmtKind;

static CODE: Code = Code {
    id: "WJ0608",
    name: "private-target",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0608.md"),
};

pub(super) const RULE: Rule = Rule { code: &CODE, run };

fn run(context: &Context<'_>) -> Vec<Diagnostic> {
    let calls = context.model.pipelines.iter().flat_map(|pipeline| &pipeline.calls);
    let called = calls.filter_map(|call| Some((call.url.unwrap_or(call.span), call.origin.as_deref()?)));
    let mut targets: Vec<(Span, &str)> = called.collect();
    for pipeline in context.pipelines() {
        walk::statements(&pipeline.body, &mut |stmt| {
            let StmtKind::OnFailure(notifies) = &stmt.kind else { return };
            let urls = notifies.iter().filter(|notify| &*notify.channel.text == "http");
            let urls = urls.flat_map(|notify| &notify.targets);
            targets.extend(urls.filter_map(|url| Some((url.span, context.constant_text(url)?))));
        });
    }
    targets
        .into_iter()
        .filter_map(|(span, url)| {
            let what = private(&Url::parse(url).ok()?)?;
            Some(
                Diagnostic::new(&CODE, span, format!("the target is {what}"))
                    .label("not on the internet")
                    .help("`wj serve` refuses such targets, so that no script can reach what stands behind the firewall. If it is meant, start it with `--allow-private CIDR`."),
            )
        })
        .collect()
}

/// Ends of names that the internet does not know (RFC 6762, RFC 8375, and what ICANN keeps for such use).
const LOCAL_ENDS: [&str; 5] = [".local", ".internal", ".lan", ".home.arpa", ".intranet"];

/// What a host is, if it is not to be found on the internet.
fn private(url: &Url) -> Option<&'static str> {
    match url.host()? {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            if name == "localhost" || name.ends_with(".localhost") {
                return Some("this machine itself");
            }
            let local = !name.contains('.') || LOCAL_ENDS.iter().any(|end| name.ends_with(end));
            local.then_some("a name that only a local network knows")
        }
        Host::Ipv4(address) => {
            let [first, second, ..] = address.octets();
            let shared = first == 100 && (64..128).contains(&second);
            if address.is_loopback() || address.is_unspecified() {
                Some("this machine itself")
            } else if address.is_private() || shared {
                Some("an address of a private network")
            } else {
                address.is_link_local().then_some("an address of this link only")
            }
        }
        Host::Ipv6(address) => {
            let mapped = address.to_ipv4_mapped();
            if address.is_loopback() || address.is_unspecified() {
                Some("this machine itself")
            } else if address.is_unique_local()
                || mapped.is_some_and(|mapped| mapped.is_private() || mapped.is_loopback())
            {
                Some("an address of a private network")
            } else {
                address.is_unicast_link_local().then_some("an address of this link only")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_hosts_are_known_however_they_are_written() {
        let of = |url: &str| private(&Url::parse(url).unwrap()).is_some();
        for url in [
            "http://localhost:3000",
            "http://crm/in",
            "http://1c.local",
            "https://crm.internal.",
            "http://api.localhost",
            "http://127.0.0.1",
            "http://127.1",
            "http://0x7f000001",
            "http://10.0.0.1",
            "http://172.16.0.1",
            "http://192.168.1.1",
            "http://169.254.169.254",
            "http://100.64.0.1",
            "http://[::1]",
            "http://[fd00::1]",
            "http://[fe80::1]",
            "http://[::ffff:10.0.0.1]",
            "http://0.0.0.0",
        ] {
            assert!(of(url), "{url}");
        }
        for url in ["https://example.com", "https://8.8.8.8", "https://172.32.0.1", "https://[2001:db8::1]"] {
            assert!(!of(url), "{url}");
        }
    }
}
