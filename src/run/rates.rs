//! The `limit rate` of a pipeline: asked at the door, before there is a run.

use std::sync::Arc;

use super::Received;
use super::frame::Frame;
use crate::gates::limit::{Buckets, Demand};
use crate::resolve::program::Pipeline;

/// Takes a request out of every bucket that its pipeline has, at the time of its receipt.
///
/// # Errors
/// One is empty; after so many seconds none will be. Nothing was taken.
pub fn limit(pipeline: &Arc<Pipeline>, received: Received, buckets: &mut Buckets) -> Result<(), u64> {
    if pipeline.rates.is_empty() {
        return Ok(());
    }
    let now = received.at;
    let keys = keys(pipeline, received);
    let demands = pipeline.rates.iter().zip(&keys);
    let demands: Vec<Demand<'_>> =
        demands.map(|(rate, key)| Demand { count: rate.count, per: rate.per, key }).collect();
    buckets.take(&pipeline.name, &demands, now).map_err(|wait| wait.div_ceil(1_000))
}

/// The key of each `limit rate` in their order. Without a `by` it is "", and also where `by` gives nothing that has a text:
/// such requests are counted together rather than not at all.
fn keys(pipeline: &Arc<Pipeline>, received: Received) -> Vec<String> {
    if pipeline.rates.iter().all(|rate| rate.by.is_none()) {
        return vec![String::new(); pipeline.rates.len()];
    }
    let frame = Frame::new(pipeline.clone(), Arc::new(received));
    let key = |by| {
        let value = frame.look(by)?;
        frame.rendered(by, &value).map(|text| text.into_owned())
    };
    let rates = pipeline.rates.iter();
    rates.map(|rate| rate.by.as_ref().and_then(|by| key(by).ok()).unwrap_or_default()).collect()
}
