//! The door: what one request passes before its pipeline sees it, and the way of its answer.

use std::net::IpAddr;
use std::ops::ControlFlow::{self, Break, Continue};
use std::sync::{Arc, LazyLock};

use hyper::body::Incoming as IncomingBody;
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request};

use crate::gates::verify::Scheme;
use crate::resolve::program::{Cors, Pipeline, Route};
use crate::run::{Admission, Headers, Reply};
use crate::value::Bytes;

use super::body::Body;
use super::progress::{Phase, Progress};
use super::reply::{Answer, Refusal, no_content, refuse, write};
use super::routes::Found;
use super::{Handler, Incoming, Network, cors, forwarded, host};

/// One connection, as its requests see it.
pub struct Peer<H> {
    pub network: Arc<Network<H>>,
    pub progress: Arc<Progress>,
    /// Its address.
    pub ip: IpAddr,
    /// The same, as the records keep it.
    pub shown_ip: Arc<str>,
}

type Params = Vec<(Arc<str>, Arc<str>)>;

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
        let path = head.uri.path();
        let (pipeline, params) = match routes.find(head.method.as_str(), path) {
            // Whoever takes any method is not asked whether a browser may send: `cors` says so.
            Found::Pipeline { pipeline, route, .. }
                if route.methods.is_none() && pipeline.cors.is_some() && is_preflight(&head) =>
            {
                return Break(options(&head, &[(pipeline, route)]));
            }
            Found::Pipeline { pipeline, params, .. } => (pipeline.clone(), params),
            Found::OtherMethod(others) if head.method == Method::OPTIONS => {
                return Break(options(&head, &others));
            }
            Found::OtherMethod(others) => return Break(self.refuse_method(&head, &others)),
            Found::Unknown if head.method == Method::OPTIONS && path == "*" => return Break(no_content()),
            Found::Unknown => return Break(self.refuse(Refusal::NotFound)),
            Found::Malformed => return Break(self.refuse(Refusal::BadRequest)),
        };
        let origin = match pipeline.cors {
            Some(Cors::Origins(_)) => head.headers.get(header::ORIGIN).cloned(),
            Some(Cors::Any) | None => None,
        };
        if let Some(reply) = self.network.handler.refuses(&pipeline) {
            return Break(with_cors(self.turned_away(reply), &pipeline, origin.as_ref()));
        }
        let refusal = if is_encoded(&head.headers) {
            Some(Refusal::UnsupportedEncoding)
        } else {
            (announced > pipeline.body_limit).then_some(Refusal::BodyTooLarge)
        };
        let passed = Passed { pipeline, request: self.incoming(head, params), origin };
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
        match self.network.handler.admits(&passed.pipeline, &passed.request) {
            Admission::LetIn => {}
            Admission::Refused(why) => {
                let challenge = challenge(&passed.pipeline);
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
            Err(reply) => self.turned_away(reply),
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

    fn turned_away(&self, reply: Reply) -> Answer {
        self.network.counts.refuse(reply.status);
        write(reply)
    }

    fn refuse(&self, refusal: Refusal) -> Answer {
        self.network.counts.refuse(refusal.status().as_u16());
        refuse(refusal)
    }

    fn reject(&self, passed: Passed, refusal: Refusal) -> Answer {
        self.reject_because(passed, refusal, refusal.code())
    }

    fn reject_because(&self, passed: Passed, refusal: Refusal, why: &str) -> Answer {
        let Passed { pipeline, request, origin } = passed;
        self.network.handler.rejected(&pipeline, request, refusal.status().as_u16(), why);
        with_cors(self.refuse(refusal), &pipeline, origin.as_ref())
    }

    fn refuse_method(&self, head: &Parts, others: &[(&Arc<Pipeline>, &Route)]) -> Answer {
        let mut answer = self.refuse(Refusal::MethodNotAllowed);
        answer.headers_mut().insert(header::ALLOW, methods(others));
        allow_origin(head, others, answer.headers_mut());
        answer
    }
}

fn with_cors(mut answer: Answer, pipeline: &Pipeline, origin: Option<&HeaderValue>) -> Answer {
    if let Some(cors) = &pipeline.cors {
        cors::allow_origin(cors, origin, answer.headers_mut());
    }
    answer
}

/// `OPTIONS` of a known path whose pipelines do not take it themselves.
fn options(head: &Parts, routes: &[(&Arc<Pipeline>, &Route)]) -> Answer {
    let mut answer = no_content();
    let headers = answer.headers_mut();
    let methods = methods(routes);
    allow_origin(head, routes, headers);
    if is_preflight(head) && routes.iter().any(|(pipeline, _)| pipeline.cors.is_some()) {
        let any = routes.iter().any(|(_, route)| route.methods.is_none());
        let wanted = head.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD).filter(|_| any);
        cors::allow_request(&head.headers, wanted.cloned().unwrap_or_else(|| methods.clone()), headers);
    }
    headers.insert(header::ALLOW, methods);
    answer
}

/// Where several pipelines share a path and none of them answers, the first that has a `cors` speaks for it.
fn allow_origin(head: &Parts, routes: &[(&Arc<Pipeline>, &Route)], answer: &mut HeaderMap) {
    if let Some(cors) = routes.iter().find_map(|(pipeline, _)| pipeline.cors.as_ref()) {
        cors::allow_origin(cors, head.headers.get(header::ORIGIN), answer);
    }
}

/// `Allow`: what the routes take, in their order, `HEAD` with `GET`, and `OPTIONS` where `cors` answers it.
fn methods(routes: &[(&Arc<Pipeline>, &Route)]) -> HeaderValue {
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
    HeaderValue::from_str(&all.join(", ")).unwrap_or(HeaderValue::from_static(""))
}

/// What a 401 asks for (RFC 9110, 11.6.1), where the scheme has a name among those of HTTP. The same for every refusal of a
/// pipeline.
fn challenge(pipeline: &Pipeline) -> Option<&'static str> {
    pipeline.verify.iter().find_map(|verify| match verify.scheme {
        Scheme::Basic(_) => Some("Basic realm=\"webhooks\", charset=\"UTF-8\""),
        Scheme::Bearer => Some("Bearer"),
        _ => None,
    })
}

fn is_preflight(head: &Parts) -> bool {
    head.method == Method::OPTIONS && cors::is_preflight(&head.headers)
}

/// Bodies are taken as they are: a small one that unpacks to a huge one is refused with the rest.
fn is_encoded(headers: &HeaderMap) -> bool {
    let encodings = headers.get_all(header::CONTENT_ENCODING);
    encodings.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')).any(|coding| {
        let coding = coding.trim_ascii();
        !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity")
    })
}

/// The method as the records keep it; the usual ones cost no allocation.
fn shared_name(method: &Method) -> Arc<str> {
    static USUAL: LazyLock<[Arc<str>; 7]> =
        LazyLock::new(|| ["POST", "GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].map(Arc::from));
    let usual = USUAL.iter().find(|usual| ***usual == *method.as_str());
    usual.cloned().unwrap_or_else(|| Arc::from(method.as_str()))
}
