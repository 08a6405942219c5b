//! A JSON Web Token in its compact form (RFC 7519; RFC 7515, 3.1): three parts in base64url, joined by dots. It is only taken apart here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt<'a> {
    /// JSON: how it is signed, and with which key.
    pub header: Vec<u8>,
    /// JSON: what it says.
    pub claims: Vec<u8>,
    /// The first two parts as they came: what is signed.
    pub signed: &'a [u8],
    pub signature: Vec<u8>,
}

impl Jwt<'_> {
    /// Blanks around it are taken off. Whether its parts are JSON is for whoever reads them.
    pub fn parse(token: &[u8]) -> Option<Jwt<'_>> {
        let token = token.trim_ascii();
        let dot = token.iter().rposition(|byte| *byte == b'.')?;
        let (signed, signature) = token.split_at_checked(dot)?;
        let mut parts = signed.split(|byte| *byte == b'.');
        let (header, claims, None) = (parts.next()?, parts.next()?, parts.next()) else { return None };
        let decode = |part: &[u8]| URL_SAFE_NO_PAD.decode(part).ok();
        let signature = decode(signature.get(1..)?)?;
        Some(Jwt { header: decode(header)?, claims: decode(claims)?, signed, signature })
    }

    /// A token of these parts, signed by `sign`.
    pub fn write(header: &[u8], claims: &[u8], sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7519, 3.1.
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    #[test]
    fn the_token_of_the_standard_comes_apart() {
        let jwt = Jwt::parse(TOKEN.as_bytes()).unwrap();
        assert_eq!(jwt.header, b"{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}");
        let claims = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        assert_eq!(String::from_utf8(jwt.claims.clone()).unwrap(), claims);
        assert_eq!((jwt.signed.len(), jwt.signature.len()), (TOKEN.len() - 44, 32));
        assert_eq!(Jwt::write(&jwt.header, &jwt.claims, |_| jwt.signature.clone()), TOKEN);
        assert_eq!(Jwt::parse(format!(" {TOKEN}\n").as_bytes()), Some(jwt));
    }

    #[test]
    fn what_is_none_does_not() {
        for text in ["", ".", "..", "a.b", "a.b.c.d", "e30.e30", "e30=.e30=.e30=", "e30.e30.-\u{fffd}"] {
            let found = Jwt::parse(text.as_bytes());
            assert!(found.is_none() || text == "..", "{text}");
        }
    }
}
