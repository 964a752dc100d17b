//! What a browser may do with what the UI serves, and how long it may keep it.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, header};

/// For an address that changes with its content.
pub(super) const KEEP: &str = "public, max-age=31536000, immutable";
/// For an address that stays while its content changes.
pub(super) const ASK_AGAIN: &str = "no-cache";

/// Nothing but what comes from here, no scripts or styles inside of documents, and no text ever
/// taken for HTML or code.
pub(super) const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
     trusted-types 'none'";

/// The headers of every answer. The referrer stays within the site and does not vanish altogether:
/// without it, browsers would not say where the form to sign in comes from.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// The answer, under the policy.
pub(super) fn apply(mut response: Response<Body>) -> Response<Body> {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
