//! Users: persons of an account who can sign in.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::account::tree::AccountRole;
use crate::domain::attribute::{self, Attribute};
use crate::domain::error::{Code, Invalid, Rejection, Violation};
use crate::domain::event::Verb;
use crate::domain::id::{PartyId, UserId};
use crate::domain::operator::credential::{Credential, PasswordHash, PasswordKind, PasswordPolicy};
use crate::domain::operator::lifecycle::{UserState, UserTrigger, next};
use crate::domain::operator::role::Role;
use crate::domain::operator::token::Digest;
use crate::domain::party::individual::PersonName;
use crate::domain::party::medium::PhoneUse;
use crate::domain::sealed::Sealed;
use crate::domain::stamp::Stamp;
use crate::domain::text::{Email, Locale, Name, Phone};
use crate::domain::time::{Instant, Zone};
use crate::domain::word::words;

/// What is known of a user as a person at work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserProfile {
    /// Where mail goes; also what one signs in with. No two users share one.
    pub email: Email,
    /// Another name to sign in with.
    pub login: Option<Name>,
    /// What the person is called.
    pub name: PersonName,
    /// In which language the person reads.
    pub locale: Option<Locale>,
    /// Where the person's days begin.
    pub zone: Option<Zone>,
    /// How to call the person, once for each use.
    pub phones: BTreeMap<PhoneUse, Phone>,
    /// The number that the employer gave.
    pub employee_number: Option<Name>,
    /// What the person does there.
    pub job_title: Option<Name>,
    /// The person's site, as written.
    pub website: Option<Name>,
    /// Where a picture is, as written.
    pub photo: Option<Name>,
    /// What else the installation keeps of its users.
    pub attributes: Vec<Attribute>,
}

impl UserProfile {
    /// Somebody of whom the address and the name are known.
    #[must_use]
    pub const fn of(email: Email, name: PersonName) -> Self {
        Self {
            email,
            login: None,
            name,
            locale: None,
            zone: None,
            phones: BTreeMap::new(),
            employee_number: None,
            job_title: None,
            website: None,
            photo: None,
            attributes: Vec::new(),
        }
    }

    /// What the person can sign in with, in the form in which it is compared: no two users of an
    /// installation share one of these.
    #[must_use]
    pub fn logins(&self) -> BTreeSet<String> {
        let login = self.login.as_ref().map(|it| it.as_str().to_lowercase());
        login.into_iter().chain([self.email.folded()]).collect()
    }

    fn check(&self) -> Result<(), Invalid> {
        Invalid::unless_empty(attribute::violations(&self.attributes, "/attributes"))
    }
}

words! {
    /// What a link in a mail is for.
    LinkPurpose {
        /// To accept an invitation and choose a password.
        Invitation = "invitation";
        /// To choose another password, the old one being lost.
        Reset = "reset";
    }
}

/// A link in a mail that proves that one reads it. It works once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// The hash of its secret part.
    pub hash: Digest,
    /// The secret part itself, for the mail that carries it and for nobody else.
    pub secret: Sealed,
    /// Wall time after which it is void.
    pub expires_at: Instant,
}

impl Link {
    /// An invitation can be accepted for so long.
    pub const INVITATION_SECONDS: i64 = 7 * 24 * 60 * 60;
    /// A lost password can be replaced for so long.
    pub const RESET_SECONDS: i64 = 60 * 60;
    /// Whoever asks for links again and again is sent one in so long.
    pub const PAUSE_SECONDS: i64 = 60;

    /// How long a link for a purpose works.
    #[must_use]
    pub const fn seconds(purpose: LinkPurpose) -> i64 {
        match purpose {
            LinkPurpose::Invitation => Self::INVITATION_SECONDS,
            LinkPurpose::Reset => Self::RESET_SECONDS,
        }
    }

    /// Wall time at which it was made.
    #[must_use]
    pub fn made_at(&self) -> Instant {
        self.expires_at.plus_seconds(-Self::seconds(self.purpose))
    }

    /// Whether it was made so lately that another need not be sent.
    #[must_use]
    pub fn is_fresh(&self, wall: Instant) -> bool {
        wall < self.made_at().plus_seconds(Self::PAUSE_SECONDS)
    }
}

