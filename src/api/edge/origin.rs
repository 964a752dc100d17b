//! Where a request comes from, as browsers say it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::services::Site;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request comes from a page of ours, or from no page at all. A proxy may have another name
/// for us than people have.
pub(crate) fn is_from_here(headers: &HeaderMap, site: &Site) -> bool {
    let text = |name| headers.get(name).and_then(|it: &HeaderValue| it.to_str().ok());
    if text(SEC_FETCH_SITE).is_some_and(|it| !matches!(it, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else { return true };
    let public = site.public_url.as_ref().and_then(|it| origin_of(it.as_str()));
    let host = origin.split_once("://").map(|it| it.1);
    let is_host = host.zip(text(header::HOST)).is_some_and(|it| it.0.eq_ignore_ascii_case(it.1));
    is_host || public.is_some_and(|it| it.eq_ignore_ascii_case(origin))
}

/// Scheme and host of an address, as a browser names where a page came from.
fn origin_of(address: &str) -> Option<&str> {
    let host = address.find("://")? + 3;
    let end = address[host..].find('/').map_or(address.len(), |it| host + it);
    address.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_ours_by_the_name_that_people_have_for_us_too() {
        let address = |it: &str| it.parse().expect("an address");
        for (public, origin, host, expected) in [
            (None, None, Some("till.test"), true),
            (None, Some("https://till.test"), Some("till.test"), true),
            (None, Some("https://till.test"), Some("127.0.0.1:8080"), false),
            (Some("https://till.test"), Some("https://till.test"), Some("127.0.0.1:8080"), true),
            (Some("https://till.test/shop/"), Some("https://TILL.test"), None, true),
            (Some("https://till.test"), Some("http://till.test"), Some("127.0.0.1"), false),
            (Some("https://till.test"), Some("https://till.test.evil"), None, false),
            (Some("https://till.test"), Some("null"), Some("127.0.0.1"), false),
        ] {
            let site = Site { public_url: public.map(address), ..Site::UNKNOWN };
            let mut headers = HeaderMap::new();
            for (name, value) in [(header::ORIGIN, origin), (header::HOST, host)] {
                headers.extend(value.map(|it| (name, HeaderValue::from_static(it))));
            }
            assert_eq!(is_from_here(&headers, &site), expected, "{public:?} {origin:?} {host:?}");
        }
    }

    #[test]
    fn what_a_browser_says_of_the_site_is_believed_without_an_origin() {
        for (said, expected) in
            [("same-origin", true), ("none", true), ("same-site", false), ("cross-site", false)]
        {
            let said = HeaderMap::from_iter([(SEC_FETCH_SITE, HeaderValue::from_static(said))]);
            assert_eq!(is_from_here(&said, &Site::UNKNOWN), expected, "{said:?}");
        }
    }
}
