//! Every kind of finding of this room. What each means stands on its page.

use crate::diagnostic::{Code, Severity};

/// Every code that this room reports, by id.
pub static CODES: &[&Code] = &[
    &MISSING_BRACE,
    &STRAY_BRACE,
    &BRACE_ON_OWN_LINE,
    &UNCLOSED_BRACKET,
    &NESTED_TOO_DEEP,
    &FILE_TOO_LARGE,
    &OUTSIDE_ITEMS,
    &ITEM_WITHOUT_NAME,
    &UNKNOWN_WORD,
    &UNREADABLE_LINE,
    &LEFT_OVER,
    &MISPLACED_LINE,
    &HEAD_IN_BRANCH,
    &FOREIGN_WORD,
    &FOREIGN_COMMENT,
    &LINE_SEPARATOR,
    &ELSE_OUT_OF_PLACE,
    &ASSIGNMENT,
    &UNCLOSED_TEXT,
    &WRONG_QUOTES,
    &UNKNOWN_ESCAPE,
    &BRACE_IN_TEXT,
    &NUMBER_IN_BRACES,
    &JSON_IN_TEXT,
    &MISSING_QUOTES,
    &NEEDLESS_QUOTES,
    &INVISIBLE_LETTER,
    &BAD_NUMBER,
    &MISSING_UNIT,
    &DOT_NUMBER,
    &COLON_FOR_EQUALS,
    &EQUALS_FOR_COLON,
    &MISSING_SIGN,
    &MISSING_COMMA,
    &EXTRA_COMMA,
    &FOREIGN_OPERATOR,
    &CHAINED_COMPARISON,
    &UNREADABLE_VALUE,
    &MISSING_VALUE,
    &BAD_NAME,
    &RESERVED_NAME,
    &TAKEN_NAME,
    &RESPOND_WITHOUT_STATUS,
    &BAD_METHOD,
    &BAD_ROUTE,
    &UNREADABLE_POLICY,
    &EXTRACT_WITHOUT_SOURCE,
    &INCOMPLETE_CLAUSE,
    &PLACE_OUTSIDE_VERIFY,
    &UNREADABLE_EXPECTATION,
    &SECOND_PART,
    &LATE_HEAD,
    &TURNED_DIRECTION,
];

pub(super) static MISSING_BRACE: Code = Code {
    id: "WJ0101",
    name: "missing-brace",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0101.md"),
};

pub(super) static STRAY_BRACE: Code = Code {
    id: "WJ0102",
    name: "stray-brace",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0102.md"),
};

pub(super) static BRACE_ON_OWN_LINE: Code = Code {
    id: "WJ0103",
    name: "brace-on-own-line",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0103.md"),
};

pub(super) static UNCLOSED_BRACKET: Code = Code {
    id: "WJ0104",
    name: "unclosed-bracket",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0104.md"),
};

pub(super) static NESTED_TOO_DEEP: Code = Code {
    id: "WJ0105",
    name: "nested-too-deep",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0105.md"),
};

pub(super) static FILE_TOO_LARGE: Code = Code {
    id: "WJ0106",
    name: "file-too-large",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0106.md"),
};

pub(super) static OUTSIDE_ITEMS: Code = Code {
    id: "WJ0107",
    name: "outside-items",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0107.md"),
};

pub(super) static ITEM_WITHOUT_NAME: Code = Code {
    id: "WJ0108",
    name: "item-without-name",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0108.md"),
};

pub(super) static UNKNOWN_WORD: Code = Code {
    id: "WJ0110",
    name: "unknown-word",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0110.md"),
};

pub(super) static UNREADABLE_LINE: Code = Code {
    id: "WJ0111",
    name: "unreadable-line",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0111.md"),
};

pub(super) static LEFT_OVER: Code = Code {
    id: "WJ0112",
    name: "left-over",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0112.md"),
};

pub(super) static MISPLACED_LINE: Code = Code {
    id: "WJ0113",
    name: "misplaced-line",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0113.md"),
};

pub(super) static HEAD_IN_BRANCH: Code = Code {
    id: "WJ0114",
    name: "head-in-branch",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0114.md"),
};

pub(super) static FOREIGN_WORD: Code = Code {
    id: "WJ0115",
    name: "foreign-word",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0115.md"),
};

pub(super) static FOREIGN_COMMENT: Code = Code {
    id: "WJ0116",
    name: "foreign-comment",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0116.md"),
};

pub(super) static LINE_SEPARATOR: Code = Code {
    id: "WJ0117",
    name: "line-separator",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0117.md"),
};

pub(super) static ELSE_OUT_OF_PLACE: Code = Code {
    id: "WJ0118",
    name: "else-out-of-place",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0118.md"),
};

pub(super) static ASSIGNMENT: Code = Code {
    id: "WJ0119",
    name: "assignment",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0119.md"),
};

pub(super) static UNCLOSED_TEXT: Code = Code {
    id: "WJ0120",
    name: "unclosed-text",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0120.md"),
};

