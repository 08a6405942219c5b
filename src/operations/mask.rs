//! What a target sends back is masked on arrival, before the engine and the store see it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::actions::{Answer, Attempt};
use crate::secrets::Masker;

/// The attempt with every known secret in it masked.
pub fn masked(attempt: Attempt, masker: &Masker) -> Attempt {
    match attempt {
        Attempt::Answered(answer) => Attempt::Answered(Answer {
            headers: answer.headers.into_iter().map(|(name, value)| (name, text(value, masker))).collect(),
            body: match masker.mask_bytes(&answer.body) {
                Some(body) => body.into(),
                None => answer.body,
            },
            ..answer
        }),
        Attempt::NotSent(why) => Attempt::NotSent(masker.mask(&why).into_owned()),
        Attempt::Refused(why) => Attempt::Refused(masker.mask(&why).into_owned()),
        Attempt::Later(why) => Attempt::Later(masker.mask(&why).into_owned()),
        Attempt::Lost(why) => Attempt::Lost(masker.mask(&why).into_owned()),
    }
}

fn text(value: Arc<str>, masker: &Masker) -> Arc<str> {
    match masker.mask(&value) {
        Cow::Borrowed(_) => value,
        Cow::Owned(masked) => masked.into(),
    }
}
