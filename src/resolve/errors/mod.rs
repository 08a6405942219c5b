//! What this room reports: its codes, and one function for each finding, by the hundreds of their codes.

pub(in crate::resolve) mod connectors;
pub(in crate::resolve) mod kinds;
pub(in crate::resolve) mod limits;
pub(in crate::resolve) mod literals;
pub(in crate::resolve) mod missing;
pub(in crate::resolve) mod names;
pub(in crate::resolve) mod secrets;
pub(in crate::resolve) mod verify;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;

/// Every code, by id.
pub(super) static CODES: &[&Code] = &[
    &UNKNOWN_NAME,
    &NAME_GIVEN_TWICE,
    &NAME_OF_BRANCH,
    &UNKNOWN_FUNCTION,
    &UNKNOWN_ACTION,
    &UNKNOWN_PARAMETER,
    &RESPOND_IN_LOOP,
    &SECOND_RESPOND,
    &GIVEN_TWICE,
    &MISPLACED_PART,
    &SECOND_BODY,
    &UNKNOWN_READER,
    &UNKNOWN_MEMBER,
    &NO_ROUTE,
    &NOT_CONSTANT,
    &WRONG_ARITY,
    &UNKNOWN_CHANNEL,
    &BAD_CONNECTOR,
    &WAIT_BEFORE_RESPOND,
    &BROKEN_CONNECTOR,
    &NO_RECEIPT,
    &MISPLACED_DEDUPE,
    &UNKNOWN_SCHEME,
    &MISSING_POLICY,
    &UNGUARDED_REACH,
    &REQUIRED_MAY_BE_EMPTY,
    &MISSING_PARAMETER,
    &WRONG_KIND,
    &CONDITION_NOT_BOOL,
    &TEXT_WITH_NUMBER,
    &UNKNOWN_KIND_WITH_NUMBER,
    &OPERAND_MAY_BE_EMPTY,
    &TEXTS_ADDED,
    &UNWRITABLE_VALUE,
    &NULL_OUTSIDE_JSON,
    &SEGMENT_MAY_BE_EMPTY,
    &NOT_OUTSIDE_DATA,
    &POLICY_ON_ACTION,
    &BAD_STATUS,
    &UNUSABLE_METHOD,
    &BAD_HEADER,
    &BAD_EMAIL,
    &BAD_TIME,
    &BAD_URL,
    &URL_NOT_FIXED,
    &UNUSABLE_ROUTE,
    &BAD_SIZE,
    &BAD_DURATION,
    &BAD_PATH,
    &REFUSED_PATH,
    &NOT_A_LITERAL,
    &BAD_COUNT,
    &BODY_WITHOUT_PLACE,
    &DIVISION_BY_ZERO,
    &BAD_PATTERN,
    &BAD_ARGUMENT,
    &BODY_AT_THE_DOOR,
    &UNKNOWN_BODY_FORMAT,
    &BAD_VERIFY,
    &SECRET_LEAK,
    &SECRET_IN_PATH,
    &SECRET_DECIDES,
    &SECRET_INTO_FUNCTION,
    &VERIFY_WITHOUT_SECRET,
    &TOO_MANY_NAMES,
    &TOO_LARGE_VALUE,
];

