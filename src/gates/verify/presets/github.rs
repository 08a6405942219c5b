//! GitHub, "Validating webhook deliveries".

use super::Preset;
use super::body_mac::BodyMac;
use crate::gates::verify::signatures::Encoding;

const SIGNED: BodyMac = BodyMac { header: "X-Hub-Signature-256", prefix: "sha256=", encoding: Encoding::Hex };

pub static PRESET: Preset = Preset {
    name: "github",
    summary: "GitHub: `X-Hub-Signature-256`, HMAC-SHA256 over the body in hex behind `sha256=`",
    secret: "the secret of the webhook, as entered in the repository's settings",
    check: |seen, keys| SIGNED.check(seen, keys),
    sign: |draft, key| SIGNED.sign(draft, key),
    receipt: None,
    pair: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// The values of that page.
    #[test]
    fn the_vector_of_the_documentation_holds() {
        let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let draft = draft("/", &[("X-Hub-Signature-256", signature)], "Hello, World!");
        holds(&PRESET, &draft, "It's a Secret to Everybody", |draft| draft.body = "Hello, World?".into());
        holds(&PRESET, &draft, "It's a Secret to Everybody", |draft| {
            draft.headers.push(("x-hub-signature-256".into(), signature.into()));
        });
    }
}
