//! Who may sign in, and with what, as it is kept.

use super::codec::Key;
use super::record::record;
use crate::domain::id::{SessionId, TokenId, UserId};
use crate::domain::operator::{Session, Token, User, UserState};

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

record!(Session, SessionId, "session", shape 1,
    /// `(digest of the secret, session)`.
    SESSION_BY_DIGEST = "by_digest" => |it, keys| {
        keys.push(Key::new().raw(it.hash().as_bytes()).id(it.id));
    },
    /// `(user, session)`.
    SESSION_BY_USER = "by_user" => |it, keys| keys.push(Key::new().id(it.user()).id(it.id)),
);
