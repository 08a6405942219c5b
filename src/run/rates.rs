//! What the `limit rate` of a pipeline count a request by. They are asked at the door, before there is a run.

use std::sync::Arc;

use super::Received;
use super::frame::Frame;
use crate::resolve::program::Pipeline;

/// The key of each `limit rate` in their order. Without a `by` it is "", and also where `by` gives nothing that has a text:
/// such requests are counted together rather than not at all.
pub fn rate_keys(pipeline: &Arc<Pipeline>, received: Received) -> Vec<String> {
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