/// How signing in went lately. All times are wall time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignIns {
    /// How often it failed since it last succeeded.
    pub failures: u32,
    /// Until then nobody can sign in as this user.
    pub locked_until: Option<Instant>,
    /// When it last succeeded.
    pub last_at: Option<Instant>,
}

impl SignIns {
    /// Every so many failures the door is locked for a while.
    pub const FAILURES_MAX: u32 = 5;
    /// The first time for so long, then twice as long each time, up to a day.
    pub const LOCK_SECONDS: u16 = 60;

    fn failed(self, wall: Instant) -> Self {
        let failures = self.failures.saturating_add(1);
        if !failures.is_multiple_of(Self::FAILURES_MAX) {
            return Self { failures, ..self };
        }
        let doublings = (failures / Self::FAILURES_MAX - 1).min(20);
        let seconds = (i64::from(Self::LOCK_SECONDS) << doublings).min(24 * 60 * 60);
        Self { failures, locked_until: Some(wall.plus_seconds(seconds)), ..self }
    }
}

/// How many others administer an account, with no less of a role, when one is about to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Administrators {
    /// So many others.
    Others(u64),
    /// It does not matter: the account itself goes.
    AccountCloses,
}

/// A person of an account who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its identity.
    pub id: UserId,
    /// Whose it is: owned by its account, and its own person.
    pub stamp: Stamp,
    /// The person as such, if this house knows it.
    pub party: Option<PartyId>,
    state: UserState,
    profile: UserProfile,
    roles: BTreeSet<Role>,
    credential: Option<Credential>,
    link: Option<Link>,
    sign_ins: SignIns,
    invited_by: Option<UserId>,
    activated_at: Option<Instant>,
}

/// Invites a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteUser {
    /// The identity it gets.
    pub id: UserId,
    /// Whose it will be: owned by its account, before the person is said.
    pub stamp: Stamp,
    /// What that account does here.
    pub account_role: AccountRole,
    /// The person as such.
    pub party: Option<PartyId>,
    /// What is known of it.
    pub profile: UserProfile,
    /// What it will be here; a member if nothing is said.
    pub roles: BTreeSet<Role>,
    /// Who invites.
    pub invited_by: Option<UserId>,
}

impl User {
    /// A new user, invited.
    pub fn invite(command: InviteUser) -> Result<(Self, Verb), Invalid> {
        let InviteUser { id, stamp, account_role, party, profile, mut roles, invited_by } = command;
        profile.check()?;
        let unfit = roles.iter().filter(|it| !it.suits(account_role)).map(|it| unfit(*it));
        Invalid::unless_empty(unfit.collect())?;
        if roles.is_empty() {
            roles.insert(Role::Member);
        }
        let user = Self {
            id,
            stamp: stamp.of_person(id),
            party,
            state: UserState::Invited,
            profile,
            roles,
            credential: None,
            link: None,
            sign_ins: SignIns::default(),
            invited_by,
            activated_at: None,
        };
        Ok((user, Verb::Created))
    }

    /// The user after `trigger`.
    ///
    /// An administrator does not go while the account has no other.
    pub fn on(
        self,
        trigger: UserTrigger,
        administrators: Administrators,
        now: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        let Some(state) = next(self.state, trigger) else {
            return Err(self.refused(&trigger.to_string()));
        };
        let (verb, leaves) = match trigger {
            UserTrigger::Activate => (Verb::Activated, false),
            UserTrigger::Suspend => (Verb::Held, true),
            UserTrigger::Resume | UserTrigger::Restore => (Verb::Released, false),
            UserTrigger::SoftDelete | UserTrigger::Remove => (Verb::Terminated, true),
            UserTrigger::Finish => (Verb::Removed, false),
        };
        if let Some(role) = self.governs_as().filter(|_| leaves) {
            needs_another(role, administrators)?;
        }
        let activated_at = match trigger {
            UserTrigger::Activate => Some(now),
            UserTrigger::Restore => self.activated_at.or(Some(now)),
            UserTrigger::Suspend
            | UserTrigger::Resume
            | UserTrigger::SoftDelete
            | UserTrigger::Remove
            | UserTrigger::Finish => self.activated_at,
        };
        Ok((Self { state, activated_at, ..self }, verb))
    }

