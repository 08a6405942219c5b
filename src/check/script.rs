//! A file as it was found. Bytes that are no script still have a name and a place, so that they are reported like any
//! other mistake.

use std::sync::Arc;

use super::{MAX_FILE_BYTES, errors};
use crate::diagnostic::Diagnostic;
use crate::source::{Source, Span};
use crate::syntax;

/// A file to be checked.
#[derive(Clone, Debug)]
pub struct Script {
    /// Of a file that is no text: what can be shown of it.
    pub source: Arc<Source>,
    /// Why it cannot be read; it is not parsed then.
    pub unreadable: Option<Diagnostic>,
}

impl Script {
    /// A file's bytes, as they were read.
    pub fn from_bytes(name: &str, bytes: &[u8]) -> Script {
        if bytes.len() > MAX_FILE_BYTES {
            return Script::too_large(name, bytes.len());
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Script::from(Arc::new(Source::new(name, text))),
            Err(error) => {
                let offset = error.valid_up_to();
                let byte = bytes.get(offset).copied().unwrap_or_default();
                // Up to the first bad byte the lossy text is the file itself, so the offset holds in it too.
                let source = Arc::new(Source::new(name, String::from_utf8_lossy(bytes).as_ref()));
                let span = Span::new(offset, offset + char::REPLACEMENT_CHARACTER.len_utf8());
                Script { source, unreadable: Some(errors::not_utf8(span, byte, offset)) }
            }
        }
    }

    /// A file over `MAX_FILE_BYTES`, which need not be read at all.
    pub fn too_large(name: &str, bytes: usize) -> Script {
        Script::unread(name, syntax::too_large(bytes))
    }

    /// A link that leads out of the folder of scripts (or nowhere), which is not followed.
    pub fn outside_link(name: &str) -> Script {
        Script::unread(name, errors::outside_link())
    }

    /// A file that the system does not give; `reason` is the system's.
    pub fn unreadable(name: &str, reason: &str) -> Script {
        Script::unread(name, errors::unreadable_file(reason))
    }

    fn unread(name: &str, finding: Diagnostic) -> Script {
        Script { source: Arc::new(Source::new(name, "")), unreadable: Some(finding) }
    }
}

impl From<Arc<Source>> for Script {
    fn from(source: Arc<Source>) -> Script {
        if source.text.len() > MAX_FILE_BYTES {
            return Script::too_large(&source.name, source.text.len());
        }
        Script { source, unreadable: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_reported_where_they_stand() {
        let script = Script::from_bytes("a.wj", b"# \xd0\x98\n# \xcf\xf0\xe8\n");
        let finding = script.unreadable.unwrap();
        assert_eq!(finding.code.name, "not-utf8");
        let place = script.source.position(finding.span.start);
        assert_eq!((place.line, place.column), (2, 3));
        assert!(finding.message.contains("0xCF at offset 7"), "{}", finding.message);
    }

    #[test]
    fn a_file_may_have_a_mebibyte_and_no_byte_more() {
        let fits = vec![b' '; MAX_FILE_BYTES];
        assert!(Script::from_bytes("a.wj", &fits).unreadable.is_none());
        let over = vec![b' '; MAX_FILE_BYTES + 1];
        assert_eq!(Script::from_bytes("a.wj", &over).unreadable.unwrap().code.id, "WJ0106");
    }
}
