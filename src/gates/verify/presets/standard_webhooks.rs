//! Standard Webhooks 1.0.0, <https://www.standardwebhooks.com>: id, time and body are signed. Of its two kinds of
//! signatures `v1` is read; `v1a`, by a public key, is not.

use std::sync::Arc;

use super::Preset;
use crate::gates::verify::digest::Algorithm;
use crate::gates::verify::hmac::{TOLERANCE, is_recent};
use crate::gates::verify::signatures::{Encoding, fits};
use crate::gates::verify::{Draft, Refused, Seen};

pub static PRESET: Preset = Preset {
    name: "standard_webhooks",
    summary: "Standard Webhooks: `webhook-signature` over id, time and body, at most five minutes old",
    secret: "the signing secret, `whsec_…`",
    check,
    sign,
    receipt: None,
    pair: None,
};

fn check(seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let (id, time) = (seen.header("webhook-id")?, seen.header("webhook-timestamp")?);
    let header = seen.header("webhook-signature")?;
    let text = std::str::from_utf8(time).map_err(|_| Refused::because("`webhook-timestamp` is no text"))?;
    is_recent(text, TOLERANCE, seen.now)?;
    let payload = [id, b".", time, b".", seen.body].concat();
    let right: Vec<_> =
        keys.iter().filter_map(|key| Some(Algorithm::Sha256.mac(&bytes(key)?, &payload))).collect();
    match fits(header, "v1,", Encoding::Base64, &right) {
        true => Ok(()),
        false => Err(Refused::because("no signature in `webhook-signature` fits")),
    }
}

fn sign(draft: &mut Draft, key: &str) -> Result<(), String> {
    let key = bytes(key).ok_or("the secret is no base64")?;
    if !draft.has_header("webhook-id") {
        draft.set_header("webhook-id", "msg_test");
    }
    draft.set_header("webhook-timestamp", (draft.now / 1_000).to_string());
    let payload = {
        let seen = draft.seen();
        let header = |name| seen.header(name).map_err(|Refused(why)| why);
        [header("webhook-id")?, b".", header("webhook-timestamp")?, b".", seen.body].concat()
    };
    let signature = Encoding::Base64.encode(&Algorithm::Sha256.mac(&key, &payload));
    draft.set_header("webhook-signature", format!("v1,{signature}"));
    Ok(())
}

/// A secret is base64 behind its prefix; one that is none is taken as it is.
fn bytes(key: &str) -> Option<Vec<u8>> {
    if key.is_empty() {
        return None;
    }
    match key.strip_prefix("whsec_") {
        Some(base64) => Encoding::Base64.decode(base64.as_bytes()),
        None => Some(Encoding::Base64.decode(key.as_bytes()).unwrap_or_else(|| key.as_bytes().to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// From the tests of the reference libraries, `libraries/javascript/src/index.test.ts`.
    #[test]
    fn the_vector_of_the_libraries_holds() {
        let headers = [
            ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,AAAA v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ];
        let draft = draft("/", &headers, r#"{"test": 2432232314}"#);
        for key in ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            holds(&PRESET, &draft, key, |draft| draft.body = "{}".into());
            holds(&PRESET, &draft, key, |draft| draft.now += 301_000);
            holds(&PRESET, &draft, key, |draft| draft.set_header("webhook-id", "msg_other"));
            holds(&PRESET, &draft, key, |draft| draft.set_header("webhook-timestamp", "1614265331"));
        }
    }
}
