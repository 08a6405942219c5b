//! Shopify, "Verify webhook deliveries".

use super::Preset;
use super::body_mac::BodyMac;
use crate::gates::verify::signatures::Encoding;

const SIGNED: BodyMac = BodyMac { header: "X-Shopify-Hmac-SHA256", prefix: "", encoding: Encoding::Base64 };

pub static PRESET: Preset = Preset {
    name: "shopify",
    summary: "Shopify: `X-Shopify-Hmac-SHA256`, HMAC-SHA256 over the body in base64",
    secret: "the client secret of the app",
    check: |seen, keys| SIGNED.check(seen, keys),
    sign: |draft, key| SIGNED.sign(draft, key),
    receipt: None,
    pair: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// From the documentation of SQLPage, `sqlpage.hmac`, which checks it with the database instead.
    #[test]
    fn a_vector_from_the_field_holds() {
        let body = r#"{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}"#;
        let headers = [("X-Shopify-Hmac-SHA256", "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=")];
        let draft = draft("/", &headers, body);
        holds(&PRESET, &draft, "test-webhook-secret", |draft| draft.body = "{}".into());
    }
}
