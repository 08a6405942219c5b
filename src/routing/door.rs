//! What the head of a request comes to: its pipeline, a refusal, or an answer for a browser that asks first.

use std::sync::Arc;

use super::cors;
use super::refusal::Refusal;
use super::table::{Found, Routes};
use crate::resolve::program::{Pipeline, Route};
use crate::run;

/// Names in lower case, and values.
pub type Headers = Vec<(&'static str, Vec<u8>)>;

/// Decoded path parameters.
pub type Params = Vec<(Arc<str>, Arc<str>)>;

/// The head of a request, as far as the door looks at it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Head<'a> {
    pub method: &'a str,
    /// Without the query, undecoded.
    pub path: &'a str,
    pub origin: Option<&'a [u8]>,
    /// `Access-Control-Request-Method`.
    pub asked_method: Option<&'a [u8]>,
    /// `Access-Control-Request-Headers`.
    pub asked_headers: Option<&'a [u8]>,
    /// Its body is packed in a way that is not taken.
    pub encoded: bool,
    /// Bytes of the body, as far as the head says.
    pub announced: u64,
}

impl<'a> Head<'a> {
    /// The head of a request that is whole already: `target` is its path and query, `body` its length in bytes.
    pub fn of(method: &'a str, target: &'a str, headers: &'a run::Headers, body: usize) -> Head<'a> {
        let encodings =
            headers.iter().filter(|(name, _)| *name == "content-encoding").map(|(_, value)| value);
        Head {
            method,
            path: target.split('?').next().unwrap_or_default(),
            origin: headers.last("origin"),
            asked_method: headers.last("access-control-request-method"),
            asked_headers: headers.last("access-control-request-headers"),
            encoded: is_encoded(encodings),
            announced: body as u64,
        }
    }
}

#[derive(Debug)]
pub enum Decision<'a> {
    Pass {
        pipeline: &'a Arc<Pipeline>,
        params: Params,
    },
    /// A request of a known pipeline that is kept as rejected.
    Reject {
        pipeline: &'a Arc<Pipeline>,
        params: Params,
        refusal: Refusal,
    },
    Refuse {
        refusal: Refusal,
        headers: Headers,
    },
    /// 204 with these headers: `OPTIONS` of a path whose pipelines do not take it themselves.
    Options(Headers),
}

/// Why no pipeline ran where the decision is `Options`.
pub const ASKED_FIRST: &str = "it is answered at the door, for a browser that asks first";

/// All that can be said by the head alone.
pub fn decide<'a>(routes: &'a Routes, head: &Head<'_>) -> Decision<'a> {
    let refuse = |refusal| Decision::Refuse { refusal, headers: Vec::new() };
    let is_options = head.method == "OPTIONS";
    let (pipeline, params) = match routes.find(head.method, head.path) {
        // Whoever takes any method is not asked whether a browser may send: `cors` says so.
        Found::Pipeline { pipeline, route, .. }
            if route.methods.is_none() && pipeline.cors.is_some() && is_preflight(head) =>
        {
            return Decision::Options(options(head, &[(pipeline, route)]));
        }
        Found::Pipeline { pipeline, params, .. } => (pipeline, params),
        Found::OtherMethod(others) if is_options => return Decision::Options(options(head, &others)),
        Found::OtherMethod(others) => {
            let mut headers = allow_any_origin(head, &others);
            headers.push(("allow", methods(&others).into_bytes()));
            return Decision::Refuse { refusal: Refusal::MethodNotAllowed, headers };
        }
        Found::Unknown if is_options && head.path == "*" => return Decision::Options(Vec::new()),
        Found::Unknown => return refuse(Refusal::NotFound),
        Found::Malformed => return refuse(Refusal::BadRequest),
    };
    let refusal = if head.encoded {
        Some(Refusal::UnsupportedEncoding)
    } else {
        (head.announced > pipeline.body_limit).then_some(Refusal::BodyTooLarge)
    };
    match refusal {
        Some(refusal) => Decision::Reject { pipeline, params, refusal },
        None => Decision::Pass { pipeline, params },
    }
}

/// Bodies are taken as they are: a small one that unpacks to a huge one is refused with the rest. `values` are those of
/// `Content-Encoding`.
pub fn is_encoded<'a>(values: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut codings = values.flat_map(|value| value.split(|byte| *byte == b','));
    codings.any(|coding| {
        let coding = coding.trim_ascii();
        !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")
    })
}

/// `OPTIONS` of a known path whose pipelines do not take it themselves.
fn options(head: &Head<'_>, routes: &[(&Arc<Pipeline>, &Route)]) -> Headers {
    let methods = methods(routes).into_bytes();
    let mut headers = allow_any_origin(head, routes);
    if is_preflight(head) && routes.iter().any(|(pipeline, _)| pipeline.cors.is_some()) {
        let any = routes.iter().any(|(_, route)| route.methods.is_none());
        let asked = head.asked_method.filter(|_| any).unwrap_or(&methods);
        headers.extend(cors::allow_request(asked, head.asked_headers));
    }
    headers.push(("allow", methods));
    headers
}

/// Where several pipelines share a path and none of them answers, the first that has a `cors` speaks for it.
fn allow_any_origin(head: &Head<'_>, routes: &[(&Arc<Pipeline>, &Route)]) -> Headers {
    let cors = routes.iter().find_map(|(pipeline, _)| pipeline.cors.as_ref());
    cors.map_or(Vec::new(), |cors| cors::allow_origin(cors, head.origin))
}

/// `Allow`: what the routes take, in their order, `HEAD` with `GET`, and `OPTIONS` where `cors` answers it.
fn methods(routes: &[(&Arc<Pipeline>, &Route)]) -> String {
    let own = routes.iter().filter_map(|(_, route)| route.methods.as_ref()).flatten().map(|method| &**method);
    let cors = routes.iter().any(|(pipeline, _)| pipeline.cors.is_some());
    let mut all: Vec<&str> = Vec::new();
    for method in own.chain(cors.then_some("OPTIONS")) {
        if !all.contains(&method) {
            all.push(method);
        }
        if method == "GET" && !all.contains(&"HEAD") {
            all.push("HEAD");
        }
    }
    all.join(", ")
}

/// A browser asks before it sends: it names its origin and the method to come.
fn is_preflight(head: &Head<'_>) -> bool {
    head.method == "OPTIONS" && head.origin.is_some() && head.asked_method.is_some()
}
