//! The `Idempotency-Key` header, and what binds a key to its request.

use super::endpoint::Request;
use crate::exec::{IdempotencyKey, Scope};
use crate::refusal::Refusal;
use hyper::header::HeaderValue;

/// The header's name.
pub(super) const HEADER: &str = "idempotency-key";
/// Longest key.
pub(super) const MAX_KEY_BYTES: usize = 128;

/// The key of a request to this endpoint, if it carries one.
pub(super) fn key_of(endpoint: &str, request: &Request) -> Result<Option<IdempotencyKey>, Refusal> {
    let mut values = request.headers.get_all(HEADER).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match visible(value).filter(|_| values.next().is_none()) {
        Some(key) => Ok(Some(IdempotencyKey { scope: Scope::new(endpoint, key), fingerprint: fingerprint(request) })),
        None => Err(Refusal::malformed(format!(
            "Idempotency-Key must be given once, as 1 to {MAX_KEY_BYTES} visible ASCII characters"
        ))),
    }
}

fn visible(value: &HeaderValue) -> Option<&str> {
    let text = value.to_str().ok()?;
    let fits = (1..=MAX_KEY_BYTES).contains(&text.len());
    (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then_some(text)
}

/// Each part stands behind its length, so that no two requests share their bytes.
fn fingerprint(request: &Request) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    let parts =
        [request.method.as_str().as_bytes(), request.path().as_bytes(), request.query().as_bytes(), &request.body];
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let mut fingerprint = [0; 16];
    hasher.finalize_xof().fill(&mut fingerprint);
    fingerprint
}
