//! `cors` of a pipeline: headers on each of its answers, and the answer to a preflight (Fetch Standard, 3.3).

use hyper::header::{self, HeaderMap, HeaderValue};

use crate::resolve::program::Cors;

/// How long a browser may keep what a preflight said, in seconds: short, since scripts change.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Adds what every answer of the pipeline carries. `origin` is the request's.
pub fn allow_origin(cors: &Cors, origin: Option<&HeaderValue>, answer: &mut HeaderMap) {
    match cors {
        Cors::Any => {
            answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        Cors::Origins(allowed) => {
            answer.append(header::VARY, HeaderValue::from_static("Origin"));
            if let Some(origin) = origin
                && allowed.iter().any(|own| own.as_bytes() == origin.as_bytes())
            {
                answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            }
        }
    }
}

/// A browser asks before it sends: it names its origin and the method to come.
pub fn is_preflight(request: &HeaderMap) -> bool {
    request.contains_key(header::ORIGIN) && request.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Adds what a preflight is answered beyond the origin. `methods` are those of the path; whatever headers the browser
/// asks for are allowed, as a pipeline takes any.
pub fn allow_request(request: &HeaderMap, methods: HeaderValue, answer: &mut HeaderMap) {
    answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(wanted) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        answer.append(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    }
    answer.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
}
