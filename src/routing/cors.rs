//! `cors` of a pipeline: headers on each of its answers, and the answer to a preflight (Fetch Standard, 3.3).

use super::door::Headers;
use crate::resolve::program::Cors;

/// How long a browser may keep what a preflight said, in seconds: short, since scripts change.
const MAX_AGE: &[u8] = b"600";

/// What every answer of the pipeline carries. `origin` is the request's.
pub fn allow_origin(cors: &Cors, origin: Option<&[u8]>) -> Headers {
    match cors {
        Cors::Any => vec![("access-control-allow-origin", b"*".to_vec())],
        Cors::Origins(allowed) => {
            let mut headers = vec![("vary", b"Origin".to_vec())];
            if let Some(origin) = origin.filter(|origin| allowed.iter().any(|own| own.as_bytes() == *origin))
            {
                headers.push(("access-control-allow-origin", origin.to_vec()));
            }
            headers
        }
    }
}

/// What a preflight is answered beyond the origin. `methods` are those of the path; whatever headers the browser asks
/// for are allowed, as a pipeline takes any.
pub(super) fn allow_request(methods: &[u8], asked_headers: Option<&[u8]>) -> Headers {
    let mut headers = vec![("access-control-allow-methods", methods.to_vec())];
    if let Some(asked) = asked_headers {
        headers.push(("access-control-allow-headers", asked.to_vec()));
        headers.push(("vary", b"Access-Control-Request-Headers".to_vec()));
    }
    headers.push(("access-control-max-age", MAX_AGE.to_vec()));
    headers
}
