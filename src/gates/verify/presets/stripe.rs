//! Stripe, "Verify webhook signatures manually": the time and the signatures stand in one header.

use std::sync::Arc;

use super::Preset;
use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::hmac::{TOLERANCE, is_recent};
use crate::gates::verify::signatures::{Encoding, fits};
use crate::gates::verify::{Draft, Refused, Seen};

const HEADER: &str = "Stripe-Signature";

pub static PRESET: Preset = Preset {
    name: "stripe",
    summary: "Stripe: `Stripe-Signature` with a time and HMAC-SHA256 over time and body, at most five minutes old",
    secret: "the signing secret of the endpoint, `whsec_…`, whole",
    check,
    sign,
    receipt: None,
    pair: None,
};

fn check(seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let header = seen.header(HEADER)?;
    let mut times =
        header.split(|byte| *byte == b',').filter_map(|piece| piece.trim_ascii().strip_prefix(b"t="));
    let time = match (times.next().map(std::str::from_utf8), times.next()) {
        (Some(Ok(time)), None) => time,
        _ => return Err(Refused::because("`Stripe-Signature` has no time, or two")),
    };
    is_recent(time, TOLERANCE, seen.now)?;
    let payload = [time.as_bytes(), b".", seen.body].concat();
    let right: Vec<_> = keys.iter().map(|key| Algorithm::Sha256.mac(key.as_bytes(), &payload)).collect();
    match fits(header, "v1=", Encoding::Hex, &right) {
        true => Ok(()),
        false => Err(Refused::because("no signature in `Stripe-Signature` fits")),
    }
}

fn sign(draft: &mut Draft, key: &str) -> Result<(), String> {
    let time = (draft.now / 1_000).to_string();
    let payload = [time.as_bytes(), b".", &draft.body].concat();
    let signature = Encoding::Hex.encode(&Algorithm::Sha256.mac(key.as_bytes(), &payload));
    draft.set_header(HEADER, format!("t={time},v1={signature}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds, keys};

    const SIGNATURE: &str = "fbd6bf5496b9d6310e422a2c072578f95f5eb492111ab57a5510e9cd79c1b304";

    /// As `WebhookSignature._compute_signature` of stripe-python works it out, over the payload of its documentation.
    #[test]
    fn the_rule_of_the_library_holds() {
        let body = r#"{"id":"evt_test","object":"event"}"#;
        let header = format!("t=1614265330,v1=00,v1={SIGNATURE},v0=00");
        let draft = draft("/", &[("Stripe-Signature", &header)], body);
        holds(&PRESET, &draft, "whsec_test_secret", |draft| draft.body = "{}".into());
        holds(&PRESET, &draft, "whsec_test_secret", |draft| draft.now += 301_000);
        holds(&PRESET, &draft, "whsec_test_secret", |draft| draft.now -= 301_000);
        holds(&PRESET, &draft, "whsec_test_secret", |draft| {
            draft.set_header("Stripe-Signature", header.replace("v1=", "v0="));
        });
        for header in
            [format!("t=1614265331,v1={SIGNATURE}"), format!("t=1614265330,t=1,v1={SIGNATURE}"), "".into()]
        {
            let mut other = draft.clone();
            other.set_header("Stripe-Signature", header);
            assert!(check(&other.seen(), &keys(&["whsec_test_secret"])).is_err());
        }
    }
}
