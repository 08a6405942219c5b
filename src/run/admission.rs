//! Whether a request is let in: every `verify` of its pipeline, with the secrets as they are now. It is asked once, before
//! there is a run; what was let in stays let in, whatever the secrets are when it runs again. No run sees a secret.

use std::sync::Arc;

use super::{Headers, Received, value};
use crate::gates::verify::{Draft, Refused, Scheme, Seen};
use crate::resolve::program::{Expr, ExprKind, Pipeline, Verify};
use crate::value::{Unsealed, Value};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// What the sender wants to read in the answer, if a scheme makes that.
    LetIn(Option<Arc<str>>),
    /// 401. Why, for the history.
    Refused(String),
    /// 503: nobody can tell. The secret's name.
    SecretNotSet(Arc<str>),
}

/// Gives the value of a secret by its name.
type Secrets<'a> = &'a dyn Fn(&str) -> Option<Arc<str>>;

/// Asks every `verify` of a pipeline: all must hold.
pub fn admit(pipeline: &Arc<Pipeline>, received: &Received, secret: Secrets<'_>) -> Admission {
    if pipeline.verify.is_empty() {
        return Admission::LetIn(None);
    }
    // Every secret is looked for before any is used: a request that nobody can judge is not judged by half.
    let mut checks = Vec::with_capacity(pipeline.verify.len());
    for verify in &pipeline.verify {
        match keys(pipeline, received, verify, secret) {
            Ok(keys) => checks.push((verify, keys)),
            Err(admission) => return admission,
        }
    }
    let seen = Seen::new(
        &received.target,
        received.headers.iter().collect(),
        &received.body,
        pipeline.reading,
        &received.ip,
        &received.params,
        received.at,
    );
    let mut receipt = None;
    for (verify, keys) in checks {
        if let Err(Refused(why)) = verify.scheme.check(&seen, &keys) {
            return Admission::Refused(format!("verify {}: {why}", verify.name));
        }
        receipt = receipt.or_else(|| verify.scheme.receipt(&seen, &keys));
    }
    Admission::LetIn(receipt)
}

/// What a 401 asks for (RFC 9110, 11.6.1), where the scheme has a name among those of HTTP. The same for every refusal of a
/// pipeline.
pub fn challenge(pipeline: &Pipeline) -> Option<&'static str> {
    pipeline.verify.iter().find_map(|verify| match verify.scheme {
        Scheme::Basic(_) => Some("Basic realm=\"webhooks\", charset=\"UTF-8\""),
        Scheme::Bearer => Some("Bearer"),
        _ => None,
    })
}

/// Makes of a request one that `admit` lets in, as its sender would: with the first secret of each `verify`.
///
/// # Errors
/// What keeps it from being signed, in words.
pub fn sign(pipeline: &Arc<Pipeline>, received: &mut Received, secret: Secrets<'_>) -> Result<(), String> {
    let headers = received.headers.iter();
    let mut draft = Draft {
        target: received.target.to_string(),
        headers: headers
            .map(|(name, value)| (name.to_owned(), String::from_utf8_lossy(value).into_owned()))
            .collect(),
        body: received.body.clone(),
        reading: pipeline.reading,
        ip: received.ip.to_string(),
        params: received.params.clone(),
        now: received.at,
    };
    // Twice: what one signs may be what another writes.
    for verify in pipeline.verify.iter().chain(&pipeline.verify) {
        let keys = keys(pipeline, received, verify, secret).map_err(|admission| match admission {
            Admission::SecretNotSet(name) => format!("secret {name} is not set"),
            Admission::Refused(why) => why,
            Admission::LetIn(_) => String::new(),
        })?;
        let key = keys.first().map_or("", |key| &**key);
        verify.scheme.sign(&mut draft, key).map_err(|why| format!("verify {}: {why}", verify.name))?;
    }
    received.target = draft.target.into();
    received.body = draft.body;
    received.ip = draft.ip.into();
    let headers = draft.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    let headers: Vec<_> = headers.collect();
    received.headers =
        Headers::collect(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    Ok(())
}

fn keys(
    pipeline: &Arc<Pipeline>,
    received: &Received,
    verify: &Verify,
    secret: Secrets<'_>,
) -> Result<Vec<Arc<str>>, Admission> {
    let key = |expr: &Expr| {
        let refused = |why: &str| Admission::Refused(format!("verify {}: {why}", verify.name));
        if let ExprKind::Secret(name) = &expr.kind {
            return secret(name).ok_or_else(|| Admission::SecretNotSet(name.clone()));
        }
        // Chosen by the path, say.
        match value(pipeline, received, expr) {
            Ok(Value::Sealed(sealed)) => sealed.open(secret).map_err(|error| match error {
                Unsealed::MissingSecret(name) => Admission::SecretNotSet(name),
                Unsealed::Fault(fault) => refused(&fault.message),
            }),
            Ok(_) => Err(refused("there is no secret to compare with")),
            Err(fault) => Err(refused(&fault.message)),
        }
    };
    verify.keys.iter().map(key).collect()
}
