//! Whether a request is let in: `verify` with the secrets as they are now. It is asked once, before there is an operation;
//! what it let in stays let in, whatever the secrets are when it runs again.

use std::sync::Arc;

use crate::gates::verify::{Refused, Seen};
use crate::resolve::program::{ExprKind, Pipeline, Verify};
use crate::run::{self, Received};
use crate::secrets::Secrets;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    LetIn,
    /// 401. Why, for the history.
    Refused(String),
    /// 503: nobody can tell. The secret's name.
    SecretNotSet(Arc<str>),
}

/// Asks every `verify` of a pipeline: all must hold.
pub fn admit(pipeline: &Arc<Pipeline>, received: &Received, secrets: &Secrets) -> Admission {
    if pipeline.verify.is_empty() {
        return Admission::LetIn;
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
    // Every secret is looked for before any is used: a request that nobody can judge is not judged by half.
    let mut checks = Vec::with_capacity(pipeline.verify.len());
    for verify in &pipeline.verify {
        match keys(pipeline, received, secrets, verify) {
            Ok(keys) => checks.push((verify, keys)),
            Err(admission) => return admission,
        }
    }
    for (verify, keys) in checks {
        if let Err(Refused(why)) = verify.scheme.check(&seen, &keys) {
            return Admission::Refused(format!("verify {}: {why}", verify.name));
        }
    }
    Admission::LetIn
}

fn keys(
    pipeline: &Arc<Pipeline>,
    received: &Received,
    secrets: &Secrets,
    verify: &Verify,
) -> Result<Vec<Arc<str>>, Admission> {
    let mut keys = Vec::with_capacity(verify.keys.len());
    for key in &verify.keys {
        let named = |name: &Arc<str>| secrets.get(name).ok_or_else(|| Admission::SecretNotSet(name.clone()));
        let key = match &key.kind {
            ExprKind::Secret(name) => named(name)?,
            // Chosen by the path, say.
            _ => match run::value(pipeline, received, key) {
                Ok(Value::Sealed(sealed)) => {
                    if let Some(unset) = sealed.names().iter().find(|name| secrets.get(name).is_none()) {
                        return Err(Admission::SecretNotSet(unset.clone()));
                    }
                    let opened = sealed.open(&|name| secrets.get(name));
                    opened.map_err(|_| Admission::Refused(format!("verify {}: no secret", verify.name)))?
                }
                Ok(_) => return Err(Admission::Refused(format!("verify {}: no secret", verify.name))),
                Err(fault) => {
                    return Err(Admission::Refused(format!("verify {}: {}", verify.name, fault.message)));
                }
            },
        };
        keys.push(key);
    }
    Ok(keys)
}
