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

/// The function that does what one of this name does elsewhere.
pub(super) fn function(word: &str) -> Option<&'static str> {
    Some(match word {
        "toLowerCase" | "tolower" | "lowercase" | "to_lower" | "lcase" => "lower",
        "toUpperCase" | "toupper" | "uppercase" | "to_upper" | "ucase" => "upper",
        "strip" | "trimmed" => "trim",
        "length" | "size" | "count" | "strlen" => "len",
        "str" | "string" | "toString" | "to_string" | "String" => "text",
        "int" | "float" | "Number" | "parseInt" | "parseFloat" | "to_number" | "decimal" => "number",
        "includes" | "has" | "in_array" => "contains",
        "stringify" | "json_encode" | "json" | "dumps" => "to_json",
        "parse" | "json_decode" | "loads" | "parseJson" | "from_json" => "parse_json",
        "date" | "datetime" | "strtotime" => "time",
        "explode" => "split",
        "implode" | "concat_ws" => "join",
        "coalesce" | "ifnull" | "nvl" => "first_of",
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
            "toUpperCase",
        ] {
            assert!(builtins::find(word).is_none(), "{word}");
            assert!(function(word).and_then(builtins::find).is_some(), "{word}");
        }
        for word in ["int", "string", "boolean", "date", "mail", "tel", "json", "unix", "notblank"] {
            assert!(reader(word).and_then(builtins::find).is_some_and(|found| found.reader), "{word}");
        }
    }
}
