//! What other languages call the values, functions and readers of this one.

/// The value that a word stands for elsewhere.
pub(super) fn value(word: &str) -> Option<&'static str> {
    Some(match word {
        "None" | "nil" | "Null" | "NULL" | "undefined" | "none" | "nothing" => "empty",
        "True" | "TRUE" | "yes" | "Yes" | "YES" => "true",
        "False" | "FALSE" | "no" | "No" | "NO" => "false",
        "env" | "ENV" | "environment" | "secrets" | "vars" => "secret",
        _ => return None,
    })
}

/// The function that does what one of this name does elsewhere, in whatever case it is written.
pub(super) fn function(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "uppercase" | "touppercase" | "toupper" | "to_upper" | "ucase" => "upper",
        "lowercase" | "tolowercase" | "tolower" | "to_lower" | "lcase" => "lower",
        "length" | "size" | "count" | "strlen" => "len",
        "strip" | "trim_all" | "trimmed" => "trim",
        "substring" | "substr" | "mid" => "slice",
        "str" | "string" | "tostring" | "to_string" | "to_text" => "text",
        "int" | "float" | "num" | "tonumber" | "to_number" | "parseint" | "parsefloat" | "decimal" => {
            "number"
        }
        "includes" | "has" | "instr" | "in_array" => "contains",
        "startswith" => "starts_with",
        "endswith" => "ends_with",
        "explode" => "split",
        "implode" | "concat_ws" => "join",
        "coalesce" | "ifnull" | "nvl" => "first_of",
        "json" | "json_encode" | "stringify" | "tojson" | "dumps" => "to_json",
        "json_decode" | "json_parse" | "parse" | "parsejson" | "fromjson" | "from_json" | "loads" => {
            "parse_json"
        }
        "urlencode" | "encodeuricomponent" => "url_encode",
        "urldecode" | "decodeuricomponent" => "url_decode",
        "base64_encode" | "btoa" => "base64",
        "atob" => "base64_decode",
        "date" | "datetime" | "parse_date" | "strtotime" => "time",
        "strftime" | "date_format" | "format_date" => "format",
        "today" | "current_time" => "now",
        "regex" | "regexp" | "match_pattern" => "matches",
        "dedup" | "distinct" => "unique",
        "guid" | "uuid4" => "uuid",
        _ => return None,
    })
}

/// The reader that reads what a kind of this name is elsewhere.
pub(super) fn reader(word: &str) -> Option<&'static str> {
    Some(match word {
        "int" | "integer" | "float" | "double" | "decimal" | "num" | "numeric" | "money" => "number",
        "string" | "str" | "String" | "varchar" => "text",
        "boolean" | "Boolean" | "checkbox" => "bool",
        "date" | "datetime" | "timestamp" => "time",
        "mail" | "e_mail" => "email",
        "tel" | "telephone" => "phone",
        "json" | "object" | "dict" => "parse_json",
        "unix" | "epoch" => "from_unix",
        "notblank" | "non_blank" | "notempty" | "required" => "nonblank",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins;

    #[test]
    fn what_is_suggested_exists_and_what_is_replaced_does_not() {
        for word in [
            "toLowerCase",
            "length",
            "str",
            "int",
            "includes",
            "json_encode",
            "json_decode",
            "date",
            "explode",
            "implode",
            "coalesce",
            "strip",
            "UpperCase",
            "substr",
            "parseInt",
            "JSON",
            "strtotime",
            "distinct",
        ] {
            assert!(builtins::find(word).is_none(), "{word}");
            assert!(function(word).and_then(builtins::find).is_some(), "{word}");
        }
        for word in ["int", "string", "boolean", "date", "mail", "tel", "json", "unix", "notblank"] {
            assert!(reader(word).and_then(builtins::find).is_some_and(|found| found.reader), "{word}");
        }
    }
}
