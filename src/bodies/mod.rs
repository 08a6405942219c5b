//! Content type and bytes to a value. This version decodes JSON; forms, multipart, XML and charsets come here.