    /// The user with what is known of it said anew, as a whole. A link that was sent to another
    /// address is void.
    pub fn revise(self, profile: UserProfile) -> Result<(Self, Verb), Invalid> {
        profile.check()?;
        let is_same = profile.email.folded() == self.profile.email.folded();
        let link = self.link.filter(|_| is_same);
        Ok((Self { profile, link, ..self }, Verb::Changed))
    }

    /// The user with one role more; giving it twice is the same.
    pub fn grant(mut self, role: Role, account: AccountRole) -> Result<(Self, Verb), Invalid> {
        if !role.suits(account) {
            return Err(Invalid { violations: vec![unfit(role)] });
        }
        self.roles.insert(role);
        Ok((self, Verb::Changed))
    }

    /// The user without a role; who has no other can sign in, and do nothing.
    pub fn revoke(
        mut self,
        role: Role,
        administrators: Administrators,
    ) -> Result<(Self, Verb), Rejection> {
        let governed_as = self.governs_as();
        self.roles.remove(&role);
        if let Some(role) = governed_as.filter(|it| self.governs_as() != Some(*it)) {
            needs_another(role, administrators)?;
        }
        Ok((self, Verb::Changed))
    }

    /// The user with a password that somebody else set, at wall time. Any link that was sent is void.
    #[must_use]
    pub fn with_password(
        mut self,
        hash: PasswordHash,
        kind: PasswordKind,
        wall: Instant,
    ) -> (Self, Verb) {
        self.credential = Some(match self.credential.take() {
            Some(before) => before.set(hash, kind, wall),
            None => Credential::first(hash, kind, wall),
        });
        self.link = None;
        self.sign_ins = SignIns { failures: 0, locked_until: None, ..self.sign_ins };
        (self, Verb::Changed)
    }

    /// The user with a password that it chose itself instead of another, at wall time.
    pub fn change_password(
        mut self,
        hash: PasswordHash,
        policy: PasswordPolicy,
        wall: Instant,
    ) -> Result<(Self, Verb), Rejection> {
        let Some(before) = self.credential.take() else {
            return Err(Rejection::new(Code::UserStateForbids, "the user has no password yet"));
        };
        self.credential = Some(before.change(hash, policy, wall)?);
        Ok((self, Verb::Changed))
    }

    /// The user with its password hashed at another cost: nobody need hear of it.
    #[must_use]
    pub fn rehash(self, hash: PasswordHash) -> Self {
        Self { credential: self.credential.map(|it| it.rehashed(hash)), ..self }
    }

    /// The user with a link that is about to be sent; one sent before is void.
    #[must_use]
    pub fn with_link(self, link: Link) -> (Self, Verb) {
        (Self { link: Some(link), ..self }, Verb::Changed)
    }

    /// The user after a sign-in with its password, at wall time.
    pub fn sign_in(mut self, wall: Instant) -> Result<(Self, Verb), Rejection> {
        self.may_sign_in(wall)?;
        self.credential = self.credential.map(Credential::used);
        self.come_in(wall)
    }

    /// The user after a sign-in on the word of somebody who is trusted to know it, at wall time: it needs
    /// no password of ours.
    pub fn come_in(mut self, wall: Instant) -> Result<(Self, Verb), Rejection> {
        self.may_come_in(wall)?;
        self.sign_ins = SignIns { failures: 0, locked_until: None, last_at: Some(wall) };
        Ok((self, Verb::SignedIn))
    }

    /// The user after a wrong password, at wall time.
    #[must_use]
    pub fn fail_sign_in(self, wall: Instant) -> Self {
        Self { sign_ins: self.sign_ins.failed(wall), ..self }
    }

    /// The user with its door open again, however often somebody has tried wrong passwords.
    #[must_use]
    pub fn unlock(mut self) -> (Self, Verb) {
        self.sign_ins = SignIns { failures: 0, locked_until: None, ..self.sign_ins };
        (self, Verb::Changed)
    }

    /// The user as a person whom this house knows.
    #[must_use]
    pub fn identify(self, party: PartyId) -> (Self, Verb) {
        (Self { party: Some(party), ..self }, Verb::Changed)
    }