static UNKNOWN_NAME: Code = Code {
    id: "WJ0201",
    name: "unknown-name",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0201.md"),
};
static NAME_GIVEN_TWICE: Code = Code {
    id: "WJ0202",
    name: "name-given-twice",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0202.md"),
};
static NAME_OF_BRANCH: Code = Code {
    id: "WJ0203",
    name: "name-of-branch",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0203.md"),
};
static UNKNOWN_FUNCTION: Code = Code {
    id: "WJ0205",
    name: "unknown-function",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0205.md"),
};
static UNKNOWN_ACTION: Code = Code {
    id: "WJ0206",
    name: "unknown-action",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0206.md"),
};
static UNKNOWN_PARAMETER: Code = Code {
    id: "WJ0207",
    name: "unknown-parameter",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0207.md"),
};
static RESPOND_IN_LOOP: Code = Code {
    id: "WJ0208",
    name: "respond-in-loop",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0208.md"),
};
static SECOND_RESPOND: Code = Code {
    id: "WJ0209",
    name: "second-respond",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0209.md"),
};
static WAIT_BEFORE_RESPOND: Code = Code {
    id: "WJ0220",
    name: "wait-before-respond",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0220.md"),
};
static GIVEN_TWICE: Code = Code {
    id: "WJ0210",
    name: "given-twice",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0210.md"),
};
static MISPLACED_PART: Code = Code {
    id: "WJ0211",
    name: "misplaced-part",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0211.md"),
};
static SECOND_BODY: Code = Code {
    id: "WJ0212",
    name: "second-body",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0212.md"),
};
static UNKNOWN_READER: Code = Code {
    id: "WJ0213",
    name: "unknown-reader",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0213.md"),
};
static UNKNOWN_MEMBER: Code = Code {
    id: "WJ0214",
    name: "unknown-member",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0214.md"),
};
static NO_ROUTE: Code = Code {
    id: "WJ0215",
    name: "no-route",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0215.md"),
};
static NOT_CONSTANT: Code = Code {
    id: "WJ0216",
    name: "not-constant",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0216.md"),
};
static WRONG_ARITY: Code = Code {
    id: "WJ0217",
    name: "wrong-arity",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0217.md"),
};
static UNKNOWN_CHANNEL: Code = Code {
    id: "WJ0218",
    name: "unknown-channel",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0218.md"),
};
static BAD_CONNECTOR: Code = Code {
    id: "WJ0219",
    name: "bad-connector",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0219.md"),
};
static BROKEN_CONNECTOR: Code = Code {
    id: "WJ0221",
    name: "broken-connector",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0221.md"),
};
static NO_RECEIPT: Code = Code {
    id: "WJ0222",
    name: "receipt-of-nothing",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0222.md"),
};
static UNKNOWN_SCHEME: Code = Code {
    id: "WJ0230",
    name: "unknown-scheme",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0230.md"),
};
static MISPLACED_DEDUPE: Code = Code {
    id: "WJ0225",
    name: "misplaced-dedupe",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0225.md"),
};
static MISSING_POLICY: Code = Code {
    id: "WJ0301",
    name: "missing-policy",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0301.md"),
};
static UNGUARDED_REACH: Code = Code {
    id: "WJ0302",
    name: "unguarded-reach",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0302.md"),
};
static REQUIRED_MAY_BE_EMPTY: Code = Code {
    id: "WJ0303",
    name: "required-may-be-empty",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0303.md"),
};
static MISSING_PARAMETER: Code = Code {
    id: "WJ0304",
    name: "missing-parameter",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0304.md"),
};
static WRONG_KIND: Code = Code {
    id: "WJ0305",
    name: "wrong-kind",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0305.md"),
};
static CONDITION_NOT_BOOL: Code = Code {
    id: "WJ0306",
    name: "condition-not-bool",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0306.md"),
};
static TEXT_WITH_NUMBER: Code = Code {
    id: "WJ0307",
    name: "text-with-number",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0307.md"),
};
static UNKNOWN_KIND_WITH_NUMBER: Code = Code {
    id: "WJ0308",
    name: "unknown-kind-with-number",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0308.md"),
};
static OPERAND_MAY_BE_EMPTY: Code = Code {
    id: "WJ0309",
    name: "operand-may-be-empty",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0309.md"),
};
static TEXTS_ADDED: Code = Code {
    id: "WJ0310",
    name: "texts-added",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0310.md"),
};
static UNWRITABLE_VALUE: Code = Code {
    id: "WJ0311",
    name: "unwritable-value",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0311.md"),
};
static NULL_OUTSIDE_JSON: Code = Code {
    id: "WJ0312",
    name: "null-outside-json",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0312.md"),
};
static SEGMENT_MAY_BE_EMPTY: Code = Code {
    id: "WJ0313",
    name: "segment-may-be-empty",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0313.md"),
};
static NOT_OUTSIDE_DATA: Code = Code {
    id: "WJ0314",
    name: "not-outside-data",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0314.md"),
};
static POLICY_ON_ACTION: Code = Code {
    id: "WJ0315",
    name: "policy-on-action",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0315.md"),
};
static BAD_STATUS: Code = Code {
    id: "WJ0401",
    name: "bad-status",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0401.md"),
};
static UNUSABLE_METHOD: Code = Code {
    id: "WJ0402",
    name: "unusable-method",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0402.md"),
};
static BAD_HEADER: Code = Code {
    id: "WJ0403",
    name: "bad-header",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0403.md"),
};
static BAD_EMAIL: Code = Code {
    id: "WJ0404",
    name: "bad-email",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0404.md"),
};
static BAD_TIME: Code = Code {
    id: "WJ0405",
    name: "bad-time",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0405.md"),
};
static BAD_URL: Code = Code {
    id: "WJ0406",
    name: "bad-url",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0406.md"),
};
static URL_NOT_FIXED: Code = Code {
    id: "WJ0407",
    name: "url-not-fixed",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0407.md"),
};
static UNUSABLE_ROUTE: Code = Code {
    id: "WJ0408",
    name: "unusable-route",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0408.md"),
};
static BAD_SIZE: Code = Code {
    id: "WJ0409",
    name: "bad-size",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0409.md"),
};
static BAD_DURATION: Code = Code {
    id: "WJ0410",
    name: "bad-duration",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0410.md"),
};
static BAD_PATH: Code = Code {
    id: "WJ0412",
    name: "bad-path",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0412.md"),
};
static REFUSED_PATH: Code = Code {
    id: "WJ0413",
    name: "refused-path",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0413.md"),
};
static NOT_A_LITERAL: Code = Code {
    id: "WJ0414",
    name: "not-a-literal",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0414.md"),
};
static BAD_COUNT: Code = Code {
    id: "WJ0415",
    name: "bad-count",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0415.md"),
};
static BODY_WITHOUT_PLACE: Code = Code {
    id: "WJ0416",
    name: "body-without-place",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0416.md"),
};
static DIVISION_BY_ZERO: Code = Code {
    id: "WJ0417",
    name: "division-by-zero",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0417.md"),
};
static UNKNOWN_BODY_FORMAT: Code = Code {
    id: "WJ0440",
    name: "unknown-body-format",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0440.md"),
};
static BAD_VERIFY: Code = Code {
    id: "WJ0441",
    name: "bad-verify",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0441.md"),
};
static BAD_PATTERN: Code = Code {
    id: "WJ0418",
    name: "bad-pattern",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0418.md"),
};
static BAD_ARGUMENT: Code = Code {
    id: "WJ0430",
    name: "bad-argument",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0430.md"),
};
static BODY_AT_THE_DOOR: Code = Code {
    id: "WJ0431",
    name: "body-at-the-door",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0431.md"),
};
static SECRET_LEAK: Code = Code {
    id: "WJ0701",
    name: "secret-leak",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0701.md"),
};
static SECRET_IN_PATH: Code = Code {
    id: "WJ0702",
    name: "secret-in-path",
    severity: Severity::Warning,
    page: include_str!("../../../docs/codes/WJ0702.md"),
};
static SECRET_DECIDES: Code = Code {
    id: "WJ0703",
    name: "secret-decides",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0703.md"),
};
static SECRET_INTO_FUNCTION: Code = Code {
    id: "WJ0704",
    name: "secret-into-function",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0704.md"),
};
static VERIFY_WITHOUT_SECRET: Code = Code {
    id: "WJ0710",
    name: "verify-without-secret",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0710.md"),
};
static TOO_MANY_NAMES: Code = Code {
    id: "WJ0902",
    name: "too-many-names",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0902.md"),
};

