//! What actions are: their parameters, the request that they make of them, and how an answer is read. Pure data,
//! no IO: `deliver` sends. One file a service; `ALL` lists the declared ones, `http` holds `http.*`.

mod bizon;
mod email;
pub mod http;
mod judge;
mod request;
mod write;

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use crate::builtins::Builtin;
use crate::value::{Bytes, Fault, Kinds, Value};

pub use email::Mail;
pub use judge::{Attempt, Class, Judged, Rules, Trouble, judge, made_up, retry_after, returned};
pub use request::{Body, RenderError, Rendered, Request, masked, origin_of, segment};

/// Makes a request of a base URL and the parameters that were given.
pub type Build = fn(base: &str, params: &[(Arc<str>, Value)]) -> Result<Request, Fault>;

/// An action of a service, as data.
#[derive(Debug)]
pub struct ActionSpec {
    /// `bizon.add_subscriber`.
    pub name: Cow<'static, str>,
    pub summary: Cow<'static, str>,
    /// Where the service documents it; empty for one of a connector.
    pub source: &'static str,
    pub params: Cow<'static, [ParamSpec]>,
    /// Names that begin so are taken as optional texts too (`utm_`).
    pub open_prefixes: &'static [&'static str],
    pub returns: Cow<'static, [ReturnSpec]>,
    /// Replaced by `base = "…"` of a call; `MAIL` for what no script can send elsewhere.
    pub base: Cow<'static, str>,
    /// May be sent again when it is not known whether it took effect.
    pub repeatable: bool,
    /// An answer that has one of these (and not as false, 0, "", [] or {}) is a failure that had no effect.
    pub refuse: &'static [&'static str],
    /// An answer without one of these is a failure of unknown effect.
    pub require: &'static [&'static str],
    /// Parameters by name, `empty` ones left out; `None` where a connector says what is sent.
    pub build: Option<Build>,
}

/// A declared action: built in, or of a connector that was read.
#[derive(Clone, Debug)]
pub enum Spec {
    BuiltIn(&'static ActionSpec),
    Connector(Arc<ActionSpec>),
}

impl Deref for Spec {
    type Target = ActionSpec;

    fn deref(&self) -> &ActionSpec {
        match self {
            Spec::BuiltIn(spec) => spec,
            Spec::Connector(spec) => spec,
        }
    }
}

#[derive(Clone, Debug)]
pub struct ParamSpec {
    pub name: Cow<'static, str>,
    pub kinds: Kinds,
    pub format: Format,
    pub required: bool,
    /// A literal here belongs into a secret.
    pub secret: bool,
    /// Must be known when the script is loaded: a literal or a constant.
    pub constant: bool,
    pub doc: Cow<'static, str>,
}

/// What a literal is checked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Any,
    /// One line, as a header of a mail is.
    Line,
    Email,
    Time,
    Url,
}

#[derive(Clone, Debug)]
pub struct ReturnSpec {
    pub name: Cow<'static, str>,
    /// A path into the answer's body.
    pub path: Cow<'static, str>,
    /// Through which its value is read.
    pub reader: Option<Reader>,
    pub always: bool,
    pub doc: Cow<'static, str>,
}

/// A function of one value and of arguments that the connector writes out.
#[derive(Clone, Debug)]
pub struct Reader {
    pub function: &'static Builtin,
    /// Behind the value.
    pub args: Vec<Value>,
}

/// In a base's and an origin's place: the mail server of the operator, wherever it is.
pub const MAIL: &str = "smtp:";

/// Every declared action, by name.
pub static ALL: &[&ActionSpec] = &[&bizon::ADD_SUBSCRIBER, &email::SEND];

pub fn find(name: &str) -> Option<&'static ActionSpec> {
    ALL.binary_search_by(|action| (*action.name).cmp(name)).ok().and_then(|at| ALL.get(at).copied())
}

impl ActionSpec {
    /// Whether it is a mail: it has no base that a call could replace, and its answer no body that could be judged.
    pub fn is_mail(&self) -> bool {
        *self.base == *MAIL
    }

    /// The parameter of this name; `None` for what only an open prefix allows.
    pub fn param(&self, name: &str) -> Option<&ParamSpec> {
        self.params.iter().find(|param| param.name == name)
    }
}

/// A whole answer of a target, headers in lower case, the body within its limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(Arc<str>, Arc<str>)>,
    pub body: Bytes,
    /// Made up by `--dry-run`: what the action declares as returned is `dry-run:NAME`.
    pub dry_run: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Path;

    #[test]
    fn every_action_is_described_and_its_paths_compile() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for action in ALL {
            assert!(find(&action.name).is_some_and(|found| std::ptr::eq(found, *action)));
            assert!(action.name.contains('.') && action.summary.ends_with('.'), "{}", action.name);
            assert!(action.source.starts_with("https://"), "{}", action.name);
            assert!(
                action.params.iter().all(|param| param.doc.ends_with('.') && !param.kinds.is_none()),
                "{}",
                action.name
            );
            assert!(action.returns.iter().all(|returned| returned.doc.ends_with('.')), "{}", action.name);
            let returned = action.returns.iter().map(|returned| &*returned.path);
            for path in returned.chain(action.require.iter().copied()).chain(action.refuse.iter().copied()) {
                assert!(Path::compile(path).is_ok_and(|path| path.is_singular()), "{path}");
            }
            for always in action.returns.iter().filter(|returned| returned.always) {
                assert!(
                    action.require.contains(&&*always.path),
                    "`{}` is promised and not required",
                    always.name
                );
            }
        }
    }
}
