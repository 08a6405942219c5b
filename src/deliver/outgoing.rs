//! A rendered request as reqwest takes it.

use std::sync::Arc;

use reqwest::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use reqwest::{Body, Method, Request, Url};

use crate::actions::Rendered;

use super::errors;
use super::guard::Guard;
use super::sent::{Sent, Watched};

/// Set by the client from the request itself: another value would change where one request ends.
const OWN: [&str; 5] = ["connection", "content-length", "transfer-encoding", "te", "upgrade"];

/// # Errors
/// Why nothing of it can be sent.
pub fn build(rendered: &Rendered, guard: &Guard, sent: &Arc<Sent>) -> Result<Request, String> {
    let url = Url::parse(&rendered.url).map_err(|_| errors::bad_url())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(errors::bad_url());
    }
    guard.check(&url)?;
    let method =
        Method::from_bytes(rendered.method.as_bytes()).map_err(|_| errors::bad_method(&rendered.method))?;
    // Without a length some servers wait for a body that never comes (RFC 9110, 8.6).
    let says_empty = rendered.body.is_empty() && matches!(method, Method::POST | Method::PUT | Method::PATCH);
    let mut request = Request::new(method, url);
    for (name, value) in &rendered.headers {
        let bad = || errors::bad_header(name);
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        if OWN.contains(&key.as_str()) {
            return Err(errors::own_header(name));
        }
        request.headers_mut().append(key, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad())?);
    }
    if says_empty {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    *request.body_mut() = Some(Body::wrap(Watched::new(rendered.body.clone(), sent.clone())));
    Ok(request)
}
