//! Yandex Pay, "Merchant API, Аутентификация": the body is a JSON Web Token (RFC 7519) that is signed by ES256 (RFC 7518, 3.4).
//! Which key signed it, when, and how long it holds stand in its header; the keys are a JSON Web Key Set (RFC 7517) that Yandex publishes.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

use super::{Pair, Preset};
use crate::bodies::Jwt;
use crate::gates::verify::{Draft, Refused, Seen};
use crate::value::{Object, Value, from_json};

/// Clocks differ, so a token may be from a little while ahead. In seconds.
const AHEAD: u64 = 300;

/// How long a token of `sign` holds, as in the documentation's example. In seconds.
const HOLDS: u64 = 21_600;

pub static PRESET: Preset = Preset {
    name: "yandex_pay",
    summary: "Yandex Pay: the body is a JWT, signed by ES256; `read body as jwt` reads what it says",
    secret: "the key set, as https://pay.yandex.ru/api/jwks gives it",
    check,
    sign,
    receipt: None,
    pair: Some(&Pair {
        // RFC 7515, A.3.1: known to everybody.
        public: r#"{"keys":[{"kty":"EC","alg":"ES256","kid":"test","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#,
        private: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
    }),
};

fn check(seen: &Seen<'_>, keys: &[Arc<str>]) -> Result<(), Refused> {
    let token = Jwt::parse(seen.body).ok_or_else(|| Refused::because("the body is no JWT"))?;
    let header = object(&token.header).ok_or_else(|| Refused::because("the token's header is no JSON"))?;
    let text = |name: &str| header.get(name).and_then(Value::as_text).unwrap_or_default();
    // What the token itself says of how it is signed is only compared: it chooses nothing.
    if text("alg") != "ES256" {
        return Err(Refused::because("the token is not signed by ES256"));
    }
    let mut why = format!("the key set has no key `{}`", text("kid").escape_debug());
    let signature = Signature::from_slice(&token.signature).ok();
    let signature = signature.ok_or_else(|| Refused::because("the token's signature is none of ES256"))?;
    let mut fits = false;
    for set in keys.iter().filter(|key| !key.is_empty()) {
        match key(set, text("kid")) {
            Ok(Some(key)) => {
                fits |= key.verify(token.signed, &signature).is_ok();
                "the signature is another".clone_into(&mut why);
            }
            Ok(None) => {}
            Err(broken) => broken.clone_into(&mut why),
        }
    }
    if !fits {
        return Err(Refused(why));
    }
    holds(&header, &object(&token.claims).unwrap_or_default(), seen.now / 1000)
}

/// `iat` and `exp` stand in the token's header here, in other tokens among its claims; as numbers or as texts.
fn holds(header: &Object, claims: &Object, now: u64) -> Result<(), Refused> {
    let time = |name: &str| {
        let value = header.get(name).or_else(|| claims.get(name))?;
        crate::value::render(value).ok()?.parse::<u64>().ok()
    };
    let end =
        time("exp").ok_or_else(|| Refused::because("the token does not say how long it holds (`exp`)"))?;
    if end <= now {
        return Err(Refused::because("the token held until an earlier time (`exp`)"));
    }
    if time("iat").is_some_and(|made| made > now + AHEAD) {
        return Err(Refused::because("the token is from a later time (`iat`)"));
    }
    Ok(())
}

/// The key with this name.
///
/// # Errors
/// Why the set is none.
fn key(set: &str, name: &str) -> Result<Option<VerifyingKey>, &'static str> {
    let set = object(set.as_bytes()).ok_or("the key set is no JSON")?;
    let Some(Value::List(keys)) = set.get("keys") else { return Err("the key set has no `keys`") };
    for key in keys.iter() {
        let Value::Object(key) = key else { continue };
        let text = |name: &str| key.get(name).and_then(Value::as_text).unwrap_or_default();
        if text("kid") != name || text("kty") != "EC" || text("crv") != "P-256" {
            continue;
        }
        let coordinate = |name| URL_SAFE_NO_PAD.decode(text(name)).ok().filter(|bytes| bytes.len() == 32);
        let (Some(x), Some(y)) = (coordinate("x"), coordinate("y")) else { continue };
        // Uncompressed (SEC 1, 2.3.3).
        let point = [&[4], x.as_slice(), &y].concat();
        return Ok(VerifyingKey::from_sec1_bytes(&point).ok());
    }
    Ok(None)
}