static TOO_LARGE_VALUE: Code = Code {
    id: "WJ0903",
    name: "too-large-value",
    severity: Severity::Error,
    page: include_str!("../../../docs/codes/WJ0903.md"),
};

/// Adds the near name to a finding about an unknown one, as help and as a fix; the fix is safe only where the names are the
/// same to the eye, since two names of a script may well be near each other.
fn suggest(found: Diagnostic, word: &str, span: Span, near: Option<&str>) -> Diagnostic {
    let Some(near) = near else { return found };
    let alike = names::look_alike(word, near);
    let help = if alike {
        format!("`{word}` mixes Cyrillic and Latin letters that look alike: `{near}` is meant.")
    } else {
        format!("Did you mean `{near}`?")
    };
    let found = found.help(help);
    let title = format!("write `{near}`");
    if alike || word.eq_ignore_ascii_case(near) {
        found.safe_fix(title, span, near)
    } else {
        found.fix(title, span, near)
    }
}

/// The same of a word that the language knows, where no other can stand: a fix is safe.
fn suggest_known(found: Diagnostic, word: &str, span: Span, near: Option<&str>) -> Diagnostic {
    let mut found = suggest(found, word, span, near);
    found.fixes.iter_mut().for_each(|fix| fix.safe = true);
    found
}

/// Points at what makes a value perhaps empty.
fn empty_because(found: Diagnostic, since: Option<Span>) -> Diagnostic {
    match since {
        Some(since) => found.also(since, "because of this it may be empty"),
        None => found,
    }
}

/// How emptiness is ruled out. A condition tells about names and what is reached from them, not about computations.
fn rule_out(text: &str) -> String {
    let is_name = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
    let asked = if is_name { text } else { "x" };
    let first = if is_name { "" } else { "bind it by `let x = …` and " };
    format!(
        "Use `on_missing abort` or a default where the value is read, or {first}go on only inside `when {asked} != empty {{ … }}`."
    )
}
