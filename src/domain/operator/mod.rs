//! People who may sign in, and what they may do.
//!
//! | ours | APS | IBM BSS | TM Forum |
//! |---|---|---|---|
//! | user | PAUser, PAAdminUser | Subscriber, UserCredential | Individual, Permission, UserRole (672) |
//!
//! A user is a person of one account. What a person is apart from signing in here is a
//! [`party`](super::party).

mod actor;
mod consumer_key;
mod credential;
mod lifecycle;
mod operation;
mod reading;
mod rights;
mod role;
mod session;
mod token;
mod user;

pub use self::actor::{Actor, Decision, Scope, Standing};
pub use self::consumer_key::{ConsumerKey, IssueConsumerKey, KeyTerms};
pub use self::credential::{
    Credential, PASSWORD_LENGTH_MAX, PasswordHash, PasswordKind, PasswordPolicy,
};
pub use self::lifecycle::{UserState, UserTrigger};
pub use self::operation::{Operation, Operations};
pub use self::reading::reading;
pub use self::rights::{Permission, Reach, reach, table};
pub use self::role::Role;
pub use self::session::{OpenSession, Session};
pub use self::token::{Digest, IssueToken, Token};
pub use self::user::{Administrators, InviteUser, Link, LinkPurpose, SignIns, User, UserProfile};
