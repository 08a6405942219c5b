//! Telegram, Bot API, `setWebhook`: what was given there as `secret_token` comes back in a header.

use super::Preset;
use crate::gates::verify::token::is_one_of;

const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

pub static PRESET: Preset = Preset {
    name: "telegram",
    summary: "Telegram: the token in `X-Telegram-Bot-Api-Secret-Token`",
    secret: "what was given to `setWebhook` as `secret_token`: 1 to 256 letters, digits, `_` and `-`",
    check: |seen, keys| is_one_of(seen.header(HEADER)?, keys),
    sign: |draft, key| {
        draft.set_header(HEADER, key);
        Ok(())
    },
    receipt: None,
    pair: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, holds};

    #[test]
    fn the_token_is_compared() {
        let draft = draft("/", &[("x-telegram-bot-api-secret-token", "Secret_1-a")], r#"{"update_id":1}"#);
        holds(&PRESET, &draft, "Secret_1-a", |draft| draft.set_header(HEADER, "Secret_1-"));
    }
}
