//! The door: what one request passes before its pipeline sees it, and the way of its answer.

use std::net::IpAddr;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::{Arc, LazyLock};

use hyper::body::Incoming as IncomingBody;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request};

use crate::resolve::program::{Cors, Pipeline};
use crate::routing::{self, Decision, Head, Params, Refusal};
use crate::run::{self, Admission, Headers};
use crate::value::Bytes;

use super::body::Body;
use super::progress::{Phase, Progress};
use super::reply::{Answer, add_headers, no_content, refuse, write};
use super::{Handler, Incoming, Network, forwarded, host};

/// One connection, as its requests see it.
pub struct Peer<H> {
    pub network: Arc<Network<H>>,
    pub progress: Arc<Progress>,
    /// Its address.
    pub ip: IpAddr,
    /// The same, as the records keep it.
    pub shown_ip: Arc<str>,
}

/// A request that its pipeline is to see, but for its body.
struct Passed {
    pipeline: Arc<Pipeline>,
    request: Incoming,
    /// Where `cors` wants it.
    origin: Option<HeaderValue>,
}

impl<H: Handler> Peer<H> {
    /// Answers one request, whatever it is.
    pub async fn answer(&self, request: Request<IncomingBody>) -> Answer {
        let (head, body) = request.into_parts();
        let mut body = Body::new(body);
        self.progress.enter(if body.is_finished() { Phase::Handling } else { Phase::Body });
        let mut answer = match self.pass(head, body.announced()) {
            Continue(passed) => self.take(passed, &mut body).await,
            Break(refused) => refused,
        };
        if !body.is_finished() {
            // The rest of the body stands in the way of the next request.
            answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if answer.headers().contains_key(header::CONNECTION) {
            self.progress.set_unread();
        }
        self.progress.enter(Phase::Writing);
        answer
    }

    /// All that can be said by the head alone: a sender that waits for `100 Continue` need not send what is refused.
    fn pass(&self, head: Parts, announced: u64) -> ControlFlow<Answer, Passed> {
        if !self.is_sound(&head) {
            return Break(self.refuse(Refusal::BadRequest));
        }
        let routes = self.network.routes.load();
        let (pipeline, params, refusal) = match routing::decide(&routes, &as_head(&head, announced)) {
            Decision::Pass { pipeline, params } => (pipeline, params, None),
            Decision::Reject { pipeline, params, refusal } => (pipeline, params, Some(refusal)),
            Decision::Refuse { refusal, headers } => {
                let mut answer = self.refuse(refusal);
                add_headers(headers, answer.headers_mut());
                return Break(answer);
            }
            Decision::Options(headers) => {
                let mut answer = no_content();
                add_headers(headers, answer.headers_mut());
                return Break(answer);
            }
        };
        let origin = match pipeline.cors {
            Some(Cors::Origins(_)) => head.headers.get(header::ORIGIN).cloned(),
            Some(Cors::Any) | None => None,
        };
        if let Some(refusal) = self.network.handler.refuses(pipeline) {
            return Break(with_cors(self.refuse(refusal), pipeline, origin.as_ref()));
        }
        let passed = Passed { pipeline: pipeline.clone(), request: self.incoming(head, params), origin };
        // What is refused anyway takes nothing from a limit.
        match refusal.or_else(|| self.network.handler.limits(&passed.pipeline, &passed.request).err()) {
            Some(refusal) => Break(self.reject(passed, refusal)),
            None => Continue(passed),
        }
    }

    /// Reads the body and lets the pipeline answer.
    async fn take(&self, mut passed: Passed, body: &mut Body) -> Answer {
        let mut lease = self.network.bodies.lease();
        if !body.is_finished() {
            let limit = passed.pipeline.body_limit;
            passed.request.body = match body.read(limit, &mut lease, &self.progress).await {
                Ok(bytes) => bytes,
                Err(Refusal::BodyTooLarge) => return self.reject(passed, Refusal::BodyTooLarge),
                Err(refusal) => {
                    return with_cors(self.refuse(refusal), &passed.pipeline, passed.origin.as_ref());
                }
            };
            self.progress.enter(Phase::Handling);
        }
        let refusal = body.has_waited().then(|| self.network.handler.refuses(&passed.pipeline)).flatten();
        if let Some(refusal) = refusal {
            return with_cors(self.refuse(refusal), &passed.pipeline, passed.origin.as_ref());
        }
        match self.network.handler.admits(&passed.pipeline, &passed.request) {
            Admission::LetIn(receipt) => passed.request.receipt = receipt,
            Admission::Refused(why) => {
                let challenge = run::challenge(&passed.pipeline);
                let mut answer = self.reject_because(passed, Refusal::Unauthorized, &why);
                if let Some(challenge) = challenge {
                    answer
                        .headers_mut()
                        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
                }
                return answer;
            }
            Admission::SecretNotSet(name) => {
                tracing::debug!(pipeline = %passed.pipeline.name, "refused with 503: secret {name} is not set");
                let refused = self.refuse(Refusal::SecretNotSet);
                return with_cors(refused, &passed.pipeline, passed.origin.as_ref());
            }
        }
        let Passed { pipeline, request, origin } = passed;
        let answer = match self.network.handler.handle(pipeline.clone(), request, lease).await {
            Ok(reply) => write(reply),
            Err(refusal) => self.refuse(refusal),
        };
        with_cors(answer, &pipeline, origin.as_ref())
    }

    /// False where two readers could take the request for two different ones.
    fn is_sound(&self, head: &Parts) -> bool {
        let mut encodings = head.headers.get_all(header::TRANSFER_ENCODING).iter();
        let encoding_fits = match (encodings.next(), encodings.next()) {
            (None, _) => true,
            (Some(encoding), None) => encoding.as_bytes().trim_ascii().eq_ignore_ascii_case(b"chunked"),
            (Some(_), Some(_)) => false,
        };
        encoding_fits
            && !self.progress.is_ambiguous()
            && host::is_valid(head.version, &head.uri, &head.headers)
    }

    fn incoming(&self, head: Parts, params: Params) -> Incoming {
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let headers = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        Incoming {
            method: shared_name(&head.method),
            target: Arc::from(target),
            headers: Headers::collect(headers),
            body: Bytes::new(),
            ip: self.caller(&head.headers),
            params,
            receipt: None,
        }
    }

    /// Mostly whoever connected.
    fn caller(&self, headers: &HeaderMap) -> Arc<str> {
        let trusted = &self.network.options.trusted_proxies;
        if trusted.is_empty() {
            return self.shown_ip.clone();
        }
        Arc::from(forwarded::caller(self.ip, headers, trusted).to_string())
    }

    fn refuse(&self, refusal: Refusal) -> Answer {
        self.network.counts.refuse(refusal.status());
        refuse(refusal)
    }

    fn reject(&self, passed: Passed, refusal: Refusal) -> Answer {
        self.reject_because(passed, refusal, refusal.code())
    }

    fn reject_because(&self, passed: Passed, refusal: Refusal, why: &str) -> Answer {
        let Passed { pipeline, request, origin } = passed;
        self.network.handler.rejected(&pipeline, request, refusal.status(), why);
        with_cors(self.refuse(refusal), &pipeline, origin.as_ref())
    }
}

fn with_cors(mut answer: Answer, pipeline: &Pipeline, origin: Option<&HeaderValue>) -> Answer {
    if let Some(cors) = &pipeline.cors {
        let origin = origin.map(HeaderValue::as_bytes);
        add_headers(routing::allow_origin(cors, origin), answer.headers_mut());
    }
    answer
}

/// What the door looks at.
fn as_head(head: &Parts, announced: u64) -> Head<'_> {
    let header = |name: HeaderName| head.headers.get(name).map(HeaderValue::as_bytes);
    let encodings = head.headers.get_all(header::CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    Head {
        method: head.method.as_str(),
        path: head.uri.path(),
        origin: header(header::ORIGIN),
        asked_method: header(header::ACCESS_CONTROL_REQUEST_METHOD),
        asked_headers: header(header::ACCESS_CONTROL_REQUEST_HEADERS),
        encoded: routing::is_encoded(encodings),
        announced,
    }
}

/// The method as the records keep it; the usual ones cost no allocation.
fn shared_name(method: &Method) -> Arc<str> {
    static USUAL: LazyLock<[Arc<str>; 7]> =
        LazyLock::new(|| ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map(Arc::from));
    let usual = USUAL.iter().find(|usual| ***usual == *method.as_str());
    usual.cloned().unwrap_or_else(|| Arc::from(method.as_str()))
}
