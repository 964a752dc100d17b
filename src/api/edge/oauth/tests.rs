//! Signatures that others made: the RFC's examples, and what two libraries send.

use proptest::prelude::*;

use super::*;

/// The body of the examples of RFC 5849 §3.4.1 and the parameters of its header.
const RFC_FORM: &[u8] = b"c2&a3=2+q";
const RFC_HEADER: &[(&str, &str)] = &[
    ("oauth_consumer_key", "9djdj82h48djs9d2"),
    ("oauth_token", "kkk9d7dh3k39sjv7"),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_timestamp", "137131201"),
    ("oauth_nonce", "7d8f3e4a"),
];

fn pairs(of: &[(&str, &str)]) -> Vec<base_string::Pair> {
    of.iter().map(|(name, value)| (name.as_bytes().into(), value.as_bytes().into())).collect()
}

fn hmac_sha1(key: &str, text: &str) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("any length is a key");
    STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// RFC 5849 §3.4.1.1; it does not print the secrets, and these are what other implementations are
/// tested with.
#[test]
fn the_text_that_is_signed_is_the_one_of_the_rfc() {
    let target = Target {
        method: "POST",
        address: "http://example.com/request",
        query: "b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        form: Some(RFC_FORM),
    };
    let text = base_string(target, &pairs(RFC_HEADER), Plus::Blank);
    assert_eq!(
        text,
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D\
         %25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e\
         4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9\
         d7dh3k39sjv7"
    );
    assert_eq!(hmac_sha1("j49sk3j29djd&dh893hdasih9", &text), "r6/TJjbCOr97/+UU0NsvSne7s5g=");
}

