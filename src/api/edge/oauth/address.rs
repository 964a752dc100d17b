//! Under which addresses a request may have been signed (RFC 5849 §3.4.1.2).
//!
//! A signature covers scheme and host as the signer sees them. Behind a proxy these are not what
//! arrives here, so that several addresses come into question: the one that people are told, and
//! what the request says, of which the proxy's part counts only where it is believed. A key is good
//! here alone, so that no address of another server is taken for ours by it.

use axum::extract::OriginalUri;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::services::{Forwarding, Site};

/// The addresses, the likeliest first: scheme, host, port unless it is the usual one, and path.
pub(crate) fn addresses(parts: &Parts, site: &Site) -> Vec<String> {
    let uri = parts.extensions.get::<OriginalUri>().map_or(&parts.uri, |it| &it.0);
    let path = uri.path();
    let is_believed = site.forwarding == Forwarding::Believed;
    let forwarded = |name| first(&parts.headers, name).filter(|_| is_believed);
    let is_https = site.forwarding == Forwarding::Needless
        || forwarded("x-forwarded-proto").is_some_and(|it| it.eq_ignore_ascii_case("https"));
    let scheme = if is_https { "https" } else { "http" };
    let host = uri.authority().map(|it| it.as_str());
    let host = host.or_else(|| first(&parts.headers, header::HOST.as_str()));
    let public = site.public_url.as_ref().and_then(|it| it.as_str().split_once("://"));
    let public = public.map(|(scheme, place)| {
        let place = place.trim_end_matches('/');
        let (host, above) = place.split_at(place.find('/').unwrap_or(place.len()));
        address(scheme, host, &format!("{above}{path}"))
    });
    let said = [forwarded("x-forwarded-host"), host].into_iter().flatten();
    let mut all: Vec<_> = public.into_iter().collect();
    for address in said.map(|it| address(scheme, it, path)) {
        if !all.contains(&address) {
            all.push(address);
        }
    }
    all
}

/// The first of what a header lists.
fn first<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let value = headers.get(name)?.to_str().ok()?;
    value.split(',').next().map(str::trim).filter(|it| !it.is_empty())
}

fn address(scheme: &str, host: &str, path: &str) -> String {
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let usual = if scheme == "https" { ":443" } else { ":80" };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    let path = if path.is_empty() { "/" } else { path };
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn site(public_url: Option<&str>, forwarding: Forwarding) -> Site {
        let public_url = public_url.map(|it| it.parse().expect("an address"));
        Site { public_url, forwarding, ..Site::UNKNOWN }
    }

    /// What a request is taken for that comes with these headers.
    fn told(site: &Site, uri: &str, headers: &[(&str, &str)]) -> String {
        let mut request = Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        addresses(&parts, site).join(" ")
    }

    #[test]
    fn reached_directly_a_request_was_signed_for_the_host_that_it_names() {
        use Forwarding::{Ignored, Needless};
        for (forwarding, uri, host, expected) in [
            (Ignored, "/r%20v/X?id=123", "EXAMPLE.COM:80", "http://example.com/r%20v/X"),
            (Ignored, "/?q=1", "www.example.net:8080", "http://www.example.net:8080/"),
            (Ignored, "/", "example.com:443", "http://example.com:443/"),
            (Needless, "/", "example.com:443", "https://example.com/"),
            (Needless, "/", "[::1]:8443", "https://[::1]:8443/"),
            (Ignored, "http://example.com/a", "other.com", "http://example.com/a"),
        ] {
            let told = told(&site(None, forwarding), uri, &[("host", host)]);
            assert_eq!(told, expected, "{host} {uri}");
        }
    }

    #[test]
    fn behind_a_proxy_it_was_signed_for_what_the_proxy_says_if_that_is_believed() {
        let headers = [
            ("host", "127.0.0.1:8080"),
            ("x-forwarded-proto", "https, http"),
            ("x-forwarded-host", "bss.example.com"),
        ];
        let told = |forwarding| told(&site(None, forwarding), "/aps/2", &headers);
        let believed = "https://bss.example.com/aps/2 https://127.0.0.1:8080/aps/2";
        assert_eq!(told(Forwarding::Believed), believed);
        assert_eq!(told(Forwarding::Ignored), "http://127.0.0.1:8080/aps/2");
    }

    #[test]
    fn where_an_address_is_told_to_people_it_comes_first() {
        let site = site(Some("https://Example.com/billing/"), Forwarding::Ignored);
        let told = told(&site, "/aps/2/resources", &[("host", "internal:8080")]);
        let expected = "https://example.com/billing/aps/2/resources \
                        http://internal:8080/aps/2/resources";
        assert_eq!(told, expected);
    }
}
