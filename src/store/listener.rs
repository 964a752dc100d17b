//! Who wants to be told, as it is kept. How far each has been told is a cursor of the
//! [`fact`](super::fact) log.

use super::codec::Key;
use super::record::record;
use crate::domain::id::ListenerId;
use crate::domain::listener::Listener;

record!(Listener, ListenerId, "listener", shape 1,
    /// `(state, listener)`: who is told.
    LISTENER_BY_STATE = "by_state" => |it, keys| {
        keys.push(Key::new().text(it.state().word()).id(it.id));
    },
);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::{AccountId, Id};
    use crate::domain::listener::{Audience, SetUpListener, Wish};
    use crate::domain::sealed::Sealed;
    use crate::domain::stamp::{Contract, SellerNumber, Stamp};
    use crate::domain::time::Instant;
    use crate::store::record::{decode, encode};

    #[test]
    fn a_listener_lies_in_these_bytes() {
        let now: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let wish = Wish {
            contract: Contract::Native,
            api: None,
            callback: "https://example.com/hook".parse().expect("an address"),
            patterns: ["invoice.*".parse().expect("a pattern")].into(),
            query: None,
            secret: Some(Sealed::new(vec![1, 2, 3])),
        };
        let id = ListenerId::from_uuid(Uuid::from_u128(1));
        let owner = Some(AccountId::from_uuid(Uuid::from_u128(9)));
        let stamp = Stamp::new(SellerNumber::PROVIDER, owner, now);
        let audience = Audience::Branch;
        let (listener, _) =
            Listener::set_up(SetUpListener { id, stamp, audience, wish }).expect("right");
        let listener = listener.rotated(Sealed::new(vec![4]), now).0;
        let listener = listener.took(200, now);
        let bytes = encode(&listener);
        assert_eq!(decode::<Listener>(&bytes).expect("readable"), listener);
        expect!["0100000000000000000000000000000001010100000000000000000000000000000009000000808082e288d2a306808082e288d2a30600010000001868747470733a2f2f6578616d706c652e636f6d2f686f6f6b01010e00000101040103010203808082e288d2a3060101808082e288d2a30600000001c80100"].assert_eq(&hex::encode(bytes));
    }
}
