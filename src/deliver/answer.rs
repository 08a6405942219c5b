//! Reads an answer to its end, within its bounds.

use reqwest::Response;

use crate::actions::Answer;

use super::errors;

/// Of all header names and values together, in bytes.
const HEADERS: usize = 32 * 1024;

/// # Errors
/// Why there is no whole answer.
pub async fn read(mut response: Response, limit: u64) -> Result<Answer, String> {
    let headers = response.headers();
    if headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > HEADERS {
        return Err(errors::headers_too_large(HEADERS));
    }
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str().into(), String::from_utf8_lossy(value.as_bytes()).into()))
        .collect();
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(errors::answer_too_large(limit));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(errors::of_client)? {
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(errors::answer_too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), headers, body: body.into(), dry_run: false })
}
