//! An uploaded file: bytes that came with a name and a type.

use std::sync::Arc;

use super::{Bytes, Object, Value};

#[derive(Debug)]
pub struct File {
    pub bytes: Bytes,
    /// What a path reaches in it: `name` and `type` as the sender gave them, `size` in bytes.
    pub about: Object,
}

impl File {
    /// The sender's name for it and its media type, neither of which was looked into.
    pub fn new(name: &str, media_type: Option<&str>, bytes: Bytes) -> File {
        let mut about = Object::new();
        about.set("name", Value::text(name));
        if let Some(media_type) = media_type {
            about.set("type", Value::text(media_type));
        }
        about.set("size", Value::from(i64::try_from(bytes.len()).unwrap_or(i64::MAX)));
        File { bytes, about }
    }

    pub fn name(&self) -> &str {
        self.about.get("name").and_then(Value::as_text).unwrap_or_default()
    }

    /// `None` if the sender declared none.
    pub fn media_type(&self) -> Option<&str> {
        self.about.get("type").and_then(Value::as_text)
    }
}

impl From<File> for Value {
    fn from(file: File) -> Value {
        Value::File(Arc::new(file))
    }
}