    /// Refuses a sign-in that the right password would not open either.
    pub fn may_sign_in(&self, wall: Instant) -> Result<(), Rejection> {
        self.may_come_in(wall)?;
        match &self.credential {
            Some(it) if it.opens() => Ok(()),
            Some(_) => {
                let why = "the one-time password was used; choose another password";
                Err(Rejection::new(Code::PasswordMustChange, why))
            }
            None => Err(Rejection::new(Code::UserStateForbids, "the user has no password yet")),
        }
    }

    fn may_come_in(&self, wall: Instant) -> Result<(), Rejection> {
        if self.state != UserState::Active {
            return Err(self.refused("sign in"));
        }
        if self.sign_ins.locked_until.is_some_and(|it| wall < it) {
            let why = "too many sign-ins have failed; try again later";
            return Err(Rejection::new(Code::UserStateForbids, why));
        }
        Ok(())
    }

    fn refused(&self, what: &str) -> Rejection {
        let why = format!("cannot {what} a user that is {}", self.state);
        Rejection::new(Code::UserStateForbids, why)
    }

    /// Whether it administers its account.
    #[must_use]
    pub fn is_administrator(&self) -> bool {
        self.governs_as().is_some()
    }

    /// The highest role by which it administers its account; nothing for who only is a member.
    #[must_use]
    pub fn governs_as(&self) -> Option<Role> {
        self.roles.first().copied().filter(|it| *it != Role::Member)
    }

    /// Whether it does all that another does as the administrator that this one is: an account is
    /// never without such a user. For who signs in stands who signs in; for who does not, who may
    /// some day as well.
    #[must_use]
    pub fn stands_in_for(&self, other: &Self) -> bool {
        let is_there = match self.state {
            UserState::Active => true,
            UserState::Invited | UserState::Suspended | UserState::InvitationSuspended => {
                other.state != UserState::Active
            }
            UserState::SoftlyDeleted | UserState::Removing | UserState::Removed => false,
        };
        let does = |role| self.roles.iter().any(|it| it.with_implied().contains(&role));
        is_there && other.governs_as().is_some_and(does)
    }

    /// How far its life has come.
    #[must_use]
    pub const fn state(&self) -> UserState {
        self.state
    }

    /// What is known of it.
    #[must_use]
    pub const fn profile(&self) -> &UserProfile {
        &self.profile
    }

    /// What it is here; who is nothing can sign in, and do nothing.
    #[must_use]
    pub const fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// Its password, once it has one.
    #[must_use]
    pub const fn credential(&self) -> Option<&Credential> {
        self.credential.as_ref()
    }

    /// The link that was sent, if it is still good at wall time.
    #[must_use]
    pub fn link(&self, wall: Instant) -> Option<&Link> {
        self.link.as_ref().filter(|it| wall < it.expires_at)
    }

    /// The link that was sent last, good or not.
    #[must_use]
    pub const fn sent_link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// How signing in went lately.
    #[must_use]
    pub const fn sign_ins(&self) -> SignIns {
        self.sign_ins
    }

    /// Who invited it.
    #[must_use]
    pub const fn invited_by(&self) -> Option<UserId> {
        self.invited_by
    }

    /// Business time at which it was last activated.
    #[must_use]
    pub const fn activated_at(&self) -> Option<Instant> {
        self.activated_at
    }
}

fn unfit(role: Role) -> Violation {
    let message = format!("must suit the account, which has no {role}");
    Violation::new("/roles", "range", message)
}

fn needs_another(role: Role, administrators: Administrators) -> Result<(), Rejection> {
    let keeps = match role {
        Role::Operator => "the provider keeps at least one operator",
        Role::VendorAdmin => "who sells keeps at least one vendor admin",
        Role::CustomerAdmin | Role::Member => "an account keeps at least one administrator",
    };
    match administrators {
        Administrators::Others(0) => {
            let why = format!("{keeps}; appoint another first");
            Err(Rejection::new(Code::LastAdministrator, why))
        }
        Administrators::Others(_) | Administrators::AccountCloses => Ok(()),
    }
}

#[cfg(test)]
mod tests;
