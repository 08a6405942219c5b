//! What functions are called elsewhere. Who comes from a spreadsheet or another language writes these first.

/// The function that does here what one of this name does in other languages.
pub fn known_elsewhere(name: &str) -> Option<&'static str> {
    let known = match name.to_ascii_lowercase().as_str() {
        "uppercase" | "touppercase" | "to_upper" | "ucase" => "upper",
        "lowercase" | "tolowercase" | "to_lower" | "lcase" => "lower",
        "length" | "size" | "count" | "strlen" => "len",
        "strip" | "trim_all" => "trim",
        "substring" | "substr" | "mid" => "slice",
        "str" | "string" | "tostring" | "to_string" | "to_text" => "text",
        "int" | "float" | "num" | "tonumber" | "to_number" | "parseint" | "parsefloat" => "number",
        "includes" | "has" | "instr" => "contains",
        "startswith" => "starts_with",
        "endswith" => "ends_with",
        "explode" => "split",
        "implode" => "join",
        "coalesce" | "ifnull" | "nvl" => "first_of",
        "json" | "json_encode" | "stringify" | "tojson" => "to_json",
        "json_decode" | "json_parse" | "parsejson" | "fromjson" => "parse_json",
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
    };
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins::find;

    #[test]
    fn what_is_known_elsewhere_is_a_function_here_and_its_other_name_is_none() {
        for other in [
            "UpperCase",
            "length",
            "substr",
            "parseInt",
            "explode",
            "coalesce",
            "JSON",
            "strtotime",
            "distinct",
        ] {
            assert!(find(other).is_none(), "{other}");
            assert!(known_elsewhere(other).and_then(find).is_some(), "{other}");
        }
        assert_eq!(known_elsewhere("trim"), None);
    }
}
