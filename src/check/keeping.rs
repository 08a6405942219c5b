//! `keep` and `keep_failed` as a configuration gives them: read by the language itself, so that both mean the same.

use std::sync::Arc;

use super::check;
use crate::resolve::program::Keep;
use crate::source::Source;

/// What `keep 30d, 2GB, 1000000` and `keep_failed 90d` say, given without the words `keep` and `keep_failed`.
///
/// # Errors
/// What a script's author would be told.
pub fn keep(keep: Option<&str>, failed: Option<&str>) -> Result<Keep, String> {
    let mut head = String::new();
    for (word, value) in [("keep", keep), ("keep_failed", failed)] {
        let Some(value) = value else { continue };
        // Nothing but the value of this one statement may stand in it.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | ',' | '.' | '_' | '-');
        // And a name in it would be one that no script here gives.
        let named =
            value.split([' ', ',']).any(|part| part.starts_with(char::is_alphabetic) && part.len() > 2);
        if value.trim().is_empty()
            || !value.chars().all(plain)
            || named && !value.contains(|c: char| c.is_ascii_digit())
        {
            return Err(format!(
                "`{value}` is nothing that `{word}` takes; it is written `{}`",
                example(word)
            ));
        }
        head += &format!("  {word} {value}\n");
    }
    let script = format!("pipeline p {{\n  on GET \"/\"\n{head}  respond 200\n}}\n");
    let checked = check(&[Arc::new(Source::new("keep", script))]);
    let file = checked.files.first();
    if let Some(error) = file.into_iter().flat_map(|file| &file.diagnostics).find(|found| found.is_error()) {
        return Err(error.message.clone());
    }
    let pipeline = file.and_then(|file| file.pipelines.first());
    Ok(pipeline.map(|pipeline| pipeline.keep).unwrap_or_default())
}

fn example(word: &str) -> &'static str {
    if word == "keep" { "30d, 2GB, 1000000" } else { "90d" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400_000;

    #[test]
    fn a_configuration_is_read_as_a_script_is() {
        let all = Keep {
            age: Some(30 * DAY),
            bytes: Some(2 << 30),
            count: Some(1_000_000),
            failed: Some(90 * DAY),
        };
        assert_eq!(keep(Some("30d, 2GB, 1000000"), Some("90d")), Ok(all));
        assert_eq!(
            keep(Some("12h,5000"), None),
            Ok(Keep { age: Some(DAY / 2), count: Some(5_000), ..Keep::default() })
        );
        assert_eq!(keep(None, None), Ok(Keep::default()));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for (given, why) in [
            ("30", "needs a unit"),
            ("2GB", "a duration, then a size, then a count"),
            ("30d, 1000, 2GB", "a duration, then a size, then a count"),
            ("30d, 2GB, 7, 8", "a duration, then a size, then a count"),
            ("0s", "from 1s"),
            ("", "30d, 2GB, 1000000"),
            ("30d\n  respond 200", "30d, 2GB, 1000000"),
        ] {
            let error = keep(Some(given), None).unwrap_err();
            assert!(error.contains(why), "{given}: {error}");
        }
    }
}
