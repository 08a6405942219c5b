//! Schemes of senders, one file each, by name. Each is described as its sender documents it, with a vector from there or from
//! the sender's own code in its test.

mod bepaid;
mod bizon_kassa;
mod body_mac;
mod cloudpayments;
mod field_hash;
mod github;
mod paykeeper;
mod prodamus;
mod robokassa;
mod shopify;
mod standard_webhooks;
mod stripe;
mod tbank;
mod telegram;
mod typeform;
mod vk;
mod yandex_pay;

use std::sync::Arc;

use super::{Draft, Refused, Seen};

/// Made of the request and the key that fitted.
pub type Receipt = fn(&Seen<'_>, &str) -> Result<String, Refused>;

#[derive(Debug)]
pub struct Preset {
    /// As `verify` spells it.
    pub name: &'static str,
    /// Who signs so, and how.
    pub summary: &'static str,
    /// What the secret is, and where its owner finds it.
    pub secret: &'static str,
    pub check: fn(&Seen<'_>, &[Arc<str>]) -> Result<(), Refused>,
    pub sign: fn(&mut Draft, &str) -> Result<(), String>,
    /// What the sender wants to read in the answer, made with the key that fitted: `request.receipt`.
    pub receipt: Option<Receipt>,
    /// Where the secret is the public half of a key, and only the sender has the other.
    pub pair: Option<&'static Pair>,
}

/// A key of no sender, for the tests of scripts: they are signed with one half and looked at with the other. No server takes it.
#[derive(Debug)]
pub struct Pair {
    pub public: &'static str,
    pub private: &'static str,
}

/// Sorted by name.
pub static ALL: &[&Preset] = &[
    &bepaid::PRESET,
    &bizon_kassa::PRESET,
    &cloudpayments::PRESET,
    &github::PRESET,
    &paykeeper::PRESET,
    &prodamus::PRESET,
    &robokassa::PRESET,
    &shopify::PRESET,
    &standard_webhooks::PRESET,
    &stripe::PRESET,
    &tbank::PRESET,
    &telegram::PRESET,
    &typeform::PRESET,
    &vk::PRESET,
    &yandex_pay::PRESET,
];

pub fn find(name: &str) -> Option<&'static Preset> {
    ALL.binary_search_by(|preset| preset.name.cmp(name)).ok().and_then(|at| ALL.get(at)).copied()
}

/// Refuses unless a value that was worked out for one of the keys is the given one.
fn is_one_of(given: Option<Vec<u8>>, right: &[Vec<u8>]) -> Result<(), Refused> {
    let given = given.unwrap_or_default();
    let fits = right.iter().fold(false, |fits, right| fits | super::digest::same(&given, right));
    if fits { Ok(()) } else { Err(Refused::because("the signature is another")) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::value::Bytes;

    pub fn draft(target: &str, headers: &[(&str, &str)], body: &str) -> Draft {
        Draft {
            target: target.into(),
            headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            reading: Default::default(),
            ip: "192.0.2.7".into(),
            params: Vec::new(),
            now: 1_614_265_330_000,
        }
    }

    pub fn keys(keys: &[&str]) -> Vec<Arc<str>> {
        keys.iter().map(|key| Arc::from(*key)).collect()
    }

    /// A request of the sender's documentation is let in, by this key among others; by another key it is not, nor is it
    /// after `spoil` changed what is signed. What `sign` makes of it is let in too.
    pub fn holds(preset: &Preset, draft: &Draft, key: &str, spoil: impl Fn(&mut Draft)) {
        assert_eq!((preset.check)(&draft.seen(), &keys(&["other", key])), Ok(()), "{}", preset.name);
        assert!((preset.check)(&draft.seen(), &keys(&["other"])).is_err(), "{}", preset.name);
        assert!((preset.check)(&draft.seen(), &keys(&[""])).is_err(), "{}", preset.name);
        assert!((preset.check)(&draft.seen(), &[]).is_err(), "{}", preset.name);
        let mut spoiled = draft.clone();
        spoil(&mut spoiled);
        assert_ne!(&spoiled, draft);
        assert!((preset.check)(&spoiled.seen(), &keys(&[key])).is_err(), "{}", preset.name);
        let mut signed = draft.clone();
        (preset.sign)(&mut signed, key).unwrap();
        assert_eq!((preset.check)(&signed.seen(), &keys(&[key])), Ok(()), "{}", preset.name);
        assert!((preset.check)(&self::draft("/", &[], "").seen(), &keys(&[key])).is_err(), "{}", preset.name);
    }

    #[test]
    fn all_is_sorted_and_each_is_found() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for preset in ALL {
            assert!(find(preset.name).is_some_and(|found| std::ptr::eq(found, *preset)));
        }
        assert!(find("gitlab").is_none());
    }

    #[test]
    fn no_body_makes_a_scheme_fail_otherwise_than_by_refusing() {
        for body in ["", "{", "[]", "7", "null", "a=1", "--x", "{\"secret\":{}}", "\u{0}", &"[".repeat(5_000)]
        {
            for content_type in
                ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "?"]
            {
                for preset in ALL {
                    let headers =
                        [("Content-Type", content_type), ("Sign", "ы"), ("Stripe-Signature", "t=,v1")];
                    let draft = draft("/?a=%ff", &headers, body);
                    assert!(
                        (preset.check)(&draft.seen(), &keys(&["key"])).is_err(),
                        "{} {body}",
                        preset.name
                    );
                }
            }
        }
    }
}
