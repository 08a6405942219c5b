//! Why nothing came of a request, and whether another try could change that.

use std::error::Error;
use std::fmt;

use super::errors;

/// Why a request has no answer.
pub struct Trouble {
    pub reason: String,
    /// It is this machine, the way wj was started, or the request itself that stands in the way.
    pub is_standing: bool,
}

impl Trouble {
    pub fn standing(reason: String) -> Trouble {
        Trouble { reason, is_standing: true }
    }

    pub fn passing(reason: String) -> Trouble {
        Trouble { reason, is_standing: false }
    }

    pub fn of_client(error: reqwest::Error) -> Trouble {
        match private(&error) {
            Some(why) => Trouble::standing(why),
            None => Trouble::passing(errors::of_client(error)),
        }
    }
}

/// A name that is looked up to private addresses alone: an error of its own, to be known again in what the client makes
/// of it.
#[derive(Debug)]
pub struct PrivateName(pub String);

impl fmt::Display for PrivateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for PrivateName {}

fn private(error: &reqwest::Error) -> Option<String> {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(PrivateName(why)) = cause.downcast_ref() {
            return Some(why.clone());
        }
        next = cause.source();
    }
    None
}