pub(super) static WRONG_QUOTES: Code = Code {
    id: "WJ0121",
    name: "wrong-quotes",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0121.md"),
};

pub(super) static UNKNOWN_ESCAPE: Code = Code {
    id: "WJ0122",
    name: "unknown-escape",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0122.md"),
};

pub(super) static BRACE_IN_TEXT: Code = Code {
    id: "WJ0123",
    name: "brace-in-text",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0123.md"),
};

pub(super) static NUMBER_IN_BRACES: Code = Code {
    id: "WJ0124",
    name: "number-in-braces",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0124.md"),
};

pub(super) static JSON_IN_TEXT: Code = Code {
    id: "WJ0125",
    name: "json-in-text",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0125.md"),
};

pub(super) static MISSING_QUOTES: Code = Code {
    id: "WJ0126",
    name: "missing-quotes",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0126.md"),
};

pub(super) static NEEDLESS_QUOTES: Code = Code {
    id: "WJ0127",
    name: "needless-quotes",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0127.md"),
};

pub(super) static BAD_NUMBER: Code = Code {
    id: "WJ0130",
    name: "bad-number",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0130.md"),
};

pub(super) static MISSING_UNIT: Code = Code {
    id: "WJ0131",
    name: "missing-unit",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0131.md"),
};

pub(super) static DOT_NUMBER: Code = Code {
    id: "WJ0132",
    name: "dot-number",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0132.md"),
};

pub(super) static COLON_FOR_EQUALS: Code = Code {
    id: "WJ0140",
    name: "colon-for-equals",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0140.md"),
};

pub(super) static EQUALS_FOR_COLON: Code = Code {
    id: "WJ0141",
    name: "equals-for-colon",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0141.md"),
};

pub(super) static MISSING_SIGN: Code = Code {
    id: "WJ0142",
    name: "missing-sign",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0142.md"),
};

pub(super) static MISSING_COMMA: Code = Code {
    id: "WJ0143",
    name: "missing-comma",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0143.md"),
};

pub(super) static EXTRA_COMMA: Code = Code {
    id: "WJ0144",
    name: "extra-comma",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0144.md"),
};

pub(super) static FOREIGN_OPERATOR: Code = Code {
    id: "WJ0145",
    name: "foreign-operator",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0145.md"),
};

pub(super) static CHAINED_COMPARISON: Code = Code {
    id: "WJ0146",
    name: "chained-comparison",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0146.md"),
};

pub(super) static UNREADABLE_VALUE: Code = Code {
    id: "WJ0147",
    name: "unreadable-value",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0147.md"),
};

pub(super) static MISSING_VALUE: Code = Code {
    id: "WJ0148",
    name: "missing-value",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0148.md"),
};

pub(super) static BAD_NAME: Code = Code {
    id: "WJ0150",
    name: "bad-name",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0150.md"),
};

pub(super) static RESERVED_NAME: Code = Code {
    id: "WJ0151",
    name: "reserved-name",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0151.md"),
};

pub(super) static TAKEN_NAME: Code = Code {
    id: "WJ0152",
    name: "taken-name",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0152.md"),
};

pub(super) static RESPOND_WITHOUT_STATUS: Code = Code {
    id: "WJ0160",
    name: "respond-without-status",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0160.md"),
};

pub(super) static BAD_METHOD: Code = Code {
    id: "WJ0161",
    name: "bad-method",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0161.md"),
};

pub(super) static BAD_ROUTE: Code = Code {
    id: "WJ0162",
    name: "bad-route",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0162.md"),
};

pub(super) static UNREADABLE_POLICY: Code = Code {
    id: "WJ0163",
    name: "unreadable-policy",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0163.md"),
};

pub(super) static EXTRACT_WITHOUT_SOURCE: Code = Code {
    id: "WJ0164",
    name: "extract-without-source",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0164.md"),
};

pub(super) static INCOMPLETE_CLAUSE: Code = Code {
    id: "WJ0165",
    name: "incomplete-clause",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0165.md"),
};

pub(super) static PLACE_OUTSIDE_VERIFY: Code = Code {
    id: "WJ0166",
    name: "place-outside-verify",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0166.md"),
};

pub(super) static UNREADABLE_EXPECTATION: Code = Code {
    id: "WJ0167",
    name: "unreadable-expectation",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0167.md"),
};

pub(super) static SECOND_PART: Code = Code {
    id: "WJ0168",
    name: "second-part",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0168.md"),
};

pub(super) static INVISIBLE_LETTER: Code = Code {
    id: "WJ0128",
    name: "invisible-letter",
    severity: Severity::Error,
    page: include_str!("../../docs/codes/WJ0128.md"),
};

pub(super) static TURNED_DIRECTION: Code = Code {
    id: "WJ0191",
    name: "turned-direction",
    severity: Severity::Warning,
    page: include_str!("../../docs/codes/WJ0191.md"),
};

pub(super) static LATE_HEAD: Code = Code {
    id: "WJ0190",
    name: "late-head",
    severity: Severity::Warning,
    page: include_str!("../../docs/codes/WJ0190.md"),
};
