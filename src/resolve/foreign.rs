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

/// The parameter, among those that an action takes, of which this is another name.
pub(super) fn parameter<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let meant: &[&str] = match word {
        "chat_id" | "chatId" | "channel" => &["chat"],
        "message" | "msg" | "content" | "body" => &["text"],
        "recipient" | "address" | "mail" | "email_to" => &["to"],
        "title" | "topic" | "theme" => &["subject"],
        "name" | "user_name" | "fio" => &["username"],
        "mail_to" | "e_mail" => &["email", "to"],
        "tel" | "telephone" => &["phone"],
        "bot_token" | "api_key" | "apiKey" | "key" => &["token"],
        "reply" | "replyTo" => &["reply_to"],
        _ => return None,
    };
    let mut known = known;
    known.find(|known| meant.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtins;
    use crate::syntax::function_elsewhere;

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
            assert!(function_elsewhere(word).and_then(builtins::find).is_some(), "{word}");
        }
        for word in ["int", "string", "boolean", "date", "mail", "tel", "json", "unix", "notblank"] {
            assert!(reader(word).and_then(builtins::find).is_some_and(|found| found.reader), "{word}");
        }
    }
}