/// The body that a test writes is what the token says.
fn sign(draft: &mut Draft, key: &str) -> Result<(), String> {
    let key = URL_SAFE_NO_PAD.decode(key).ok().and_then(|bytes| SigningKey::from_slice(&bytes).ok());
    let key = key.ok_or("only Yandex has the key that signs")?;
    let claims = match Jwt::parse(&draft.body) {
        Some(token) => token.claims,
        None => draft.body.to_vec(),
    };
    let now = draft.now / 1000;
    let header = format!(r#"{{"alg":"ES256","kid":"test","iat":{now},"exp":{},"typ":"JWT"}}"#, now + HOLDS);
    let token = Jwt::write(header.as_bytes(), &claims, |signed| {
        let signature: Signature = key.sign(signed);
        signature.to_bytes().to_vec()
    });
    draft.body = token.into();
    draft.set_header("Content-Type", "application/octet-stream");
    Ok(())
}

fn object(json: &[u8]) -> Option<Arc<Object>> {
    match from_json(json) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::verify::presets::tests::{draft, keys};

    const CLAIMS: &str = r#"{"merchantId":"m1","event":"ORDER_STATUS_UPDATED","order":{"orderId":"10042","paymentStatus":"CAPTURED"}}"#;

    /// A request with a token of this header, signed by the key of the pair.
    fn with(header: &str) -> Draft {
        let private = URL_SAFE_NO_PAD.decode(PRESET.pair.unwrap().private).unwrap();
        let key = SigningKey::from_slice(&private).unwrap();
        let sign = |signed: &[u8]| {
            let signature: Signature = key.sign(signed);
            signature.to_bytes().to_vec()
        };
        draft("/", &[], &Jwt::write(header.as_bytes(), CLAIMS.as_bytes(), sign))
    }

    fn why(draft: &Draft, set: &str) -> String {
        check(&draft.seen(), &keys(&[set])).unwrap_err().0
    }

    /// RFC 7515, A.3: signed by somebody else, with the same key.
    #[test]
    fn the_signature_of_the_standard_is_one() {
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let set = PRESET.pair.unwrap().public.replace(r#""kid":"test","#, "");
        let mut seen = draft("/", &[], token);
        assert_eq!(why(&seen, &set), "the token held until an earlier time (`exp`)");
        seen.now = 1_300_000_000_000;
        assert_eq!(check(&seen.seen(), &keys(&[&set])), Ok(()));
        let mut changed = token.to_owned();
        changed.replace_range(60..61, "X");
        seen.body = changed.into();
        assert_eq!(why(&seen, &set), "the signature is another");
    }

    #[test]
    fn a_token_is_let_in_while_it_holds() {
        let set = PRESET.pair.unwrap().public;
        // The times of the documentation's example, as texts.
        let mut seen =
            with(r#"{"alg":"ES256","kid":"test","iat":"1614265000","exp":"1614266000","typ":"JWT"}"#);
        assert_eq!(check(&seen.seen(), &keys(&["{}", set])), Ok(()));
        assert_eq!(why(&seen, "?"), "the key set is no JSON");
        assert_eq!(why(&seen, "{}"), "the key set has no `keys`");
        assert_eq!(why(&seen, r#"{"keys":[{"kid":"test"}]}"#), "the key set has no key `test`");
        assert_eq!(check(&seen.seen(), &[]).unwrap_err().0, "the key set has no key `test`");
        seen.now = 1_614_266_000_000;
        assert_eq!(why(&seen, set), "the token held until an earlier time (`exp`)");
        seen.now = 1_614_264_000_000;
        assert_eq!(why(&seen, set), "the token is from a later time (`iat`)");
        let forever = with(r#"{"alg":"ES256","kid":"test"}"#);
        assert_eq!(why(&forever, set), "the token does not say how long it holds (`exp`)");
        let other = with(r#"{"alg":"none","kid":"test","exp":9999999999}"#);
        assert_eq!(why(&other, set), "the token is not signed by ES256");
        let unknown = with(r#"{"alg":"ES256","kid":"a\"b","exp":9999999999}"#);
        assert_eq!(why(&unknown, set), "the key set has no key `a\\\"b`");
        assert_eq!(why(&draft("/", &[], "{}"), set), "the body is no JWT");
    }

    #[test]
    fn what_sign_writes_is_let_in_and_reads_as_what_it_says() {
        let Pair { public, private } = PRESET.pair.unwrap();
        let mut signed = draft("/", &[], CLAIMS);
        // Twice, as a test's request is.
        sign(&mut signed, private).unwrap();
        sign(&mut signed, private).unwrap();
        assert_eq!(check(&signed.seen(), &keys(&[public])), Ok(()));
        assert_eq!(Jwt::parse(&signed.body).unwrap().claims, CLAIMS.as_bytes());
        assert_eq!(sign(&mut signed, public).unwrap_err(), "only Yandex has the key that signs");
    }
}
