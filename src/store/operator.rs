//! Who may sign in, and with what, as it is kept.

use super::codec::Key;
use super::record::record;
use crate::domain::id::{ConsumerKeyId, SessionId, TokenId, UserId};
use crate::domain::operator::{ConsumerKey, Session, Token, User, UserState};

record!(User, UserId, "user", shape 1,
    /// `(login in lower case, user)`: what one signs in with; free again when the user is gone.
    USER_BY_LOGIN = "by_login" => |it, keys| {
        if it.state() != UserState::Removed {
            keys.extend(it.profile().logins().iter().map(|login| Key::new().text(login).id(it.id)));
        }
    },
    /// `(digest of the secret, user)`: the link that was sent.
    USER_BY_LINK = "by_link" => |it, keys| {
        keys.extend(it.sent_link().map(|link| Key::new().raw(link.hash.as_bytes()).id(it.id)));
    },
);

record!(Token, TokenId, "token", shape 1,
    /// `(digest of the secret, token)`.
    TOKEN_BY_DIGEST = "by_digest" => |it, keys| {
        keys.push(Key::new().raw(it.hash().as_bytes()).id(it.id));
    },
    /// `(user, token)`.
    TOKEN_BY_USER = "by_user" => |it, keys| keys.push(Key::new().id(it.user()).id(it.id)),
);

record!(ConsumerKey, ConsumerKeyId, "consumer_key", shape 1,
    /// `(key, consumer key)`: what a system names itself by.
    CONSUMER_KEY_BY_KEY = "by_key" => |it, keys| {
        keys.push(Key::new().text(it.key().as_str()).id(it.id));
    },
    /// `(user, consumer key)`.
    CONSUMER_KEY_BY_USER = "by_user" => |it, keys| keys.push(Key::new().id(it.user()).id(it.id)),
);