/// RFC 5849 §1.2, the last request.
#[test]
fn the_photos_of_the_rfc_are_signed_as_it_says() {
    let target = Target {
        method: "GET",
        address: "http://photos.example.net/photos",
        query: "file=vacation.jpg&size=original",
        form: None,
    };
    let parameters = pairs(&[
        ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
        ("oauth_token", "nnch734d00sl2jdk"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131202"),
        ("oauth_nonce", "chapoH"),
    ]);
    let text = base_string(target, &parameters, Plus::Blank);
    let signature = hmac_sha1("kd94hf93k423kf44&pfkkdhi9sl3r4s00", &text);
    assert_eq!(signature, "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
}

const KEY: &str = "3f0c9a51e7b24d8896a1c3d5e7f90b12";
const SECRET: &str = "tbc_q7-vX_29sLkZ0a.b~c";
const ACCOUNTS: &str = "https://bss.example.com/aps/2/collections/accounts";
const RESOURCES: &str = "https://bss.example.com/aps/2/resources";

/// Address, query, nonce, and the signatures by HMAC-SHA1 and HMAC-SHA256, made by oauthlib 4.0.1
/// for Python and, the last two, by oauth-1.0a 2.2.6 for JavaScript, which reads plus signs as they
/// stand and takes what oauthlib does not let into an address.
const SIGNED: &[(&str, &str, &str, &str, &str)] = &[
    (
        ACCOUNTS,
        "eq(id,1000002),select(bssAccountInfo)",
        "n0",
        "ijU32DoEMunvlrzS98Yv1d1/qIA=",
        "xPJRZdyPBxCKSAlKqN4wtGNQSFDGu35yPdUpF6lYzes=",
    ),
    (
        "https://bss.example.com/aps/2/collections/subscriptions",
        "like(name,*Demo*)",
        "n1",
        "NRivUQ8E+K9t3AMkOfemQ/fugUg=",
        "RYPAj/Mdl5Kfidfbg/Ubg+CnwerNgkdJ1aOEz0Y8VRg=",
    ),
    (
        RESOURCES,
        "prop1=eq=value%20with%20space&a=2&a=1&b",
        "n3",
        "CGncc0shO5SCoOlB1W1AaCBdKLU=",
        "Y5VKgVcGiMGuuLCADMcWxapVPB1dgaFzuxfJRVbp5tM=",
    ),
    (
        ACCOUNTS,
        "sort(+companyName)",
        "n4",
        "0CoPuCuhR/6+/nEJ1JL2l8K5fWA=",
        "VlWnzzpSvVvI9dc8ODh8KpP1JFB3DnSD2oIxOqc3v/0=",
    ),
    (
        "https://bss.example.com:8443/aps/2/collections/accounts",
        "like(companyName,*%C3%84rzte%20%26%20S%C3%B6hne*)",
        "n5",
        "ZaZtKnzcvkJFmaeVghVJgL5wq90=",
        "Gchgg5UtbfYcBvDfE6ic97qpV/WXm1jnaLo7i57DT+I=",
    ),
    (
        ACCOUNTS,
        "",
        "n6",
        "4ZnZCklXC0jtRoILvaATqelNCRA=",
        "lr0TU6hrQcnDEQ/e0iVGZIyCinCOfmVifABvSjDxaNo=",
    ),
    (
        ACCOUNTS,
        "sort(+companyName)",
        "n4",
        "IQ8dp2Rj+vz2+Qniv0QuznjBM6o=",
        "Xhb5kpd639Z8egQg25hP+IiX6ygP6aEMOd1rj71ICL0=",
    ),
    (
        RESOURCES,
        "(eq(id,1)|eq(id,2)),implementing(http://a.test/x/1.0)",
        "n4",
        "S1D+ofua4G7sGHf5c4P15+Ec3AA=",
        "qBM01a/Jqq9hBaLuQ8zgwHUx+kLwdfaEcETOTqRMUlQ=",
    ),
];

fn header(method: &str, nonce: &str, signature: &str, more: &str) -> Authorization {
    let signature = encoded(signature.as_bytes());
    let text = format!(
        "oauth_nonce=\"{nonce}\", oauth_timestamp=\"1767225600\", oauth_version=\"1.0\", \
         oauth_signature_method=\"{method}\", oauth_consumer_key=\"{KEY}\", {more}\
         oauth_signature=\"{signature}\""
    );
    Authorization::parse(&text).expect("a header")
}

#[test]
fn what_other_libraries_sign_is_right_and_nothing_else_is() {
    for (address, query, nonce, sha1, sha256) in SIGNED {
        for (method, signature) in [("HMAC-SHA1", sha1), ("HMAC-SHA256", sha256)] {
            let signed = header(method, nonce, signature, "");
            let target = Target { method: "GET", address, query, form: None };
            let is_right = |target, secret: &str| signed.is_right(target, secret.as_bytes());
            assert!(is_right(target, SECRET), "{method} {address}?{query}");
            assert!(!is_right(target, "tbc_another"), "{query}");
            assert!(!is_right(Target { method: "PUT", ..target }, SECRET), "{query}");
            assert!(!is_right(Target { query: "eq(id,1)", ..target }, SECRET), "{query}");
            let elsewhere = Target { address: "https://bss.example.com/aps/2", ..target };
            assert!(!is_right(elsewhere, SECRET), "{query}");
            assert!(!header(method, "other", signature, "").is_right(target, SECRET.as_bytes()));
        }
    }
}

#[test]
fn a_form_is_signed_with_the_request_and_another_body_by_its_hash() {
    let address = "https://bss.example.com/f";
    let target = Target { method: "POST", address, query: "a=1", form: None };
    let signed = header("HMAC-SHA1", "n9", "mqK3lcEZfU+gJFWddFhWZM90sQ0=", "");
    let is_right = |form| signed.is_right(Target { form, ..target }, SECRET.as_bytes());
    assert!(is_right(Some(b"b=2+3&a=%C3%A4")));
    assert!(!is_right(Some(b"b=2+3&a=%C3%A5")) && !is_right(None));

    let hash = "oauth_body_hash=\"vDnbYLSpM%2FlPRMP64A9zWhchpAQ%3D\", ";
    let signed = header("HMAC-SHA1", "n9", "9Kf4eTUmxdb3591RJERS9EVOH/g=", hash);
    let target = Target { address: RESOURCES, query: "", ..target };
    assert!(signed.is_right(target, SECRET.as_bytes()));
    let body = "{\"a\":\"ä\"}".as_bytes();
    assert!(signed.is_whole(body) && !signed.is_whole(b"{}"));
    assert!(header("HMAC-SHA1", "n9", "AA==", "").is_whole(b"anything"), "nothing was said of it");
    let newer = STANDARD.encode(Sha256::digest(body));
    let more = format!("oauth_body_hash=\"{}\", ", encoded(newer.as_bytes()));
    assert!(header("HMAC-SHA256", "n9", "AA==", &more).is_whole(body));
    assert!(!header("HMAC-SHA1", "n9", "AA==", &more).is_whole(body));
}

proptest! {
    #[test]
    fn no_header_and_no_query_breaks_the_reading(text: String, query: String) {
        let _ = Authorization::must_be_alone(&query);
        if let Ok(it) = Authorization::parse(&text) {
            let target = Target { method: "GET", address: ACCOUNTS, query: &query, form: None };
            prop_assert!(!it.is_right(target, SECRET.as_bytes()));
        }
    }
}
