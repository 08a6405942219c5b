//! bePaid, "Автоматические уведомления": `Content-Signature` is a signature of the body as it is sent, by RSA with SHA-256
//! (RSASSA-PKCS1-v1_5, RFC 8017, 8.2), in base64. Its key is the shop's own; the account shows the public half.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{DecodePrivateKey, DecodePublicKey};
use rsa::signature::{SignatureEncoding, Signer, Verifier};
use rsa::{PrivateKey, PublicKey};
use sha2::Sha256;

use super::{Pair, Preset};
use crate::gates::verify::signatures::Encoding;
use crate::gates::verify::{Draft, Refused, Seen};

const HEADER: &str = "Content-Signature";

pub static PRESET: Preset = Preset {
    name: "bepaid",
    summary: "bePaid: `Content-Signature`, RSA with SHA-256 over the body in base64",
    secret: "the public key of the shop, from the account's settings; with its `-----BEGIN` line or without",
    check,
    sign,
    receipt: None,
    pair: Some(&Pair {
        public: include_str!("bepaid_test_public.txt"),
        private: include_str!("bepaid_test_private.txt"),
    }),
};

fn check(seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let given = Encoding::Base64.decode(seen.header(HEADER)?);
    let given = given.and_then(|bytes| Signature::try_from(bytes.as_slice()).ok());
    let given = given.ok_or_else(|| Refused::because(format!("`{HEADER}` holds no signature in base64")))?;
    let mut why = "there is no key to check the signature with";
    for key in keys.iter().filter(|key| !key.is_empty()) {
        let Some(key) = public(key) else {
            why = "the key is no public key of RSA";
            continue;
        };
        if VerifyingKey::<Sha256>::new(key).verify(seen.body, &given).is_ok() {
            return Ok(());
        }
        why = "the signature is another";
    }
    Err(Refused::because(why))
}

fn sign(draft: &mut Draft, key: &str) -> Result<(), String> {
    let key = der(key).and_then(|der| PrivateKey::from_pkcs8_der(&der).ok());
    let key = key.ok_or("only bePaid has the key that signs")?;
    let signature =
        SigningKey::<Sha256>::new(key).try_sign(&draft.body).map_err(|error| error.to_string())?;
    draft.set_header(HEADER, Encoding::Base64.encode(&signature.to_bytes()));
    Ok(())
}

fn public(key: &str) -> Option<PublicKey> {
    let der = der(key)?;
    PublicKey::from_public_key_der(&der).or_else(|_| PublicKey::from_pkcs1_der(&der)).ok()
}

/// The bytes of a key, with the lines of PEM (RFC 7468) around it or without, on one line or on several.
fn der(key: &str) -> Option<Vec<u8>> {
    let lines = key.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.flat_map(str::split_whitespace).collect::<String>()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, keys};

    const BODY: &str = r#"{"transaction":{"uid":"1-310b0da80b","status":"successful","amount":199000}}"#;

    /// Of that body, by `openssl dgst -sha256 -sign`, as the sender's own library makes them in its tests.
    const SIGNATURE: &str = include_str!("bepaid_test_signature.txt");

    #[test]
    fn a_signature_of_the_body_is_let_in() {
        let headers = [("Content-Type", "application/json"), ("Content-Signature", SIGNATURE.trim())];
        let seen = draft("/", &headers, BODY);
        let Pair { public, private } = PRESET.pair.unwrap();
        let in_lines: String = public
            .trim()
            .as_bytes()
            .chunks(64)
            .map(|line| format!("{}\r\n", std::str::from_utf8(line).unwrap()))
            .collect();
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{in_lines}-----END PUBLIC KEY-----\n");
        for key in [*public, &in_lines, &pem] {
            assert_eq!(check(&seen.seen(), &keys(&["other", key])), Ok(()), "{key}");
        }
        let mut spoiled = seen.clone();
        spoiled.body = BODY.replace("199000", "1").into();
        assert!(check(&spoiled.seen(), &keys(&[public])).is_err());
        for key in ["", "other", "AAAA", *private] {
            assert!(check(&seen.seen(), &keys(&[key])).is_err(), "{key}");
            let mut unsigned = draft("/", &[], BODY);
            assert_eq!(sign(&mut unsigned, key).is_ok(), key == *private);
        }
        let mut signed = draft("/", &[], BODY);
        sign(&mut signed, private).unwrap();
        assert_eq!(check(&signed.seen(), &keys(&[public])), Ok(()));
        let own = signed.headers.first().map(|(_, value)| value.as_str());
        assert_eq!(own, Some(SIGNATURE.trim()));
    }
}
