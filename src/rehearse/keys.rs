//! What the secrets of `verify` are in a test: as all others, but where a secret is the public half of a key. Then a key stands in
//! its place of which both halves are known, so that the test can sign.

use std::sync::Arc;

use super::bodies::test_secret;
use crate::gates::verify::{Pair, Scheme};
use crate::resolve::program::Pipeline;

/// What the pipeline looks at a signature with.
pub(super) fn of_pipeline(pipeline: &Pipeline, name: &str) -> Arc<str> {
    pair(pipeline, name).map_or_else(|| test_secret(name), |pair| Arc::from(pair.public.trim()))
}

/// What its sender signs with.
pub(super) fn of_sender(pipeline: &Pipeline, name: &str) -> Arc<str> {
    pair(pipeline, name).map_or_else(|| test_secret(name), |pair| Arc::from(pair.private.trim()))
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
