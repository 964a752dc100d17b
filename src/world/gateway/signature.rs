//! Signatures of call-backs: `t=<seconds>,v1=<hex>`, an HMAC-SHA256 over the moment, a full stop and
//! the body, as Stripe documents it and our sandbox does it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Unheard;
use crate::domain::time::Instant;

/// How far the moment of a signature may lie from ours.
const TOLERANCE_SECONDS: i64 = 300;

/// The signature of a body at a moment.
pub(super) fn sign(secret: &str, body: &[u8], wall: Instant) -> String {
    let seconds = seconds(wall);
    let signature = mac(secret, &seconds.to_string(), body).finalize().into_bytes();
    format!("t={seconds},v1={}", hex::encode(signature))
}

/// Refuses what was not signed with the secret, just now. How long that takes tells nothing of the
/// signature that would fit.
pub(super) fn verify(
    secret: &str,
    (header, body): (Option<&str>, &[u8]),
    wall: Instant,
) -> Result<(), Unheard> {
    let header = header.ok_or(Unheard::Unsigned)?;
    let parts = header.split(',').filter_map(|it| it.trim().split_once('='));
    let (mut moment, mut signatures) = (None, Vec::new());
    for (name, value) in parts {
        match name {
            "t" => moment = Some(value),
            "v1" => signatures.extend(hex::decode(value)),
            _ => {}
        }
    }
    let moment = moment.ok_or(Unheard::Unsigned)?;
    let fits = |it: &Vec<u8>| mac(secret, moment, body).verify_slice(it).is_ok();
    if !signatures.iter().any(fits) {
        return Err(Unheard::Forged);
    }
    let signed_at: i64 = moment.parse().map_err(|_| Unheard::Unsigned)?;
    match signed_at.abs_diff(seconds(wall)) <= TOLERANCE_SECONDS.unsigned_abs() {
        true => Ok(()),
        false => Err(Unheard::Dated),
    }
}

/// What proves that bytes were written by who has the secret. It is none of a call-back: that has a moment.
pub(super) fn seal(secret: &str, bytes: &[u8]) -> String {
    hex::encode(mac(secret, "seal", bytes).finalize().into_bytes())
}

/// Whether a seal is that of some bytes.
pub(super) fn is_of(secret: &str, bytes: &[u8], seal: &str) -> bool {
    let seal = hex::decode(seal).unwrap_or_default();
    mac(secret, "seal", bytes).verify_slice(&seal).is_ok()
}

fn mac(secret: &str, moment: &str, body: &[u8]) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length is a key");
    mac.chain_update(moment.as_bytes()).chain_update(b".").chain_update(body)
}

const fn seconds(wall: Instant) -> i64 {
    wall.micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * 1_000_000).expect("in range")
    }

    #[test]
    fn what_is_signed_is_believed_for_five_minutes_and_nothing_else_is() {
        let header = sign("whsec_1", b"{}", at(1000));
        let check = |secret, header: Option<&str>, body: &[u8], seconds| {
            verify(secret, (header, body), at(seconds))
        };
        assert_eq!(check("whsec_1", Some(&header), b"{}", 1300), Ok(()));
        assert_eq!(check("whsec_1", Some(&header), b"{}", 700), Ok(()));
        assert_eq!(check("whsec_1", Some(&header), b"{}", 1301), Err(Unheard::Dated));
        assert_eq!(check("whsec_1", Some(&header), b"{}", 699), Err(Unheard::Dated));
        assert_eq!(check("whsec_2", Some(&header), b"{}", 1000), Err(Unheard::Forged));
        assert_eq!(check("whsec_1", Some(&header), b"{ }", 1000), Err(Unheard::Forged));
        assert_eq!(check("whsec_1", None, b"{}", 1000), Err(Unheard::Unsigned));
        for wrong in ["", "v1=00", "t=1000", "t=1000,v1=", "t=1000,v1=zz", "t=1000,v0=00"] {
            assert!(check("whsec_1", Some(wrong), b"{}", 1000).is_err(), "{wrong}");
        }
        let moved = header.replace("t=1000", "t=1001");
        assert_eq!(check("whsec_1", Some(&moved), b"{}", 1000), Err(Unheard::Forged));
    }

    /// While a secret is exchanged, Stripe signs with both.
    #[test]
    fn one_of_several_signatures_is_enough() {
        let header = sign("whsec_1", b"{}", at(1000)).replace("v1=", "v1=00,v0=00,v1=");
        assert_eq!(verify("whsec_1", (Some(&header), b"{}"), at(1000)), Ok(()));
    }
}
