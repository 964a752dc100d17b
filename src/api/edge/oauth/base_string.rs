//! The text that is signed (RFC 5849 §3.4.1), octet for octet: what a client wrote must not be
//! understood here, only spelled as the RFC wants it.

use super::Target;

/// Name and value of a parameter, decoded.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// How a plus sign in a query is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plus {
    /// As in a form.
    Blank,
    /// As it stands.
    Itself,
}

/// The text that is signed: verb, address, and all parameters in their order.
pub(super) fn base_string(target: Target<'_>, of_header: &[Pair], plus: Plus) -> String {
    let of_form = target.form.into_iter().flat_map(|it| fields(it, Plus::Blank));
    let of_query = fields(target.query.as_bytes(), plus);
    let all = of_query.chain(of_header.iter().cloned()).chain(of_form);
    let mut pairs: Vec<_> = all.map(|(name, value)| (encoded(&name), encoded(&value))).collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let (address, pairs) = (target.address.as_bytes(), pairs.join("&"));
    format!(
        "{}&{}&{}",
        encoded(target.method.as_bytes()),
        encoded(address),
        encoded(pairs.as_bytes())
    )
}

/// The fields of a query or a form, decoded. One without `=` is a name without a value.
fn fields(text: &[u8], plus: Plus) -> impl Iterator<Item = Pair> + '_ {
    let part = move |it: &[u8]| {
        let blank = |it: &u8| if *it == b'+' && plus == Plus::Blank { b' ' } else { *it };
        decoded(&it.iter().map(blank).collect::<Vec<_>>())
    };
    let fields = text.split(|it| *it == b'&').filter(|it| !it.is_empty());
    fields.map(move |field| {
        let mut halves = field.splitn(2, |it| *it == b'=');
        let mut half = || part(halves.next().unwrap_or_default());
        (half(), half())
    })
}

/// Bytes with every `%xx` replaced by what it stands for; a sign that begins none stays.
pub(super) fn decoded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let byte = after.first_chunk::<2>().filter(|_| *first == b'%').and_then(of_hex);
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    out
}

fn of_hex(digits: &[u8; 2]) -> Option<u8> {
    let mut byte = [0];
    hex::decode_to_slice(digits, &mut byte).ok()?;
    Some(byte[0])
}

/// Bytes as RFC 5849 §3.6 writes them: everything but unreserved characters as `%XX`.
pub(super) fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_code_stays_as_it_is() {
        for (text, expected) in [
            ("a%20b", "a b"),
            ("%41%6a", "Aj"),
            ("50%", "50%"),
            ("%2", "%2"),
            ("%zz%", "%zz%"),
            ("%%41", "%A"),
            ("%+1", "%+1"),
        ] {
            assert_eq!(String::from_utf8_lossy(&decoded(text.as_bytes())), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_reads_back(bytes: Vec<u8>) {
            let text = encoded(&bytes);
            prop_assert!(text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~%".contains(&it)));
            prop_assert_eq!(decoded(text.as_bytes()), bytes);
        }

        #[test]
        fn any_query_has_a_text_and_its_order_does_not_matter(mut parts: Vec<String>) {
            parts.retain(|it| !it.contains('&'));
            let text = |query: &str| {
                let address = "https://a.test/";
                let target = Target { method: "GET", address, query, form: None };
                base_string(target, &[], Plus::Blank)
            };
            let forward = text(&parts.join("&"));
            parts.reverse();
            prop_assert_eq!(forward, text(&parts.join("&")));
        }
    }
}