record!(Session, SessionId, "session", shape 1,
    /// `(digest of the secret, session)`.
    SESSION_BY_DIGEST = "by_digest" => |it, keys| {
        keys.push(Key::new().raw(it.hash().as_bytes()).id(it.id));
    },
    /// `(user, session)`.
    SESSION_BY_USER = "by_user" => |it, keys| keys.push(Key::new().id(it.user()).id(it.id)),
);

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use uuid::Uuid;

    use super::*;
    use crate::domain::account::tree::AccountRole;
    use crate::domain::id::{AccountId, Id};
    use crate::domain::operator::{
        Administrators, Digest, InviteUser, IssueConsumerKey, IssueToken, KeyTerms, Link,
        LinkPurpose, OpenSession, Operation, PasswordHash, PasswordKind, Permission, Role,
        UserProfile, UserTrigger,
    };
    use crate::domain::party::individual::PersonName;
    use crate::domain::sealed::Sealed;
    use crate::domain::stamp::{SellerNumber, Stamp};
    use crate::domain::time::Instant;
    use crate::store::record::{decode, encode};

    fn id<I: Id>(last: u8) -> I {
        I::from_uuid(Uuid::from_u128(last.into()))
    }

    fn now() -> Instant {
        "2026-01-01T00:00:00Z".parse().expect("an instant")
    }

    fn stamp() -> Stamp {
        Stamp::new(SellerNumber::PROVIDER, Some(id::<AccountId>(9)), now())
    }

    fn user() -> User {
        let name = PersonName::of_line(&"Ann Lee".parse().expect("a name"));
        let email = "ann@example.com".parse().expect("an address");
        let command = InviteUser {
            id: id(1),
            stamp: stamp(),
            account_role: AccountRole::Customer,
            party: None,
            profile: UserProfile::of(email, name),
            roles: [Role::CustomerAdmin].into(),
            invited_by: None,
        };
        let (user, _) = User::invite(command).expect("a right command");
        let (user, _) =
            user.with_password(PasswordHash::new("$x".to_owned()), PasswordKind::Chosen, now());
        let activate = user.on(UserTrigger::Activate, Administrators::Others(0), now());
        let link = Link {
            purpose: LinkPurpose::Reset,
            hash: Digest::new([7; 32]),
            secret: Sealed::new(vec![1, 2, 3]),
            expires_at: now(),
        };
        activate.expect("was invited").0.with_link(link).0
    }

    #[test]
    fn a_user_lies_in_these_bytes() {
        let bytes = encode(&user());
        assert_eq!(decode::<User>(&bytes).expect("readable"), user());
        expect!["010000000000000000000000000000000101010000000000000000000000000000000901000000000000000000000000000000010000808082e288d2a306808082e288d2a3060000010f616e6e406578616d706c652e636f6d000003416e6e00034c6565000107416e6e204c656500000000000000000001020102247800808082e288d2a30600000101070707070707070707070707070707070707070707070707070707070707070703010203808082e288d2a3060000000001808082e288d2a306"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_token_lies_in_these_bytes() {
        let command = IssueToken {
            id: id(2),
            stamp: stamp(),
            user: id(1),
            name: "ci".parse().expect("a name"),
            prefix: "tbx_abcdefgh".parse().expect("a code"),
            hash: Digest::new([8; 32]),
            scopes: Some([Permission::AccountRead].into()),
            expires_at: None,
            channel: None,
        };
        let (it, _) = Token::issue(command, now()).expect("a right command");
        let bytes = encode(&it);
        assert_eq!(decode::<Token>(&bytes).expect("readable"), it);
        expect!["010000000000000000000000000000000201010000000000000000000000000000000901000000000000000000000000000000010000808082e288d2a306808082e288d2a30600000000000000000000000000000000010263690c7462785f616263646566676808080808080808080808080808080808080808080808080808080808080808080101000000000000"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_consumer_key_lies_in_these_bytes() {
        let hold = Operation::new("http://a.test/info", "POST").expect("an operation");
        let command = IssueConsumerKey {
            id: id(4),
            stamp: stamp(),
            user: id(1),
            key: "0123456789abcdef0123456789abcdef".parse().expect("a code"),
            secret: Sealed::new(vec![1, 2, 3]),
            scopes: Some([Permission::AccountRead].into()),
            expires_at: None,
            terms: KeyTerms {
                name: "erp".parse().expect("a name"),
                operations: Some([hold].into()),
            },
        };
        let (it, _) = ConsumerKey::issue(command, now()).expect("a right command");
        let it = it.used(1_767_225_600, now()).expect("was never used");
        let bytes = encode(&it);
        assert_eq!(decode::<ConsumerKey>(&bytes).expect("readable"), it);
        expect!["010000000000000000000000000000000401010000000000000000000000000000000901000000000000000000000000000000010000808082e288d2a306808082e288d2a30600000000000000000000000000000000010365727020303132333435363738396162636465663031323334353637383961626364656603010203010100010112687474703a2f2f612e746573742f696e666f04504f53540001808082e288d2a3060084e4ad950d"].assert_eq(&hex::encode(bytes));
    }

    #[test]
    fn a_session_lies_in_these_bytes() {
        let command = OpenSession {
            id: id(3),
            stamp: stamp(),
            user: id(1),
            hash: Digest::new([5; 32]),
            csrf: Digest::new([6; 32]),
            agent: "Browser/1".parse().ok(),
        };
        let (it, _) = Session::open(command, now());
        let bytes = encode(&it);
        assert_eq!(decode::<Session>(&bytes).expect("readable"), it);
        expect!["010000000000000000000000000000000301010000000000000000000000000000000901000000000000000000000000000000010000808082e288d2a306808082e288d2a306000000000000000000000000000000000105050505050505050505050505050505050505050505050505050505050505050606060606060606060606060606060606060606060606060606060606060606808082e288d2a306808082e288d2a30600010942726f777365722f31"].assert_eq(&hex::encode(bytes));
    }
}
