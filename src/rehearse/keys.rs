//! What the secrets of `verify` are in a test: as all others, but where a secret is the public half of a key. Then a key stands in
//! its place of which both halves are known, so that the test can sign.

use std::sync::Arc;

use super::bodies::test_secret;
use crate::gates::verify::{Pair, Scheme};
use crate::resolve::program::Pipeline;
use crate::run::{self, Headers, Received};
use crate::value::{Bytes, Id};

/// What the pipeline looks at a signature with.
pub(super) fn of_pipeline(pipeline: &Pipeline, name: &str) -> Arc<str> {
    pair(pipeline, name).map_or_else(|| test_secret(name), |pair| Arc::from(pair.public.trim()))
}

/// What its sender signs with.
pub(super) fn of_sender(pipeline: &Pipeline, name: &str) -> Arc<str> {
    pair(pipeline, name).map_or_else(|| test_secret(name), |pair| Arc::from(pair.private.trim()))
}

/// The headers that `signed` writes for this pipeline, in lower case.
pub fn signed_headers(pipeline: &Arc<Pipeline>) -> Vec<String> {
    let mut bare = Received {
        id: Id([0; 16]),
        at: 0,
        method: "POST".into(),
        target: "/".into(),
        headers: Headers::default(),
        body: Bytes::new(),
        ip: "127.0.0.1".into(),
        params: Vec::new(),
        receipt: None,
    };
    match run::sign(pipeline, &mut bare, &|name| Some(of_sender(pipeline, name))) {
        Ok(()) => bare.headers.iter().map(|(name, _)| name.to_owned()).collect(),
        Err(_) => Vec::new(),
    }
}

/// A plan asks no `verify`, so what it would make is only named.
pub(super) fn planned_receipt(pipeline: &Pipeline) -> Option<Arc<str>> {
    let maker = pipeline.verify.iter().find(|verify| match verify.scheme {
        Scheme::Preset(preset) => preset.receipt.is_some(),
        _ => false,
    });
    maker.map(|verify| format!("«receipt of verify {}»", verify.name).into())
}

fn pair(pipeline: &Pipeline, name: &str) -> Option<&'static Pair> {
    pipeline.verify.iter().find_map(|verify| {
        let mut names = Vec::new();
        verify.keys.iter().for_each(|key| key.secrets(&mut names));
        verify.scheme.pair().filter(|_| names.iter().any(|own| **own == *name))
    })
}
