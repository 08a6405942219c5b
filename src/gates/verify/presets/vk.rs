//! VK, Callback API: the secret key of the server stands in each event. The confirmation carries it too, once it is set.

use super::Preset;
use crate::gates::verify::fields;
use crate::gates::verify::token::is_one_of;

pub static PRESET: Preset = Preset {
    name: "vk",
    summary: "VK Callback API: the field `secret` of the event",
    secret: "the secret key (`Секретный ключ`) of the server in the community's settings",
    check: |seen, keys| is_one_of(fields::text(fields::object(seen)?, "secret")?.as_bytes(), keys),
    sign: |draft, key| fields::set(draft, &["secret".into()], key),
    receipt: None,
    pair: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    /// An event as dev.vk.com/api/callback/getting-started shows it.
    #[test]
    fn the_secret_of_an_event_is_compared() {
        let body = r#"{"group_id":1,"type":"group_join","event_id":"a1","v":"5.199","object":{"user_id":1,"join_type":"approved"},"secret":"aaQ13axAPQEcczQa"}"#;
        let draft = draft("/", &[("Content-Type", "application/json")], body);
        holds(&PRESET, &draft, "aaQ13axAPQEcczQa", |draft| draft.body = body.replace("Qa\"", "Q\"").into());
        holds(&PRESET, &draft, "aaQ13axAPQEcczQa", |draft| {
            draft.body = body.replace("\"secret\"", "\"Secret\"").into()
        });
    }
}
