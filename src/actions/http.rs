//! `http.*`: what the checker knows of them. The request itself is written in the script.

/// One of `http.get`, `http.post`, ….
#[derive(Debug)]
pub struct HttpAction {
    pub name: &'static str,
    pub summary: &'static str,
    /// `None` where the script says it: `http.request` takes `method "PURGE"`.
    pub method: Option<&'static str>,
}

/// Every one, by name.
pub static ALL: &[HttpAction] = &[
    HttpAction { name: "http.delete", summary: "Sends a DELETE request.", method: Some("DELETE") },
    HttpAction { name: "http.get", summary: "Sends a GET request.", method: Some("GET") },
    HttpAction { name: "http.patch", summary: "Sends a PATCH request.", method: Some("PATCH") },
    HttpAction { name: "http.post", summary: "Sends a POST request.", method: Some("POST") },
    HttpAction { name: "http.put", summary: "Sends a PUT request.", method: Some("PUT") },
    HttpAction {
        name: "http.request",
        summary: "Sends a request with the method that `method` gives.",
        method: None,
    },
];

pub fn find(name: &str) -> Option<&'static HttpAction> {
    ALL.binary_search_by(|action| action.name.cmp(name)).ok().and_then(|at| ALL.get(at))
}

/// Whether a request of this method may be sent again when it is not known whether it took effect (RFC 9110, 9.2.2).
pub fn is_repeatable(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_sorted_and_named_after_the_methods() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        for action in ALL {
            assert!(find(action.name).is_some_and(|found| std::ptr::eq(found, action)));
            if let Some(method) = action.method {
                assert_eq!(action.name, format!("http.{}", method.to_lowercase()));
            }
        }
    }
}
