//! Who may sign in, and with what, as it is kept.

use super::codec::Key;
use super::record::record;
use crate::domain::id::{SessionId, TokenId, UserId};
use crate::domain::operator::{Session, Token, User};

record!(User, UserId, "user", shape 1,
    /// `(login in lower case, user)`: what one signs in with.
    USER_BY_LOGIN = "by_login" => |it, keys| {
        keys.extend(it.profile().logins().iter().map(|login| Key::new().text(login).id(it.id)));
    },
);

record!(Token, TokenId, "token", shape 1,
    /// `(digest of the secret, token)`.
    TOKEN_BY_DIGEST = "by_digest" => |it, keys| {
        keys.push(Key::new().raw(it.hash().as_bytes()).id(it.id));
    },
);

record!(Session, SessionId, "session", shape 1,
    /// `(digest of the secret, session)`.
    SESSION_BY_DIGEST = "by_digest" => |it, keys| {
        keys.push(Key::new().raw(it.hash().as_bytes()).id(it.id));
    },
);
