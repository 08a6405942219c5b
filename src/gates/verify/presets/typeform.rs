//! Typeform, "Secure your webhooks".

use super::Preset;
use super::body_mac::BodyMac;
use crate::gates::verify::signatures::Encoding;

const SIGNED: BodyMac =
    BodyMac { header: "Typeform-Signature", prefix: "sha256=", encoding: Encoding::Base64 };

pub static PRESET: Preset = Preset {
    name: "typeform",
    summary: "Typeform: `Typeform-Signature`, HMAC-SHA256 over the body in base64 behind `sha256=`",
    secret: "the secret that was set for the webhook",
    check: |seen, keys| SIGNED.check(seen, keys),
    sign: |draft, key| SIGNED.sign(draft, key),
    receipt: None,
    pair: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// Worked out by the steps of that page with Python's `hmac` and `base64`.
    #[test]
    fn the_steps_of_the_documentation_hold() {
        let body = r#"{"event_id":"LtWXD3crgy","event_type":"form_response"}"#;
        let draft = draft(
            "/",
            &[("Typeform-Signature", "sha256=fQ0Tf/AAVUZy1Bdk1is5tXMLH2Il2Qj36lezGX2eN6s=")],
            body,
        );
        holds(&PRESET, &draft, "abc123", |draft| draft.body = "{}".into());
    }
}
