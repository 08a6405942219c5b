//! CloudPayments, "Проверка уведомлений": two headers, of which one is over the body as it is sent and one over it decoded.
//! Only the body as it is counts: two different bodies may decode to the same one.

use super::Preset;
use super::body_mac::BodyMac;
use crate::gates::verify::Refused;
use crate::gates::verify::signatures::Encoding;

const HEADERS: [BodyMac; 2] = [
    BodyMac { header: "Content-HMAC", prefix: "", encoding: Encoding::Base64 },
    BodyMac { header: "X-Content-HMAC", prefix: "", encoding: Encoding::Base64 },
];

pub static PRESET: Preset = Preset {
    name: "cloudpayments",
    summary: "CloudPayments: `Content-HMAC` or `X-Content-HMAC`, HMAC-SHA256 over the body in base64",
    secret: "the API secret of the site, from the account's settings",
    check: |seen, keys| {
        for signed in &HEADERS {
            if seen.optional_header(signed.header)?.is_some() && signed.check(seen, keys).is_ok() {
                return Ok(());
            }
        }
        Err(Refused::because("no signature in `Content-HMAC` or `X-Content-HMAC` fits"))
    },
    sign: |draft, key| HEADERS.iter().try_for_each(|signed| signed.sign(draft, key)),
    receipt: None,
    pair: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// Worked out by the documentation's rule with Python's `hmac` and `base64`.
    #[test]
    fn either_header_is_enough() {
        let signature = "uOBQbTaEHmC7soWvL9gbxeXqnIOS0WFYECz5qljYa0o=";
        let body = "TransactionId=504&Amount=10.00&Currency=RUB&Name=%D0%90%D0%BD%D0%BD%D0%B0";
        for headers in [
            &[("Content-HMAC", signature)][..],
            &[("X-Content-HMAC", signature)],
            &[("X-Content-HMAC", signature), ("Content-HMAC", "AAAA")],
        ] {
            let draft = draft("/", headers, body);
            holds(&PRESET, &draft, "api-secret", |draft| draft.body = body.replace("10.00", "1.00").into());
        }
    }
}
